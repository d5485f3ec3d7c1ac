"""What `allowed:` finds: every license of the index is judged once, and rows follow by their license and task.

GROUND FLOOR. Pure. The same answer as ``inherited.answer_of`` gives for each row, without reading a row: a license is
judged twice, as a row's own and as that of a base, and the bases hand their answer down to what was made from them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from modelscope_tui.catalog.inherited import base_answer
from modelscope_tui.catalog.narrow import Licensed
from modelscope_tui.catalog.permission import ANSWERS, Answer, Purpose, answer_for
from modelscope_tui.catalog.policy import Policy
from modelscope_tui.catalog.policy_mark import answer_under, unstated

_SHAPES = (("text", False), ("more", True), ("untold", None))

Pairs = frozenset[tuple[str, str]]


@lru_cache(maxsize=8)
def rows_allowed(licenses: tuple[str, ...], purpose: Purpose, policy: Policy | None = None) -> dict[str, Licensed]:
    """Sort licenses by their answer; one answer is left out, as it is every row of no other: `unclear`, or with a
    policy `no`."""
    own = _sorted(licenses, policy, lambda name, shape: _answer(name, purpose, shape, policy))
    base = _sorted(licenses, policy, lambda name, shape: base_answer(name, purpose, shape, policy))
    left_out = "unclear" if policy is None else "no"
    barred = frozenset(policy.publishers_deny if policy is not None else ())
    only = frozenset(policy.publishers_allow if policy is not None else ())
    judged: dict[str, Licensed] = {}
    for place, answer in enumerate(ANSWERS):
        if answer != left_out:
            stricter = partial(_joined, answers=ANSWERS[:place])
            judged[answer] = Licensed(own[answer], stricter(own), base[answer], stricter(base), barred, only)
    return judged


def _sorted(
    licenses: tuple[str, ...], policy: Policy | None, judge: Callable[[str, bool | None], Answer]
) -> dict[Answer, Pairs]:
    found: dict[Answer, set[tuple[str, str]]] = {answer: set() for answer in ANSWERS}
    for name in licenses:
        answers = [(group, judge(name, shape)) for group, shape in _SHAPES]
        if len({answer for _, answer in answers}) == 1:
            found[answers[0][1]].add((name, "any"))
        else:
            for group, answer in answers:
                found[answer].add((name, group))
    found[unstated(policy) if policy is not None else "unclear"].add(("", "unstated"))
    return {answer: frozenset(pairs) for answer, pairs in found.items()}


def _joined(found: dict[Answer, Pairs], answers: tuple[Answer, ...]) -> Pairs:
    return frozenset[tuple[str, str]]().union(*[found[answer] for answer in answers])


def _answer(name: str, purpose: Purpose, shape: bool | None, policy: Policy | None) -> Answer:
    return answer_for(name, purpose, shape) if policy is None else answer_under(policy, name, purpose, shape)
