"""The addresses of a card, or of a license, in a popup: open one in the browser, or copy it.

UPPER FLOOR. Only http and https come here at all; what is shown is the whole address, so that nobody is led astray.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from modelscope_tui.ui import keymap
from modelscope_tui.ui.messages import CopyRequested
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean, fitted, wrapped
from modelscope_tui.ui.widgets.row_list import Row, RowList

if TYPE_CHECKING:
    from modelscope_tui.ui.card_text import Link
    from modelscope_tui.ui.widgets.line_list import Piece


class LinksScreen(Popup[None]):
    """The popup."""

    CSS_PATH = "styles/sheet.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.LINKS)

    def __init__(self, links: Sequence[Link], title: str = "Links of the card") -> None:
        super().__init__(classes="sheet")
        self._title = title
        self._links = {str(link.number): link for link in links}

    def compose(self) -> ComposeResult:
        """Make the list, and the whole address of the line under the cursor."""
        with Vertical(id="links-frame", classes="frame") as frame:
            frame.border_title = Content(self._title)
            frame.border_subtitle = Content("enter opens · y copies · esc closes")
            yield RowList(id="links-list")
            yield Static(id="links-address")

    def on_mount(self) -> None:
        """List the links."""
        rows = self.query_one(RowList)
        rows.light(is_lit=True)
        rows.show([Row(name, name, partial(_written, link)) for name, link in self._links.items()])
        self._say()

    @property
    def _here(self) -> Link:
        return self._links[self.query_one(RowList).name_here or "1"]

    def _say(self) -> None:
        width = max(20, self.query_one(RowList).size.width or 60)
        lines = wrapped(clean(self._here.address, 2000), width)
        self.query_one(Static).update(Content("\n".join(lines[:4])))

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        rows = self.query_one(RowList)
        rows.move_to(rows.cursor + lines)
        self._say()

    def action_open(self) -> None:
        """Hand the address to the browser."""
        address = self._here.address
        if self.open_page(address):
            self.notify(f"opened {clean(address, 200)}", timeout=3, markup=False)
        else:
            self.notify(f"No browser here. It is {clean(address, 300)}", severity="warning", timeout=3, markup=False)

    @staticmethod
    def open_page(address: str) -> bool:
        """Hand an address to the system's browser."""
        try:
            return webbrowser.open(address)
        except webbrowser.Error:
            return False

    def action_copy(self) -> None:
        """Copy the address."""
        self.app.screen_stack[0].post_message(CopyRequested(self._here.address, "address"))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()

    @on(RowList.Clicked)
    def follow_click(self, event: RowList.Clicked) -> None:
        """Show the clicked address; a double click opens it."""
        event.stop()
        self._say()
        if event.is_double:
            self.action_open()


def _written(link: Link, width: int) -> list[Piece]:
    number = f"{link.number:>4}  "
    half = max(10, (width - len(number) - 2) // 2)
    return [
        (number, "muted"),
        (fitted(clean(link.text, 300), half), "text"),
        ("  " + fitted(clean(link.address, 400), max(1, width - len(number) - half - 2)), "accent"),
    ]
