"""What a license allows: a group for browsing, and the facts behind it.

GROUND FLOOR. A summary by hand in ``data/licenses.json`` and ``data/license_names.json``, not legal advice. A card with
``license: other`` names its license in ``license_name`` or links to it in ``license_link`` (``license_names.py``);
where neither is known here the group is `other`, unless the name itself says that commerce is excluded. Several
licenses at once are as strict as the strictest of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from modelscope_tui.catalog.license_names import (
    SAYS_NOTHING,
    known_spellings,
    linked,
    other_spelling,
    spelled,
)
from modelscope_tui.catalog.packaged import facts

GROUPS = ("permissive", "copyleft", "use-restricted", "custom-open", "non-commercial", "other", "unknown")
"""The groups, from the freest on; `other` has terms of its own that nobody summarised, `unknown` states none."""

_LABELS = {
    "permissive": "Permissive",
    "copyleft": "Copyleft",
    "use-restricted": "Use-restricted",
    "custom-open": "Custom open",
    "non-commercial": "Non-commercial",
    "other": "Other terms",
    "unknown": "Not stated",
}
_GROUP_OF_KIND = {
    "permissive": "permissive",
    "public-domain": "permissive",
    "cc": "permissive",
    "copyleft": "copyleft",
    "weak-copyleft": "copyleft",
    "cc-sharealike": "copyleft",
    "openrail": "use-restricted",
    "community": "custom-open",
    "non-commercial": "non-commercial",
}
_STRICTEST = ("non-commercial", "other", "custom-open", "use-restricted", "copyleft", "unknown", "permissive")
_SAYS_NO_COMMERCE = re.compile(r"non-?commercial|research-only|personal-use-only|academic-use|(^|-)nc($|-)")


@dataclass(frozen=True, slots=True)
class LicenseFacts:
    """What is known of one license. Not legal advice; None is not decided by its name."""

    id: str
    name: str
    group: str
    kind: str | None = None
    spdx: str | None = None
    osi_approved: bool | None = None
    commercial_use: str | None = None
    """`yes`, `no`, `conditional` or `unspecified`."""
    copyleft: str | None = None
    attribution: bool | None = None
    use_based_restrictions: bool | None = None
    note: str | None = None
    """The threshold or duty that surprises people."""
    url: str | None = None
    source: str | None = None
    """Where these facts come from."""


def _group(item: dict[str, Any]) -> str:
    if item["id"] in {"unknown", "other"}:
        return str(item["id"])
    if item["kind"] in {"data", "family"}:
        if item["commercial_use"] != "yes":
            return "other"
        if item["use_based_restrictions"]:
            return "use-restricted"
        return "permissive" if item["copyleft"] == "none" else "copyleft"
    return _GROUP_OF_KIND.get(item["kind"], "other")


@cache
def _known() -> dict[str, LicenseFacts]:
    """Every license by its id; those that have no id on the Hub by their name, in both spellings."""
    packaged, named = facts("licenses.json"), facts("license_names.json")
    known: dict[str, LicenseFacts] = {}
    for source, items in ((packaged["source"], packaged["custom_license_names"]), (None, named["licenses"])):
        for item in items:
            found = _facts({"id": item["license_name"], **item}, source or item["source"])
            known[spelled(found.id)] = known[spelled(found.name)] = found
    for item in packaged["items"]:
        found = _facts(item, packaged["source"])
        known.setdefault(spelled(found.name), found)
        known[spelled(found.id)] = found
    return known


def _facts(item: dict[str, Any], source: str) -> LicenseFacts:
    same = {name: item.get(name) for name in ("kind", "spdx", "osi_approved", "commercial_use", "copyleft", "url")}
    return LicenseFacts(
        id=item["id"],
        name=item["name"],
        group=_group(item),
        attribution=item.get("attribution"),
        use_based_restrictions=item.get("use_based_restrictions"),
        note=item.get("threshold_or_note"),
        source=source,
        **same,
    )


def license_ids(
    license: str | None,  # noqa: A002 - the card's word
    license_name: str | None,
    license_link: str | None = None,
) -> tuple[str, ...]:
    """List the licenses that a card means: its ids; where there is none but `other`, its name, else its link.

    A name is brought to the id that is known here, whatever its spelling; one that nobody knows stays as it is.
    """
    ids = [part.strip().casefold() for part in (license or "").split(",") if part.strip()]
    if ids and ids != ["other"]:
        return tuple(dict.fromkeys(ids))
    name = spelled(license_name or "")
    if name and name not in SAYS_NOTHING:
        if name in _known():
            return (_known()[name].id,)
        meant = other_spelling(name)
        if meant:
            return meant
    behind = linked(license_link)
    if behind is not None:
        return (behind,)
    return (name,) if name else tuple(dict.fromkeys(ids))


def same_license(name: str) -> str:
    """Give the id of a license by any of its spellings; an id, and a name that is not known, stay as they are."""
    known = _known().get(spelled(name))
    meant = (known.id,) if known is not None else other_spelling(name)
    return meant[0] if len(meant) == 1 and meant[0] != name.casefold() else name


def _named(name: str) -> LicenseFacts:
    known = _known().get(spelled(name))
    if known is not None:
        return known
    if _SAYS_NO_COMMERCE.search(spelled(name)):
        group, commerce, source = "non-commercial", "no", "the license's own name"
        return LicenseFacts(id=name, name=name, group=group, commercial_use=commerce, source=source)
    return LicenseFacts(id=name, name=name, group="other")


@lru_cache(maxsize=4096)
def license_facts(
    license: str | None,  # noqa: A002 - the card's word
    license_name: str | None,
    license_link: str | None = None,
) -> LicenseFacts | None:
    """Give what is known of a model's license, the strictest of several; None when the card states none."""
    found = [_named(name) for name in license_ids(license, license_name, license_link)]
    return min(found, key=lambda one: _STRICTEST.index(one.group)) if found else None


def group_of(
    license: str | None,  # noqa: A002 - the card's word
    license_name: str | None,
    license_link: str | None = None,
) -> str:
    """Sort a license into one of ``GROUPS``."""
    found = license_facts(license, license_name, license_link)
    return found.group if found else "unknown"


def group_label(group: str) -> str:
    """Name a group for a person."""
    return _LABELS.get(group, group)


def license_label(license_id: str) -> str:
    """Name a license for a person: its own name where it is known, else its id."""
    found = _known().get(spelled(license_id))
    return found.name if found else license_id


def is_hub_license(license_id: str) -> bool:
    """Tell whether the Hub itself knows a license by this id; all others are `other` there."""
    name = license_id.casefold()
    return any(item["id"] == name for item in facts("licenses.json")["items"])


def known_licenses() -> tuple[str, ...]:
    """List the ids and names of every license that is known here, and their other spellings."""
    return tuple(dict.fromkeys((*_known(), *known_spellings())))
