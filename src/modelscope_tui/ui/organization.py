"""The popup of an organization: who they are, what they are known for, and their models.

UPPER FLOOR. What is known of them comes from the package's own list, taken from their public pages; of the many others
only the handle and the models are known, and that is said.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from modelscope_tui.catalog.taxonomy import organization
from modelscope_tui.ui import keymap, present
from modelscope_tui.ui.card_text import safe_address
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model

SHOWN = 10
"""How many of their models are named."""


class OrganizationScreen(Popup[bool]):
    """The popup; true asks for the organization's models alone."""

    CSS_PATH = "styles/sheet.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.ORGANIZATION)

    def __init__(self, handle: str, total: int, models: Sequence[Model], endpoint: str) -> None:
        """Make the popup.

        Args:
            handle: the organization.
            total: how many of its models are known here.
            models: the most downloaded of them.
            endpoint: the Hub's address.
        """
        super().__init__(classes="sheet")
        self._handle, self._total, self._models, self._endpoint = handle, total, models, endpoint

    def compose(self) -> ComposeResult:
        """Write the facts."""
        with Vertical(classes="frame") as frame:
            frame.border_title = Content(clean(self._handle, 96))
            frame.border_subtitle = Content("enter only their models · o their page · esc closes")
            yield Static(Content("\n\n").join([*self._parts()]))

    def _parts(self) -> Iterator[Content]:
        who = organization(self._handle)
        if who is None:
            yield Content("Nothing but the handle is known of them here; o opens their page on the Hub.")
        else:
            facts = (
                ("name", who.name), ("kind", who.kind), ("country", who.country),
                ("known for", ", ".join(who.families)), ("website", who.website),
            )  # fmt: skip
            lines = [
                Content.assemble((name.ljust(12), "$foreground 50%"), clean(text, 300)) for name, text in facts if text
            ]
            yield Content("\n").join(lines)
        yield Content.styled(f"{present.grouped(self._total)} models are known here, the most downloaded first", "bold")
        lines = [
            Content.assemble(clean(model.id, 96), (f"  {present.count(model.downloads)}", "$foreground 50%"))
            for model in self._models[:SHOWN]
        ]
        yield Content("\n").join(lines)

    def action_narrow(self) -> None:
        """Show only their models."""
        self.dismiss(True)

    def action_browse(self) -> None:
        """Open their page on the Hub, or their website where the package knows it."""
        address = safe_address(f"{self._endpoint}/{self._handle}")
        if address is not None and self.open_page(address):
            self.notify(f"opened {address}", timeout=3, markup=False)
        else:
            self.notify(
                f"No browser here. The page is {clean(address, 300)}", severity="warning", timeout=3, markup=False
            )

    @staticmethod
    def open_page(address: str) -> bool:
        """Hand an address to the system's browser."""
        try:
            return webbrowser.open(address)
        except webbrowser.Error:
            return False

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(False)
