"""How two rows of one repository become one: what the catalog knew, and what the Hub says now.

GROUND FLOOR. Pure. Knows no Hub and no index; both call it.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from modelscope_tui.catalog.model import Model, Provenance

_NOT_FACTS = frozenset({"id", "source", "as_of", "provenance"})
_FACTS = tuple(item.name for item in fields(Model) if item.name not in _NOT_FACTS)
_TOGETHER = {"license_name": "license", "license_link": "license"}
"""A fact that belongs to another one: when the owner changes, the old companion must not stay behind."""


def merge_row(old: Model | None, new: Model) -> Model:
    """Lay a new row over an old one, field by field: known beats unknown, the Hub beats the bundle, newer beats older.

    The id is the new row's: a renamed repository answers under its present name.
    """
    if old is None:
        return new
    values: dict[str, Any] = {}
    said: dict[str, Provenance] = {}
    for name in _FACTS:
        winner = _winner(name, old, new)
        value = getattr(winner, name)
        values[name] = value
        if _is_known(value):
            said[name] = _said(winner, name)
    if new.source == "hub" and values["gone"] != new.gone:  # whom the Hub names is not gone
        values["gone"] = new.gone
        said.pop("gone", None)
    is_hub = "hub" in {old.source, new.source}
    return replace(
        new,
        **values,
        source="hub" if is_hub else new.source,
        as_of=_latest(old.as_of, new.as_of),
        provenance=said,
    )


def _winner(name: str, old: Model, new: Model) -> Model:
    owner = _TOGETHER.get(name)
    if owner is not None and getattr(old, owner) != getattr(new, owner):
        name = owner
    if not _is_known(getattr(new, name)):
        return old
    if not _is_known(getattr(old, name)):
        return new
    return new if _rank(new, name) >= _rank(old, name) else old


def _rank(row: Model, name: str) -> tuple[bool, str]:
    said = _said(row, name)
    return (said.source in {"hub", "cache"}, said.as_of or "")


def _said(row: Model, name: str) -> Provenance:
    return row.provenance.get(name) or Provenance(row.source, row.as_of)


def _is_known(value: object) -> bool:
    return value is not None and value != ()


def _latest(one: str | None, other: str | None) -> str | None:
    return max((date for date in (one, other) if date), default=None)
