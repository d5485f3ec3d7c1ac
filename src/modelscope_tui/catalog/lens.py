"""All that one wants to know before using a model: license, family, region and use, openness, safety, policy.

GROUND FLOOR. Pure: gathers what the files beside it judge, so that both doors show the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modelscope_tui.catalog.europe import Compute, Duty, compute_of, duties_of
from modelscope_tui.catalog.inherited import permission_within
from modelscope_tui.catalog.license_names import address_of
from modelscope_tui.catalog.lineage import Ancestor, Find, ancestors_of
from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.catalog.openness import Openness, openness_of
from modelscope_tui.catalog.permission import Permission, Purpose
from modelscope_tui.catalog.policy import Policy
from modelscope_tui.catalog.policy_check import PolicyResult, check
from modelscope_tui.catalog.relation import lacks_original
from modelscope_tui.catalog.safety import Finding, findings_of
from modelscope_tui.catalog.terms import Terms, all_terms

UNNAMED = "A converted copy, and nothing here names its original, whose terms bind as well; online its own page may."
"""What is said where :attr:`Lens.lacks_original`."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The license in the words of the card."""

    license: str | None
    """Ids, joined by commas."""
    name: str | None
    link: str | None
    address: str | None
    """The link as an address that a browser can open; None where it is none."""


@dataclass(frozen=True, slots=True)
class Lens:
    """What is known of a model's terms and dangers."""

    terms: tuple[Terms, ...]
    """Every license that the card states; empty when it states none."""
    stated: Stated
    """What the card says of it in its own words."""
    purpose: Purpose
    permission: Permission
    ancestors: tuple[Ancestor, ...]
    lacks_original: bool
    """Whether it is a converted copy of something that nothing here names, whose terms bind as well."""
    openness: Openness
    compute: Compute | None
    duties: tuple[Duty, ...]
    """Lines about the EU's AI Act."""
    findings: tuple[Finding, ...]
    """What is known of its safety."""
    policy: PolicyResult | None
    """What the team's policy says; None without one."""


def lens_of(
    details: ModelDetails,
    purpose: Purpose,
    find: Find,
    *,
    card: str | None = None,
    policy: Policy | None = None,
    now: datetime | None = None,
) -> Lens:
    """Look at a model.

    Args:
        details: the model.
        purpose: where and what for.
        find: gives the rows of its family.
        card: its card, where it was seen.
        policy: the policy to hold it against.
        now: the clock that ages are counted from.
    """
    model = details.model
    ancestors = ancestors_of(model, find)
    return Lens(
        terms=all_terms(*model.license_said),
        stated=Stated(*model.license_said, address_of(model.id, model.license_link)),
        purpose=purpose,
        permission=permission_within(model, purpose, find),
        ancestors=ancestors,
        lacks_original=lacks_original(model),
        openness=openness_of(details, card),
        compute=compute_of(card or details.card),
        duties=duties_of(details, card),
        findings=findings_of(details, now),
        policy=check(details, policy, find, now) if policy is not None else None,
    )
