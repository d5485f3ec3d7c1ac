"""What a row's mark is under a team's policy: the license's own answer, or `no` where the policy does not allow it.

GROUND FLOOR. Only what a row tells is judged here: license, region and use, publisher. Files, code, age and family are
for ``policy_check``, which looks at one model. A license that the policy cannot judge is `no` where it denies unknown.
"""

from __future__ import annotations

from functools import lru_cache

from modelscope_tui.catalog.license import group_of, license_ids
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.permission import ANSWERS, Answer, Purpose, answer_for, is_multimodal
from modelscope_tui.catalog.policy import Policy


def mark_of(model: Model, purpose: Purpose, policy: Policy) -> Answer:
    """Judge a row by its licenses and its publisher; the strictest answer counts."""
    return "no" if is_barred(model.organization, policy) else license_mark(model, purpose, policy)


def license_mark(model: Model, purpose: Purpose, policy: Policy) -> Answer:
    """Judge a row by its licenses alone, whoever published it."""
    stated = license_ids(*model.license_said)
    if not stated:
        return unstated(policy)
    shape = is_multimodal(model)
    return min((answer_under(policy, name, purpose, shape) for name in stated), key=ANSWERS.index)


def is_barred(owner: str, policy: Policy) -> bool:
    """Tell whether the policy excludes a publisher."""
    name = owner.casefold()
    return name in policy.publishers_deny or (bool(policy.publishers_allow) and name not in policy.publishers_allow)


def unstated(policy: Policy) -> Answer:
    """Judge a row that states no license."""
    has_rules = policy.licenses_allow or policy.licenses_deny or policy.use_purpose or policy.use_regions
    return "no" if policy.denies_unknown and has_rules else "unclear"


@lru_cache(maxsize=8192)
def answer_under(policy: Policy, license_id: str, purpose: Purpose, shape: bool | None) -> Answer:
    """Judge one license: the license's own answer, unless the policy says no."""
    group = group_of(license_id, None)
    names, is_unread = {license_id, group}, group == "unknown" or license_id == "other"
    if names & set(policy.licenses_deny):
        return "no"
    if policy.licenses_allow and not names & set(policy.licenses_allow):
        return "no" if policy.denies_unknown or not is_unread else "unclear"
    if policy.licenses_deny and is_unread and policy.denies_unknown:
        return "no"
    passing = {"yes", "conditions"} if policy.use_conditions == "allow" else {"yes"}
    if policy.use_purpose is not None or policy.use_regions:
        for region in policy.use_regions or (None,):
            found = answer_for(license_id, Purpose(region, policy.use_purpose or "commercial"), shape)
            if found not in passing and (found != "unclear" or policy.denies_unknown):
                return "no"
    return answer_for(license_id, purpose, shape)
