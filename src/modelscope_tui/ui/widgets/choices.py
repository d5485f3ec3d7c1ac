"""A row of words of which one is lit: the tabs of the detail pane, the tools of a model, the panes of a small screen.

UPPER FLOOR. It wraps onto further lines where there is no room, and posts which word was clicked.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from modelscope_tui.ui.present import width_of


@dataclass(frozen=True, slots=True)
class Choice:
    """One word, with a sign and the sign's style after it."""

    name: str
    label: str
    sign: str = ""
    style: str = ""


class Choices(Widget):
    """The words."""

    ALLOW_SELECT = False

    class Chosen(Message):
        """A word was clicked."""

        def __init__(self, control: Choices, name: str) -> None:
            super().__init__()
            self.name = name
            self._control = control

        @property
        def control(self) -> Choices:
            """The row of words."""
            return self._control

    def __init__(self, choices: tuple[Choice, ...] = (), current: str = "", *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.choices = choices
        self.current = current

    def show(self, choices: tuple[Choice, ...], current: str) -> None:
        """Show other words, or light another one."""
        if (choices, current) == (self.choices, self.current):
            return
        is_other = choices != self.choices
        self.choices, self.current = choices, current
        self.refresh(layout=is_other and self.styles.height is not None and self.styles.height.is_auto)

    def _placed(self, width: int) -> list[tuple[int, int, Choice]]:
        """Place every word: column, line."""
        placed: list[tuple[int, int, Choice]] = []
        x = y = 0
        for choice in self.choices:
            room = self._width_of(choice)
            if x and x + room > width:
                x, y = 0, y + 1
            placed.append((x, y, choice))
            x += room
        return placed

    @staticmethod
    def _width_of(choice: Choice) -> int:
        return width_of(choice.label) + (1 + width_of(choice.sign) if choice.sign else 0) + 2

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - textual's
        """Ask for as many lines as the words need."""
        return max((y for _, y, _ in self._placed(width)), default=0) + 1

    def render(self) -> RenderResult:
        """Write the words."""
        lines: list[list[tuple[str, str]]] = []
        for _, y, choice in self._placed(self.size.width):
            if y == len(lines):
                lines.append([])
            is_lit = choice.name == self.current
            ground = "bold $text-accent on $accent 15%" if is_lit else "$foreground 70%"
            sign = f"{choice.style} on $accent 15%" if is_lit and choice.style else choice.style or ground
            lines[-1].append((f" {choice.label}", ground))
            if choice.sign:
                lines[-1].append((f" {choice.sign}", sign))
            lines[-1].append((" ", ground))
        return Content("\n").join([Content.assemble(*line) for line in lines])

    def on_click(self, event: events.Click) -> None:
        """Post the word that was clicked."""
        for x, y, choice in self._placed(self.size.width):
            if y == event.y and x <= event.x < x + self._width_of(choice):
                event.stop()
                self.post_message(self.Chosen(self, choice.name))
                return
