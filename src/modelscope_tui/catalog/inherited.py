"""The terms that a row inherits: its mark is the strictest answer of its own and of all that it was made from.

GROUND FLOOR. Pure. Why not the row's own license alone: a card is a claim of whoever uploaded it. A finetune or a
quantization holds its base's weights, so the base's terms bind whatever the copy's card says; MIT on a copy of a model
that excludes commerce gives nobody a right to sell. Why not the family's license alone: a stricter license of the
copy's own binds as well. So neither replaces the other, and the strictest counts, with its reason.

Only ancestors whose rows are known here count, the whole line up; one that was never seen, or is gone from the Hub,
changes nothing. One that the Hub showed without a license is `unclear`, as nothing is known to be granted; where only
the bundle lacks it nothing is known of its card, and it changes nothing. Three questions use the same rule: a mark
(:func:`answer_of`), `allowed:` over a whole index (``allowed.py``, by bitmaps), and one model with its reasons
(:func:`permission_within`).
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from modelscope_tui.catalog.license import license_ids
from modelscope_tui.catalog.lineage import MOST_ANCESTORS, Find
from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.catalog.permission import (
    ANSWERS,
    Answer,
    Permission,
    Purpose,
    Reason,
    answer_for,
    is_multimodal,
    may_use,
)
from modelscope_tui.catalog.policy import Policy
from modelscope_tui.catalog.policy_mark import answer_under, license_mark, mark_of
from modelscope_tui.catalog.relation import bases_of
from modelscope_tui.catalog.terms import all_terms, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_REASONS = 4
"""So many ancestors tell their reasons; the family's own lines tell the rest."""


def has_said(row: Model) -> bool:
    """Tell whether a row says what its card says of a license: it states one, or the Hub showed that there is none."""
    return row.source != "catalog" or bool(license_ids(*row.license_said))


def known_ancestors(model: Model, find: Find) -> tuple[Model, ...]:
    """Gather the rows of all that a model was made from, nearest first; a circle ends where it began."""
    names = bases_of(model)
    if not names:
        return ()
    found: list[Model] = []
    seen = {model.id.casefold()}
    waiting = deque(names)
    while waiting and len(found) < MOST_ANCESTORS:
        name = waiting.popleft()
        if name.casefold() in seen or not is_repo_id(name):
            continue
        seen.add(name.casefold())
        row = find(name)
        if row is not None and not row.gone:
            waiting.extend(bases_of(row))
            if has_said(row):
                found.append(row)
    return tuple(found)


def answer_of(model: Model, purpose: Purpose, find: Find, policy: Policy | None = None) -> Answer:
    """Judge a row for its mark."""
    own = mark_of(model, purpose, policy) if policy is not None else _own(model, purpose).answer
    if own == "no":
        return own
    inherited = (_as_base(row, purpose, policy) for row in known_ancestors(model, find))
    return _strictest((own, *inherited))


def permission_within(model: Model, purpose: Purpose, find: Find) -> Permission:
    """Judge a model with its reasons: its own, and those of every ancestor whose terms it does not share."""
    own = _own(model, purpose)
    told: list[Reason] = []
    named = {terms.id for terms in all_terms(*model.license_said)}
    for row in known_ancestors(model, find):
        inherited = _inherited(row, purpose)
        ids = {reason.license for reason in inherited.reasons}
        if inherited.answer != "yes" and not ids <= named and len(told) < MOST_REASONS * 2:
            named |= ids
            told += [
                Reason(reason.answer, f"Made from {row.id}: {reason.text}", reason.clause, reason.license)
                for reason in inherited.reasons[:2]
            ]
    if not told:
        return own
    reasons = sorted([*own.reasons, *told], key=lambda reason: ANSWERS.index(reason.answer))
    kept = tuple(reason for reason in reasons if reason.answer != "yes")
    return Permission(kept[0].answer, kept)


def base_answer(license_id: str, purpose: Purpose, shape: bool | None, policy: Policy | None) -> Answer:
    """Judge one license as that of a base: what it answers, and whether it lets changed versions be shared at all."""
    given = answer_for if policy is None else partial(answer_under, policy)
    own = given(license_id, purpose, shape)
    return _strictest((own, _ungranted(policy))) if _bars_copies(license_id) else own


def _own(model: Model, purpose: Purpose) -> Permission:
    return may_use(model.license, model.license_name, purpose, is_multimodal(model), model.license_link)


def _inherited(row: Model, purpose: Purpose) -> Permission:
    """Judge an ancestor as a base; a license that lets nobody share changed versions has granted nothing to a copy."""
    found = _own(row, purpose)
    barred = [terms for terms in all_terms(*row.license_said) if _bars_copies(terms.id)]
    if not barred or found.answer == "no":
        return found
    limits = [(terms.id, one) for terms in barred for one in terms.limits if one.kind == "no-derivatives"]
    told = tuple(Reason("unclear", limit.text, limit.clause, name) for name, limit in limits)
    return Permission(_strictest((found.answer, "unclear")), (*told, *found.reasons))


def _as_base(row: Model, purpose: Purpose, policy: Policy | None) -> Answer:
    if policy is None:
        return _inherited(row, purpose).answer
    own = license_mark(row, purpose, policy)
    is_barred = any(_bars_copies(terms.id) for terms in all_terms(*row.license_said))
    return _strictest((own, _ungranted(policy))) if is_barred else own


def _ungranted(policy: Policy | None) -> Answer:
    """Say what a copy is whose base lets nobody share changed versions: unclear, or what a policy makes of that."""
    is_asked = policy is not None and (policy.use_purpose is not None or policy.use_regions)
    return "no" if policy is not None and is_asked and policy.denies_unknown else "unclear"


@lru_cache(maxsize=1024)
def _bars_copies(license_id: str) -> bool:
    return any(limit.kind == "no-derivatives" for limit in terms_of(license_id).limits)


def _strictest(answers: Iterable[Answer]) -> Answer:
    return min(answers, key=ANSWERS.index)
