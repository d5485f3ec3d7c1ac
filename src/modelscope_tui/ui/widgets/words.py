"""Words on a tab, and why they take one layout.

UPPER FLOOR. Textual lays the screen out a second time whenever the room inside a widget has changed, for those whose
children follow it. Here none does: what a widget holds is known before it is laid out. So a turn to a tab costs one
layout and one frame instead of three.
"""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Static


def room_inside() -> Reactive[Size]:
    """Give what a widget puts in the place of `Widget.virtual_size` when nothing in it depends on that."""
    return Reactive(Size(0, 0), repaint=False)


class Words(Static):
    """Text that can be selected by mouse."""

    virtual_size = room_inside()
