"""The form of an export: which format, where to, and how many models it will hold.

UPPER FLOOR. It gives back what was chosen, or nothing; writing happens in a thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from modelscope_tui.errors import UsageError
from modelscope_tui.exporting import FORMATS
from modelscope_tui.saving import place_of
from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean
from modelscope_tui.ui.widgets.choices import Choice, Choices
from modelscope_tui.ui.widgets.field import Field

LABELS = {"json": "JSON", "csv": "CSV", "md": "Markdown", "ids": "one id a line"}
"""What the formats are called."""

ENDINGS = {"json": ".json", "csv": ".csv", "md": ".md", "ids": ".txt"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was chosen; without a path it goes to the clipboard."""

    form: str
    path: Path | None


class ExportForm(Popup["Wish | None"]):
    """The form."""

    CSS_PATH = "styles/sheet.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.EXPORT)

    def __init__(self, what: str, stem: str) -> None:
        """Make the form.

        Args:
            what: what will be written, in words.
            stem: the name of the file without its ending.
        """
        super().__init__(classes="sheet")
        self._what = what
        self._stem = stem
        self._form = "json"

    def compose(self) -> ComposeResult:
        """Make the row of formats and the field of the path."""
        choices = tuple(Choice(name, LABELS[name]) for name in FORMATS)
        with Vertical(classes="frame") as frame:
            frame.border_title = Content(f"Export {self._what}")
            frame.border_subtitle = Content("enter writes · ^y copies · esc closes")
            yield Choices(choices, self._form, id="export-formats")
            yield Field(f"{self._stem}.json", id="export-path", max_length=1000)
            yield Static("A file that is there already is never replaced.", classes="-hint", id="export-words")

    def action_turn(self, direction: int) -> None:
        """Choose the next format; the ending of the name follows."""
        self._choose(FORMATS[(FORMATS.index(self._form) + direction) % len(FORMATS)])

    def _choose(self, form: str) -> None:
        field = self.query_one("#export-path", Input)
        if field.value.endswith(ENDINGS[self._form]):
            field.value = field.value.removesuffix(ENDINGS[self._form]) + ENDINGS[form]
        self._form = form
        self.query_one(Choices).show(self.query_one(Choices).choices, form)

    @on(Choices.Chosen)
    def follow_click(self, event: Choices.Chosen) -> None:
        """Choose the format that was clicked."""
        event.stop()
        self._choose(event.name)

    @on(Input.Submitted)
    def finish(self, event: Input.Submitted) -> None:
        """Give back what was chosen."""
        event.stop()
        name = event.value.strip()
        if not name:
            return
        try:
            self.dismiss(Wish(self._form, place_of(name)))
        except UsageError as problem:
            self.query_one("#export-words", Static).update(Content(clean(str(problem), 300)))

    def action_copy(self) -> None:
        """Copy instead of writing."""
        self.dismiss(Wish(self._form, None))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
