"""The one object that both front doors talk to: search, facets, details, launch.

    door ──Query──▶ Explorer ──▶ catalog.Index      at once, from this machine
                        ├──────▶ hub.HubClient      in a worker: shelf first, then the Hub; rows flow back into the index
                        └──────▶ launch, fit        pure: model + machine → verdict and command

Nothing is opened before it is asked for: a first frame costs one small file of the package.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from modelscope_tui.catalog import snapshot
from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.errors import CatalogError, ModelNotFound, ModelscopeError, NotCached, UsageError
from modelscope_tui.hub.answer import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from modelscope_tui.catalog.index import FacetCounts, Index, Matches
    from modelscope_tui.catalog.narrow import Narrowed, Sized
    from modelscope_tui.catalog.query import Problem, Query
    from modelscope_tui.catalog.snapshot import FirstPage
    from modelscope_tui.fit.estimate import FitEstimate
    from modelscope_tui.fit.machine import Machine
    from modelscope_tui.hub.answer import HubState
    from modelscope_tui.hub.client import HubClient
    from modelscope_tui.launch.tool import LaunchAnswer, Options, Tool
    from modelscope_tui.settings import Settings

INDEX_NAME = "catalog.db"
"""The file of the index, in the cache directory."""

RELATED_LIMIT = 3
"""How many GGUF repositories of a model are looked into before a command is built."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the answer to a query, with what a person wants to know about it."""

    query: Query
    models: tuple[Model, ...]
    start: int
    total: int
    searched: int
    elapsed_ms: float
    as_of: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ModelView:
    """What a door shows of a row beyond the row itself."""

    categories: tuple[str, ...]
    license_group: str
    tools: tuple[str, ...]
    fits: str
    """`yes`, `tight`, `no` or `unknown` on the chosen machine."""


class Explorer:
    """Everything a door can ask, answered from the nearest place that knows."""

    def __init__(self, settings: Settings, *, hub: HubClient | None = None, machine: Machine | None = None) -> None:
        self.settings = settings
        self._given_hub = hub
        self._given_machine = machine
        self._index: Index | None = None
        self._fitting: Mapping[str, tuple[Sized, ...]] | None = None
        self._opening = threading.Lock()
        self.index_problem: str | None = None
        """Why the index lives in memory only; None when all is well."""

    # -- the catalog on this machine ---------------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Tell whether the index is open; before that only :meth:`first_page` answers."""
        return self._index is not None

    def first_page(self) -> FirstPage:
        """Give the rows and counts of the first frame, without opening an index."""
        return snapshot.first_page()

    @property
    def index_path(self) -> Path:
        """Where the index lives."""
        return self.settings.cache_dir / INDEX_NAME

    def prepare(self, progress: Callable[[int, int], None] | None = None, *, apart: bool = False) -> None:
        """Open the index, making it first where it is missing, broken or old. Blocks: call it in a worker.

        Where nothing can be written the index lives in memory, and :attr:`index_problem` says so.

        Args:
            progress: is told rows done and rows in all while an index is made in this process.
            apart: make it in a process of its own, so that this one stays quick.
        """
        with self._opening:
            if self._index is None:
                index = self._opened_or_built(progress, apart)
                index.warm()
                self._index = index

    def _opened_or_built(self, progress: Callable[[int, int], None] | None, apart: bool) -> Index:
        from modelscope_tui import indexing

        try:
            return indexing.open_index(self.index_path)
        except CatalogError:
            try:
                if apart:
                    indexing.build_index_apart(self.index_path)
                else:
                    indexing.build_index(self.index_path, progress)
                return indexing.open_index(self.index_path)
            except CatalogError as error:
                self.index_problem = f"{error.message} Searching from memory; nothing new is kept."
                return indexing.index_in_memory(progress)

    @property
    def index(self) -> Index:
        """The open index; opened now when no worker has done so."""
        if self._index is None:
            self.prepare()
        if self._index is None:  # pragma: no cover - prepare() opens it or raises
            raise CatalogError("The index could not be opened.")
        return self._index

    def search(self, query: Query, start: int = 0, stop: int = 200) -> Page:
        """Answer a query from the index at once: the rows from ``start`` to ``stop`` and the total."""
        began = time.perf_counter()
        matches = self._matches(query)
        models = tuple(self.index.page(matches, start, stop))
        elapsed = (time.perf_counter() - began) * 1000
        problems = query.problems + tuple(matches.problems)
        return Page(query, models, start, matches.total, self.index.total, elapsed, self.index.as_of, problems)

    def page(self, query: Query, start: int, stop: int) -> tuple[Model, ...]:
        """Give further rows of a query."""
        return tuple(self.index.page(self._matches(query), start, stop))

    def facets(self, query: Query) -> FacetCounts:
        """Count the answer per organization, category, license, tool and task; exact."""
        return self.index.facets(query, narrowed=self._narrowed(query))

    def _matches(self, query: Query) -> Matches:
        return self.index.matches(query, narrowed=self._narrowed(query))

    def why_empty(self, query: Query) -> str | None:
        """Name the one term or word of an empty query without which there would be results."""
        return self.index.empties(query, narrowed=self._narrowed(query))

    def model(self, model_id: str) -> Model | None:
        """Find one row by id, whatever its case."""
        return self.index.get(model_id)

    def view(self, model: Model) -> ModelView:
        """Work out what a door shows of a row: categories, license group, tools, fit."""
        from modelscope_tui.catalog.license import group_of
        from modelscope_tui.catalog.taxonomy import categories_of
        from modelscope_tui.fit.judge import judge
        from modelscope_tui.launch.tool import tools_of

        return ModelView(
            categories=categories_of(model),
            license_group=group_of(model.license, model.license_name),
            tools=tools_of(model),
            fits=judge(model, self.machine),
        )

    # -- the Hub -----------------------------------------------------------------------------------------------

    @cached_property
    def hub(self) -> HubClient:
        """The way to the Hub and to what it said before."""
        if self._given_hub is not None:
            return self._given_hub
        from modelscope_tui.hub.client import HubClient
        from modelscope_tui.hub.shelf import Shelf

        settings = self.settings
        shelf = Shelf(settings.cache_dir / "shelf")
        return HubClient(endpoint=settings.endpoint, token=settings.token, shelf=shelf, offline=settings.offline)

    @property
    def hub_state(self) -> HubState:
        """What the status line says: online, offline, or what is wrong."""
        return self.hub.state

    def cached_details(self, model_id: str) -> Answer[ModelDetails] | None:
        """Give what the shelf holds of a model, of any age, without waiting for the network."""
        return self.hub.cached_details(model_id)

    def details(self, model_id: str, *, refresh: bool = False) -> Answer[ModelDetails]:
        """Learn all that can be known of one model now. Blocks within the Hub's deadlines: call it in a worker.

        A catalog row stands in when the Hub and the shelf have nothing; its ``problem`` says why.

        Raises:
            ModelscopeError: the model is known nowhere, or the Hub's refusal when nothing local can answer.
        """
        if not is_repo_id(model_id):
            raise UsageError(f"{model_id!r} is not a repository id.", "Give owner/name, as in Qwen/Qwen3-8B.")
        row = self.model(model_id)
        try:
            answer = self.hub.details(row.id if row else model_id, row=row, refresh=refresh or self.settings.refresh)
        except ModelscopeError as problem:
            if row is None:
                raise self._with_near_names(problem, model_id) from problem
            return Answer(_from_row(row), "catalog", row.as_of or "", is_stale=True, problem=problem)
        if answer.source == "hub":
            self.index.upsert([answer.value.model])
            merged = self.model(answer.value.id)
            if merged is not None:
                answer = replace(answer, value=replace(answer.value, model=merged))
        return answer

    def _with_near_names(self, problem: ModelscopeError, model_id: str) -> ModelscopeError:
        near = self.index.nearest(model_id)
        if near and isinstance(problem, (ModelNotFound, NotCached)):
            problem.hint = f"{problem.hint} Did you mean {', '.join(near)}?".strip()
        return problem

    def card(self, model_id: str, *, refresh: bool = False) -> Answer[str]:
        """Read the model card. Blocks: call it in a worker."""
        return self.hub.card(model_id, refresh=refresh or self.settings.refresh)

    def ask_hub(self, query: Query, *, refresh: bool = False) -> int:
        """Ask the Hub what it knows for a query and keep it in the index. Blocks: call it in a worker.

        Returns:
            The number of rows that are new or changed.
        """
        answer = self.hub.search(query, refresh=refresh or self.settings.refresh)
        if answer.source != "hub":
            return 0
        return self.index.upsert(answer.value)

    def cancel(self) -> None:
        """End every request that is under way."""
        self.hub.cancel_all()

    # -- fit and launch ----------------------------------------------------------------------------------------

    @cached_property
    def machine(self) -> Machine:
        """The machine that commands and fit are for: the given one, else this one."""
        if self._given_machine is not None:
            return self._given_machine
        if self.settings.machine:
            from modelscope_tui.fit.device import parse_machine

            return parse_machine(self.settings.machine)
        from modelscope_tui.fit.probe import detect

        return detect()

    def _narrowed(self, query: Query) -> Narrowed | None:
        """Answer for the catalog what it cannot know of a query: which rows fit the machine."""
        if not any(term.field == "fits" for term in query.terms):
            return None
        if self._fitting is None:
            self._fitting = _fitting(self.index.forms(), self.machine)
        return {"fits": self._fitting}

    def estimate(self, details: ModelDetails, options: Options) -> FitEstimate:
        """Estimate memory and speed of a model on the chosen machine."""
        from modelscope_tui.fit.estimate import estimate

        return estimate(
            details, self.machine, quantization=options.quant, context=options.context, kv_dtype=options.kv_dtype
        )

    def tools(self) -> tuple[Tool, ...]:
        """List the tools in house order."""
        from modelscope_tui.launch.tool import TOOLS

        return tuple(TOOLS)

    def launch(self, details: ModelDetails, tool: str, options: Options) -> LaunchAnswer:
        """Build the command that runs a model with a tool, or the reason why it cannot. Quick; no network."""
        from modelscope_tui.launch.plan import plan

        return plan(tool, self._subject(details), options)

    def launches(self, details: ModelDetails, options: Options) -> tuple[LaunchAnswer, ...]:
        """Build the answer of every tool, best first for this machine."""
        from modelscope_tui.launch.plan import plan_all

        return plan_all(self._subject(details), options)

    def _subject(self, details: ModelDetails):  # noqa: ANN202
        from modelscope_tui.launch.tool import Subject

        related = {name: found for name in self._related_names(details) if (found := self._known(name))}
        return Subject(details=details, machine=self.machine, related=related)

    def _related_names(self, details: ModelDetails) -> tuple[str, ...]:
        names = details.model.gguf_repos[:RELATED_LIMIT] + details.model.base_models[:1]
        return tuple(name for name in dict.fromkeys(names) if is_repo_id(name))

    def _known(self, model_id: str) -> ModelDetails | None:
        kept = self.hub.cached_details(model_id)
        if kept is not None:
            return kept.value
        row = self.model(model_id)
        return _from_row(row) if row else None

    def gather_related(self, details: ModelDetails) -> bool:
        """Bring the file lists of the repositories that a command may name. Blocks: call it in a worker.

        Returns:
            Whether anything new was learned, so that commands are worth building again.
        """
        learned = False
        for name in self._related_names(details):
            kept = self.hub.cached_details(name)
            if kept is not None and not kept.is_stale:
                continue
            try:
                learned = self.details(name).source == "hub" or learned
            except ModelscopeError:
                continue  # a repository that cannot be read is simply not offered
        return learned

    def close(self) -> None:
        """Let go of files and connections."""
        if "hub" in self.__dict__:
            self.hub.close()
        if self._index is not None:
            self._index.close()
            self._index = None


def _fitting(forms: tuple[str, ...], machine: Machine) -> dict[str, tuple[Sized, ...]]:
    """Turn the rule of the Fit column into ranges of parameters for each form."""
    from modelscope_tui.catalog.narrow import Sized
    from modelscope_tui.fit.judge import limits_of

    found: dict[str, tuple[Sized, ...]] = {"yes": (), "tight": (), "no": ()}
    for form in forms:
        limits = limits_of(form, machine)
        if limits is not None:
            at_ease, at_all = limits
            found["yes"] += (Sized(form, None, at_ease),)
            found["tight"] += (Sized(form, at_ease + 1, at_all),)
            found["no"] += (Sized(form, at_all + 1, None),)
    return found


def _from_row(row: Model) -> ModelDetails:
    return ModelDetails(model=row, source="catalog", as_of=row.as_of)
