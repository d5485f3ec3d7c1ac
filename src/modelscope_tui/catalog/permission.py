"""May I use it, there, for that? A pure function of a license, a region and a use, with the clause that decides.

GROUND FLOOR. Not legal advice. Four answers, from the strictest: `no`, `unclear`, `conditions`, `yes`; of several
licenses, and of several reasons, the strictest counts. Unknown is `unclear`, never `yes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.terms import LIGHT, ON_USE, Terms, all_terms, terms_of

Answer = Literal["no", "unclear", "conditions", "yes"]

ANSWERS: tuple[Answer, ...] = ("no", "unclear", "conditions", "yes")
"""From the strictest to the freest."""

ANSWER_LABELS = {
    "yes": "allowed",
    "conditions": "allowed with conditions",
    "no": "not allowed",
    "unclear": "unclear",
}
"""An answer in words."""

REGIONS = {"eu": "the EU", "us": "the USA", "china": "China", "uk": "the UK", "other": "another country"}
"""The regions that can be chosen, as they stand in a sentence after `in`."""

USES = {
    "research": "research",
    "internal": "work inside a company",
    "commercial": "a commercial product",
    "large": "a product with more users than a license's limit",
}
"""The uses that can be chosen, as they stand in a sentence after `for`."""

TEXT_TASKS = frozenset({
    "text-generation", "text-classification", "token-classification", "question-answering", "summarization",
    "translation", "fill-mask", "sentence-similarity", "feature-extraction", "text-ranking", "zero-shot-classification",
    "table-question-answering",
})  # fmt: skip
"""Tasks whose models take text alone."""

MULTIMODAL_TASKS = frozenset({
    "image-text-to-text", "any-to-any", "audio-text-to-text", "video-text-to-text", "visual-question-answering",
    "document-question-answering", "image-to-text",
})  # fmt: skip
"""Tasks whose models take images, audio or video beside text."""

MULTIMODAL_TYPES = frozenset({"mllama"})
"""Architectures that take images, whatever the task of a copy says."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Where a model would be used, and what for."""

    region: str | None = None
    """One of ``REGIONS``; None when it is not chosen: then a license that excludes a region is unclear."""
    use: str = "commercial"
    """One of ``USES``."""

    def describe(self) -> str:
        """Say it in words: `a commercial product in the EU`."""
        where = REGIONS[self.region] if self.region else "a region not chosen yet"
        return f"{USES[self.use]} in {where}"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: one clause, and how far it goes."""

    answer: Answer
    text: str
    clause: str | None
    license: str
    """The license's id."""


@dataclass(frozen=True, slots=True)
class Permission:
    """An answer with its reasons, the strictest first."""

    answer: Answer
    reasons: tuple[Reason, ...]


def is_multimodal(model: Model) -> bool | None:
    """Tell from its task and architecture whether a model takes more than text; None when nothing tells."""
    if model.task in MULTIMODAL_TASKS or (model.model_type or "").casefold() in MULTIMODAL_TYPES:
        return True
    return False if model.task in TEXT_TASKS else None


def permission_of(model: Model, purpose: Purpose) -> Permission:
    """Judge a row by the license that its card states."""
    return may_use(model.license, model.license_name, purpose, is_multimodal(model), model.license_link)


@lru_cache(maxsize=4096)
def may_use(
    license: str | None,  # noqa: A002 - the card's word
    license_name: str | None,
    purpose: Purpose,
    is_multimodal: bool | None,
    license_link: str | None = None,
) -> Permission:
    """Judge a license for a purpose.

    Args:
        license: the card's license id or ids.
        license_name: the name that stands behind `other`.
        purpose: where and what for.
        is_multimodal: whether the model takes more than text; some licenses exclude regions only then.
        license_link: where the card says that its text stands.
    """
    return _judged(all_terms(license, license_name, license_link), purpose, is_multimodal)


@lru_cache(maxsize=4096)
def answer_for(license_id: str, purpose: Purpose, is_multimodal: bool | None) -> Answer:
    """Judge one license by its id or name: what a whole index is judged by."""
    return _judged((terms_of(license_id),), purpose, is_multimodal).answer


def _judged(stated: tuple[Terms, ...], purpose: Purpose, is_multimodal: bool | None) -> Permission:
    found = [reason for terms in stated for reason in _reasons(terms, purpose, is_multimodal)]
    if not found:
        unstated = Reason("unclear", "The card states no license: nothing is known to be allowed.", None, "")
        return Permission("unclear", (unstated,))
    found.sort(key=lambda reason: ANSWERS.index(reason.answer))
    answer = found[0].answer
    told = [reason for reason in found if reason.answer != "yes" or answer == "yes"]
    return Permission(answer, tuple(told))


def _reasons(terms: Terms, purpose: Purpose, is_multimodal: bool | None) -> Iterator[Reason]:
    def said(answer: Answer, text: str, clause: str | None) -> Reason:
        return Reason(answer, text, clause, terms.id)

    yield from (said(answer, text, clause) for answer, text, clause in _where(terms, purpose.region, is_multimodal))
    yield from (said(answer, text, clause) for answer, text, clause in _what_for(terms, purpose.use))
    yield from (said("conditions", text, clause) for text, clause in _duties(terms, purpose.use))


Said = tuple[Answer, str, str | None]


def _where(terms: Terms, region: str | None, is_multimodal: bool | None) -> Iterator[Said]:
    for excluded in terms.exclusions:
        if excluded.scope == "multimodal" and is_multimodal is False:
            continue
        is_sure = excluded.scope == "all" or is_multimodal
        may_not: Answer = "no" if is_sure else "unclear"
        if region in excluded.regions:
            yield may_not, excluded.text, excluded.clause
        elif region is None:
            yield "unclear", f"{excluded.text} Choose a region to know.", excluded.clause
        elif region == "other" and set(excluded.regions) - set(REGIONS):
            yield "unclear", excluded.text, excluded.clause


def _what_for(terms: Terms, use: str) -> Iterator[Said]:
    right = terms.right("commercial")
    if right.value == "unknown" or (right.value == "conditional" and not terms.thresholds):
        yield "unclear", _unread(terms), None
    elif use == "research":
        yield ("conditions", "Only without commercial aim.", right.clause) if right.value == "no" else _free(terms)
    elif use == "internal":
        yield _inside(terms)
    elif right.value == "no":
        yield "no", "Commercial use is not licensed.", right.clause
    else:
        yield _free(terms)
    is_free_inside = use == "internal" and terms.right("internal").value == "yes"
    if use != "research" and right.value != "no" and not is_free_inside:
        yield from _above(terms, use)


def _free(terms: Terms) -> Said:
    return "yes", "The license allows it.", terms.right("commercial").clause


def _inside(terms: Terms) -> Said:
    """Judge work inside a company: it is commercial for some licenses and not for others."""
    right = terms.rights.get("internal")
    if right is not None and right.value == "no":
        return "no", "Use for a company's own work is not licensed.", right.clause
    commercial = terms.right("commercial")
    if commercial.value == "no":
        text = "Whether work inside a company is commercial depends on its aim; the text does not decide it."
        return "unclear", text, commercial.clause
    return _free(terms)


def _above(terms: Terms, use: str) -> Iterator[Said]:
    for threshold in terms.thresholds:
        if threshold.counted == "revenue":
            yield "unclear" if use == "large" else "conditions", threshold.text, threshold.clause
        elif use == "large":
            yield "no", threshold.text, threshold.clause
        else:
            yield "conditions", threshold.text, threshold.clause


def _duties(terms: Terms, use: str) -> Iterator[tuple[str, str | None]]:
    """List what is more than keeping notices; what binds only who passes something on is left out inside a company."""
    for ask in terms.asks:
        if ask.kind in LIGHT or (use in {"research", "internal"} and ask.kind not in ON_USE):
            continue
        yield ask.text, ask.clause
    for limit in terms.limits:
        is_no_training = limit.kind in {"no-training", "outputs"} and terms.right("commercial").value != "no"
        if is_no_training or (limit.kind == "non-commercial" and use == "research"):
            yield limit.text, limit.clause


def _unread(terms: Terms) -> str:
    if terms.id == "other":
        return "The card says only `other`: its terms are in the repository's own license file."
    if terms.facts.group == "unknown":
        return "The card says that the license is not known."
    return f"The text of {terms.facts.name} was not read here. {terms.note or ''}".strip()
