"""What the facet panes show: values with their counts.

GROUND FLOOR. Plain records; the first frame is painted from them before any index is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One line of a pane: a value, its name for a person, and how many models have it."""

    value: str
    label: str
    count: int
    group: str | None = None
    """The license group of a license; None for a group itself and for every other facet."""


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The counts of all panes for one query. Each is exact, most models first."""

    total: int
    """Models that match the whole query."""
    organizations: tuple[FacetValue, ...] = ()
    """The most frequent ones and every chosen one; `organizations_found` counts all."""
    categories: tuple[FacetValue, ...] = ()
    licenses: tuple[FacetValue, ...] = ()
    """A group, then its licenses, then the next group."""
    tools: tuple[FacetValue, ...] = ()
    """In house order: run, serve, hub, train."""
    tasks: tuple[FacetValue, ...] = ()
    organizations_found: int | None = 0
    """How many organizations have at least one match; None where counting them all would take too long."""


_PANES = ("organizations", "categories", "licenses", "tools", "tasks")


def as_json(counts: FacetCounts) -> dict[str, Any]:
    """Turn counts into plain lists, to be kept in a file."""
    kept: dict[str, Any] = {"total": counts.total, "organizations_found": counts.organizations_found}
    names = [field.name for field in fields(FacetValue)]
    for pane in _PANES:
        kept[pane] = [[getattr(value, name) for name in names] for value in getattr(counts, pane)]
    return kept


def from_json(kept: Mapping[str, Any]) -> FacetCounts:
    """Read counts that :func:`as_json` wrote."""
    panes = {pane: tuple([FacetValue(*value) for value in kept[pane]]) for pane in _PANES}
    return FacetCounts(total=kept["total"], organizations_found=kept["organizations_found"], **panes)
