"""The form of a note: a sentence or two on a model, and tags to find it by.

UPPER FLOOR. It gives back what was written, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean
from modelscope_tui.ui.widgets.field import Field

if TYPE_CHECKING:
    from modelscope_tui.shortlisted import Star

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Note:
    """What was written."""

    text: str
    tags: tuple[str, ...]


class NoteForm(Popup["Note | None"]):
    """The form."""

    CSS_PATH = "styles/sheet.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.FORM_KEYS)

    def __init__(self, model_id: str, before: Star | None) -> None:
        super().__init__(classes="sheet")
        self._model_id = model_id
        self._before = before

    def compose(self) -> ComposeResult:
        """Make the two fields."""
        before = self._before
        with Vertical(classes="frame") as frame:
            frame.border_title = Content(f"Note on {clean(self._model_id, 80)}")
            frame.border_subtitle = Content("enter keeps it · esc does not")
            yield Label("note", classes="-hint")
            yield Field(clean(before.note) if before else "", id="note-text", max_length=LONGEST)
            yield Label("tags, with commas", classes="-hint")
            tags = ", ".join(before.tags) if before else ""
            yield Field(clean(tags), id="note-tags", placeholder="work, to try", max_length=300)

    @on(Input.Submitted)
    def finish(self, event: Input.Submitted) -> None:
        """Give back what was written."""
        event.stop()
        tags = self.query_one("#note-tags", Input).value.split(",")
        self.dismiss(Note(self.query_one("#note-text", Input).value, tuple(tags)))

    def action_keep(self) -> None:
        """Go back without a change."""
        self.dismiss(None)
