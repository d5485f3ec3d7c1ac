"""A list that paints only the lines in view: the ground under the model table and the facet panes.

UPPER FLOOR. Textual's own lists make an object per row; this one holds a number of lines, asks for the text of a
visible one, and keeps painted strips by what they show. It scrolls by itself, so that no scroll bar widget is made.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from modelscope_tui.ui import keymap
from modelscope_tui.ui.present import glyphs
from modelscope_tui.ui.widgets.looks import Looks
from modelscope_tui.ui.widgets.words import room_inside

KEPT = 96
"""How many painted lines are kept, or three screens of them; the oldest half goes when there are more. Textual keeps
what it makes of each, which comes to ten KiB a line."""

Piece = tuple[str, str]
"""A text of known width, and the part of the looks it is painted in."""


class LineList(Widget, can_focus=True):
    """Lines, a cursor and a scroll position; subclasses say what a line shows."""

    ALLOW_SELECT = False
    HAS_IDLE_CURSOR = False
    """Whether the cursor's line is still marked when the keys go elsewhere."""
    BINDINGS: ClassVar[Any] = list(keymap.LIST)
    virtual_size = room_inside()

    def __init__(self, *, id: str, head: int = 0) -> None:  # noqa: A002 - textual's own word
        super().__init__(id=id)
        self.lines = 0
        """How many lines there are."""
        self.cursor = 0
        self.top = 0
        """The first line in view."""
        self.is_lit = False
        """Whether the cursor is drawn as that of the pane in use."""
        self._head = head
        self._strips: dict[Hashable, Strip] = {}
        self._looks: Looks | None = None

    # -- what a subclass says ----------------------------------------------------------------------------------

    def pieces(self, line: int, width: int) -> list[Piece]:
        """Give one line as pieces that are ``width`` cells together."""
        raise NotImplementedError

    def key_of(self, line: int) -> Hashable | None:
        """Name all that a line's picture depends on beside width and cursor; None paints it anew each time."""
        raise NotImplementedError

    def head_pieces(self, width: int) -> list[Piece]:
        """Give the line of the head, which does not scroll."""
        raise NotImplementedError

    # -- moving ------------------------------------------------------------------------------------------------

    @property
    def rows_in_view(self) -> int:
        """How many lines fit below the head."""
        return max(1, self.size.height - self._head)

    def show_lines(self, lines: int, *, cursor: int = 0, top: int | None = None) -> None:
        """Show another number of lines with the cursor on one of them, without a new layout."""
        self.lines = lines
        self.cursor = max(0, min(cursor, lines - 1))
        self.top = self.top if top is None else top
        self._scroll_to_cursor()
        self.refresh()

    def move_to(self, line: int) -> None:
        """Put the cursor on a line and bring it into view."""
        line = max(0, min(line, self.lines - 1))
        if line == self.cursor:
            return
        before, top = self.cursor, self.top
        self.cursor = line
        self._scroll_to_cursor()
        if self.top == top:
            self._refresh_rows(before, line)
        else:
            self.refresh()

    def _scroll_to_cursor(self) -> None:
        room = self.rows_in_view
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + room:
            self.top = self.cursor - room + 1
        self.top = max(0, min(self.top, self.lines - room))

    def _refresh_rows(self, *lines: int) -> None:
        left, above = self.gutter.left, self.gutter.top
        for line in lines:
            self.refresh(Region(left, above + self._head + line - self.top, self.size.width, 1))

    def scroll_lines(self, lines: int) -> None:
        """Scroll without moving the cursor."""
        top = max(0, min(self.top + lines, self.lines - self.rows_in_view))
        if top != self.top:
            self.top = top
            self.refresh()

    def action_move(self, lines: int) -> None:
        """Move the cursor by lines."""
        self.move_to(self.cursor + lines)

    def action_page(self, direction: int) -> None:
        """Move the cursor by a page."""
        self.move_to(self.cursor + direction * max(1, self.rows_in_view - 1))

    def action_jump_top(self) -> None:
        """Move the cursor to the first line."""
        self.move_to(0)

    def action_jump_bottom(self) -> None:
        """Move the cursor to the last line."""
        self.move_to(self.lines - 1)

    # -- painting ----------------------------------------------------------------------------------------------

    def forget_strips(self) -> None:
        """Paint every line anew the next time."""
        self._strips.clear()
        self._looks = None

    def notify_style_update(self) -> None:
        """Follow a theme."""
        super().notify_style_update()
        self.forget_strips()

    def render_line(self, y: int) -> Strip:
        """Paint one line of the widget."""
        width = self.size.width
        if width < 1:
            return Strip.blank(0)
        if y < self._head:
            return self._painted(self.head_pieces(width - 1), width, "", " ")
        line = self.top + y - self._head
        if line >= self.lines:
            return Strip.blank(width, self._style("text"))
        idle = "there" if self.HAS_IDLE_CURSOR else ""
        state = "" if line != self.cursor else "here" if self.is_lit else idle
        thumb = self._thumb(y - self._head)
        known = self.key_of(line)
        key = (known, width, line == self.cursor, state, thumb)
        strip = self._strips.get(key) if known is not None else None
        if strip is None:
            strip = self._painted(self.pieces(line, width - 1), width, state, thumb)
            if len(self._strips) >= max(KEPT, 3 * self.rows_in_view):
                for old in list(self._strips)[: len(self._strips) // 2]:
                    del self._strips[old]
            if known is not None:
                self._strips[key] = strip
        return strip

    def _thumb(self, y: int) -> str:
        room = self.rows_in_view
        if self.lines <= room:
            return " "
        length = max(1, room * room // self.lines)
        start = round((room - length) * self.top / (self.lines - room))
        return glyphs().thumb if start <= y < start + length else " "

    def _style(self, part: str, ground: str = "") -> Style:
        if self._looks is None:
            self._looks = Looks(self.app.theme_variables, "surface" if self.screen.is_modal else "background")
        return self._looks.style(part, ground)

    def _painted(self, pieces: list[Piece], width: int, ground: str, thumb: str) -> Strip:
        segments = [Segment(text, self._style(part, ground)) for text, part in _joined(pieces)]
        segments.append(Segment(thumb, self._style("thumb")))
        return Strip(segments).adjust_cell_length(width, self._style("text", ground))

    # -- the mouse ---------------------------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by the wheel."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by the wheel."""
        event.stop()
        self.scroll_lines(-3)

    def on_resize(self) -> None:
        """Keep the cursor in view when the room changes."""
        self._scroll_to_cursor()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Light or dim the cursor."""
        super().watch_has_focus(has_focus)
        self.is_lit = has_focus
        self.refresh()

    def line_at(self, event: events.Click) -> int | None:
        """Tell which line was clicked; None for the head, the border and below the last line."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self._head:
            return None
        line = self.top + offset.y - self._head
        return line if line < self.lines else None


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Join pieces that look the same; blanks look like anything. Each piece costs bytes of colour on the wire."""
    joined: list[Piece] = []
    for text, part in pieces:
        if joined and (joined[-1][1] == part or not text.strip() or not joined[-1][0].strip()):
            before, other = joined[-1]
            joined[-1] = (before + text, part if text.strip() else other)
        elif text:
            joined.append((text, part))
    return joined
