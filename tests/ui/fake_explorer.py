"""An explorer without index and network, with the same questions and real records: quick, and the same every time."""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from modelscope_tui.answering import Answering
from modelscope_tui.catalog.facet import FacetCounts, FacetValue
from modelscope_tui.catalog.family import Ancestor, Branch, Family
from modelscope_tui.catalog.lens import Lens, lens_of
from modelscope_tui.catalog.license import GROUPS, group_label, group_of
from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile
from modelscope_tui.catalog.permission import Purpose, permission_of
from modelscope_tui.catalog.policy import Policy
from modelscope_tui.catalog.query import Query
from modelscope_tui.catalog.relation import relation_of
from modelscope_tui.catalog.snapshot import FirstPage
from modelscope_tui.errors import ModelNotFound, ModelscopeError, NotCached
from modelscope_tui.explorer import ModelView, Page
from modelscope_tui.fit.machine import GIB, Gpu, Machine
from modelscope_tui.fit.outlook import Outlook, Wish, outlook
from modelscope_tui.hub.answer import Answer, HubState
from modelscope_tui.hub.points import Point
from modelscope_tui.installed import Installed
from modelscope_tui.launch.answer import Alternative, Flag, LaunchAnswer, Note
from modelscope_tui.launch.command import LaunchCommand, Step
from modelscope_tui.launch.subject import Options
from modelscope_tui.launch.tool import TOOLS, Tool
from modelscope_tui.machines import Machines
from modelscope_tui.settings import Settings
from modelscope_tui.shortlist import Shortlist

KEPT = tempfile.mkdtemp(prefix="shortlists-")
"""Where shortlists of stories are written; gone when the tests are."""
(Path(KEPT) / "keys-known").touch()  # the one at the keys of most stories has been here before
atexit.register(shutil.rmtree, KEPT, ignore_errors=True)
NUMBERS = itertools.count()

AS_OF = "2026-10-05"
TOOL_NAMES = ("ollama", "vllm")


def a_model(model_id: str, **facts: object) -> Model:
    """Build a row; only what a story is about needs to be said."""
    given = {"license": "apache-2.0", "task": "text-generation", "downloads": 1000, "as_of": AS_OF, **facts}
    return Model(id=model_id, **given)  # type: ignore[arg-type]


CATALOG = (
    a_model("Qwen/Qwen3-Coder-30B-A3B-Instruct", params=30_532_122_624, context=262_144, downloads=1_100_000, likes=900,
            gguf_repos=("unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF",), tags=("code",)),
    a_model("Qwen/Qwen3-8B", params=8_190_735_360, context=40_960, downloads=900_000, likes=1200),
    a_model("meta-llama/Llama-3.1-8B-Instruct", params=8_030_261_248, context=131_072, downloads=800_000, likes=4000,
            license="llama3.1", gated="manual"),
    a_model("google/gemma-3-27b-it", params=27_432_406_640, context=131_072, downloads=700_000, likes=1500,
            license="gemma", task="image-text-to-text"),
    a_model("bigcode/starcoder2-15b", params=15_957_889_024, context=16_384, downloads=60_000, likes=600,
            license="bigcode-openrail-m", tags=("code",)),
    a_model("openai/whisper-large-v3", params=1_543_490_560, downloads=50_000, likes=4500, license="mit",
            task="automatic-speech-recognition"),
    a_model("BAAI/bge-m3", params_estimate=568_000_000, context=8_192, downloads=40_000, likes=2000, license="mit",
            task="sentence-similarity"),
    a_model("someone/no-facts-at-all", license=None, task=None, downloads=None),
)  # fmt: skip


class FakeSurroundings:
    """Tools and servers that a story puts there."""

    def __init__(self) -> None:
        self.installed: dict[str, Installed] = {}
        self.servers: tuple[Answering, ...] = ()

    def answering(self) -> tuple[Answering, ...]:
        return self.servers


class FakeExplorer:
    """Answers from a tuple of rows."""

    def __init__(
        self, models: Sequence[Model] = CATALOG, *, offline: bool = True, problem: ModelscopeError | None = None
    ) -> None:
        folder = Path(KEPT) / str(next(NUMBERS))
        self.settings = Settings(cache_dir=Path(KEPT), config_path=folder / "config.toml", offline=offline)
        self.models = list(models)
        self.is_ready = False
        self.gate = threading.Event()
        """Closed until a story lets the index open."""
        self.gate.set()
        self.problem = problem
        """Why no index can be had."""
        self.known: dict[str, Answer[ModelDetails]] = {}
        self.refusals: dict[str, ModelscopeError] = {}
        self.shortlist = Shortlist(folder / "shortlist.json")
        self.cards: dict[str, str] = {}
        self.seen: dict[str, tuple[Point, ...]] = {}
        """Downloads and likes of the days on which somebody looked."""
        self.from_hub: list[Model] = []
        self.hub_problem: ModelscopeError | None = None
        self.asked: list[Query] = []
        self.lost: str | None = None
        self.hub_state = HubState("offline" if offline else "online")
        desk = Machine("desk", (Gpu("NVIDIA RTX 4090 24 GB", 24 * GIB, bandwidth_bytes_per_second=1008e9),), 64 * GIB)
        named = {"laptop": "M3 Max 64GB", "server": "4xH100"}
        self.machines = Machines(replace(self.settings, machines=named), desk)
        self.index_problem: str | None = None
        self.index_path = Path(KEPT)
        """Where the index is kept; a story of the first run puts it where nothing is."""
        self.purpose = Purpose()
        self.policy: Policy | None = None
        self.surroundings = FakeSurroundings()
        self.closed = False

    def first_page(self) -> FirstPage:
        return FirstPage(len(self.models), AS_OF, tuple(self._found(Query())), self.facets(Query()))

    def prepare(self, progress: Callable[[int, int], None] | None = None, *, apart: bool = False) -> None:
        if progress is not None:
            progress(1, 2)
        self.gate.wait(10)
        if self.problem is not None:
            raise self.problem
        self.is_ready = True

    def set_offline(self, is_offline: bool) -> None:
        self.settings = replace(self.settings, offline=is_offline)
        self.hub_state = HubState("offline" if is_offline else "online")

    def _matches(self, model: Model, query: Query, *, but: str = "") -> bool:
        text = f"{model.id} {' '.join(model.tags)}".casefold()
        if not all(word.casefold() in text for word in query.words) or any(w in text for w in query.excluded_words):
            return False
        for term in query.terms:
            if term.field == but:
                continue
            if term.field in {"downloads", "likes"}:  # only `>=`, which is what the overview asks
                if (getattr(model, term.field) or 0) < int(term.values[0].removeprefix(">=")):
                    return False
                continue
            is_in = bool({value.casefold() for value in term.values} & self._values(model, term.field))
            if is_in == term.is_excluded:
                return False
        return True

    def _values(self, model: Model, field: str) -> set[str]:
        group = group_of(model.license, model.license_name)
        return {
            "org": {model.organization.casefold()},
            "category": {"code" if "code" in model.tags else "general-purpose"},
            "license": {group, model.license or ""},
            "tool": set(self._tools(model)),
            "task": {model.task or ""},
            "starred": {"yes" if model.id in self.shortlist.starred else "no"},
            "allowed": {self.allowed(model)},
            "fits": {self.fits(model)},
        }.get(field, set())

    def _tools(self, model: Model) -> tuple[str, ...]:
        return TOOL_NAMES if model.task == "text-generation" else ("vllm",) if model.task else ()

    def _found(self, query: Query) -> list[Model]:
        found = [model for model in self.models if self._matches(model, query)]
        keys: dict[str, Callable[[Model], object]] = {
            "likes": lambda model: -(model.likes or 0),
            "params": lambda model: -(model.params or 0),
            "name": lambda model: model.id.casefold(),
        }
        found.sort(key=keys.get(query.sort, lambda model: -(model.downloads or 0)), reverse=query.is_reversed)  # type: ignore[arg-type]
        return found

    def search(self, query: Query, start: int = 0, stop: int = 200) -> Page:
        found = self._found(query)
        return Page(query, tuple(found[start:stop]), start, len(found), len(self.models), 1.2, AS_OF, query.problems)

    def page(self, query: Query, start: int, stop: int) -> tuple[Model, ...]:
        return tuple(self._found(query)[start:stop])

    def facets(self, query: Query) -> FacetCounts:
        def counted(field: str, of: Callable[[Model], Sequence[str]]) -> Counter[str]:
            rows = [model for model in self.models if self._matches(model, query, but=field)]
            return Counter(value for model in rows for value in of(model))

        orgs = counted("org", lambda model: [model.organization]).most_common()
        categories = counted("category", lambda model: list(self._values(model, "category"))).most_common()
        groups = counted("license", lambda model: [group_of(model.license, model.license_name)])
        licenses = counted("license", lambda model: [model.license] if model.license else [])
        tools = counted("tool", self._tools)
        tasks = counted("task", lambda model: [model.task] if model.task else []).most_common()
        lines: list[FacetValue] = []
        for group in GROUPS:
            if groups[group]:
                lines.append(FacetValue(group, group_label(group), groups[group]))
                inside = [name for name in licenses if group_of(name, None) == group]
                lines += [FacetValue(name, name, licenses[name], group) for name in inside]
        labels = {tool.name: tool.label for tool in TOOLS}
        return FacetCounts(
            total=len(self._found(query)),
            organizations=tuple(FacetValue(name, name, number) for name, number in orgs),
            categories=tuple(FacetValue(name, name.replace("-", " ").title(), number) for name, number in categories),
            licenses=tuple(lines),
            tools=tuple(FacetValue(name, labels[name], tools[name]) for name in TOOL_NAMES if tools[name]),
            tasks=tuple(FacetValue(name, name, number) for name, number in tasks),
            organizations_found=len(orgs),
        )

    def counting(self, query: Query) -> Iterator[FacetCounts | None]:
        yield None
        yield self.facets(query)

    def why_empty(self, query: Query) -> str | None:
        for word in query.words:
            if self._found(replace(query, words=tuple(other for other in query.words if other != word))):
                return word
        return None

    def did_you_mean(self, query: Query) -> Query | None:
        return None

    def model(self, model_id: str) -> Model | None:
        return next((model for model in self.models if model.id == model_id), None)

    @property
    def index(self) -> FakeExplorer:
        return self  # of the index only the family is asked directly

    def family(self, model_id: str, limit: int) -> Family:
        children = [model for model in self.models if model_id in model.base_models]
        branches = []
        for relation in ("quantized", "finetune", None):
            found = [model for model in children if relation_of(model) == relation]
            if found:
                branches.append(Branch(relation, len(found), tuple(found[:limit])))
        model = self.model(model_id)
        bases = model.base_models if model else ()
        ancestors = tuple(Ancestor(base, model_id, "finetune", self.model(base)) for base in bases)
        return Family(model_id, None, ancestors, tuple(branches))

    def fits(self, model: Model) -> str:
        small = 20e9 * self.machine.gpu_budget_bytes / (24 * GIB)
        return "unknown" if model.params is None else "yes" if model.params < small else "no"

    def choose_purpose(self, purpose: Purpose) -> None:
        self.purpose = purpose

    def allowed(self, model: Model) -> str:
        return permission_of(model, self.purpose).answer

    def kept_details(self, model: Model) -> ModelDetails:
        return ModelDetails(model=model, as_of=AS_OF)

    def points(self, model_id: str) -> tuple[Point, ...]:
        return self.seen.get(model_id, ())

    def lens(self, details: ModelDetails, card: str | None = None) -> Lens:
        now = datetime(2026, 11, 24, tzinfo=UTC)
        return lens_of(details, self.purpose, self.model, card=card, policy=self.policy, now=now)

    def view(self, model: Model) -> ModelView:
        category = ("code",) if "code" in model.tags else ("general-purpose",)
        return ModelView(category, group_of(model.license, model.license_name), self._tools(model), self.fits(model))

    def cached_details(self, model_id: str) -> Answer[ModelDetails] | None:
        return self.known.get(model_id)

    def details(self, model_id: str, *, refresh: bool = False) -> Answer[ModelDetails]:
        if model_id in self.refusals:
            raise self.refusals[model_id]
        row = self.model(model_id)
        if row is None:
            raise ModelNotFound(f"There is no {model_id}.")
        if self.settings.offline:
            problem = NotCached(f"Offline, and {model_id} was never seen.")
            return Answer(ModelDetails(model=row, as_of=AS_OF), "catalog", AS_OF, is_stale=True, problem=problem)
        return Answer(some_details(row), "hub", "2026-11-24T00:00:00Z", is_stale=False)

    def card(self, model_id: str, *, refresh: bool = False) -> Answer[str]:
        if model_id in self.refusals:
            raise self.refusals[model_id]
        if model_id not in self.cards:
            raise NotCached(f"Offline, and {model_id} was never seen.", "Go online once to see it.")
        return Answer(self.cards[model_id], "cache", "2026-11-20T00:00:00Z", is_stale=False)

    def gather_related(self, details: ModelDetails) -> bool:
        return False

    def launches(self, details: ModelDetails, options: Options) -> tuple[LaunchAnswer, ...]:
        return tuple(self.launch(details, name, options) for name in TOOL_NAMES)

    def launch(self, details: ModelDetails, tool: str, options: Options) -> LaunchAnswer:
        model = details.model
        if tool not in self._tools(model):
            other = Alternative("vllm", model.id, f"vllm serve {model.id}", "vLLM serves this architecture")
            return LaunchAnswer(model.id, tool, "refused", f"{tool} has no files for {model.id}.", (other,))
        if tool == "ollama":
            argv = ("ollama", "run", f"hf.co/{model.id}:{options.quant or 'Q4_K_M'}")
            command = LaunchCommand((Step("run", argv),), shell=options.shell)
            return LaunchAnswer(model.id, tool, "ready", None, (), command, notes=(Note("info", "Downloads 18.6 GB."),))
        argv = ("vllm", "serve", model.id, "--max-model-len", str(options.context or 32768))
        flag = Flag("--max-model-len", argv[-1], "the largest context that fits", "vllm docs")
        command = LaunchCommand((Step("serve", argv),), shell=options.shell)
        return LaunchAnswer(
            model.id, tool, "tight", "Little memory is left.", (), command, (flag,), "curl localhost:8000/v1/models"
        )

    def outlook(self, details: ModelDetails, options: Options) -> Outlook:
        return outlook(details, self.machine, Wish(options.quant, options.context, options.kv_dtype))

    def choose_machine(self, text: str) -> Machine:
        return self.machines.choose(text)

    @property
    def machine(self) -> Machine:
        return self.machines.current

    def ask_hub(self, query: Query, *, refresh: bool = False) -> int:
        self.asked.append(query)
        if self.hub_problem is not None:
            raise self.hub_problem
        new = [model for model in self.from_hub if model not in self.models]
        self.models += new
        return len(new)

    def tools(self) -> tuple[Tool, ...]:
        return tuple(tool for tool in TOOLS if tool.name in TOOL_NAMES)

    def cancel(self) -> None:
        return None

    def close(self) -> None:
        self.closed = True


def some_details(row: Model) -> ModelDetails:
    """What the Hub would tell of a row."""
    file = ModelFile("model.safetensors", 16_000_000_000, "weights")
    return ModelDetails(model=row, files=(file,), source="hub", as_of="2026-11-24T00:00:00Z")
