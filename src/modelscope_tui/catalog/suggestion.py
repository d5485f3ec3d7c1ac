"""Did you mean …: a query without an answer, with one mistyped word put right.

GROUND FLOOR. Only spellings that occur in real names are proposed (``Words.alike``), and only where they and the rest
of the query have an answer together. Where one slip does not explain it, the names of models that look alike are asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from modelscope_tui.catalog.query import Query

_SHORTEST, _LONGEST = 4, 24
_TRIED = 8
_PIECE = re.compile(r"[^-_./\s]+")
_BETWEEN = ("", "-", "_", ".", "/")
"""No letter: the end of a text, and what stands between words."""

CountOf = Callable[[Query], int]
Alike = Callable[[str], list[str]]


def suggestion(query: Query, *, count_of: CountOf, alike: Alike, near: Alike) -> Query | None:
    """Give the query with one word put right; None when no single word explains the empty answer.

    Args:
        query: a query that finds nothing.
        count_of: counts the answer to a query.
        alike: gives spellings one slip away that occur.
        near: names models whose ids look like a text.
    """
    best: tuple[int, Query] | None = None
    for place, word in enumerate(query.words):
        if not _SHORTEST <= len(word) <= _LONGEST or count_of(Query(words=(word,))):
            continue  # it occurs: it is not what is mistyped
        for spelling in _spellings(word, alike, near):
            other = replace(query, words=(*query.words[:place], spelling, *query.words[place + 1 :]), problems=())
            count = count_of(other)
            if count and (best is None or count > best[0]):
                best = (count, other)
    return best[1] if best else None


def _spellings(word: str, alike: Alike, near: Alike) -> Iterator[str]:
    close = alike(word)[:_TRIED]
    yield from close
    if not close:
        for name in near(word):
            yield from (piece for piece in _PIECE.findall(name.casefold()) if piece[:1] == word[:1].casefold())


def slip_in(value: str, first: str, last: str) -> str | None:
    """Find what is ``first + last`` with one slip in ``last``: a letter wrong, missing, too many, or two swapped."""
    at = value.find(first)
    while at >= 0:
        start = at + len(first)
        length = _length_of_slip(value[start : start + len(last) + 1], last)
        if length:
            return value[at : start + length]
        at = value.find(first, at + 1)
    return None


def _length_of_slip(text: str, meant: str) -> int:
    """Measure the beginning of a text that is what was meant but for one slip; 0 where there is no such beginning.

    Up to the first letter that differs both are the same, and behind the slip they are again.
    """
    pairs = enumerate(zip(text, meant, strict=False))
    at = next((place for place, (one, other) in pairs if one != other), min(len(text), len(meant)))
    rest = meant[at:]
    if len(rest) > 1 and text.startswith(rest[1] + rest[0] + rest[2:], at):
        return len(meant)
    if rest and text[at : at + 1] not in _BETWEEN:
        if text.startswith(rest, at + 1):  # (before the next: `deepsek` is `deepseek`, and not `deepsee`)
            return len(meant) + 1
        if text.startswith(rest[1:], at + 1):
            return len(meant)
    return len(meant) - 1 if rest and text.startswith(rest[1:], at) else 0
