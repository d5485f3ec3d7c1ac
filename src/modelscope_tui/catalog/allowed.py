"""What `allowed:` finds: every license of the index is judged once, and rows follow by their license and task.

GROUND FLOOR. Pure. The same answer as ``permission.permission_of`` gives for each row, without reading a row.
"""

from __future__ import annotations

from functools import lru_cache

from modelscope_tui.catalog.narrow import Licensed
from modelscope_tui.catalog.permission import ANSWERS, Answer, Purpose, answer_for

_SHAPES = (("text", False), ("more", True), ("untold", None))


@lru_cache(maxsize=8)
def rows_allowed(licenses: tuple[str, ...], purpose: Purpose) -> dict[str, Licensed]:
    """Sort licenses by their answer; `unclear` is left out, as it is every row of no other answer."""
    found: dict[Answer, set[tuple[str, str]]] = {answer: set() for answer in ANSWERS}
    for name in licenses:
        answers = [(group, answer_for(name, purpose, shape)) for group, shape in _SHAPES]
        if len({answer for _, answer in answers}) == 1:
            found[answers[0][1]].add((name, "any"))
        else:
            for group, answer in answers:
                found[answer].add((name, group))
    stricter: set[tuple[str, str]] = set()
    judged: dict[str, Licensed] = {}
    for answer in ANSWERS:
        if answer != "unclear":
            judged[answer] = Licensed(frozenset(found[answer]), frozenset(stricter))
        stricter |= found[answer]
    return judged
