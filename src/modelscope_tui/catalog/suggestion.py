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


def slips(word: str) -> re.Pattern[str]:
    """Make a pattern of all that is one slip away from a folded word: a letter wrong, missing, too many, or swapped."""
    some = r"[^-_./\n]"
    told = [re.escape(letter) for letter in word]
    found = ["".join([*told[:at], told[at + 1], told[at], *told[at + 2 :]]) for at in range(len(word) - 1)]
    found += ["".join([*told[:at], some, *told[at + 1 :]]) for at in range(len(word))]
    found += ["".join([*told[:at], some, *told[at:]]) for at in range(1, len(word))]
    found += ["".join([*told[:at], *told[at + 1 :]]) for at in range(len(word))]
    return re.compile("|".join(found))
