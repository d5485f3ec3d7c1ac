"""Rows in the file: 8 lines of facts, compressed together, and lists of names.

GROUND FLOOR. Neighbours say much the same, and all rows of an index say what its dictionary has learned from the first
of them, so a row takes a seventh of its line. Revisions are random, and stand apart as the bytes that they are. A table
shows fifty rows at a time: unpacking their blocks costs half a millisecond. What layouts before the ninth wrote is read
as well.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import chain, zip_longest

import zstandard

BLOCK_BITS = 3
IN_BLOCK = (1 << BLOCK_BITS) - 1
"""The part of a row's number that is its place in its block."""

_LEVEL = 3
"""Higher levels take three times as long for a twentieth less."""

_DICTIONARY_BYTES = 112 << 10
_LEARNED_FROM = 8192
"""So many rows are learned from: a fifth of a second; more teach nothing that rows show for it."""

_LEAST = 1024
"""With fewer rows a dictionary would be larger than what it saves."""

_MOST_BYTES = 64 << 20
"""What claims to be longer unpacked is damaged: a row takes two kilobytes."""

_OLD_MARK = 0x78
_REVISION = re.compile('"([0-9a-f]{40})"')
_REVISION_BYTES = 20
_MOST_REVISIONS = 31
"""The first byte of what is packed says how many there are; no packed line begins with so small a one."""

_INSTEAD = "\x01"
"""Stands for a revision: no line of JSON has it."""


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
        """Compress lines, none of which has a line end or another control character in it."""
        texts = _REVISION.split("\n".join(lines))
        revisions = texts[1::2]
        if not 0 < len(revisions) <= _MOST_REVISIONS:
            return self._pack.compress("\n".join(lines).encode())
        packed = self._pack.compress(_INSTEAD.join(texts[::2]).encode())
        return bytes([len(revisions)]) + bytes.fromhex("".join(revisions)) + packed

    def unpack(self, content: bytes) -> list[str]:
        """Read the lines that were packed.

        Raises:
            Damaged: the content is not whole, or was packed with another dictionary.
        """
        try:
            if content[0] == _OLD_MARK:
                return zlib.decompress(content).decode().split("\n")
            start = 1 + content[0] * _REVISION_BYTES if content[0] <= _MOST_REVISIONS else 0
            text = unsqueezed(content[start:], self._unpack).decode()
            return (_put_back(text, content[1:start].hex()) if start else text).split("\n")
        except (zlib.error, UnicodeDecodeError, TypeError, IndexError, ValueError) as error:
            raise Damaged(str(error)) from error


def _put_back(text: str, revisions: str) -> str:
    length = 2 * _REVISION_BYTES
    whole = [f'"{revisions[at : at + length]}"' for at in range(0, len(revisions), length)]
    return "".join(chain.from_iterable(zip_longest(text.split(_INSTEAD), whole, fillvalue="")))


def squeezed(content: bytes) -> bytes:
    """Compress one long piece by itself."""
    return zstandard.ZstdCompressor(_LEVEL).compress(content)


def unsqueezed(content: bytes, how: zstandard.ZstdDecompressor | None = None) -> bytes:
    """Read what was compressed.

    Raises:
        Damaged: it is not whole.
    """
    try:
        if zstandard.frame_content_size(content) > _MOST_BYTES:
            raise Damaged("a piece claims to be longer than any is")
        return (how or zstandard.ZstdDecompressor()).decompress(content)
    except zstandard.ZstdError as error:
        raise Damaged(str(error)) from error


def dictionary_of(lines: Sequence[str], together: int = 1 << (BLOCK_BITS - 1)) -> bytes:
    """Learn from rows or names what most of them say; nothing where they are few.

    Args:
        lines: rows or names, some thousands.
        together: about as many as stand in a block, or fewer.
    """
    if len(lines) < _LEAST:
        return b""
    step = together * max(1, len(lines) // _LEARNED_FROM)
    samples: list[bytes | bytearray | memoryview] = [
        _REVISION.sub(_INSTEAD, "\n".join(lines[at : at + together])).encode() for at in range(0, len(lines), step)
    ]
    return zstandard.train_dictionary(_DICTIONARY_BYTES, samples).as_bytes()
