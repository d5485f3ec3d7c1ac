"""What the EU's AI Act asks of whoever deploys or changes a general-purpose model, in a few dated lines.

GROUND FLOOR. The sentences and their articles are in ``data/eu_ai_act.json``; which of them apply follows from the
license and from the training compute, where the card states it. Not legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from modelscope_tui.catalog.license import group_of
from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.catalog.packaged import facts
from modelscope_tui.catalog.terms import all_terms

_POWER = r"(?:\s*[x×*·]\s*10\s*(?:\^|\*\*)?\s*\{?|[eE]\+?)(?P<power>\d{2})\}?"
_FLOP = re.compile(rf"(?P<number>\d+(?:\.\d+)?){_POWER}\s*(?:total\s+)?(?:training\s+)?FLOPs?\b", re.IGNORECASE)
_FREE_GROUPS = frozenset({"permissive", "copyleft"})
_CLOSED_GROUPS = frozenset({"non-commercial"})


@dataclass(frozen=True, slots=True)
class Compute:
    """Training compute as the card states it."""

    flop: float
    quote: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One line about the AI Act."""

    key: str
    text: str
    article: str


def compute_of(card: str | None) -> Compute | None:
    """Find the training compute that a card states; the largest, where it states several."""
    found = [
        Compute(float(hit["number"]) * 10.0 ** int(hit["power"]), " ".join(hit[0].split()))
        for hit in _FLOP.finditer((card or "")[:200_000])
        if len(hit["number"]) < 12
    ]
    return max(found, key=lambda one: one.flop, default=None)


def duties_of(details: ModelDetails, card: str | None = None) -> tuple[Duty, ...]:
    """Choose the lines that apply to a model; the exemption is judged by its license."""
    act = facts("eu_ai_act.json")
    compute = compute_of(card or details.card)
    return tuple(Duty(key, *act["items"][key]) for key in _keys(details, compute))


def source() -> tuple[str, str]:
    """Say what the lines are taken from, and the day."""
    act = facts("eu_ai_act.json")
    return str(act["source"]), str(act["as_of"])


def _keys(details: ModelDetails, compute: Compute | None) -> Iterator[str]:
    act = facts("eu_ai_act.json")
    if compute is not None and compute.flop < act["general_purpose_flop"]:
        yield "below"
        return
    yield from ("use", "modify", "scope", "provider")
    if compute is not None and compute.flop > act["systemic_risk_flop"]:
        yield "systemic"
    else:
        exemption = _exemption(details)
        yield exemption
        if exemption == "exempt":
            yield "system"


def _exemption(details: ModelDetails) -> str:
    model = details.model
    group = group_of(*model.license_said)
    if group in _FREE_GROUPS:
        return "exempt"
    limits = any(terms.thresholds or terms.exclusions for terms in all_terms(*model.license_said))
    return "not_exempt" if group in _CLOSED_GROUPS or limits else "exempt_unclear"
