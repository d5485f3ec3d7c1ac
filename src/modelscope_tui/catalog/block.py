"""Rows in the file: 8 lines of facts, compressed together, and lists of names.

GROUND FLOOR. Neighbours say much the same, and all rows of an index say what its dictionary has learned from the first
of them, so a row takes a sixth of its line. A table shows fifty rows at a time: unpacking their blocks costs half a
millisecond. What layouts before the ninth wrote is read as well.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import islice

import zstandard

BLOCK_BITS = 3
IN_BLOCK = (1 << BLOCK_BITS) - 1
"""The part of a row's number that is its place in its block."""

_LEVEL = 3
"""Higher levels take three times as long for a twentieth less."""

_DICTIONARY_BYTES = 112 << 10
_LEARNED_FROM = 8192
"""So many rows are learned from: a fifth of a second; more teach nothing that rows show for it."""

_TOGETHER = 4
_LEAST = 1024
"""With fewer rows a dictionary would be larger than what it saves."""

_MOST_BYTES = 64 << 20
"""What claims to be longer unpacked is damaged: a row takes two kilobytes."""

_OLD_MARK = 0x78


class Damaged(Exception):
    """What was read from the file is not what was written."""


class Blocks:
    """Packs and unpacks lines with the dictionary of an index; each index has its own. Not for several threads."""

    def __init__(self, dictionary: bytes = b"") -> None:
        known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        if known is not None:
            known.precompute_compress(level=_LEVEL)
        self._pack = zstandard.ZstdCompressor(_LEVEL, dict_data=known, write_checksum=False, write_dict_id=False)
        self._unpack = zstandard.ZstdDecompressor(dict_data=known)

    def pack(self, lines: Sequence[str]) -> bytes:
        """Compress lines, none of which has a line end in it."""
        return self._pack.compress("\n".join(lines).encode())

    def unpack(self, content: bytes) -> list[str]:
        """Read the lines that were packed.

        Raises:
            Damaged: the content is not whole, or was packed with another dictionary.
        """
        try:
            if content[0] == _OLD_MARK:
                return zlib.decompress(content).decode().split("\n")
            if zstandard.frame_content_size(content) > _MOST_BYTES:
                raise Damaged("a block claims to be longer than any is")
            return self._unpack.decompress(content).decode().split("\n")
        except (zstandard.ZstdError, zlib.error, UnicodeDecodeError, TypeError, IndexError) as error:
            raise Damaged(str(error)) from error


def dictionary_of(lines: Sequence[str]) -> bytes:
    """Learn from rows what most of them say; nothing where they are few."""
    some = list(islice(lines, 0, None, max(1, len(lines) // _LEARNED_FROM)))[:_LEARNED_FROM]
    if len(some) < _LEAST:
        return b""
    samples: list[bytes | bytearray | memoryview] = [
        "\n".join(some[at : at + _TOGETHER]).encode() for at in range(0, len(some), _TOGETHER)
    ]
    return zstandard.train_dictionary(_DICTIONARY_BYTES, samples).as_bytes()
