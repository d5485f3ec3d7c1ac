"""What the text of a license says, section by section: what it allows, asks, limits, and where it does not reach.

GROUND FLOOR. Read by hand into ``data/license_terms.json``, each item with its section and the version that was read;
not legal advice. A license whose text was not read falls back on the summary of ``license.py``, without sections.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from modelscope_tui.catalog.license import LicenseFacts, license_facts, license_ids
from modelscope_tui.catalog.packaged import facts

RIGHTS = ("commercial", "internal", "modify", "distribute", "outputs")
"""What a license may allow: commercial use, work inside a company, changed versions, sharing, use of the outputs."""

ON_USE = frozenset({"use-policy", "limit", "register", "unread"})
"""Kinds of duties that bind whoever runs the model, even when nothing is passed on."""

LIGHT = frozenset({"notice", "changes", "attribution", "no-endorsement"})
"""Kinds of duties that every open license has: keep notices, name the author."""


@dataclass(frozen=True, slots=True)
class Right:
    """Whether something is allowed, and where the text says so."""

    value: str
    """`yes`, `no`, `conditional`, `unsaid` (the text does not speak of it) or `unknown` (nobody read it here)."""
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """Something that a license asks for or forbids."""

    kind: str
    text: str
    clause: str | None
    """The section of the text; None where only a summary is known."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A size above which the license no longer covers a product."""

    counted: str
    """`users` (monthly) or `revenue` (US dollars a year)."""
    above: int
    text: str
    clause: str | None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Places where nothing is licensed."""

    regions: tuple[str, ...]
    """`eu`, `uk`, `kr` …"""
    scope: str
    """`all`, `multimodal` (only models that take more than text), or `family` (models that all do, whatever a copy's
    task says)."""
    text: str
    clause: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """One license, read."""

    facts: LicenseFacts
    version: str | None = None
    text_url: str | None = None
    read_as: str = "summary"
    """What stands behind it: `text`, `guide` (the publisher's own words), or `summary`."""
    rights: dict[str, Right] = field(default_factory=dict, hash=False)
    asks: tuple[Clause, ...] = ()
    limits: tuple[Clause, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    export: Clause | None = None
    note: str | None = None
    as_of: str | None = None
    """The day when the text was read."""
    read_from: str | None = None
    """The copy that was read, where the text's own address could not be had: a repository and its commit."""

    @property
    def id(self) -> str:
        """The license's id."""
        return self.facts.id

    def right(self, name: str) -> Right:
        """Tell whether something is allowed."""
        return self.rights.get(name, Right("unknown"))


@cache
def _read() -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in facts("license_terms.json")["items"]}


@cache
def terms_of(license_id: str) -> Terms:
    """Give what is known of one license by its id, or by its name where its id is only `other`."""
    known = license_facts(license_id, None) or LicenseFacts(license_id, license_id, "unknown")
    item = _read().get(known.id)
    if item is None:
        return _summarized(known)
    return Terms(
        facts=known,
        version=item["version"],
        text_url=item["text"],
        read_as=item["read_as"],
        rights={name: Right(*said) for name, said in item["allows"].items()},
        asks=tuple(Clause(*said) for said in item["asks"]),
        limits=tuple(Clause(*said) for said in item.get("limits", ())),
        thresholds=tuple(Threshold(*said) for said in item.get("thresholds", ())),
        exclusions=tuple(
            Exclusion(tuple(regions), scope, text, clause) for regions, scope, text, clause in item.get("excludes", ())
        ),
        export=Clause("export", *item["export"]) if item["export"] else None,
        note=item.get("note") or (None if item["read_as"] == "text" else known.note),
        as_of=facts("license_terms.json")["as_of"],
        read_from=item.get("read_from"),
    )


def _summarized(known: LicenseFacts) -> Terms:
    """Say of a license no more than its summary does."""
    commercial = known.commercial_use if known.commercial_use not in {None, "unspecified"} else "unknown"
    asks = []
    if known.attribution:
        asks.append(Clause("attribution", "Name the author and the license.", None))
    if known.copyleft in {"strong", "weak", "network"}:
        asks.append(Clause("share-alike", "Changed versions that are passed on stay under the same license.", None))
    if known.use_based_restrictions:
        asks.append(Clause("use-policy", "Some uses are excluded; read which.", None))
    if known.copyleft in {"terms-pass-on", "use-restrictions-pass-on"}:
        asks.append(Clause("pass-on", "Put the same terms into any license of copies and derivatives.", None))
    return Terms(
        facts=known,
        text_url=known.url,
        rights={"commercial": Right(commercial or "unknown")},
        asks=tuple(asks),
        note=known.note,
    )


def all_terms(
    license: str | None,  # noqa: A002 - the card's word
    license_name: str | None,
    license_link: str | None = None,
) -> tuple[Terms, ...]:
    """Give the terms of every license that a card states; several at once all bind."""
    return tuple(terms_of(name) for name in license_ids(license, license_name, license_link))
