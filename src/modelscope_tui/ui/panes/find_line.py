"""The line in which words are looked for in a card, with how many places have them.

UPPER FLOOR. It posts what is typed and how it was left; the card does the looking.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from modelscope_tui.ui import keymap
from modelscope_tui.ui.widgets.field import Field
from modelscope_tui.ui.widgets.words import Words


class FindField(Field):
    """The field."""

    BINDINGS: ClassVar[Any] = list(keymap.CARD_FIELD)
    KEYS = keymap.CARD_FIELD

    def action_find(self, what: str) -> None:
        """Say that a key was pressed: `keep`, `end`, `next` or `before`."""
        self.post_message(FindLine.Pressed(what))


class FindLine(Horizontal):
    """The line."""

    class Pressed(Message):
        """A person is done with the field (`keep`, `end`), or wants another match (`next`, `before`)."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    class Edited(Message):
        """Other words are looked for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def compose(self) -> ComposeResult:
        """Make the sign, the field and the count."""
        yield Words("/", id="find-sign")
        yield FindField(placeholder="words of the card", max_length=200, select_on_focus=False)
        yield Words(id="find-count")

    def type_in(self) -> None:
        """Put the cursor into the field."""
        self.screen.set_focus(self.query_one(FindField))

    def clear(self) -> None:
        """Begin with nothing."""
        self.query_one(FindField).value = ""
        self.say("")

    def say(self, words: str, style: str = "$foreground 60%") -> None:
        """Tell what was found."""
        self.query_one("#find-count", Words).update(Content.styled(words, style))

    @on(Input.Changed)
    def follow(self, event: Input.Changed) -> None:
        """Post the new words."""
        event.stop()
        self.post_message(self.Edited(event.value))
