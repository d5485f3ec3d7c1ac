"""Lines of a long list that have a piece of text in them.

GROUND FLOOR. Pure. The list of all tokens of the Hub is five megabytes; searching it takes two milliseconds with numpy,
which compares four letters at once everywhere, and five without.
"""

from __future__ import annotations

import sys

_AT_ONCE = 4


def lines_with(word: bytes, lines: bytes, most: int = sys.maxsize, *, is_large: bool = False) -> list[str]:
    """Give the lines that have a word in them, the first so many.

    Args:
        word: what is looked for; no line end in it.
        lines: each between two line ends.
        most: how many lines are wanted.
        is_large: whether numpy is worth its import.
    """
    if is_large and len(word) >= _AT_ONCE:
        return _lines_at(_begins(word[:_AT_ONCE], lines), word, lines, most)
    found: list[str] = []
    at = lines.find(word)
    while at >= 0 and len(found) < most:
        end = lines.index(b"\n", at)
        found.append(lines[lines.rindex(b"\n", 0, at) + 1 : end].decode())
        at = lines.find(word, end)
    return found


def _begins(letters: bytes, lines: bytes) -> list[int]:
    """Find every place of four letters."""
    import numpy as np

    code = np.frombuffer(letters, dtype="<u4")[0]
    found = [
        np.flatnonzero(np.frombuffer(lines, dtype="<u4", count=(len(lines) - shift) // 4, offset=shift) == code) * 4
        + shift
        for shift in range(_AT_ONCE)
        if len(lines) - shift >= _AT_ONCE
    ]
    places: list[int] = np.sort(np.concatenate([*found, np.zeros(0, dtype=np.int64)])).tolist()
    return places


def _lines_at(places: list[int], word: bytes, lines: bytes, most: int) -> list[str]:
    found: list[str] = []
    end = -1
    for at in places:
        if at < end or not lines.startswith(word, at):
            continue
        if len(found) >= most:
            break
        end = lines.index(b"\n", at)
        found.append(lines[lines.rindex(b"\n", 0, at) + 1 : end].decode())
    return found
