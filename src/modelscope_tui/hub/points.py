"""Downloads and likes over time: one point a day for each model whose page the Hub showed, kept on the shelf.

NORTH WING. Nothing is asked for it; a model that was looked at once has one point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelscope_tui.catalog.model import Model
from modelscope_tui.hub.shelf import Shelf

MOST = 90
"""How many points of a model are kept; the oldest go."""


@dataclass(frozen=True, slots=True)
class Point:
    """What the Hub counted on one day."""

    day: str
    """ISO date."""
    downloads: int | None
    """Of the 30 days before."""
    likes: int | None


def _key(model_id: str) -> str:
    return f"points:{model_id.casefold()}"


def points_of(shelf: Shelf, model_id: str) -> tuple[Point, ...]:
    """Read the points of a model, oldest first; what cannot be read is left out."""
    stored = shelf.get(_key(model_id))
    rows = stored.value if stored is not None and isinstance(stored.value, list) else []
    return tuple(Point(row[0], row[1], row[2]) for row in rows if _is_point(row))


def keep_point(shelf: Shelf, model: Model, as_of: str) -> None:
    """Add what the Hub says today; a second look on the same day replaces the first."""
    if model.downloads is None and model.likes is None:
        return
    day = as_of[:10]
    kept = [[one.day, one.downloads, one.likes] for one in points_of(shelf, model.id) if one.day != day]
    shelf.put(_key(model.id), [*kept, [day, model.downloads, model.likes]][-MOST:])


def _is_point(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 3
        and isinstance(row[0], str)
        and all(value is None or (isinstance(value, int) and not isinstance(value, bool)) for value in row[1:])
    )
