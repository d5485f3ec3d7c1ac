"""The field of the filter line; made after the first frame, as the import and the style of a field cost a tenth of it.

UPPER FLOOR. Its own keys come first; every printable letter is text here, `q` too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from modelscope_tui.catalog.query import Problem
from modelscope_tui.ui import keymap
from modelscope_tui.ui.present import letter_for_letter

HINTS = (
    "type to filter: words, org:qwen, license:permissive, params:<10b, fits:yes",
    "words, org:qwen, license:permissive, fits:yes",
    "words, org:qwen, fits:yes",
)
"""What an empty field suggests, the longest that there is room for."""

LONGEST = 2000
"""A query longer than this is a paste gone wrong."""


class Terms(Highlighter):
    """Colours the terms of the query language, and what of them cannot be read."""

    def __init__(self) -> None:
        self.problems: Sequence[Problem] = ()
        self.accent = ""
        self.error = ""

    def highlight(self, text: Text) -> None:
        """Colour the text in place; a value of the Hub that was chosen stands in the line, so it is made harmless."""
        text.plain = letter_for_letter(text.plain)
        if self.accent:
            text.highlight_regex(r"(?<!\S)-?[a-z]+:", self.accent)
        for problem in self.problems:
            text.stylize(f"underline {self.error}".strip(), problem.start, problem.end)


class FilterInput(Input):
    """The field."""

    BINDINGS: ClassVar[Any] = list(keymap.FIELD)
    KEYS = keymap.FIELD

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """Without a new layout: Textual would arrange the whole screen again for each letter typed."""

    class Left(Message):
        """A person is done with the field."""

    def __init__(self, text: str) -> None:
        self.terms = Terms()
        super().__init__(
            text[:LONGEST],
            placeholder=HINTS[-1],
            highlighter=self.terms,
            compact=True,
            select_on_focus=False,
            max_length=LONGEST,
        )
        self.cursor_blink = False  # a still screen sends nothing down the line

    def on_resize(self) -> None:
        """Suggest as much as there is room for."""
        self.placeholder = next((hint for hint in HINTS if len(hint) < self.size.width), HINTS[-1])

    def action_leave(self) -> None:
        """Go to the models."""
        self.post_message(self.Left())

    def action_step_back(self) -> None:
        """Clear the text; when there is none, leave the field."""
        if self.value:
            self.value = ""
        else:
            self.post_message(self.Left())
