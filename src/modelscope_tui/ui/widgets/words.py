"""Words on a tab, and why they take one layout.

UPPER FLOOR. Textual lays the screen out a second time whenever the room inside a widget has changed, for those whose
children follow it. Here none does: what a widget holds is known before it is laid out. So a turn to a tab costs one
layout and one frame instead of three. Words that are written a second time cost none.
"""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar
from textual.visual import VisualType
from textual.widgets import Static


def room_inside() -> Reactive[Size]:
    """Give what a widget puts in the place of `Widget.virtual_size` when nothing in it depends on that."""
    return Reactive(Size(0, 0), repaint=False)


class Words(Static):
    """Text that can be selected by mouse."""

    virtual_size = room_inside()

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Write other words; the same ones stay as they are."""
        now = self.content
        if not (isinstance(content, Content) and isinstance(now, Content) and now.is_same(content)):
            super().update(content, layout=layout)


class Bar(ScrollBar):
    """A scroll bar that asks for no layout when it is given its room."""

    virtual_size = room_inside()
