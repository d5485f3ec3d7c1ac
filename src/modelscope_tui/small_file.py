"""Reads a file that a person wrote by hand: all of it, unless it is longer than any person writes.

A device or a pipe without end that stands in its place would fill the memory.
"""

from __future__ import annotations

import errno
from pathlib import Path

MOST_LETTERS = 1 << 20
"""A settings file with every key has 2,000 letters."""


def read_small(path: Path) -> str:
    """Read a text.

    Raises:
        OSError: it cannot be read, or is too long.
        UnicodeDecodeError: it is no UTF-8.
    """
    with path.open(encoding="utf-8") as file:
        text = file.read(MOST_LETTERS + 1)
    if len(text) > MOST_LETTERS:
        raise OSError(errno.EFBIG, "it is longer than a million letters")
    return text
