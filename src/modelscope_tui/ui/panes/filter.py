"""The filter line: where a query is typed, with what it found on its right.

UPPER FLOOR. It posts the text on every change and shows the text it is given; a text that it is given is not posted
back. What cannot be read is coloured where it stands and said in words on the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult, RenderResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from modelscope_tui.catalog.query import Problem
from modelscope_tui.ui.present import clean, fitted, width_of

if TYPE_CHECKING:
    from textual.widgets import Input

    from modelscope_tui.ui.panes.field import FilterInput

HINT = "press / to filter: words, org:qwen, license:permissive, params:<10b, fits:yes"
"""What stands in the line before the field is there."""


LESSON = "/ filter · space choose · y copy command · ? all keys"
"""What a person reads below the line the first time."""


class Status(Widget):
    """A few words on the right that never move their neighbours; the middle ones leave when there is no room."""

    ALLOW_SELECT = False

    def __init__(self, *, is_right: bool = True) -> None:
        super().__init__(classes="" if is_right else "-left")
        self._is_right = is_right
        self._words: tuple[tuple[str, str], ...] = ()

    def show(self, *words: tuple[str, str]) -> None:
        """Say something else: texts with their styles, the most telling first and last."""
        if words != self._words:
            self._words = words
            self.refresh()

    def render(self) -> RenderResult:
        """Write what there is room for, flush right."""
        width = self.size.width
        kept = [word for word in self._words if word[0]]
        while len(kept) > 1 and sum(width_of(text) + 3 for text, _ in kept) - 3 > width:
            del kept[-2 if len(kept) > 2 else -1]
        if not kept:
            return Content("")
        if len(kept) == 1:
            text, style = kept[0]
            return Content.styled(fitted(text, max(1, width), right=self._is_right), style)
        parts: list[tuple[str, str]] = []
        for place, word in enumerate(kept):
            parts += [word] if not place else [(" · ", "$foreground 30%"), word]
        room = width - sum(width_of(text) for text, _ in parts)
        return Content.assemble((" " * max(0, room), ""), *parts)


class FilterPane(Horizontal):
    """The field and what its query found."""

    BORDER_TITLE = "/ Filter"

    class Edited(Message):
        """A person changed the text."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """A person is done with the field."""

    def __init__(self, text: str) -> None:
        super().__init__(id="filter")
        self._text = clean(text)
        self._field: FilterInput | None = None
        self._lesson = self._problem = ""
        self._hint = Status(is_right=False)
        self._status = Status()

    def compose(self) -> ComposeResult:
        """Make the status, and a hint in the place of the field."""
        self._hint.show((self._text or HINT, "" if self._text else "$foreground 55%"))
        yield self._hint
        yield self._status

    def teach(self, words: str) -> None:
        """Name the keys to begin with, on the border, where they are in nobody's way; or stop."""
        self._lesson = words
        self._write_border()

    def _write_border(self) -> None:
        """Say on the border what cannot be read, where the status has no room for it; else name the keys."""
        said = self._problem if width_of(self._problem) > self._status.size.width else ""
        self.border_subtitle = Content.styled(said or self._lesson, "$text-error" if said else "$text-accent")

    def on_resize(self) -> None:
        """Say it where there is room now."""
        self.call_after_refresh(self._write_border)

    async def bring_field(self) -> None:
        """Make the field; no key is handled before it is there."""
        from modelscope_tui.ui.panes.field import FilterInput

        field = FilterInput(self._text)
        with field.prevent(FilterInput.Changed):
            await self.mount(field, before=self._hint)
        await self._hint.remove()
        self._field = field

    @property
    def text(self) -> str:
        """The query's text."""
        return self._text

    def show_text(self, text: str) -> None:
        """Write another query into the field; nobody is told, as nobody typed it."""
        self._text = text
        field = self._field
        if field is not None and field.value != text:
            with field.prevent(type(field).Changed):
                field.value = text
            field.cursor_position = len(text)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Colour what cannot be read, and say why."""
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        words = clean(problems[0].message, 200) + more if problems else ""
        if words != self._problem:
            self._problem = words
            self._write_border()
        if self._field is None:
            return
        variables = {} if self.app.no_color else self.app.theme_variables
        terms = self._field.terms
        terms.accent, terms.error = variables.get("text-accent", ""), variables.get("text-error", "")
        if terms.problems or problems:
            terms.problems = tuple(problems)
            self._field.refresh()

    def show_status(self, *words: tuple[str, str]) -> None:
        """Say what the query found."""
        self._status.show(*words)

    def focus_field(self) -> None:
        """Put the cursor into the field."""
        if self._field is not None:
            self.screen.set_focus(self._field)  # at once: the next key is already meant for the field

    def on_input_changed(self, event: Input.Changed) -> None:
        """Post the new text up."""
        event.stop()
        self._text = event.value
        self.post_message(self.Edited(event.value))

    def on_filter_input_left(self, event: Message) -> None:
        """Say that the field was left."""
        event.stop()
        self.post_message(self.Left())
