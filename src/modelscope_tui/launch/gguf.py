"""SOUTH WING: where the GGUF files of a model are, and which of them to name in a command.

    the repository itself ─▶ repositories known to hold its files, those whose file list is known first

Without a wish the choice is `Q4_K_M`, the usual trade; where that is not there or cannot fit, the largest that does.
A repository whose files were never seen is named without a quantization: none is invented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modelscope_tui.catalog.form import params_named
from modelscope_tui.catalog.model import Model, ModelDetails, Quantization, is_repo_id
from modelscope_tui.catalog.quantization import mmproj_files, quantizations_of
from modelscope_tui.catalog.units import on_disk
from modelscope_tui.fit.formats import FILE_BITS, gguf_type
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.weights import with_projector
from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.per_row import per_row
from modelscope_tui.launch.purpose import Purpose, purpose_of
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.stored import REMADE, stored_of
from modelscope_tui.launch.subject import Subject

USUAL = "Q4_K_M"
"""What llama.cpp, Ollama and LM Studio take when nobody says more."""

_SPARE = 1.1
"""Memory over the file's size that a choice without an estimate leaves for cache and buffers."""

_ONE_FILE = 48_000_000_000
"""Above this, GGUF files on the Hub come in parts (llama-gguf-split): uploaders keep each part under 50 GB."""

_HUB_FILE = 50_000_000_000
"""What the Hub takes as one file: a size that only a name tells has to be above this."""

_AS_OF = ", which Ollama did not pull as of August 2026"
"""Only Ollama asks for one file; a change that would join the parts was open then."""

_SAFE_PATH = re.compile(r"[\w.+ ()@,=/-]+", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """A repository with GGUF files of a model."""

    repo: str
    details: ModelDetails | None
    """None when only its name is known."""
    is_own: bool
    """Whether it is the model's own repository."""

    @property
    def quantizations(self) -> tuple[Quantization, ...]:
        """Its GGUF files by quantization; empty when they were never seen."""
        if self.details is None:
            return ()
        found = quantizations_of(self.details)
        return tuple(item for item in found if all(_is_gguf(file.path) for file in item.files))

    @property
    def is_listed(self) -> bool:
        """Whether its files are known."""
        return self.details is not None and self.details.files is not None

    @property
    def has_projector(self) -> bool:
        """Whether a projector for pictures or sound lies beside."""
        return self.details is not None and bool(mmproj_files(self.details))

    def weighed(self, choice: Quantization) -> Quantization:
        """Give a quantization with the projector that is loaded beside it, for the arithmetic of memory."""
        return choice if self.details is None else with_projector(choice, self.details)


@dataclass(frozen=True, slots=True)
class Choice:
    """A quantization chosen from a source, or the reason why the wished one is not there."""

    quantization: Quantization | None
    reason: str | None = None
    why: str = ""


def _is_gguf(path: str) -> bool:
    return path.lower().endswith(".gguf") and _SAFE_PATH.fullmatch(path) is not None and ".." not in path


@per_row
def offers_gguf(model: Model) -> bool:
    """Say from the row whether GGUF files of a model are known: its own, or another repository's."""
    stored = stored_of(model)
    return stored.has_gguf or (stored.format not in REMADE and any(map(is_repo_id, model.gguf_repos)))


def sources_of(subject: Subject) -> tuple[Source, ...]:
    """List the repositories that hold GGUF files of the subject, the best first."""
    model = subject.model
    stored = stored_of(model, subject.details)
    own = [Source(model.id, subject.details, is_own=True)] if stored.has_gguf else []
    if stored.format in REMADE:
        return tuple(own)
    named = [name for name in model.gguf_repos if is_repo_id(name) and name != model.id]
    made = [
        name
        for name, found in subject.related.items()
        if name not in named and model.id in found.model.base_models and stored_of(found.model, found).has_gguf
    ]
    others = [Source(name, subject.related.get(name), is_own=False) for name in (*named, *made)]
    others = [source for source in others if not source.is_listed or source.quantizations]
    return (*own, *sorted(others, key=lambda source: not source.is_listed))


def choose(
    found: tuple[Quantization, ...], wished: str | None, machine: Machine, *, needs_one_file: bool = False
) -> Choice:
    """Choose a quantization.

    Args:
        found: what the repository holds.
        wished: a name as the user typed it; None lets the rule of this module decide.
        machine: what it should fit.
        needs_one_file: whether split files cannot be used.
    """
    usable = [item for item in found if not (needs_one_file and item.is_sharded)]
    names = ", ".join(dict.fromkeys(item.name for item in usable)) or "none"
    if wished is not None:
        return _wished(found, usable, wished, names)
    if not usable:
        return Choice(None, f"every quantization in it is split into several files{_AS_OF}")
    usual = next((item for item in usable if item.name.upper() == USUAL), None)
    room = (machine.gpu_budget_bytes + (0 if machine.is_unified else machine.ram_budget_bytes or 0)) or None
    if usual is not None and _fits(usual, room):
        return Choice(usual, why=f"{USUAL} is the usual trade of size against quality")
    fitting = [item for item in usable if _fits(item, room) and not item.name.upper().startswith(("F", "BF"))]
    if room is not None and fitting and (usual is not None or _is_known(fitting)):
        best = max(fitting, key=lambda item: item.size_bytes or 0)
        return Choice(best, why=f"the largest that fits the memory of this machine, of {names}")
    chosen = usual or min(usable, key=_distance)
    return Choice(chosen, why=f"nearest to the usual {USUAL}, of {names}")


def _wished(found: tuple[Quantization, ...], usable: list[Quantization], wished: str, names: str) -> Choice:
    wanted = wished.upper()
    exact = next((item for item in usable if item.name.upper() == wanted), None)
    near = exact or next((item for item in usable if item.name.upper() == f"UD-{wanted}"), None)
    if near is not None:
        return Choice(near, why=f"asked for as {wished}")
    if any(item.name.upper() in {wanted, f"UD-{wanted}"} for item in found):
        return Choice(None, f"{wished} is split into several files there{_AS_OF}; in one file: {names}")
    return Choice(None, f"there is no {wished} in it, but {names}")


def _fits(item: Quantization, room: int | None) -> bool:
    return room is None or item.size_bytes is None or item.size_bytes * _SPARE <= room


def _is_known(items: list[Quantization]) -> bool:
    return all(item.size_bytes is not None for item in items)


def _distance(item: Quantization) -> tuple[int, int]:
    """Order by nearness to four bits, larger before smaller, full precision last."""
    digits = re.search(r"\d", item.name)
    bits = int(digits[0]) if digits else 9
    full = item.name.upper().startswith(("F", "BF"))
    return (20 if full else abs(bits - 4) * 2 + (bits < 4)), -(item.size_bytes or 0)


def no_such_name(wished: str | None) -> str | None:
    """Say that a wish is no quantization's name, where no file list can tell; None when it is one."""
    if wished is None or gguf_type(wished) is not None:
        return None
    return f"{wished} is not the name of a GGUF quantization; usual ones are Q4_K_M, Q5_K_M, Q6_K, Q8_0, IQ4_XS, BF16"


def unseen_note(source: Source, wished: str | None, otherwise: str) -> Note:
    """Say that a source's files were never seen: a wish may not be there; without one, what the tool does by itself."""
    text = f"The files of {source.repo} were never seen here"
    if wished is None:
        return Note("info", f"{text}: {otherwise}.")
    return Note("warning", f"{text}: whether {wished} is there is not known.")


def likely_split(model: Model, wished: str | None) -> str | None:
    """Say why files that were never seen are surely in several parts; None when they need not be.

    Basis: parameters (where no source has them, those that the name tells) times the bits of the
    quantization, against the size that uploaders keep a file under, or one publisher does.
    """
    mix = gguf_type(wished or USUAL)
    size = None if mix is None else _bytes_in_parts(model.params or model.params_estimate, model.id, mix)
    return None if size is None else f"{mix} of it is about {on_disk(size)}, published in several files"


def is_large(known: int | None, model_id: str) -> bool:
    """Tell whether files of the usual quantization that were never seen are surely in several parts.

    Args:
        known: parameters, where a source has them.
        model_id: of the repository.
    """
    return _bytes_in_parts(known, model_id, USUAL) is not None


def _bytes_in_parts(known: int | None, model_id: str, mix: str) -> float | None:
    """Give the size of files that are too large for one part: by most uploaders' measure, or by this one's."""
    parts, name = rules("serving")["gguf"]["parts"], model_id.lower()
    own: float | None = next((most for pattern, most in parts if re.search(pattern, name)), None)
    params = known or params_named(model_id.partition("/")[2])
    size = (params or 0) * FILE_BITS[mix] / 8
    return size if size > (own or (_ONE_FILE if known else _HUB_FILE)) else None


def tag_of(choice: Quantization, found: tuple[Quantization, ...]) -> str | None:
    """Give the tag that names a choice after `repo:`; None when the file has to be named by its path.

    A name that several files carry, and a file without one, is named by the file itself.
    """
    same = [item for item in found if item.name.upper() == choice.name.upper()]
    path = choice.files[0].path if choice.files else choice.name
    name = path.rpartition("/")[2]
    if len(same) > 1 or choice.name == name.removesuffix(".gguf"):
        return name if "/" not in path and _TAG.fullmatch(name) else None
    return choice.name if _TAG.fullmatch(choice.name) else None


def unreadable(source: Source, engine: str) -> str | None:
    """Name the GGUF architecture that llama.cpp of a tool's version does not know; None when it is fine or unknown."""
    found = (source.details.gguf if source.details else {}).get("architecture")
    if not isinstance(found, str) or not found:
        return None
    return None if found in rules(engine)["gguf_architectures"] else found


def fitting_purpose(model: Model, allowed: frozenset[Purpose]) -> Purpose | None:
    """Give the purpose of a model when a tool serves it; a GGUF repository of unknown kind counts as text."""
    purpose = purpose_of(model)
    if purpose == "unknown" and stored_of(model).has_gguf:
        purpose = "text"
    return purpose if purpose in allowed else None
