"""Which rows stand under which base, and under which way of having been made from it, for many rows at once.

GROUND FLOOR. The same as ``relation.py`` says of one row, by which the few are judged of which no tag tells the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from modelscope_tui.catalog.coded import Coded, Truths, coded_lists
from modelscope_tui.catalog.keys import BASED, folded
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


class Based:
    """What rows were made from, and how."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], tags: Coded, rows: Rows) -> None:
        self._columns, self._tags, self._rows = columns, tags, rows
        self._has_base = np.zeros(len(rows), dtype=bool)
        self._places = [place for place, tag in enumerate(tags.values) if tag.startswith(BASED)]

    def file(self, found: Gathered[str]) -> None:
        """Gather rows under the folded names of their bases, as their cards and their tags say."""
        said = coded_lists(self._columns["base_models"])
        self._gather(said, said.values, found)
        names: list[str | None] = [None] * len(self._tags.values)
        for place in self._places:
            names[place] = base_in(self._tags.values[place])
        self._gather(self._tags, names, found)

    def _gather(self, said: Coded, names: Sequence[str | None], found: Gathered[str]) -> None:
        found.add_coded([[folded(name)] if name else () for name in names], said.codes, self._rows[said.places])
        named = np.fromiter(map(bool, names), dtype=bool, count=len(names))
        self._has_base[said.places[named[said.codes]]] = True

    def relations(self) -> Iterator[tuple[str, Rows]]:
        """Give each way in which rows were made from their bases, with the rows; :meth:`file` has been called."""
        tags, way_of = self._tags, np.full(len(self._rows), _UNKNOWN, dtype=np.int64)
        ways = np.full(len(tags.values), _UNKNOWN, dtype=np.int64)
        for place in self._places:
            ways[place] = _WAYS.index(relation_in(tags.values[place]) or UNKNOWN)
        said = ways[tags.codes]
        telling = np.flatnonzero(said != _UNKNOWN)[::-1]  # (of several the first one counts: it is written last)
        way_of[tags.places[telling]] = said[telling]
        doubtful = self._has_base & (way_of == _UNKNOWN)
        for place in np.flatnonzero(doubtful & self._may_tell()).tolist() if doubtful.any() else ():
            way_of[place] = _WAYS.index(relation_of(_made(self._columns, place)) or UNKNOWN)
        for way, name in enumerate(_WAYS):
            here = self._has_base & (way_of == way)
            if here.any():
                yield name, self._rows[here]

    def _may_tell(self) -> Truths:
        """Tell which rows have a fact, other than such a tag, that may tell the way."""
        facts = zip(self._columns["library"], self._columns["quantization"], strict=True)
        found = np.array([library == PEFT or bool(quantization) for library, quantization in facts], dtype=bool)
        return found | self._tags.rows_with(is_merge, len(found))


def _made(columns: Mapping[str, Sequence[Any]], place: int) -> _Made:
    model_id, library, tags, quantization, bases = (columns[name][place] for name in _Made._fields)
    return _Made(model_id, library, tuple(tags or ()), quantization, tuple(bases or ()))
