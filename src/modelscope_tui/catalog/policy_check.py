"""Holds one model against a policy, rule by rule: pass, fail or unknown, each with the fact that decided.

GROUND FLOOR. Pure. A rule that the policy does not ask for gives no line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from modelscope_tui.catalog.inherited import known_ancestors, permission_within
from modelscope_tui.catalog.license import group_of, license_ids
from modelscope_tui.catalog.lineage import Find, ancestors_of
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.permission import ANSWER_LABELS, Purpose
from modelscope_tui.catalog.policy import Policy
from modelscope_tui.catalog.quantization import is_pickle_only
from modelscope_tui.catalog.relation import lacks_original
from modelscope_tui.catalog.safety import days_since_change, needs_remote_code

Verdict = Literal["pass", "fail", "unknown"]
_FROM_THE_WORST: tuple[Verdict, ...] = ("fail", "unknown", "pass")


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule says of a model."""

    rule: str
    """The key of the policy file: `licenses.deny`, `use.regions eu` …"""
    verdict: Verdict
    fact: str
    source: str | None = None
    """Where the fact stands: a section of a license, `files`, `Hub` …"""


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """What a policy says of a model."""

    model: str
    rules: tuple[RuleResult, ...]
    is_allowed: bool
    """Every rule passes; what is unknown counts as the policy says."""

    @property
    def verdict(self) -> Verdict:
        """`fail` when a rule fails, else `unknown` when one cannot be decided, else `pass`."""
        told = {rule.verdict for rule in self.rules}
        return "fail" if "fail" in told else "unknown" if "unknown" in told else "pass"

    @property
    def against(self) -> tuple[RuleResult, ...]:
        """The rules that do not pass."""
        return tuple(rule for rule in self.rules if rule.verdict != "pass")


def check(details: ModelDetails, policy: Policy, find: Find, now: datetime | None = None) -> PolicyResult:
    """Hold a model against a policy.

    Args:
        details: the model; what was never seen of it is unknown.
        policy: the policy.
        find: gives rows of the models it was made from.
        now: the clock that its age is counted from.
    """
    rules = (
        *_licenses(details.model, policy, find),
        *_uses(details.model, policy, find),
        *_files(details, policy),
        *_age(details.model, policy, now),
        *_publishers(details.model, policy),
        *_family(details.model, policy, find),
    )
    bad = {"fail", "unknown"} if policy.denies_unknown else {"fail"}
    return PolicyResult(details.id, rules, is_allowed=not any(rule.verdict in bad for rule in rules))


def _licenses(model: Model, policy: Policy, find: Find) -> Iterator[RuleResult]:
    """Hold the licenses of a model, and those of all that it was made from, against the lists; the worst counts."""
    rows = (model, *known_ancestors(model, find))
    for rule, names, verdict_of in (
        ("licenses.deny", policy.licenses_deny, _denied),
        ("licenses.allow", policy.licenses_allow, _allowed),
    ):
        if names:
            told = [(verdict_of(row, frozenset(names)), row) for row in rows]
            verdict, row = min(told, key=lambda one: _FROM_THE_WORST.index(one[0]))
            made = "" if row is model else f", of {row.id} that it was made from"
            yield RuleResult(rule, verdict, _license_fact(row) + made, "card")


def _license_fact(row: Model) -> str:
    stated = license_ids(*row.license_said)
    return f"license {', '.join(stated) or 'not stated'} ({group_of(*row.license_said)})"


def _is_unread(row: Model) -> bool:
    return group_of(*row.license_said) == "unknown" or license_ids(*row.license_said) == ("other",)


def _denied(row: Model, names: frozenset[str]) -> Verdict:
    stated = license_ids(*row.license_said)
    found = {*stated, group_of(*row.license_said), *(group_of(one, None) for one in stated)}
    return "fail" if found & names else "unknown" if _is_unread(row) else "pass"


def _allowed(row: Model, names: frozenset[str]) -> Verdict:
    # of several licenses all bind: each must be allowed by itself, or all by the group of the strictest
    stated = license_ids(*row.license_said)
    is_in = bool(stated) and all({one, group_of(one, None)} & names for one in stated)
    return "pass" if is_in else "unknown" if _is_unread(row) else "fail"


def _uses(model: Model, policy: Policy, find: Find) -> Iterator[RuleResult]:
    if policy.use_purpose is None and not policy.use_regions:
        return
    for region in policy.use_regions or (None,):
        found = permission_within(model, Purpose(region, policy.use_purpose or "commercial"), find)
        passing = {"yes", "conditions"} if policy.use_conditions == "allow" else {"yes"}
        verdict: Verdict = "pass" if found.answer in passing else "unknown" if found.answer == "unclear" else "fail"
        first = found.reasons[0]
        fact = f"{policy.use_purpose or 'commercial'}: {ANSWER_LABELS[found.answer]}. {first.text}"
        where = f"{first.license} {first.clause or ''}".strip() or None
        yield RuleResult(f"use.regions {region}" if region else "use.purpose", verdict, fact, where)


def _files(details: ModelDetails, policy: Policy) -> Iterator[RuleResult]:
    if policy.safety_no_pickle:
        is_only = is_pickle_only(details)
        facts = {
            None: "the files were never seen",
            True: "the weights are pickle files only",
            False: "has safe weights",
        }
        yield RuleResult("safety.no_pickle", _verdict(is_only), facts[is_only], "files")
    if policy.safety_no_remote_code:
        has_code = needs_remote_code(details)
        told = {
            None: "nothing tells whether it needs code of its own",
            True: "needs code of the repository (auto_map or custom_code)",
            False: "config.json calls no code of the repository",
        }
        yield RuleResult("safety.no_remote_code", _verdict(has_code), told[has_code], "config.json, tags, files")


def _verdict(is_bad: bool | None) -> Verdict:
    return "unknown" if is_bad is None else "fail" if is_bad else "pass"


def _age(model: Model, policy: Policy, now: datetime | None) -> Iterator[RuleResult]:
    if policy.safety_max_age_days is None:
        return
    days = days_since_change(model, now)
    if days is None:
        yield RuleResult("safety.max_age_days", "unknown", "when it changed last is not known", None)
        return
    verdict: Verdict = "pass" if days <= policy.safety_max_age_days else "fail"
    yield RuleResult("safety.max_age_days", verdict, f"changed {days} days ago", "Hub")


def _publishers(model: Model, policy: Policy) -> Iterator[RuleResult]:
    owner = model.organization.casefold()
    if policy.publishers_deny:
        verdict: Verdict = "fail" if owner in policy.publishers_deny else "pass"
        yield RuleResult("publishers.deny", verdict, f"published by {model.organization}", "id")
    if policy.publishers_allow:
        verdict = "pass" if owner in policy.publishers_allow else "fail"
        yield RuleResult("publishers.allow", verdict, f"published by {model.organization}", "id")


def _family(model: Model, policy: Policy, find: Find) -> Iterator[RuleResult]:
    if not policy.family_no_conflict:
        return
    found = ancestors_of(model, find)
    bad = next((one for one in found if one.harmony in {"conflict", "missing"}), None)
    if bad is not None:
        yield RuleResult("family.no_conflict", "fail", f"{bad.id}: {bad.why}", bad.clause)
        return
    open_question = next((one for one in found if one.harmony in {"unclear", "unseen"}), None)
    if open_question is not None:
        yield RuleResult("family.no_conflict", "unknown", f"{open_question.id}: {open_question.why}", None)
        return
    if lacks_original(model):
        told = f"{model.quantization} copy of something that nothing here names"
        yield RuleResult("family.no_conflict", "unknown", told, None)
        return
    names = f"made from {found[0].id}, in harmony" if found else "no model is named that it was made from"
    yield RuleResult("family.no_conflict", "pass", names, "card")
