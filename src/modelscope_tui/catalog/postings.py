"""Row numbers gathered under many values at once, and turned into the bitmaps of the file.

GROUND FLOOR. Knows nothing of models. Only whoever makes an index imports this: it stands on numpy.

A slice is 65,536 rows. A value with few rows gets one bitmap for several slices, any other one for each slice.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from modelscope_tui.catalog.coded import Numbered, Places
from modelscope_tui.catalog.keys import KNOWN
from modelscope_tui.catalog.piece import MOST_NUMBERS, NUMBERS
from modelscope_tui.catalog.store import SLICE_BITS, TOGETHER

Rows = NDArray[np.uint32]
"""Row numbers, ascending, each once."""

Piece = tuple[int, bytes]
"""The first slice that a serialized bitmap holds rows of, and the bitmap."""

V = TypeVar("V", bound=Hashable)

_ABOVE, _BELOW = np.uint64(32), np.uint64((1 << 32) - 1)
_IN_SLICE = (1 << SLICE_BITS) - 1
_COOKIE = 12346
_MOST_IN_ARRAY = 4096
"""A container of a roaring bitmap holds so many rows as an array, more as bits."""

_HEAD = struct.Struct("<IIHHI")
"""How a bitmap of one container begins: the cookie, one, its key, its size less one, and where it begins."""


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

    def sorted(self) -> tuple[list[V], NDArray[np.int64], Rows]:
        """Give the values in ascending order, how many rows each has, and their rows one after the other."""
        values = self._numbered.values()
        order = sorted(range(len(values)), key=values.__getitem__)  # type: ignore[arg-type]
        places = np.empty(len(values), dtype=np.uint64)
        places[order] = np.arange(len(values), dtype=np.uint64)
        packed = np.concatenate([*self._packed, np.zeros(0, dtype=np.uint64)])
        self._packed.clear()
        packed = unique(places[packed >> _ABOVE] << _ABOVE | packed & _BELOW)
        starts = np.searchsorted(packed, np.arange(len(values) + 1, dtype=np.uint64) << _ABOVE)
        return [values[place] for place in order], np.diff(starts), packed.astype(np.uint32)


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


def rows_of(bitmap: BitMap) -> Rows:
    """Turn a bitmap into rows."""
    return np.frombuffer(bitmap.to_array(), dtype=np.uint32)


def written(rows: Rows, lengths: NDArray[np.int64]) -> list[bytes]:
    """Write the rows of many values, none of which has more than `FEW`, all at once, as in a small index.

    Args:
        rows: the rows of one value after the other, ascending.
        lengths: how many rows each value has; at least one.
    """
    is_short = lengths <= MOST_NUMBERS
    others = iter(_serialized(rows[np.repeat(~is_short, lengths)], lengths[~is_short]))
    content, stops = rows.tobytes(), 4 * np.cumsum(lengths)
    bounds = zip(is_short.tolist(), (stops - 4 * lengths).tolist(), stops.tolist(), strict=True)
    return [NUMBERS + content[start:stop] if short else next(others) for short, start, stop in bounds]


def _serialized(rows: Rows, lengths: NDArray[np.int64]) -> list[bytes]:
    """Serialize the rows of many values.

    The portable format of roaring bitmaps (RoaringFormatSpec): a cookie and how many containers there are; the key of
    each and its size less one; where each begins; and the lower halves of the rows. Hundreds of thousands of times in
    a row, so it is written here.
    """
    if not len(lengths):
        return []
    starts = np.cumsum(lengths) - lengths
    value_of = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    keys = rows >> np.uint32(SLICE_BITS)
    is_first = np.empty(len(rows), dtype=bool)
    is_first[0] = True
    is_first[1:] = (keys[1:] != keys[:-1]) | (value_of[1:] != value_of[:-1])
    firsts = np.flatnonzero(is_first)  # the first row of each container
    owners = value_of[firsts]
    counts = np.bincount(owners, minlength=len(lengths))
    sizes = 4 + 4 * counts + lengths  # in halves of a word, as all below
    begins = np.cumsum(sizes) - sizes
    out = np.zeros(int(sizes.sum()), dtype="<u2")
    out[begins] = _COOKIE
    out[begins + 2] = counts
    within = np.arange(len(firsts), dtype=np.int64) - (np.cumsum(counts) - counts)[owners]
    heads = begins[owners] + 4 + 2 * within
    out[heads] = keys[firsts]
    out[heads + 1] = np.diff(firsts, append=len(rows)) - 1
    offsets = 2 * (4 + 4 * counts[owners] + firsts - starts[owners])
    places = heads + 2 * counts[owners]
    out[places] = offsets & _IN_SLICE
    out[places + 1] = offsets >> SLICE_BITS
    shifts = begins + 4 + 4 * counts - starts
    out[np.arange(len(rows), dtype=np.int64) + shifts[value_of]] = rows & np.uint32(_IN_SLICE)
    content, bounds = out.tobytes(), (2 * begins).tolist()
    return [content[start:stop] for start, stop in zip(bounds, [*bounds[1:], len(content)], strict=True)]


def pieces_of_rows(rows: Rows) -> list[Piece]:
    """Write the rows of one value: slices by themselves, or several together that have few."""
    first, last = int(rows[0]) >> SLICE_BITS, int(rows[-1]) >> SLICE_BITS
    bounds = np.searchsorted(rows, np.arange(first, last + 2, dtype=np.int64) << SLICE_BITS).tolist()
    found: list[Piece] = []
    start = 0
    for place, stop in enumerate(bounds[1:]):
        if start < stop and (place == last - first or bounds[place + 2] - start > TOGETHER):
            found.append((int(rows[start]) >> SLICE_BITS, _written(bitmap_of(rows[start:stop]))))
            start = stop
    return found


def bits_of(
    name: str, numbers: NDArray[np.int64], resembled: NDArray[np.int64] | None = None
) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Give for each bit of numbers what it is called and which have it, told by anything but zero.

    Args:
        name: what the numbers are called.
        numbers: those below zero are unknown.
        resembled: other numbers; where they are known, bits are given that differ from theirs.
    """
    known = numbers >= 0
    yield f"{name}:{KNOWN}", known.view(np.uint8)
    numbers = numbers if resembled is None else numbers ^ np.maximum(resembled, 0)
    numbers = np.where(known, numbers, 0)
    planes = np.ascontiguousarray(numbers.astype("<i8").view(np.uint8).reshape(-1, 8).T)
    for place in range(int(numbers.max(initial=0)).bit_length()):
        yield f"{name}:{place}", planes[place >> 3] & np.uint8(1 << (place & 7))


def pieces_of_bits(first: int, has: NDArray[np.uint8]) -> Iterator[Piece]:
    """Write which of the rows from one on have something, each slice by itself; the one is the first of a slice.

    Args:
        first: the number of the first row.
        has: for each row anything but zero where it has it.
    """
    for at in range(0, len(has), 1 << SLICE_BITS):
        some, part = has[at : at + (1 << SLICE_BITS)], (first + at) >> SLICE_BITS
        count = int(np.count_nonzero(some))
        if count > _MOST_IN_ARRAY:
            content = np.packbits(some, bitorder="little").tobytes().ljust(1 << SLICE_BITS >> 3, b"\0")
            yield part, _HEAD.pack(_COOKIE, 1, part, count - 1, _HEAD.size) + content
        elif count:
            yield part, _written(bitmap_of(np.flatnonzero(some).astype(np.uint32) + np.uint32(first + at)))


def pieces_of_bitmap(rows: BitMap) -> list[Piece]:
    """Write a bitmap that is not empty, as :func:`pieces_of_rows` does."""
    return pieces_of_rows(rows_of(rows))


def _written(rows: BitMap) -> bytes:
    return NUMBERS + rows.to_array().tobytes() if len(rows) <= MOST_NUMBERS else bytes(rows.serialize())
