"""What `allowed:` finds: every license of the index is judged once, and rows follow by their license and task.

GROUND FLOOR. Pure. The same answer as ``permission.permission_of`` gives for each row, without reading a row.
"""

from __future__ import annotations

from functools import lru_cache

from modelscope_tui.catalog.narrow import Licensed
from modelscope_tui.catalog.permission import ANSWERS, Answer, Purpose, answer_for
from modelscope_tui.catalog.policy import Policy
from modelscope_tui.catalog.policy_mark import answer_under, unstated

_SHAPES = (("text", False), ("more", True), ("untold", None))


@lru_cache(maxsize=8)
def rows_allowed(licenses: tuple[str, ...], purpose: Purpose, policy: Policy | None = None) -> dict[str, Licensed]:
    """Sort licenses by their answer; one answer is left out, as it is every row of no other: `unclear`, or with a
    policy `no`."""
    found: dict[Answer, set[tuple[str, str]]] = {answer: set() for answer in ANSWERS}
    for name in licenses:
        answers = [(group, _answer(name, purpose, shape, policy)) for group, shape in _SHAPES]
        if len({answer for _, answer in answers}) == 1:
            found[answers[0][1]].add((name, "any"))
        else:
            for group, answer in answers:
                found[answer].add((name, group))
    if policy is not None and unstated(policy) == "unclear":
        found["unclear"].add(("", "unstated"))
    left_out = "unclear" if policy is None else "no"
    barred = policy.publishers_deny if policy is not None else ()
    only = policy.publishers_allow if policy is not None else ()
    stricter: set[tuple[str, str]] = set()
    judged: dict[str, Licensed] = {}
    for answer in ANSWERS:
        if answer != left_out:
            judged[answer] = Licensed(frozenset(found[answer]), frozenset(stricter), frozenset(barred), frozenset(only))
        stricter |= found[answer]
    return judged


def _answer(name: str, purpose: Purpose, shape: bool | None, policy: Policy | None) -> Answer:
    return answer_for(name, purpose, shape) if policy is None else answer_under(policy, name, purpose, shape)
