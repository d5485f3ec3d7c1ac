"""What is really open of a model, by the classes of the Linux Foundation's Model Openness Framework.

GROUND FLOOR. The framework (version 1.0, LF AI & Data; White et al., arXiv 2403.13784) lists components and asks that
each is published under an open license: Class III Open Model, Class II Open Tooling, Class I Open Science, each with
all of the class before it. Which class needs which, and that supporting tools are optional, was held on 2026-11-24
against the components of the framework's own tool (lfai/model_openness_tool, mof.settings.yml of 11 May 2026). Here a
component counts only with evidence in the row, the files or the card; everything else is `not established`, which is
no claim that it does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.license import group_of
from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.catalog.safety import has_custom_code

State = Literal["open", "published", "not established"]
"""`open` with evidence and an open license · `published` with evidence, the license not open or not known."""

CLASSES = {3: "Class III Open Model", 2: "Class II Open Tooling", 1: "Class I Open Science"}
"""The classes by number, from the least to the most."""

FRAMEWORK = "Model Openness Framework 1.0 (LF AI & Data, arXiv 2403.13784)"
"""What the classes come from."""

_OPEN_GROUPS = frozenset({"permissive", "copyleft"})
_WEIGHTS = frozenset({"weights", "gguf", "pickle"})
_OPTIONAL = frozenset({"supporting tools"})
_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s+|\*\*)(.{2,120})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Component:
    """One component of the framework."""

    name: str
    needed_for: int
    """The class that needs it first: 3, 2 or 1."""
    state: State
    evidence: str
    """Where it was seen; empty when it is not established."""
    is_optional: bool = False
    """Whether the class can be reached without it."""


@dataclass(frozen=True, slots=True)
class Openness:
    """What was established."""

    components: tuple[Component, ...]
    reached: int | None
    """The best class of which every component is open: 3, 2, 1, or None."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Name what the next class still needs."""
        following = {None: 3, 3: 2, 2: 1}.get(self.reached)
        needed = (part for part in self.components if part.needed_for == following and not part.is_optional)
        return tuple(part.name for part in needed if part.state != "open")


Seen = Callable[[ModelDetails, str], str]
"""Gives the evidence of a component, or nothing."""


def openness_of(details: ModelDetails, card: str | None = None) -> Openness:
    """Look for every component in what is known of a model.

    Args:
        details: the model.
        card: its card, where it was seen.
    """
    text = card or details.card or ""
    parts = tuple(_component(details, text, name, needed_for, seen) for name, needed_for, seen in _PARTS)
    reached = None
    for number in CLASSES:
        if any(part.state != "open" for part in parts if part.needed_for == number and not part.is_optional):
            break
        reached = number
    return Openness(parts, reached)


def _component(details: ModelDetails, card: str, name: str, needed_for: int, seen: Seen) -> Component:
    evidence = seen(details, card)
    is_optional = name in _OPTIONAL
    if not evidence:
        return Component(name, needed_for, "not established", "", is_optional)
    is_elsewhere = evidence.startswith(("data set ", "arXiv:"))  # its own license is not known here
    is_open = group_of(*details.model.license_said) in _OPEN_GROUPS and not is_elsewhere
    return Component(name, needed_for, "open" if is_open else "published", evidence, is_optional)


def _parameters(details: ModelDetails, _: str) -> str:
    found = [file.path for file in details.files or () if file.kind in _WEIGHTS]
    return found[0] if found else ""


def _architecture(details: ModelDetails, _: str) -> str:
    code = next((file.path for file in details.files or () if "modeling_" in file.path and file.kind == "code"), "")
    if code:
        return code
    model = details.model
    if model.library == "transformers" and model.architectures and not has_custom_code(details):
        return f"{model.architectures[0]} in the transformers library"
    return ""


def _paper(details: ModelDetails, _: str) -> str:
    return next((f"arXiv:{tag[6:]}" for tag in details.model.tags if tag.startswith("arxiv:")), "")


def _card(details: ModelDetails, card: str) -> str:
    if card:
        return "model card"
    return next((file.path for file in details.files or () if file.kind == "card"), "")


def _evaluation(details: ModelDetails, card: str) -> str:
    if details.evals:
        return f"{len(details.evals)} reported results"
    return _heading(card, r"eval|benchmark|results|performance")


def _data_card(_: ModelDetails, card: str) -> str:
    return _heading(card, r"training data|pre-?training data|data ?card|datasets? used")


def _data(details: ModelDetails, _: str) -> str:
    named = [tag[8:] for tag in details.model.tags if tag.startswith("dataset:")]
    return f"data set {named[0]}" if named else ""


def _intermediate(details: ModelDetails, _: str) -> str:
    steps = re.compile(r"(?:^|/)(?:checkpoint|step|global_step)[-_]?\d+/")
    return next((file.path for file in details.files or () if steps.search(file.path)), "")


def _file_like(pattern: str) -> Seen:
    wanted = re.compile(pattern, re.IGNORECASE)

    def seen(details: ModelDetails, _: str) -> str:
        """Find a file of code by its name."""
        return next((f.path for f in details.files or () if f.kind == "code" and wanted.search(f.path)), "")

    return seen


def _heading(card: str, pattern: str) -> str:
    wanted = re.compile(pattern, re.IGNORECASE)
    found = next((title for title in _headings(card) if wanted.search(title)), "")
    return f"card: {found.strip(' #*:')[:60]}" if found else ""


def _headings(card: str) -> Iterator[str]:
    for found in _HEADING.finditer(card[:200_000]):
        yield found[1]


_PARTS: tuple[tuple[str, int, Seen], ...] = (
    ("model parameters", 3, _parameters),
    ("model architecture", 3, _architecture),
    ("model card", 3, _card),
    ("data card", 3, _data_card),
    ("technical report", 3, _paper),
    ("evaluation results", 3, _evaluation),
    ("training code", 2, _file_like(r"(^|/)(pre)?train|finetune")),
    ("inference code", 2, _file_like(r"(^|/)(inference|generat|predict|run|sample|demo|pipeline)")),
    ("evaluation code", 2, _file_like(r"(^|/)(eval|benchmark)")),
    ("evaluation data", 2, lambda _, __: ""),
    ("supporting tools", 2, lambda details, _: f"{details.model.library} library" if details.model.library else ""),
    ("research paper", 1, _paper),
    ("training data", 1, _data),
    ("data preprocessing code", 1, _file_like(r"(^|/)(preprocess|prepare_data|data_prep)")),
    ("intermediate checkpoints", 1, _intermediate),
)
