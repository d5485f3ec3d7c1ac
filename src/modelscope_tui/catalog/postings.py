"""Row numbers gathered under many values at once, and turned into the bitmaps of the file.

GROUND FLOOR. Knows nothing of models. Only whoever makes an index imports this: it stands on numpy.

A slice is 65,536 rows. A value with few rows gets one bitmap for several slices, any other one for each slice.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from modelscope_tui.catalog.store import FEW, SLICE_BITS

Rows = NDArray[np.uint32]
"""Row numbers, ascending, each once."""

Piece = tuple[int, bytes]
"""The first slice that a serialized bitmap holds rows of, and the bitmap."""

V = TypeVar("V", bound=Hashable)

_IN_SLICE = (1 << SLICE_BITS) - 1
_MOST_IN_ARRAY = 4096
"""A container of a roaring bitmap holds so many rows as an array, more as bits."""


class Gathered(Generic[V]):
    """Row numbers under values; a row may be given twice."""

    def __init__(self) -> None:
        self._numbers: dict[V, int] = {}
        self._of: list[int] = []
        self._rows: list[Sequence[int] | Rows] = []

    def add(self, value: V, rows: Sequence[int] | Rows) -> None:
        """Put rows under a value, beside those that it has."""
        self._of.append(self._numbers.setdefault(value, len(self._numbers)))
        self._rows.append(rows)

    def sorted(self) -> tuple[list[V], Rows, NDArray[np.int64]]:
        """Give the values in ascending order, their rows one after the other, and where each value's rows begin.

        The last of the beginnings is the end of the rows.
        """
        values = sorted(self._numbers)  # type: ignore[type-var]
        places = np.empty(len(values), dtype=np.uint64)
        places[[self._numbers[value] for value in values]] = np.arange(len(values), dtype=np.uint64)
        lengths = [len(rows) for rows in self._rows]
        numbers = np.fromiter(chain.from_iterable(self._rows), dtype=np.uint64, count=sum(lengths))
        numbers |= np.repeat(places[self._of], lengths) << np.uint64(32)
        numbers = unique(numbers)
        starts = np.searchsorted(numbers, np.arange(len(values) + 1, dtype=np.uint64) << np.uint64(32))
        return values, numbers.astype(np.uint32), starts.astype(np.int64)


def unique(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Sort numbers in place, and give each once."""
    numbers.sort()
    keep = np.empty(len(numbers), dtype=bool)
    keep[:1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=keep[1:])
    return numbers[keep]


def bitmap_of(rows: Rows) -> BitMap:
    """Turn rows into a bitmap."""
    found = array("I")
    found.frombytes(rows.astype(np.uint32, copy=False).tobytes())
    return BitMap(found)


def pieces_of_all(rows: Rows, starts: NDArray[np.int64]) -> list[list[Piece]]:
    """Serialize the rows of each value; none of them is empty.

    Args:
        rows: the rows of one value after the other.
        starts: where each value's rows begin, and the end of all.
    """
    sizes = np.diff(starts)
    if not len(sizes):
        return []
    slices = rows >> np.uint32(SLICE_BITS)
    first, last = slices[starts[:-1]], slices[starts[1:] - 1]
    is_simple = (first == last) & (sizes <= _MOST_IN_ARRAY)
    simple = iter(_simple(rows[np.repeat(is_simple, sizes)], first[is_simple], sizes[is_simple]))
    found: list[list[Piece]] = []
    for place, one in enumerate(is_simple.tolist()):
        if one:
            found.append([next(simple)])
        else:
            found.append(pieces_of_rows(rows[starts[place] : starts[place + 1]]))
    return found


def _simple(rows: Rows, slices: Rows, sizes: NDArray[np.int64]) -> Iterator[Piece]:
    """Serialize values whose rows lie in one slice and are at most 4,096, all at once.

    The portable format of roaring bitmaps (RoaringFormatSpec): a cookie, one container, its key and its size less one,
    where it begins, and the lower halves of the rows; hundreds of thousands of times in a row, so it is written here.
    """
    ends = np.cumsum(sizes)
    before = ends - sizes
    begins = before + 8 * np.arange(len(sizes), dtype=np.int64)
    out = np.zeros(len(rows) + 8 * len(sizes), dtype="<u2")
    for place, value in ((0, 12346), (2, 1), (6, 16)):
        out[begins + place] = value
    out[begins + 4] = slices
    out[begins + 5] = sizes - 1
    out[np.arange(len(rows)) + 8 * np.repeat(np.arange(1, len(sizes) + 1), sizes)] = rows & np.uint32(_IN_SLICE)
    content, stops = out.tobytes(), 2 * (begins + 8 + sizes)
    for part, start, stop in zip(slices.tolist(), (2 * begins).tolist(), stops.tolist(), strict=True):
        yield part, content[start:stop]


def pieces_of_rows(rows: Rows) -> list[Piece]:
    """Serialize the rows of one value."""
    if len(rows) <= FEW:
        return [(int(rows[0]) >> SLICE_BITS, bitmap_of(rows).serialize())]
    slices = np.arange(int(rows[0]) >> SLICE_BITS, (int(rows[-1]) >> SLICE_BITS) + 2, dtype=np.int64)
    bounds = np.searchsorted(rows, slices << SLICE_BITS)
    return [
        (int(part), bitmap_of(rows[start:stop]).serialize())
        for part, start, stop in zip(slices[:-1], bounds[:-1], bounds[1:], strict=True)
        if start < stop
    ]


def pieces_of_bitmap(rows: BitMap) -> Iterable[Piece]:
    """Serialize a bitmap that is not empty."""
    first, last = rows.min() >> SLICE_BITS, rows.max() >> SLICE_BITS
    if first == last or len(rows) <= FEW:
        return [(first, rows.serialize())]
    parts = (
        (part, rows & BitMap(range(part << SLICE_BITS, (part + 1) << SLICE_BITS))) for part in range(first, last + 1)
    )
    return [(part, some.serialize()) for part, some in parts if some]
