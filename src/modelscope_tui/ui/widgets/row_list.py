"""A list of rows inside a tab: its keys come from the pane around it, so that one pane stays one stop of the tab key.

UPPER FLOOR. It is given rows that can write themselves at any width, and a cursor that stays on its row when the rows
are given anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from modelscope_tui.ui.widgets.line_list import LineList, Piece


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is, all that its picture depends on, and how it is written."""

    name: str
    key: Hashable
    write: Callable[[int], list[Piece]]
    """Gives pieces that are so many cells together."""


class RowList(LineList, can_focus=False):
    """The rows."""

    HAS_IDLE_CURSOR = True

    class Clicked(Message):
        """A row was clicked."""

        def __init__(self, name: str, *, is_double: bool) -> None:
            super().__init__()
            self.name = name
            self.is_double = is_double

    def __init__(self, *, id: str) -> None:  # noqa: A002 - textual's own word
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show rows; the cursor stays on the row of the same name, else it goes to the first."""
        here = self.name_here
        self._rows = tuple(rows)
        at = next((place for place, row in enumerate(self._rows) if row.name == here), 0)
        self.show_lines(len(self._rows), cursor=at)

    @property
    def name_here(self) -> str | None:
        """The name of the row under the cursor."""
        return self._rows[self.cursor].name if self.cursor < len(self._rows) else None

    def light(self, *, is_lit: bool) -> None:
        """Show whether the keys come here."""
        if is_lit != self.is_lit:
            self.is_lit = is_lit
            self.refresh()

    def key_of(self, line: int) -> Hashable | None:
        """Name what a row's picture depends on."""
        return self._rows[line].key

    def pieces(self, line: int, width: int) -> list[Piece]:
        """Write a row."""
        return self._rows[line].write(width)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there, and say so."""
        line = self.line_at(event)
        if line is not None:
            event.stop()
            self.move_to(line)
            self.post_message(self.Clicked(self._rows[line].name, is_double=event.chain == 2))
