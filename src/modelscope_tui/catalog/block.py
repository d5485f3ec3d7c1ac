"""Rows in the file: 16 lines of facts, compressed together.

GROUND FLOOR. Neighbours say much the same, so a row takes a quarter of its line; a table shows fifty rows at a time,
and unpacking their blocks costs about a millisecond. Level 1: half the time of the usual level, for a tenth more.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

BLOCK_BITS = 4
IN_BLOCK = (1 << BLOCK_BITS) - 1
"""The part of a row's number that is its place in its block."""

_LEVEL = 1


def pack(lines: Sequence[str]) -> bytes:
    """Compress the lines of a block."""
    return zlib.compress("\n".join(lines).encode(), _LEVEL)


def unpack(content: bytes) -> list[str]:
    """Read the lines of a block.

    Raises:
        zlib.error: the content is damaged.
    """
    return zlib.decompress(content).decode().split("\n")
