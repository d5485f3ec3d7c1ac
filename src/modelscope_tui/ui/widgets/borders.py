"""A model's id on the border of its pane, in full: where one edge has no room for it, it goes on along the other.

UPPER FLOOR. Pure.
"""

from __future__ import annotations

from modelscope_tui.ui.present import width_of

CORNERS = 6
"""Cells of an edge that are not for words: corners, a line and a blank at both ends."""


def below(head: str, name: str, width: int) -> tuple[str, str]:
    """Write a head on the upper edge and a name on the lower one; give both edges.

    Args:
        width: cells of the pane with its border; 0 while it is not known.
    """
    room = width - CORNERS
    if width <= 0 or width_of(name) <= room:
        return head, name
    first = max(1, room - width_of(head) - 2)
    return f"{head}  {name[:first]}", name[first:]


def beside(head: str, name: str, width: int) -> tuple[str, str]:
    """Write head and name on the upper edge, and on the lower one what has no room there; give both edges."""
    room = width - CORNERS
    whole = f"{head} {name}"
    return (whole, "") if width <= 0 or width_of(whole) <= room else (whole[:room], whole[room:])
