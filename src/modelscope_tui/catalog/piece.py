"""A bitmap of rows as bytes: what stands in the file for a value, or for a slice of one.

GROUND FLOOR. Most values have a handful of rows, some have millions, and the file is to be small: so there are four
forms, told apart by their first byte.

    8 rows or less     their numbers, four bytes each: thousands of such values are joined in one step
    anything           the portable format of roaring bitmaps (RoaringFormatSpec); the only other form in a small index
    up to 4,096 rows   the gaps between rows, low bytes and high bytes apart, compressed: half of that
    more rows          the portable format, compressed

Gaps are read with numpy, which only a large index is worth; so only a large one has them.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import zstandard
from pyroaring import BitMap

from modelscope_tui.catalog.block import Damaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGE = 300_000
"""From so many rows on an index is large: numpy is worth its import there, a tenth of a second in a worker."""


def is_large(rows: int) -> bool:
    """Tell whether an index of so many rows is a large one."""
    return rows >= LARGE


NUMBERS = b"\0"
"""How the bytes of a bitmap begin that are the numbers of its rows."""

MOST_NUMBERS = 8

_GAPS, _PACKED = 2, 3
_ROARING = (0x3A, 0x3B)
_LEAST_BYTES = 120
"""Shorter ones are not worth unpacking."""

_MOST_GAPS = 4096
_MOST_BYTES = 1 << 20
_HEAD = struct.Struct("<BIHB")
"""The form, the first row, how many bytes the low halves of the gaps take, and how the high halves are kept."""

_BYTES_OF_HIGH = 0b11
_IS_LOW_PACKED, _IS_HIGH_PACKED = 0b100, 0b1000
_FORMAT = zstandard.FORMAT_ZSTD1_MAGICLESS
_PARAMETERS = zstandard.ZstdCompressionParameters.from_level(1, format=_FORMAT, write_checksum=False)


class Pieces:
    """Writes bitmaps as bytes and reads them; not for several threads."""

    def __init__(self) -> None:
        self._pack = zstandard.ZstdCompressor(compression_params=_PARAMETERS).compress
        self._unpack = zstandard.ZstdDecompressor(format=_FORMAT).decompress

    def written(self, rows: BitMap, *, is_large: bool) -> bytes:
        """Write a bitmap of an index that is large, or is not."""
        if len(rows) <= MOST_NUMBERS:
            return NUMBERS + rows.to_array().tobytes()
        return self.shortened(rows.serialize()) if is_large else bytes(rows.serialize())

    def shortened(self, plain: bytes) -> bytes:
        """Write a bitmap in the shortest form, from its portable format; any other form stays as it is."""
        if len(plain) <= _LEAST_BYTES or plain[0] not in _ROARING:
            return plain
        rows = BitMap.deserialize(plain)
        if len(rows) > _MOST_GAPS:
            return min(plain, bytes([_PACKED]) + self._pack(plain), key=len)
        return self._shortened_one(plain, rows)

    def _shortened_one(self, plain: bytes, rows: BitMap) -> bytes:
        import numpy as np

        numbers = np.frombuffer(rows.to_array(), dtype=np.uint32)
        return self.shortened_each([plain], numbers, np.array([len(numbers)]))[0]

    def shortened_each(
        self, plains: Sequence[bytes], rows: NDArray[np.uint32], lengths: NDArray[np.int64]
    ) -> list[bytes]:
        """Write bitmaps, each of at most 4,096 rows, in their shortest form.

        Args:
            plains: the bitmaps in their portable format; any other form stays as it is.
            rows: the rows of one after the other.
            lengths: how many rows each has.
        """
        import numpy as np

        stops = np.cumsum(lengths)
        starts = stops - lengths
        gaps = np.zeros(len(rows), dtype=np.uint32)
        np.subtract(rows[1:], rows[:-1], out=gaps[1:])
        gaps -= np.uint32(1)
        gaps[starts] = 0
        high = gaps >> np.uint32(8)
        low, planes = _bytes_of(gaps), [_bytes_of(high >> np.uint32(8 * place)) for place in range(3)]
        found = list(plains)
        places = [place for place, plain in enumerate(plains) if len(plain) > _LEAST_BYTES and plain[0] in _ROARING]
        bounds = zip(
            (starts[places] + 1).tolist(),
            stops[places].tolist(),
            rows[starts[places]].tolist(),
            np.maximum.reduceat(high, starts)[places].tolist(),
            strict=True,
        )
        for place, (start, stop, first, most) in zip(places, bounds, strict=True):
            width = 0 if not most else 1 if most < 1 << 8 else 2 if most < 1 << 16 else 3
            above = b"".join([plane[start:stop] for plane in planes[:width]])
            content = self._gaps(first, low[start:stop], above, width)
            if len(content) < len(found[place]):
                found[place] = content
        return found

    def _gaps(self, first: int, low: bytes, high: bytes, width: int) -> bytes:
        how, low_packed, high_packed = width, self._pack(low), self._pack(high)
        if len(low_packed) < len(low):
            low, how = low_packed, how | _IS_LOW_PACKED
        if len(high_packed) < len(high):
            high, how = high_packed, how | _IS_HIGH_PACKED
        return _HEAD.pack(_GAPS, first, len(low), how) + low + high

    def joined(self, contents: Iterable[bytes]) -> BitMap:
        """Read some bitmaps as one.

        Raises:
            Damaged: one of them is not what was written.
        """
        try:
            return self._joined(contents)
        except (zstandard.ZstdError, ValueError, IndexError, struct.error) as error:
            raise Damaged(str(error)) from error

    def _joined(self, contents: Iterable[bytes]) -> BitMap:
        numbers: list[bytes] = []
        gaps: list[bytes] = []
        read: list[BitMap] = []
        for content in contents:
            form = content[0]
            if form == NUMBERS[0]:
                numbers.append(content[1:])
            elif form in _ROARING:
                read.append(BitMap.deserialize(content))
            elif form == _GAPS:
                gaps.append(content)
            elif form == _PACKED:
                read.append(BitMap.deserialize(self._unpack(content[1:], max_output_size=_MOST_BYTES)))
            else:
                raise Damaged("a bitmap of no known form")
        if numbers:
            read.append(BitMap(array("I", b"".join(numbers))))
        if gaps:
            read.append(self._from_gaps(gaps))
        return read[0] if len(read) == 1 else BitMap.union(*read) if read else BitMap()

    def _from_gaps(self, contents: list[bytes]) -> BitMap:
        """Add the gaps up, of all bitmaps at once: each step of numpy takes longer than most of these have rows."""
        import numpy as np

        lows: list[bytes] = []
        firsts: list[int] = []
        highs: list[tuple[int, int, bytes]] = []
        total = 0
        for content in contents:
            _, first, length, how = _HEAD.unpack_from(content)
            low, high = content[_HEAD.size : _HEAD.size + length], content[_HEAD.size + length :]
            if how & _IS_LOW_PACKED:
                low = self._unpack(low, max_output_size=_MOST_BYTES)
            if how & _BYTES_OF_HIGH:
                if how & _IS_HIGH_PACKED:
                    high = self._unpack(high, max_output_size=_MOST_BYTES)
                highs.append((total + 1, len(low), high))
            firsts.append(first)
            lows += (b"\0", low)
            total += 1 + len(low)
        rows = np.frombuffer(b"".join(lows), dtype=np.uint8).astype(np.uint32)
        for start, count, high in highs:
            for place, plane in enumerate(np.frombuffer(high, dtype=np.uint8).reshape(-1, count), start=1):
                rows[start : start + count] += plane.astype(np.uint32) << np.uint32(8 * place)
        rows += np.uint32(1)
        np.cumsum(rows, dtype=np.uint32, out=rows)
        lengths = np.fromiter(map(len, lows[1::2]), dtype=np.int64, count=len(firsts)) + 1
        starts = np.cumsum(lengths) - lengths
        rows += np.repeat(np.array(firsts, dtype=np.uint32) - rows[starts], lengths)
        rows.sort()  # ascending rows are taken in ten times as fast as others, and numpy sorts at once
        return BitMap(array("I", rows.tobytes()))


def _bytes_of(numbers: NDArray[np.uint32]) -> bytes:
    import numpy as np

    return numbers.astype(np.uint8).tobytes()
