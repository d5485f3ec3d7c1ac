"""Shapes what one should know before using a model into the JSON of ``show``, and into lines for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from modelscope_tui.catalog import europe
from modelscope_tui.catalog.lens import UNNAMED
from modelscope_tui.catalog.lineage import worst_of
from modelscope_tui.catalog.openness import CLASSES, FRAMEWORK
from modelscope_tui.catalog.permission import ANSWER_LABELS
from modelscope_tui.catalog.safety import flagged_files, original_of
from modelscope_tui.cli import shape

if TYPE_CHECKING:
    from modelscope_tui.catalog.lens import Lens
    from modelscope_tui.catalog.model import ModelDetails
    from modelscope_tui.catalog.policy_check import PolicyResult
    from modelscope_tui.catalog.terms import Terms

_VALUES = {"yes": "yes", "no": "no", "conditional": "with conditions", "unsaid": "the text does not speak of it",
           "unknown": "unknown: not read here"}  # fmt: skip
NOT_ADVICE = "A summary by hand, not legal advice: read the license before you rely on it."
"""What every answer about terms ends with."""


def terms(found: Terms) -> dict[str, Any]:
    """Shape one license: its summary, and its text section by section where it was read."""
    return {
        **shape.plain(asdict(found.facts)),
        "note": found.note or found.facts.note,
        "version": found.version,
        "text_url": found.text_url,
        "read_as": found.read_as,
        "read_from": found.read_from,
        "read_on": found.as_of,
        "allows": {name: {"value": right.value, "clause": right.clause} for name, right in found.rights.items()},
        "asks": [asdict(one) for one in found.asks],
        "limits": [asdict(one) for one in found.limits],
        "thresholds": [asdict(one) for one in found.thresholds],
        "excludes": [shape.plain(asdict(one)) for one in found.exclusions],
        "export": asdict(found.export) if found.export else None,
    }


def license_detail(lens: Lens) -> dict[str, Any] | None:
    """Shape the license of a model: the strictest of several first, then use, family, openness and the AI Act."""
    if not lens.terms and not lens.ancestors:
        return None
    strictest = lens.permission.reasons[0].license
    found = sorted(lens.terms, key=lambda one: one.id != strictest)
    detail: dict[str, Any] = terms(found[0]) if found else {"id": None}
    source, as_of = europe.source()
    return detail | {
        "stated": asdict(lens.stated),
        "others": [terms(one) for one in found[1:]],
        "permission": {
            "region": lens.purpose.region,
            "use": lens.purpose.use,
            "answer": lens.permission.answer,
            "reasons": [asdict(reason) for reason in lens.permission.reasons],
        },
        "family": [asdict(one) for one in lens.ancestors],
        "original": "not named" if lens.lacks_original else None,
        "family_worst": worst_of(lens.ancestors),
        "openness": {
            "framework": FRAMEWORK,
            "class": CLASSES[lens.openness.reached] if lens.openness.reached else None,
            "components": [asdict(part) for part in lens.openness.components],
        },
        "eu_ai_act": {
            "training_compute": asdict(lens.compute) if lens.compute else None,
            "duties": [asdict(duty) for duty in lens.duties],
            "source": source,
            "as_of": as_of,
        },
        "not_legal_advice": NOT_ADVICE,
    }


def safety(lens: Lens, details: ModelDetails) -> dict[str, Any]:
    """Shape what was found out about safety; the lists are None where nobody looked."""
    flagged = flagged_files(details)
    return {
        "findings": [asdict(one) for one in lens.findings],
        "flagged_files": None if flagged is None else list(flagged),
        "reupload_of": original_of(details.model),
    }


def policy(result: PolicyResult) -> dict[str, Any]:
    """Shape what a policy says of a model."""
    rules = [asdict(rule) for rule in result.rules]
    return {"model": result.model, "verdict": result.verdict, "allowed": result.is_allowed, "rules": rules}


def _stated(lens: Lens) -> Iterator[tuple[str, str, str]]:
    said = lens.stated
    if said.name or said.link:
        yield "card says", " · ".join(filter(None, (said.license, said.name, said.link))), said.address or "card"


def _asked(one: Terms) -> Iterator[tuple[str, str, str]]:
    """Tell what a license allows, asks and leaves out, each with its section."""
    for name, right in one.rights.items():
        yield name, _VALUES[right.value], f"{one.id} {right.clause or ''}".strip()
    for ask in one.asks:
        yield "asks", ask.text, f"{one.id} {ask.clause or ''}".strip()
    limits = [(limit.text, limit.clause) for limit in one.limits]
    limits += [(threshold.text, threshold.clause) for threshold in one.thresholds]
    limits += [(excluded.text, excluded.clause) for excluded in one.exclusions]
    yield from (("limits", text, f"{one.id} {clause or ''}".strip()) for text, clause in limits)
    if one.export:
        yield "export", one.export.text, f"{one.id} {one.export.clause or ''}".strip()
    if one.note:
        yield "note", one.note, one.id
    if one.text_url:
        read = {"text": "its text was read", "guide": "read as the publisher tells it"}.get(
            one.read_as, "a summary only"
        )
        yield (
            "text",
            f"{one.version or one.facts.name}, {one.text_url}",
            f"{read}{f' on {one.as_of}' if one.as_of else ''}",
        )


def told(lens: Lens) -> Iterator[tuple[str, str, str]]:
    """Tell it to a person: what, in which words, and the section or source."""
    yield from _stated(lens)
    yield "use", f"{ANSWER_LABELS[lens.permission.answer]}: {lens.purpose.describe()}", ""
    for reason in lens.permission.reasons:
        yield "", reason.text, f"{reason.license} {reason.clause or ''}".strip()
    for one in lens.terms:
        yield from _asked(one)
    if lens.lacks_original:
        yield "family", UNNAMED, ""
    for relative in lens.ancestors:
        yield "family", f"{relative.harmony}: {relative.id}, {relative.why}", relative.clause or ""
    reached = CLASSES[lens.openness.reached] if lens.openness.reached else "no class is established"
    yield "openness", f"{reached}; still needed: {', '.join(lens.openness.missing) or 'nothing'}", "MOF 1.0"
    for finding in lens.findings:
        yield f"safety {finding.level}", finding.text, finding.source
    if lens.purpose.region == "eu":
        if lens.compute:
            yield "compute", lens.compute.quote, "card"
        for duty in lens.duties:
            yield "AI Act", duty.text, duty.article
    if lens.policy:
        for rule in lens.policy.rules:
            yield f"policy {rule.verdict}", f"{rule.rule}: {rule.fact}", rule.source or ""
    yield "", NOT_ADVICE, ""
