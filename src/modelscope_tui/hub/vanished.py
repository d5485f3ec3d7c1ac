"""Marks the models that the Hub's whole list does not name any more. They stay, with the date.

NORTH WING. A list that is shorter than what it would strike out is not believed: it is a mirror's, or broke off.
"""

from __future__ import annotations

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.model import Model
from modelscope_tui.hub.walk import Walk

AT_ONCE = 1000


def mark_vanished(index: Index, walk: Walk, *, everywhere: bool) -> tuple[int, int]:
    """Mark whom a whole walk did not see.

    Args:
        index: the rows.
        walk: the walk, at its end.
        everywhere: whether models count that only the bundled catalog knows.

    Returns:
        How many were marked, and how many were not because they are too many.
    """
    missing = index.unseen_since(walk.started, everywhere=everywhere)
    if len(missing) > max(walk.rows, 1):
        return 0, len(missing)
    for start in range(0, len(missing), AT_ONCE):
        part = missing[start : start + AT_ONCE]
        index.upsert([Model(name, source="hub", as_of=walk.started, gone=walk.started) for name in part])
    return len(missing), 0
