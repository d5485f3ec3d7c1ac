"""Which of many names a pattern may match, told from pieces of text that every match must have.

GROUND FLOOR. Pure. Trying dozens of patterns on each of millions of names takes longer than everything else that is
found out about a row; the n-grams of the names are known anyway, so only names that have such a piece are tried.

What a pattern consists of is read with the parser of ``re`` itself, which has no public face: another one would read
patterns in another way. Its items that are not known here tell nothing, and then every name is tried.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["pieces_needed"]

_ASCII = 128
_MOST_AT_ONCE = 32
_MOST = 400
"""A pattern that asks for one of more pieces than this is tried on every name instead."""


@cache
def pieces_needed(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """Give folded texts of which each name that the pattern matches has at least one; None when nothing is sure.

    A text that is found in more names than need be costs a little time; one that is missing would make the answer
    wrong, so whatever is not understood gives None.
    """
    try:
        found = _of_all(parser.parse(pattern.pattern, pattern.flags & re.IGNORECASE))
    except (re.error, RecursionError):  # pragma: no cover - it has been compiled
        return None
    if found is None or len(found) > _MOST:
        return None
    return frozenset(text.casefold() for text in found)


def _of_all(items: Sequence[tuple[Any, Any]]) -> set[str] | None:
    """Of items that follow one another, take the one whose pieces are most telling."""
    offers: list[set[str]] = []
    run = {""}
    for what, value in [*items, (None, None)]:
        texts = _whole(what, value)
        if texts is not None and len(run) * len(texts) <= _MOST_AT_ONCE:
            run = {text + more for text in run for more in texts}
            continue
        if run != {""}:
            offers.append(run)
        run = texts or {""}
        found = None if texts is not None else _of_one(what, value)
        if found is not None:
            offers.append(found)
    return max(offers, key=lambda texts: (min(3, *map(len, texts)), -len(texts)), default=None)


def _whole(what: Any, value: Any) -> set[str] | None:
    """Give all ASCII texts that an item matches, where they are few; None for anything else.

    Ids with other letters are tried anyway, so a digit is one of ten.
    """
    if what is code.LITERAL and value < _ASCII:
        return {chr(value)}
    if what is code.CATEGORY and value is code.CATEGORY_DIGIT:
        return set("0123456789")
    if what is code.RANGE and value[1] < _ASCII and value[1] - value[0] < _MOST_AT_ONCE:
        return {chr(one) for one in range(value[0], value[1] + 1)}
    if what is code.IN:
        return _any_of([_whole(*one) for one in value])
    if what is code.BRANCH:
        return _any_of([_in_a_row(branch) for branch in value[1]])
    return _in_a_row(value[-1]) if what is code.SUBPATTERN and not value[1] and not value[2] else None


def _any_of(each: Sequence[set[str] | None]) -> set[str] | None:
    found = {text for texts in each if texts is not None for text in texts}
    return None if any(texts is None for texts in each) or len(found) > _MOST_AT_ONCE else found


def _in_a_row(items: Sequence[tuple[Any, Any]]) -> set[str] | None:
    run = {""}
    for what, value in items:
        texts = _whole(what, value)
        if texts is None or len(run) * len(texts) > _MOST_AT_ONCE:
            return None
        run = {text + more for text in run for more in texts}
    return run


def _of_one(what: Any, value: Any) -> set[str] | None:
    if what is code.SUBPATTERN:
        return _of_all(value[-1]) if not value[1] and not value[2] else None
    if what is code.BRANCH:
        each = [_of_all(branch) for branch in value[1]]
        return None if any(found is None for found in each) else {text for found in each if found for text in found}
    if what in (code.MAX_REPEAT, code.MIN_REPEAT) and value[0] > 0:
        return _of_all(value[2])
    return None
