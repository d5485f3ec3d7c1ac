"""Reads a file that a person wrote by hand: all of it, unless it is longer than any person writes.

What stands in its place may have no end, and would fill the memory; or be a pipe that nobody writes to, and would be
waited for without a word.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_LETTERS = 1 << 20
"""A settings file with every key has 2,000 letters."""


def read_small(path: Path, most: int = MOST_LETTERS) -> str:
    """Read a text of at most so many letters.

    Raises:
        OSError: it cannot be read, or is too long.
        UnicodeDecodeError: it is no UTF-8.
    """
    with open(path, encoding="utf-8", opener=_without_waiting) as file:
        text = file.read(most + 1)
        if not text and stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.ENODEV, "it is a pipe that nobody writes to")
    if len(text) > most:
        raise OSError(errno.EFBIG, f"it is longer than {most:,} letters")
    return text


def _without_waiting(path: str, flags: int) -> int:
    """Open a pipe also when nobody writes to it; what somebody is about to write is waited for all the same."""
    if not hasattr(os, "O_NONBLOCK"):  # Windows, where no pipe has such a path
        return os.open(path, flags)
    handle = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    return handle
