"""The license of a model against those of the models it was made from, along the whole family.

GROUND FLOOR. Every ancestor's terms bind, however many steps back it is: a finetune of a relabelled finetune is held
against the first one too. A family that runs in a circle, or into repositories that nobody saw, ends there. Not legal
advice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.license import license_ids
from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.catalog.relation import bases_of, relation_of
from modelscope_tui.catalog.terms import Clause, Terms, all_terms

Harmony = Literal["conflict", "missing", "looser", "unclear", "unseen", "same", "fine"]
"""How a model's license stands to an ancestor's: `conflict` grants what the other forbids or drops what it demands ·
`missing` the model states none while the other has terms · `looser` other terms of the same kind · `unclear` terms
that were not read · `unseen` a repository that is not known here · `same` · `fine`, as the other may be relicensed."""

HARMONIES: tuple[Harmony, ...] = ("conflict", "missing", "looser", "unclear", "unseen", "same", "fine")
"""From the worst to the best."""

MOST_ANCESTORS = 40
"""A family is followed no further than this."""

_DEMANDS = frozenset({"use-policy", "pass-on", "naming", "register"})
_NAMES = {"use-policy": "use restrictions", "pass-on": "terms that must be passed on", "naming": "a name to show",
          "register": "a registration", "users": "a limit of users", "revenue": "a limit of revenue"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A model that another one was made from."""

    id: str
    steps: int
    """1 is the model it says it was made from."""
    relation: str | None
    """`finetune`, `quantized`, `adapter`, `merge`; None where it is not said."""
    license: str | None
    """Its license in words of the card; None where it states none or was never seen."""
    harmony: Harmony
    why: str
    clause: str | None = None


_NOT_KNOWN = "Its license is not known here; online its own page tells."


Find = Callable[[str], Model | None]
"""Gives a row by its id, from what is known on this machine."""


def ancestors_of(model: Model, find: Find) -> tuple[Ancestor, ...]:
    """Hold a model's license against every ancestor's, nearest first. Cycles and unknown repositories end a line."""
    found: list[Ancestor] = []
    seen = {model.id.casefold()}
    level = [(model, 1)]
    while level and len(found) < MOST_ANCESTORS:
        child, steps = level.pop(0)
        for name in bases_of(child):
            if name.casefold() in seen or not is_repo_id(name) or len(found) == MOST_ANCESTORS:
                continue
            seen.add(name.casefold())
            row = find(name)
            harmony, why, clause = _compared(model, row)
            stated = (row.license_name or row.license) if row else None
            found.append(
                Ancestor(row.id if row is not None else name, steps, relation_of(child), stated, harmony, why, clause)
            )
            if row is not None:
                level.append((row, steps + 1))
    return tuple(found)


def worst_of(ancestors: tuple[Ancestor, ...]) -> Harmony | None:
    """Give the worst harmony of a family; None without ancestors."""
    return min((one.harmony for one in ancestors), key=HARMONIES.index, default=None)


def _compared(model: Model, base: Model | None) -> tuple[Harmony, str, str | None]:
    if base is None:
        return "unseen", "This repository is not known here.", None
    its = all_terms(*base.license_said)
    if not its or any(terms.facts.group == "unknown" for terms in its):
        is_seen = base.source != "catalog" or its
        told = "It states no license, so nothing is known to be granted." if is_seen else _NOT_KNOWN
        return "unclear", told, None
    own = all_terms(*model.license_said)
    if any(terms.id == "other" for terms in its):
        return "unclear", "It says only `other`: its terms are in its own license file.", None
    if set(license_ids(*base.license_said)) <= set(license_ids(*model.license_said)):
        return "same", "The same license.", None
    if not own:
        return _missing(its)
    found = [_held_against(own, terms) for terms in its]
    return min(found, key=lambda one: HARMONIES.index(one[0]))


def _missing(its: tuple[Terms, ...]) -> tuple[Harmony, str, str | None]:
    names = ", ".join(terms.facts.name for terms in its)
    return "missing", f"The model states no license; {names} of its base binds all the same.", None


def _held_against(own: tuple[Terms, ...], base: Terms) -> tuple[Harmony, str, str | None]:
    name = base.facts.name
    if any(terms.right("commercial").value == "unknown" for terms in (*own, base)):
        return "unclear", f"Terms were not read, so they cannot be held against {name}.", None
    is_free = all(terms.right("commercial").value != "no" for terms in own)
    if base.right("commercial").value == "no" and is_free:
        why = f"{name} excludes commercial use; this license grants it."
        return "conflict", why, base.right("commercial").clause
    barred = next((limit for limit in base.limits if limit.kind == "no-derivatives"), None)
    if barred is not None:
        return "conflict", f"{name}: {barred.text}", barred.clause
    alike = next((ask for ask in base.asks if ask.kind == "share-alike"), None)
    return _alike(own, base, alike) if alike is not None else _dropped(own, base, is_free=is_free)


def _dropped(own: tuple[Terms, ...], base: Terms, *, is_free: bool) -> tuple[Harmony, str, str | None]:
    """Look for demands of the base that the model's own license does not make."""
    name, kept = base.facts.name, set[str]().union(*(_demands(terms) for terms in own))
    dropped = _demands(base) - kept
    is_stricter = not is_free and base.right("commercial").value != "no"
    is_alike = any(terms.facts.kind == base.facts.kind for terms in own)
    if dropped and not is_stricter and not is_alike:
        what = ", ".join(_NAMES[kind] for kind in sorted(dropped))
        return "conflict", f"{name} comes with {what}; this license drops that.", _clause_of(base, dropped)
    if _demands(base):
        return "looser", f"Other terms; {name} of its base binds as well.", _clause_of(base, _demands(base))
    return "fine", f"{name} lets changed versions carry another license; keep its notices.", None


def _alike(own: tuple[Terms, ...], base: Terms, ask: Clause) -> tuple[Harmony, str, str | None]:
    family = base.id.rpartition("-")[0]
    if any(terms.id.rpartition("-")[0] == family for terms in own):
        return "looser", f"Another version of {base.facts.name}.", ask.clause
    weak = base.facts.copyleft == "weak"
    return "looser" if weak else "conflict", f"{base.facts.name}: {ask.text}", ask.clause


def _demands(terms: Terms) -> set[str]:
    return {ask.kind for ask in terms.asks} & _DEMANDS | {threshold.counted for threshold in terms.thresholds}


def _clause_of(terms: Terms, kinds: set[str]) -> str | None:
    asked = next((ask.clause for ask in terms.asks if ask.kind in kinds), None)
    return asked or next((limit.clause for limit in terms.thresholds if limit.counted in kinds), None)
