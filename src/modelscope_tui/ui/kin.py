"""A model's family as lines of a tree: what it was made from above it, what was made from it below, each with its fit.

UPPER FLOOR, pure but for :func:`gather`, which asks the explorer and runs in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.quantization import quantizations_of
from modelscope_tui.catalog.query import parse
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui import present

if TYPE_CHECKING:
    from modelscope_tui.catalog.family import Family
    from modelscope_tui.explorer import Explorer

SHOWN = 12
"""How many models of one branch are listed; a line leads to all of them."""

BRANCHES = {"quantized": "quantizations", "finetune": "finetunes", "adapter": "adapters", "merge": "merges",
            None: "made from it, unknown how"}  # fmt: skip
"""The ways of the Hub as people say them."""


@dataclass(frozen=True, slots=True)
class Kin:
    """One line of the tree."""

    name: str
    """The id; for a branch, the query that lists all of it."""
    depth: int
    kind: str
    """`model`, `self` or `branch`."""
    label: str
    model: Model | None = None
    """Its row, where it is known here."""
    relation: str | None = None
    """How an ancestor's descendant came from it."""
    size: str = ""
    fits: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A family, ready to be listed."""

    lines: tuple[Kin, ...]
    relatives: int
    """How many there are in all, listed or not."""
    has_asked: bool = False
    """Whether the Hub was asked."""
    problem: ModelscopeError | None = None
    """Why the Hub could not be."""


def gather(model_id: str, *, online: bool) -> Callable[[Explorer], Tree]:
    """Give the question for a family: from the index alone, or with what the Hub knows of its children."""

    def _gather(explorer: Explorer) -> Tree:
        problem = None
        if online:
            try:
                explorer.ask_hub(parse(f"base:{model_id}"))
            except ModelscopeError as error:
                problem = error
        return replace(_tree(explorer, explorer.index.family(model_id, SHOWN)), has_asked=online, problem=problem)

    return _gather


def _tree(explorer: Explorer, family: Family) -> Tree:
    lines = tuple(_judged(explorer, line) for line in _lines(family))
    return Tree(lines, len(family.ancestors) + sum(branch.total for branch in family.children))


def _lines(family: Family) -> Iterator[Kin]:
    generation = {family.id.casefold(): 0}
    for one in family.ancestors:
        generation[one.id.casefold()] = generation[one.descendant.casefold()] + 1
    most = max(generation.values())
    for one in sorted(family.ancestors, key=lambda one: -generation[one.id.casefold()]):
        depth = most - generation[one.id.casefold()]
        yield Kin(one.id, depth, "model", one.id, one.model, one.relation)
    yield Kin(family.id, most, "self", family.id)
    for branch in family.children:
        kind = BRANCHES[branch.relation]
        words = f"{present.grouped(branch.total)} {kind.removesuffix('s') if branch.total == 1 else kind}"
        query = f"base:{family.id} relation:{branch.relation or 'unknown'}"
        yield Kin(query, most + 1, "branch", words)
        for model in branch.models:
            yield Kin(model.id, most + 2, "model", model.id, model)


def _judged(explorer: Explorer, line: Kin) -> Kin:
    model = line.model if line.kind == "model" else explorer.model(line.name) if line.kind == "self" else None
    if model is None:
        return line
    kept = explorer.cached_details(model.id)
    return replace(line, model=model, size=_size(model, kept.value if kept else None), fits=explorer.fits(model))


def _size(model: Model, details: ModelDetails | None) -> str:
    """Say how large it is: the bytes of its quantizations where its files were seen, else its parameters."""
    sizes = sorted(one.size_bytes for one in quantizations_of(details) if one.size_bytes) if details else []
    if len(sizes) > 1:
        least, unit = present.size(sizes[0]).split(" ")
        most = present.size(sizes[-1])
        return f"{least if most.endswith(unit) else f'{least} {unit}'}-{most}"
    if sizes:
        return present.size(sizes[0])
    if model.params is not None:
        return present.count(model.params)
    return f"~{present.count(model.params_estimate)}" if model.params_estimate is not None else ""
