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

from modelscope_tui.catalog.coded import Numbered, Places
from modelscope_tui.catalog.piece import MOST_NUMBERS, NUMBERS
from modelscope_tui.catalog.store import FEW, SLICE_BITS

Rows = NDArray[np.uint32]
"""Row numbers, ascending, each once."""

Piece = tuple[int, bytes]
"""The first slice that a serialized bitmap holds rows of, and the bitmap."""

V = TypeVar("V", bound=Hashable)

_ABOVE, _BELOW = np.uint64(32), np.uint64((1 << 32) - 1)
_IN_SLICE = (1 << SLICE_BITS) - 1
_MOST_IN_ARRAY = 4096
"""A container of a roaring bitmap holds so many rows as an array, more as bits."""


class Gathered(Generic[V]):
    """Row numbers under values; a row may be given twice."""

    def __init__(self) -> None:
        self._numbered: Numbered[V] = Numbered()
        self._packed: list[NDArray[np.uint64]] = []

    def add(self, value: V, rows: Sequence[int] | Rows) -> None:
        """Put rows under a value, beside those that it has."""
        self.add_coded([[value]], np.zeros(len(rows), dtype=np.int64), np.asarray(rows, dtype=np.uint32))

    def add_each(self, values: Sequence[V], rows: Rows) -> None:
        """Put each row under the value that stands in its place."""
        self._take(self._numbered.codes(values, len(values)), rows)

    def add_coded(self, values: Sequence[Sequence[V]], codes: Places, rows: Rows) -> None:
        """Put rows under all values of their code.

        Args:
            values: the values that belong to each code.
            codes: the code of each row.
            rows: the rows; one may occur several times.
        """
        lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
        numbers = self._numbered.codes(chain.from_iterable(values), int(lengths.sum()))
        begins = np.cumsum(lengths) - lengths
        for more in range(int(lengths.max(initial=0))):
            has = lengths[codes] > more
            self._take(numbers[begins[codes[has]] + more], rows[has])

    def _take(self, numbers: Places, rows: Rows) -> None:
        self._packed.append(numbers.astype(np.uint64) << _ABOVE | rows)

    def sorted(self) -> tuple[list[V], Rows, NDArray[np.int64]]:
        """Give the values in ascending order, their rows one after the other, and where each value's rows begin.

        The last of the beginnings is the end of the rows.
        """
        values = self._numbered.values()
        order = sorted(range(len(values)), key=values.__getitem__)  # type: ignore[arg-type]
        places = np.empty(len(values), dtype=np.uint64)
        places[order] = np.arange(len(values), dtype=np.uint64)
        packed = np.concatenate([*self._packed, np.zeros(0, dtype=np.uint64)])
        self._packed.clear()
        packed = unique(places[packed >> _ABOVE] << _ABOVE | packed & _BELOW)
        starts = np.searchsorted(packed, np.arange(len(values) + 1, dtype=np.uint64) << _ABOVE)
        return [values[place] for place in order], packed.astype(np.uint32), starts.astype(np.int64)


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
    is_simple = (first == last) & (sizes <= _MOST_IN_ARRAY) & (sizes > MOST_NUMBERS)
    simple = iter(_simple(rows[np.repeat(is_simple, sizes)], first[is_simple], sizes[is_simple]))
    found: list[list[Piece]] = []
    content, parts, bounds, sized = rows.tobytes(), first.tolist(), (4 * starts).tolist(), sizes.tolist()
    for place, one in enumerate(is_simple.tolist()):
        if one:
            found.append([next(simple)])
        elif sized[place] <= MOST_NUMBERS:
            found.append([(parts[place], NUMBERS + content[bounds[place] : bounds[place + 1]])])
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
        return [(int(rows[0]) >> SLICE_BITS, _written(bitmap_of(rows)))]
    slices = np.arange(int(rows[0]) >> SLICE_BITS, (int(rows[-1]) >> SLICE_BITS) + 2, dtype=np.int64)
    bounds = np.searchsorted(rows, slices << SLICE_BITS)
    return [
        (int(part), _written(bitmap_of(rows[start:stop])))
        for part, start, stop in zip(slices[:-1], bounds[:-1], bounds[1:], strict=True)
        if start < stop
    ]


def pieces_of_bitmap(rows: BitMap) -> Iterable[Piece]:
    """Serialize a bitmap that is not empty."""
    first, last = rows.min() >> SLICE_BITS, rows.max() >> SLICE_BITS
    if first == last or len(rows) <= FEW:
        return [(first, _written(rows))]
    parts = (
        (part, rows & BitMap(range(part << SLICE_BITS, (part + 1) << SLICE_BITS))) for part in range(first, last + 1)
    )
    return [(part, _written(some)) for part, some in parts if some]


def _written(rows: BitMap) -> bytes:
    return NUMBERS + rows.to_array().tobytes() if len(rows) <= MOST_NUMBERS else bytes(rows.serialize())
