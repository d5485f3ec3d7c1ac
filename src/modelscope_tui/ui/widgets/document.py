"""A long text in parts, of which only those in view are ever laid out.

UPPER FLOOR. Its place is a part and a line in that part, never a line of the whole: so the end of a 200 KB card is as
near as its beginning, and nothing is laid out to find out how long it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from modelscope_tui.ui.present import glyphs
from modelscope_tui.ui.widgets.finding import Finding, Match, lit
from modelscope_tui.ui.widgets.looks import Looks
from modelscope_tui.ui.widgets.words import room_inside

Lines = Sequence[Sequence[Segment]]
Lay = Callable[[str, int, Callable[[str], Style]], Lines]
"""Lays a part out: its text, the width in cells, and the theme's style of a part of a line."""


_HERE = Style(reverse=True, bold=True)

STRETCH_SECONDS = 0.008
"""How long parts are looked through before the next key has its turn."""


class Document(Widget):
    """The text."""

    class Found(Message):
        """So far so many places have the words that are looked for, and one is at one of them."""

    ALLOW_SELECT = False
    virtual_size = room_inside()

    def __init__(self, lay: Lay, *, id: str) -> None:  # noqa: A002 - textual's own word
        super().__init__(id=id)
        self._lay = lay
        self._parts: tuple[str, ...] = ()
        self._laid: dict[int, list[Strip]] = {}
        self._laid_for = 0
        self._part = 0
        self._line = 0
        self._looks: Looks | None = None
        self.finding: Finding | None = None
        """What is looked for, while something is."""

    def show(self, parts: Sequence[str]) -> None:
        """Show another text from its beginning; the same one stays where it is."""
        if tuple(parts) == self._parts:
            return
        self._parts = tuple(parts)
        self._part = self._line = 0
        self._laid.clear()
        self.finding = None
        self.refresh()

    # -- finding -----------------------------------------------------------------------------------------------

    def find(self, needle: str) -> None:
        """Look for words from the place on; empty ends it."""
        self.finding = Finding(self._parts, needle, self._part) if needle.strip() else None
        self.refresh()
        self._look_on()

    def _look_on(self) -> None:
        """Look through further parts for a moment, and go to the first match as soon as there is one."""
        finding, until = self.finding, time.perf_counter() + STRETCH_SECONDS
        if finding is None or not self.size.width:
            return
        while (part := finding.next_part) is not None and time.perf_counter() < until:
            finding.look_through(self._lines(part))
        if finding.here is None:
            self._come_to(finding.begin(self.place))
        self.refresh()
        self.post_message(self.Found())
        if finding.next_part is not None:
            self.set_timer(STRETCH_SECONDS, lambda: self._look_on() if self.finding is finding else None)

    def step(self, direction: int) -> None:
        """Go to the next match, or the one before."""
        if self.finding is not None:
            self._come_to(self.finding.step(direction))
            self.post_message(self.Found())

    def _come_to(self, match: Match | None) -> None:
        """Bring a match into view, with some lines above it."""
        if match is None or self.finding is None or self.finding.here is None:
            return
        self._part, self._line = self.finding.here[0], match[0].line
        self._go_up(self.size.height // 3)
        self._go_down(0)
        self.refresh()

    # -- laying out --------------------------------------------------------------------------------------------

    def _lines(self, part: int) -> list[Strip]:
        """Give the lines of a part, laying it out when it is not yet."""
        width = max(10, self.size.width - 1)
        if width != self._laid_for:
            self._laid.clear()
            self._laid_for = width
            self._line = 0
        found = self._laid.get(part)
        if found is None:
            laid = self._lay(self._parts[part], width, self._style)
            ground = self._style("text")
            found = [Strip(list(line)).adjust_cell_length(width, ground) for line in laid] or [
                Strip.blank(width, ground)
            ]
            self._laid[part] = found
        return found

    def lay_ahead(self) -> bool:
        """Lay the next part out before it is asked for; tells whether there was one within two screens."""
        last = self._part
        seen = -self._line
        while last < len(self._parts) and seen < 2 * self.size.height:
            if last not in self._laid:
                self._lines(last)
                return True
            seen += len(self._laid[last])
            last += 1
        return False

    def on_resize(self) -> None:
        """Look again: at another width the words stand elsewhere."""
        if self.finding is not None:
            self.find(self.finding.needle)

    def _style(self, part: str, ground: str = "") -> Style:
        if self._looks is None:
            self._looks = Looks(self.app.theme_variables)
        return self._looks.style(part, ground)

    def notify_style_update(self) -> None:
        """Follow a theme."""
        super().notify_style_update()
        self._looks = None
        self._laid.clear()

    # -- the place ---------------------------------------------------------------------------------------------

    @property
    def place(self) -> tuple[int, int]:
        """The part and the line in it that stand at the top."""
        return self._part, self._line

    def scroll_lines(self, lines: int) -> None:
        """Go down, or up, by lines; a step beyond either end goes to the end."""
        if not self._parts or not self.size.height:
            return
        before = self.place
        if lines >= 0:
            self._go_down(lines)
        else:
            self._go_up(-lines)
        if self.place != before:
            self.refresh()
            self.call_after_refresh(self.lay_ahead)

    def _go_down(self, lines: int) -> None:
        if lines > 10_000:
            self._part, self._line = len(self._parts) - 1, len(self._lines(len(self._parts) - 1))
            self._go_up(self.size.height)
            return
        goal = self._line + lines
        while goal >= len(self._lines(self._part)) and self._part < len(self._parts) - 1:
            goal -= len(self._lines(self._part))
            self._part += 1
        self._line = goal
        below = self._below()
        if below < self.size.height:  # the end stays at the bottom
            self._go_up(self.size.height - below)

    def _below(self) -> int:
        """Count the lines from the place to the end, no further than a screen."""
        count, part = -self._line, self._part
        while part < len(self._parts) and count < self.size.height:
            count += len(self._lines(part))
            part += 1
        return count

    def _go_up(self, lines: int) -> None:
        if lines > 10_000:
            self._part = self._line = 0
            return
        goal = self._line - lines
        while goal < 0 and self._part > 0:
            self._part -= 1
            goal += len(self._lines(self._part))
        self._line = max(0, goal)

    # -- painting ----------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width, ground = self.size.width, self._style("text")
        part, line = self._part, self._line + y
        while part < len(self._parts) and line >= len(self._lines(part)):
            line -= len(self._lines(part))
            part += 1
        if part >= len(self._parts):
            return Strip.blank(width, ground)
        thumb = glyphs().thumb if y == self._thumb_at() else " "
        strip = self._lines(part)[line]
        for span, is_here in self.finding.spans(part, line) if self.finding is not None else ():
            strip = lit(strip, span, _HERE if is_here else self._style("text", "found"))
        return Strip.join([strip, Strip([Segment(thumb, self._style("thumb"))], 1)]).adjust_cell_length(width, ground)

    def _thumb_at(self) -> int:
        if self._below() <= self.size.height:
            return self.size.height - 1 if self.place > (0, 0) else -1
        share = (self._part + self._line / max(1, len(self._lines(self._part)))) / len(self._parts)
        return min(self.size.height - 1, int(share * self.size.height))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by the wheel."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by the wheel."""
        event.stop()
        self.scroll_lines(-3)
