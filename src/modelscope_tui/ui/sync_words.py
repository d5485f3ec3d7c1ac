"""How far a sync in the background is, in the few words that a title line has room for.

UPPER FLOOR. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelscope_tui.ui.present import glyphs, grouped

WORTH_SAYING_SECONDS = 5


def sync_words(document: Mapping[str, Any]) -> str:
    """Say rows and time left, or for how long the Hub lets it wait."""
    rows, to_come = _number(document.get("rows")), document.get("rows_to_come")
    waiting = _number(document.get("waiting_seconds"))
    of_all = f" of {grouped(rows + _number(to_come))}" if to_come is not None else ""
    said = f"syncing {grouped(rows)}{of_all}"
    if waiting >= WORTH_SAYING_SECONDS:
        return f"{said} {glyphs().more} waiting {waiting} s"
    left = document.get("seconds_left")
    return said if left is None else f"{said}, {_lasting(_number(left))} left"


def _lasting(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"


def _number(value: Any) -> int:
    return round(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0
