"""Values with their rows, before they are bitmaps: gathered unit by unit, and brought together when all rows are cut.

GROUND FLOOR. Most values have one row or two. A bitmap made of each in each unit, read again and joined would cost more
than all else that an index is made of; so only values with many rows are bitmaps at once, and the others stay numbers
until all of theirs are known.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelscope_tui.catalog.filed import Filed
from modelscope_tui.catalog.piece import Pieces
from modelscope_tui.catalog.postings import Rows, pieces_of_rows, unique, written
from modelscope_tui.catalog.store import FEW, SLICE_BITS, TOGETHER

NAMES = 0
"""Folded ids stand among values as those of a kind before all others."""

AT_ONCE = 4096
"""So many values are kept and brought together at a time."""

_ABOVE = np.uint64(32)


class Posted(NamedTuple):
    """Values of one kind in ascending order, each once."""

    values: Sequence[str]
    lengths: NDArray[np.int64]
    """How many rows each value has; at least one."""
    rows: Rows
    """The rows of the first value in ascending order, then those of the second, and so on."""

    def where(self, kept: NDArray[np.bool_]) -> Posted:
        """Keep some of the values."""
        values = [value for value, keep in zip(self.values, kept.tolist(), strict=True) if keep]
        return Posted(values, self.lengths[kept], self.rows[np.repeat(kept, self.lengths)])

    def between(self, start: int, stop: int) -> Posted:
        """Keep the values from one place to another."""
        first = int(self.lengths[:start].sum())
        lengths = self.lengths[start:stop]
        return Posted(self.values[start:stop], lengths, self.rows[first : first + int(lengths.sum())])

    def within(self, start: str | None, stop: str | None) -> Posted:
        """Keep the values from one on, up to another one; None is an open end."""
        first = 0 if start is None else bisect_left(self.values, start)
        return self.between(first, len(self.values) if stop is None else bisect_left(self.values, stop))

    def each(self) -> Iterator[tuple[str, Rows]]:
        """Give every value with its rows."""
        stops = np.cumsum(self.lengths)
        for value, start, stop in zip(self.values, (stops - self.lengths).tolist(), stops.tolist(), strict=True):
            yield value, self.rows[start:stop]

    def some_at_a_time(self) -> Iterator[Posted]:
        """Cut them into pieces of `AT_ONCE` values."""
        for start in range(0, len(self.values), AT_ONCE):
            yield self.between(start, start + AT_ONCE)


def parted(kind: int, posted: Posted) -> tuple[Posted, list[Filed]]:
    """Part values with few rows from the others, which become bitmaps."""
    is_few = posted.lengths <= FEW
    many = posted.where(~is_few)
    bitmaps = [(kind, value, part, some) for value, rows in many.each() for part, some in pieces_of_rows(rows)]
    return posted.where(is_few) if len(many.values) else posted, bitmaps


def combined(parts: Sequence[Posted]) -> Posted:
    """Bring values together that stand in several places, with all their rows."""
    parts = [part for part in parts if len(part.values)]
    if len(parts) == 1:
        return parts[0]
    every = list(chain.from_iterable([part.values for part in parts]))
    values = list(dict.fromkeys(sorted(every)))
    place_of = dict(zip(values, range(len(values)), strict=True))
    places = np.fromiter(map(place_of.__getitem__, every), dtype=np.uint64, count=len(every))
    lengths = np.concatenate([part.lengths for part in parts])
    packed = unique(np.repeat(places, lengths) << _ABOVE | np.concatenate([part.rows for part in parts]))
    starts = np.searchsorted(packed, np.arange(len(values) + 1, dtype=np.uint64) << _ABOVE)
    return Posted(values, np.diff(starts), packed.astype(np.uint32))


def merged(
    few: Sequence[Iterator[tuple[int, Posted]]], many: Sequence[Iterator[Filed]], *, is_large: bool
) -> Iterator[Filed]:
    """Give the bitmaps of all units in the order of the table.

    Args:
        few: of each unit values with few rows, by kind, in order.
        many: of each unit the bitmaps of the other values, in order.
        is_large: whether the bitmaps are those of a large index.
    """
    pieces = Pieces() if is_large else None
    bitmaps = heapq.merge(*many, key=itemgetter(0, 1, 2))
    waiting = next(bitmaps, None)
    for kind, posted in together(few):
        here: list[Filed] = []
        last = (kind, posted.values[-1])
        while waiting is not None and waiting[:2] <= last:
            here.append(waiting)
            waiting = next(bitmaps, None)
        yield from _in_one(kind, posted, here, pieces)
    while waiting is not None:
        yield waiting
        waiting = next(bitmaps, None)


def together(units: Sequence[Iterator[tuple[int, Posted]]]) -> Iterator[tuple[int, Posted]]:
    """Bring together what units have of the same values, some values at a time."""
    heads = {place: head for place, unit in enumerate(units) if (head := next(unit, None)) is not None}
    while heads:
        kind = min([kind for kind, _ in heads.values()])
        now = {place: posted for place, (of, posted) in heads.items() if of == kind}
        last = min([posted.values[-1] for posted in now.values()])
        parts = []
        for place, posted in now.items():
            stop = bisect_right(posted.values, last)
            parts.append(posted.between(0, stop))
            head = (kind, posted.between(stop, len(posted.values))) if stop < len(posted.values) else None
            head = head or next(units[place], None)
            if head is None:
                del heads[place]
            else:
                heads[place] = head
        yield kind, combined(parts)


def _in_one(kind: int, posted: Posted, bitmaps: list[Filed], pieces: Pieces | None) -> Iterator[Filed]:
    """Give bitmaps of values with few rows in each unit among those of values that have many somewhere."""
    elsewhere = {value for of, value, *_ in bitmaps if of == kind}
    kept = posted.lengths <= FEW
    if elsewhere:
        kept &= np.fromiter([value not in elsewhere for value in posted.values], dtype=bool, count=len(kept))
    if kept.all() and not bitmaps:
        yield from _filed(kind, posted, pieces)
        return
    bitmaps += _filed(kind, posted.where(kept), pieces)
    bitmaps += _filed(kind, _by_slice(posted.where(~kept)), pieces)
    bitmaps.sort(key=itemgetter(0, 1, 2))
    yield from bitmaps


def _by_slice(posted: Posted) -> Posted:
    """Part the rows of each value by slices, those with few rows together; it stands once for each part then."""
    owners = np.repeat(np.arange(len(posted.values), dtype=np.int64), posted.lengths)
    slices = posted.rows >> np.uint32(SLICE_BITS)
    is_first = np.ones(len(slices), dtype=bool)
    is_first[1:] = (slices[1:] != slices[:-1]) | (owners[1:] != owners[:-1])
    starts = np.flatnonzero(is_first)
    parts: list[tuple[int, int]] = []
    for owner, length in zip(owners[starts].tolist(), np.diff(starts, append=len(slices)).tolist(), strict=True):
        if parts and parts[-1][0] == owner and parts[-1][1] + length <= TOGETHER:
            parts[-1] = owner, parts[-1][1] + length
        else:
            parts.append((owner, length))
    values = [posted.values[owner] for owner, _ in parts]
    return Posted(values, np.array([length for _, length in parts], dtype=np.int64), posted.rows)


def _filed(kind: int, posted: Posted, pieces: Pieces | None) -> Iterator[Filed]:
    """Write bitmaps of few rows."""
    starts = np.cumsum(posted.lengths) - posted.lengths
    contents = written(posted.rows, posted.lengths)
    if pieces and contents:
        contents = pieces.shortened_each(contents, posted.rows, posted.lengths)
    parts = (posted.rows[starts] >> np.uint32(SLICE_BITS)).tolist()
    return zip(repeat(kind), posted.values, parts, contents, strict=False)
