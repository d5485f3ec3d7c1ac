"""The screen of a comparison: facts as lines, models or quantizations as columns, the best of each line lit.

UPPER FLOOR. Where not all columns have room, h and l bring the others; the line under the cursor is written in full
below. It is copied as Markdown, or exported like any list.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from modelscope_tui.exporting import text_of
from modelscope_tui.ui import keymap
from modelscope_tui.ui.messages import CopyRequested, ExportRequested
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean, fitted, glyphs
from modelscope_tui.ui.widgets.row_list import Row, RowList

if TYPE_CHECKING:
    from modelscope_tui.ui.comparing import Comparison, Fact
    from modelscope_tui.ui.widgets.line_list import Piece

LABEL = 22
"""Cells of the column of names."""

LEAST = 18
"""A column is at least so wide; what has no room waits to the right."""


class CompareScreen(Popup[None]):
    """The screen."""

    CSS_PATH = "styles/sheet.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.COMPARE)

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(classes="sheet")
        self._comparison = comparison
        self._first = 0

    def compose(self) -> ComposeResult:
        """Make the head, the lines and the line in full."""
        with Vertical(classes="frame", id="compare-frame") as frame:
            frame.border_title = Content(clean(self._comparison.title, 120))
            frame.border_subtitle = Content("y copies Markdown · e exports · h l columns · esc closes")
            yield Static(id="compare-head")
            yield RowList(id="compare-list")
            yield Static(id="compare-full")

    def on_mount(self) -> None:
        """Light the list."""
        self.query_one(RowList).light(is_lit=True)

    @on(events.Resize)
    def draw(self) -> None:
        """Write all lines for the columns that have room."""
        rows = self.query_one(RowList)
        room = max(40, rows.size.width - 1)
        shown = max(1, min(len(self._comparison.names), (room - LABEL) // LEAST))
        self._first = max(0, min(self._first, len(self._comparison.names) - shown))
        width = (room - LABEL) // shown
        last = self._first + shown
        rows.show([
            Row(fact.name, (fact.name, self._first, width), partial(_written, fact, self._first, last, width))
            for fact in self._comparison.facts
        ])  # fmt: skip
        more = f" {glyphs().more}" if last < len(self._comparison.names) or self._first else ""
        names = [
            fitted(_short(name, width - 1), width - 1) + " " for name in self._comparison.names[self._first : last]
        ]
        head = fitted(f"{len(self._comparison.names)} side by side{more}", LABEL)
        self.query_one("#compare-head", Static).update(
            Content.assemble((head, "$foreground 50%"), ("".join(names), "bold $text-accent"))
        )
        self.call_after_refresh(self._say)  # while the size is being given out, a new height would not be asked for

    def _say(self) -> None:
        """Write the line under the cursor in full."""
        facts, at = self._comparison.facts, self.query_one(RowList).cursor
        if at >= len(facts):
            return
        pairs = zip(self._comparison.names, facts[at].cells, strict=True)
        words = f"  {glyphs().dot}  ".join(f"{clean(name, 96)}: {cell or 'unknown'}" for name, cell in pairs)
        self.query_one("#compare-full", Static).update(Content(words))

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        rows = self.query_one(RowList)
        rows.move_to(rows.cursor + lines)
        self._say()

    def action_turn(self, direction: int) -> None:
        """Bring the columns on the right or left."""
        self._first += direction
        self.draw()

    def action_copy(self) -> None:
        """Copy as a Markdown table."""
        lines = self._comparison.lines()
        text = text_of(lines, "md", columns=list(lines[0]))
        self.app.screen_stack[0].post_message(CopyRequested(text, "comparison"))

    def action_export(self) -> None:
        """Export the columns."""
        made = self._comparison
        self.app.screen_stack[0].post_message(
            ExportRequested("this comparison", "comparison", lambda _: made.records(), made.lines)
        )

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()

    @on(RowList.Clicked)
    def follow_click(self, event: RowList.Clicked) -> None:
        """Write the clicked line in full."""
        event.stop()
        self._say()


def _written(fact: Fact, first: int, last: int, width: int, room: int) -> list[Piece]:
    pieces: list[Piece] = [(fitted(clean(fact.name, 80), LABEL - 1) + " ", "muted")]
    for at in range(first, last):
        cell = fact.cells[at] or glyphs().dot
        pieces.append(
            (fitted(cell, width - 1) + " ", "good" if at in fact.best else "text" if fact.cells[at] else "muted")
        )
    used = LABEL + (last - first) * width
    return [*pieces, (" " * max(0, room - used), "text")]


def _short(name: str, width: int) -> str:
    return clean(name, 96) if len(name) <= width else clean(name, 96).rpartition("/")[2]
