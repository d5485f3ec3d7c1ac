"""A model's family: what it was made from, step by step, and what was made from it.

GROUND FLOOR. Asked of the index by :meth:`Index.family`; no network. Names that are no rows here are kept as names:
a base that nobody has looked up is still the base.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyroaring import BitMap

from modelscope_tui.catalog.keys import Kind, folded
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.ordering import Ordering
from modelscope_tui.catalog.query import Query
from modelscope_tui.catalog.relation import RELATIONS, UNKNOWN, bases_of, relation_of
from modelscope_tui.catalog.store import Store

_GENERATIONS = 8
"""No real line of bases is longer; a card may name anything, itself included."""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A model that another one was made from."""

    id: str
    descendant: str
    """The id of the model that names it as its base."""
    relation: str | None
    """How the descendant was made from it: `quantized`, `finetune`, `adapter`, `merge`; None is unknown."""
    model: Model | None
    """Its row; None where it is not in the index."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Models that were made from one model in the same way."""

    relation: str | None
    """`quantized`, `finetune`, `adapter`, `merge`; None is unknown."""
    total: int
    """How many there are in the index."""
    models: tuple[Model, ...]
    """The most downloaded ones."""


@dataclass(frozen=True, slots=True)
class Family:
    """All relatives of one model that this machine knows."""

    id: str
    relation: str | None
    """How the model was made from its bases; None where it has none, or nothing tells."""
    ancestors: tuple[Ancestor, ...]
    """Its bases, then their bases, the nearest first; each id once."""
    children: tuple[Branch, ...]
    """One branch for each way that occurs, in the order of ``relation.RELATIONS``, the unknown last."""


Find = Callable[[str], Model | None]
Read = Callable[[int], Model]


def family(model_id: str, *, find: Find, read: Read, store: Store, ordering: Ordering, limit: int) -> Family:
    """Gather the family of a model, which need not be in the index itself.

    Args:
        model_id: the id, in any case.
        find: finds a row by its id.
        read: reads a row by its number.
        store: the tables.
        ordering: brings children in order.
        limit: how many models of each branch are read.
    """
    model = find(model_id)
    children = store.bitmap(Kind.BASE, folded(model_id)) - _itself(store, model_id)
    branches = []
    for relation in (*RELATIONS, UNKNOWN):
        rows = children & store.bitmap(Kind.RELATION, relation)
        if rows:
            shown = tuple([read(number) for number in ordering.page(rows, Query(), 0, limit)])
            branches.append(Branch(None if relation == UNKNOWN else relation, len(rows), shown))
    return Family(
        id=model.id if model else model_id,
        relation=relation_of(model) if model else None,
        ancestors=_ancestors(model, find),
        children=tuple(branches),
    )


def _itself(store: Store, model_id: str) -> BitMap:
    number = store.number_of(folded(model_id))
    return BitMap() if number is None else BitMap([number])


def _ancestors(model: Model | None, find: Find) -> tuple[Ancestor, ...]:
    found: list[Ancestor] = []
    seen = {folded(model.id)} if model else set()
    generation = [model] if model else []
    for _ in range(_GENERATIONS):
        following: list[Model] = []
        for one in generation:
            for base in bases_of(one):
                if folded(base) in seen:
                    continue
                seen.add(folded(base))
                row = find(base)
                found.append(Ancestor(row.id if row else base, one.id, relation_of(one), row))
                if row is not None:
                    following.append(row)
        generation = following
    return tuple(found)
