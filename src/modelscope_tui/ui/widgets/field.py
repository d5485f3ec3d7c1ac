"""The field of every form: what stands in it is drawn as letters, whatever it is.

UPPER FLOOR. A path may hold what a terminal would obey; it stays what it is, and Textual would draw it so. What is
pasted is made harmless in ``app.py``, before any field has it.
"""

from __future__ import annotations

from typing import Any

from rich.highlighter import Highlighter
from rich.text import Text
from textual.widgets import Input
from textual.widgets.input import Selection

from modelscope_tui.ui.present import letter_for_letter


class Harmless(Highlighter):
    """Draws a dot in the place of each letter that a terminal may obey or nobody sees."""

    def highlight(self, text: Text) -> None:
        """Change the text in place; its length stays, for the cursor."""
        text.plain = letter_for_letter(text.plain)


class Field(Input):
    """A field of one line."""

    def __init__(self, value: str = "", **options: Any) -> None:
        super().__init__(value, highlighter=Harmless(), compact=True, **options)

    def _watch_selection(self, selection: Selection) -> None:
        """Take nobody's selection away by being made: Textual clears that of the whole screen for each new field."""
        if self.is_mounted:
            super()._watch_selection(selection)

    def on_mount(self) -> None:
        """Blink only where motion is wanted: TEXTUAL_ANIMATIONS asks for it, `reduced_motion` forbids it."""
        self.cursor_blink = self.app.animation_level != "none"
