"""From lines to what rows put into the file, ready to be written: most of the work of making an index.

GROUND FLOOR. Pure; several processes may each cut rows. It goes fact by fact (``filing.py``) and letter by letter
(``ngrams.py``) over many rows at a time, and gives what ``keys.py`` gives row by row.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from modelscope_tui.catalog.block import BLOCK_BITS, Blocks
from modelscope_tui.catalog.coded import Numbered, coded_lists
from modelscope_tui.catalog.filed import Filed
from modelscope_tui.catalog.filing import Columns, Filing
from modelscope_tui.catalog.keys import RESEMBLED, Key, Kind, folded, pieces_of
from modelscope_tui.catalog.ngrams import Ids, grams_of_odd, unpacked
from modelscope_tui.catalog.posted import NAMES, Posted, combined, merged, parted
from modelscope_tui.catalog.postings import (
    Gathered,
    Rows,
    bitmap_of,
    bits_of,
    pieces_of_bitmap,
    pieces_of_bits,
    rows_of,
    unique,
)
from modelscope_tui.catalog.record import FIELDS
from modelscope_tui.catalog.store import FEW, SLICE_BITS
from modelscope_tui.catalog.taxonomy import FALLBACK
from modelscope_tui.catalog.told import NOTHING_TOLD, Told, ToolsOf
from modelscope_tui.catalog.tooling import digests, tools_of_all
from modelscope_tui.catalog.uncollected import uncollected

_BLOCK = 1 << BLOCK_BITS
_SLICE = 1 << SLICE_BITS
_AT_ONCE = 1 << 14
"""So many rows are read from their lines at a time: they take two kilobytes each."""

_PARSED_AT_ONCE = 256


@dataclass(slots=True)
class Slice:
    """What consecutive rows put into the file."""

    first: int
    """The number of the first row."""
    handles: list[str] = field(default_factory=list)
    """The organizations of these rows, each once."""
    organizations: array[int] = field(default_factory=lambda: array("I"))
    """For each row the place of its organization in `handles`."""
    blocks: list[tuple[int, bytes]] = field(default_factory=list)
    """The number of each block, and its lines compressed."""
    few: dict[int, Posted] = field(default_factory=dict)
    """The values with few rows, by kind; the folded ids are among them."""
    many: list[Filed] = field(default_factory=list)
    """The bitmaps of the other values, in the order of the table."""
    run: Path | None = None
    """Where values and bitmaps wait, if not here."""

    @property
    def bitmaps(self) -> Iterator[Filed]:
        """All bitmaps, in the order of the table, as those of a small index."""
        few = ((kind, posted) for kind, posted in self.few.items() if kind != NAMES)
        return merged([few], [iter(self.many)], is_large=False)


class _Cutting:
    """Rows while they are cut."""

    def __init__(self, first: int, tools_of: ToolsOf, told: Told, blocks: Blocks) -> None:
        self.slice = Slice(first)
        self._blocks = blocks
        self._tools_of, self._told = tools_of, told
        self._filing = Filing()
        self._owners: Numbered[str] = Numbered()
        self._keys: list[str] = []
        self._packed: list[NDArray[np.uint64]] = []
        self._letters: Gathered[str] = Gathered()
        self._odd: dict[str, list[int]] = {}

    def add(self, first: int, lines: Sequence[str]) -> None:
        """Take the rows of a slice."""
        keys: list[str] = []
        here: list[str] = []
        numbers: list[Rows] = []
        matter: list[Hashable] = []
        for start in range(0, len(lines), _AT_ONCE):
            some = lines[start : start + _AT_ONCE]
            columns = _columns(some)
            rows = np.arange(first + start, first + start + len(some), dtype=np.uint32)
            folded_ids = list(map(folded, columns["id"]))
            keys += folded_ids
            self._filing.seen(columns, rows)
            here_now = [place for place, gone in enumerate(columns["gone"]) if not gone]
            self._owned(columns["id"], folded_ids, rows, here_now)
            if len(here_now) < len(some):
                columns = {name: [values[place] for place in here_now] for name, values in columns.items()}
                rows, folded_ids = rows[here_now], [folded_ids[place] for place in here_now]
            tags = coded_lists(columns["tags"])
            self._filing.facts(columns, rows, tags)
            numbers.append(rows)
            here += folded_ids
            matter += digests(self._tools_of, columns, tags)
        ids = Ids(here, np.concatenate(numbers))
        self._filing.names(ids)
        alive = lines if len(here) == len(lines) else [lines[number - first] for number in ids.numbers.tolist()]
        self._tools(alive, matter, ids)
        self._packed.append(ids.packed())
        for letter, having in ids.letters():
            self._letters.add(letter, having)
        for gram, number in grams_of_odd(ids):
            self._odd.setdefault(gram, []).append(number)
        self._pack(first, lines, keys)

    def _owned(self, model_ids: Sequence[str], keys: Sequence[str], rows: Rows, alive: Sequence[int]) -> None:
        """Number the organizations of rows, and file those that are not gone under them."""
        handles = [key.partition("/")[0] for key in keys]
        known = len(self._owners)
        codes = self._owners.codes(handles, len(handles))
        new, places = np.unique(codes, return_index=True)
        self.slice.handles += [model_ids[place].partition("/")[0] for place in places[new >= known].tolist()]
        self.slice.organizations.frombytes(codes.astype(np.uint32).tobytes())
        owned = self._filing.many[Kind.ORGANIZATION]
        if len(alive) == len(rows):
            owned.add_each(handles, rows)
        else:
            owned.add_each([handles[place] for place in alive], rows[alive])

    def _tools(self, lines: Sequence[str], matter: Sequence[Hashable], ids: Ids) -> None:
        tools = tools_of_all(self._tools_of, lines, matter, ids, self._told)
        keys = [[(Kind.TOOL, tool) for tool in some] for some in tools.values]
        self._filing.found.add_coded(keys, tools.codes, ids.numbers)

    def _pack(self, first: int, lines: Sequence[str], keys: Sequence[str]) -> None:
        starts = range(0, len(lines), _BLOCK)
        pack = self._blocks.pack
        self.slice.blocks += [((first + at) >> BLOCK_BITS, pack(lines[at : at + _BLOCK])) for at in starts]
        self._keys += keys

    def finish(self) -> Slice:
        """Bring what was gathered in order."""
        self._keep(NAMES, _names(self.slice.first, self._keys), [])
        kinds = dict(_by_kind(*self._filing.found.sorted()))
        kinds |= {kind: Posted(*gathered.sorted()) for kind, gathered in self._filing.many.items()}
        if Kind.CATEGORY in kinds:
            kinds[Kind.CATEGORY] = _without_fallback(kinds[Kind.CATEGORY])
        for kind, posted in kinds.items():
            few, many = parted(kind, posted)
            self._keep(kind, few, many)
        self._keep(Kind.NUMBER, *self._numbers())
        self._keep(Kind.GRAM, *self._grams(kinds.get(Kind.TAG)))
        self.slice.few = dict(sorted(self.slice.few.items()))
        self.slice.many.sort(key=itemgetter(0, 1, 2))
        return self.slice

    def _keep(self, kind: int, few: Posted, many: Sequence[Filed]) -> None:
        if few.values:
            self.slice.few[kind] = few
        self.slice.many += many

    def _numbers(self) -> tuple[Posted, list[Filed]]:
        """Give for each bit of each number the rows that have it."""
        rows = np.concatenate(self._filing.rows)
        few: dict[str, Rows] = {}
        many: list[Filed] = []
        every = {name: np.concatenate(values) for name, values in self._filing.numbers.items()}
        for name, numbers in every.items():
            for value, has in bits_of(name, numbers, every.get(RESEMBLED.get(name, ""))):
                count = int(np.count_nonzero(has))
                if count > FEW:
                    here = np.zeros(len(self._keys), dtype=np.uint8)
                    here[rows - np.uint32(self.slice.first)] = has
                    many += [(Kind.NUMBER, value, part, some) for part, some in pieces_of_bits(self.slice.first, here)]
                elif count:
                    few[value] = rows[has > 0]
        return _posted(few), many

    def _grams(self, tags: Posted | None) -> tuple[Posted, list[Filed]]:
        """Gather the rows of every n-gram: from ids, and from the tags that have it."""
        tagged = {gram: [BitMap(some)] for gram, some in self._odd.items()}
        for tag, rows in tags.each() if tags else ():
            having = bitmap_of(rows)
            for gram in pieces_of(tag + "\n"):
                tagged.setdefault(gram, []).append(having)
        few: list[Posted] = []
        many: list[Filed] = []
        for posted in (Posted(*self._letters.sorted()), Posted(*unpacked(unique(np.concatenate(self._packed))))):
            is_tagged = np.fromiter([gram in tagged for gram in posted.values], dtype=bool, count=len(posted.values))
            for gram, rows in posted.where(is_tagged).each():
                tagged[gram].append(bitmap_of(rows))
            some, bitmaps = parted(Kind.GRAM, posted.where(~is_tagged))
            few.append(some)
            many += bitmaps
        joined = {gram: BitMap.union(*bitmaps) for gram, bitmaps in tagged.items()}
        few.append(_posted({gram: rows_of(rows) for gram, rows in joined.items() if len(rows) <= FEW}))
        for gram, having in joined.items():
            if len(having) > FEW:
                many += [(Kind.GRAM, gram, part, some) for part, some in pieces_of_bitmap(having)]
        return combined(few), many


def _names(first: int, keys: Sequence[str]) -> Posted:
    order = sorted(range(len(keys)), key=keys.__getitem__)
    rows = np.array(order, dtype=np.uint32) + np.uint32(first)
    return Posted([keys[place] for place in order], np.ones(len(keys), dtype=np.int64), rows)


def _posted(found: Mapping[str, Rows]) -> Posted:
    values = sorted(found)
    rows = [found[value] for value in values]
    lengths = np.array([len(some) for some in rows], dtype=np.int64)
    return Posted(values, lengths, np.concatenate([*rows, np.zeros(0, dtype=np.uint32)]))


def _by_kind(keys: Sequence[Key], lengths: NDArray[np.int64], rows: Rows) -> Iterator[tuple[int, Posted]]:
    every = Posted([value for _, value in keys], lengths, rows)
    kinds = [kind for kind, _ in keys]
    for kind in dict.fromkeys(kinds):
        yield kind, every.between(bisect_left(kinds, kind), bisect_right(kinds, kind))


def _without_fallback(categories: Posted) -> Posted:
    """Leave rows in the general category only where they are in no other."""
    found = dict(categories.each())
    if FALLBACK not in found:
        return categories
    others = [bitmap_of(rows) for category, rows in found.items() if category != FALLBACK]
    left = bitmap_of(found.pop(FALLBACK)) - BitMap.union(BitMap(), *others)
    return _posted(found | {FALLBACK: rows_of(left)} if left else found)


def cut(
    first: int, lines: Sequence[str], tools_of: ToolsOf, told: Told = NOTHING_TOLD, blocks: Blocks | None = None
) -> Slice:
    """Cut the rows from number ``first`` on; it is the first of a slice.

    Args:
        first: the number of the first row.
        lines: the rows.
        tools_of: tells which tools can run a model.
        told: rows of which that is known already.
        blocks: packs the rows as the index does.
    """
    with uncollected():
        cutting = _Cutting(first, tools_of, told, blocks or Blocks())
        for start in range(0, len(lines), _SLICE):
            cutting.add(first + start, lines[start : start + _SLICE])
        return cutting.finish()


def _columns(lines: Sequence[str]) -> Columns:
    """Read rows from their lines, field by field; a few at a time, as more do not fit near the processor."""
    columns: dict[str, list[Any]] = {name: [] for name in FIELDS}
    for start in range(0, len(lines), _PARSED_AT_ONCE):
        rows = json.loads(f"[{','.join(lines[start : start + _PARSED_AT_ONCE])}]")
        for values, more in zip(columns.values(), zip(*rows, strict=True), strict=False):
            values.extend(more)  # (what stands last in a row is who said it)
    return columns
