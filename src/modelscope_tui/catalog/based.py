"""Which rows stand under which base, and under which way of having been made from it, for many rows at once.

GROUND FLOOR. The same as ``relation.py`` says of one row, by which the few are judged of which no tag tells the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from modelscope_tui.catalog.coded import Coded, Truths, coded_lists
from modelscope_tui.catalog.keys import folded
from modelscope_tui.catalog.postings import Gathered, Rows
from modelscope_tui.catalog.relation import PEFT, RELATIONS, UNKNOWN, base_in, is_merge, relation_in, relation_of

_WAYS = (*RELATIONS, UNKNOWN)
_UNKNOWN = _WAYS.index(UNKNOWN)


class _Made(NamedTuple):
    """The facts that tell what a row was made from, and how."""

    id: str
    library: str | None
    tags: tuple[str, ...]
    quantization: str | None
    base_models: tuple[str, ...]

    @property
    def name(self) -> str:
        """The part of its id after the slash."""
        return self.id.partition("/")[2]


def file_bases(columns: Mapping[str, Sequence[Any]], tags: Coded, rows: Rows, found: Gathered[str]) -> Truths:
    """Gather rows under the folded names of their bases, and tell which of them have any.

    Args:
        columns: their facts.
        tags: their tags.
        rows: their numbers.
        found: takes the names.
    """
    said = coded_lists(columns["base_models"])
    has_base = np.zeros(len(rows), dtype=bool)
    for some, names in ((said, said.values), (tags, [base_in(tag) for tag in tags.values])):
        found.add_coded([[folded(name)] if name else [] for name in names], some.codes, rows[some.places])
        named = np.fromiter(map(bool, names), dtype=bool, count=len(names))
        has_base[some.places[named[some.codes]]] = True
    return has_base


def relations(columns: Mapping[str, Sequence[Any]], tags: Coded, has_base: Truths) -> Iterator[tuple[str, Truths]]:
    """Give each way of having been made from a base, and which rows it is true of."""
    way_of = np.full(len(has_base), _UNKNOWN, dtype=np.int64)
    said = tags.each(lambda tag: _WAYS.index(relation_in(tag) or UNKNOWN))
    telling = np.flatnonzero(said != _UNKNOWN)[::-1]  # (of several the first one counts: it is written last)
    way_of[tags.places[telling]] = said[telling]
    doubtful = has_base & (way_of == _UNKNOWN)
    if doubtful.any():
        may_tell = tags.rows_with(is_merge, len(has_base))
        facts = zip(columns["library"], columns["quantization"], strict=True)
        may_tell |= np.array([library == PEFT or bool(quantization) for library, quantization in facts], dtype=bool)
        for place in np.flatnonzero(doubtful & may_tell).tolist():
            way_of[place] = _WAYS.index(relation_of(_made(columns, place)) or UNKNOWN)
    for way, name in enumerate(_WAYS):
        rows = has_base & (way_of == way)
        if rows.any():
            yield name, rows


def _made(columns: Mapping[str, Sequence[Any]], place: int) -> _Made:
    model_id, library, tags, quantization, bases = (columns[name][place] for name in _Made._fields)
    return _Made(model_id, library, tuple(tags or ()), quantization, tuple(bases or ()))
