"""A row of words of which one is lit: the tabs of the detail pane, the tools of a model, the panes of a small screen.

UPPER FLOOR. It wraps onto further lines where there is no room, or keeps to one line that shows the words around the
lit one; it posts which word was clicked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from modelscope_tui.ui.present import width_of
from modelscope_tui.ui.widgets.words import room_inside


@dataclass(frozen=True, slots=True)
class Choice:
    """One word, with a sign and the sign's style after it."""

    name: str
    label: str
    sign: str = ""
    style: str = ""
    short: str = ""
    """The label where the row has one line, no room for all words, and another one is lit."""


class Choices(Widget):
    """The words."""

    ALLOW_SELECT = False
    virtual_size = room_inside()

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

    def __init__(
        self,
        choices: tuple[Choice, ...] = (),
        current: str = "",
        *,
        is_one_line: bool = False,
        id: str,  # noqa: A002 - textual's own word
    ) -> None:
        super().__init__(id=id)
        self.choices = choices
        self.current = current
        self._is_one_line = is_one_line

    def show(self, choices: tuple[Choice, ...], current: str) -> None:
        """Show other words, or light another one."""
        if (choices, current) == (self.choices, self.current):
            return
        is_other = choices != self.choices
        self.choices, self.current = choices, current
        self.refresh(layout=is_other and self.styles.height is not None and self.styles.height.is_auto)

    def _placed(self, width: int) -> list[_Place]:
        """Place every word that there is room for."""
        if self._is_one_line:
            return self._placed_in_one_line(width)
        placed: list[_Place] = []
        x = y = 0
        for choice in self.choices:
            room = _width_of(choice) + 2
            if x and x + room > width:
                x, y = 0, y + 1
            placed.append(_Place(x, y, choice))
            x += room
        return placed

    def _placed_in_one_line(self, width: int) -> list[_Place]:
        """Place the words side by side: closer or shorter where that is enough, else those around the lit one.

        A word next to the lit one that has no room any more is still there as a sign: a click on it goes there.
        """
        choices = self.choices
        if sum(_width_of(one) for one in choices) + len(choices) > width - 1:
            choices = tuple(
                [replace(one, label=one.short or one.label) if one.name != self.current else one for one in choices]
            )
        rooms = [_width_of(choice) for choice in choices]
        gap = 2 if sum(rooms) + 2 * len(rooms) <= width else 1
        first, last = self._stretch(rooms, width, gap)
        margin = " " * (gap - 1)
        placed: list[_Place] = []
        x = 0 if gap == 2 else 1
        if first:
            placed.append(_Place(0, 0, choices[first - 1], "‹"))
        for choice, room in zip(choices[first:last], rooms[first:last], strict=True):
            placed.append(_Place(x, 0, choice, margin=margin))
            x += room + gap
        if last < len(rooms):
            placed.append(_Place(width - 1, 0, choices[last], "›"))
        return placed

    def _stretch(self, rooms: list[int], width: int, gap: int) -> tuple[int, int]:
        """Choose the words to be shown, from first to before last: the lit one, then its neighbours by turns."""
        names = [choice.name for choice in self.choices]
        first = names.index(self.current) if self.current in names else 0
        last = min(first + 1, len(rooms))
        sides = [(0, 1), (1, 0)]
        while sides:
            low, high = first - sides[0][0], last + sides[0][1]
            more = 1 if high < len(rooms) else 0  # the sign for the words beyond
            if low < 0 or high > len(rooms) or 1 + sum(rooms[low:high]) + gap * (high - low - 1) + more > width:
                del sides[0]
                continue
            first, last = low, high
            sides.reverse()
        return first, last

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - textual's
        """Ask for as many lines as the words need."""
        return max((place.y for place in self._placed(width)), default=0) + 1

    def render(self) -> RenderResult:
        """Write the words."""
        lines: list[list[tuple[str, str]]] = []
        x = 0
        for place in self._placed(self.size.width):
            if place.y == len(lines):
                lines.append([])
                x = 0
            lines[-1] += [(" " * (place.x - x), ""), *self._words(place)]
            x = place.x + place.width
        return Content("\n").join([Content.assemble(*line) for line in lines])

    def _words(self, place: _Place) -> list[tuple[str, str]]:
        if place.more:
            return [(place.more, "bold $text-accent")]
        choice = place.choice
        is_lit = choice.name == self.current
        ground = "bold $text-accent on $accent 15%" if is_lit else "$foreground 70%"
        sign = f"{choice.style} on $accent 15%" if is_lit and choice.style else choice.style or ground
        signs = [(f" {choice.sign}", sign)] if choice.sign else []
        return [(place.margin + choice.label, ground), *signs, (place.margin, ground)]

    def on_click(self, event: events.Click) -> None:
        """Post the word that was clicked."""
        for place in self._placed(self.size.width):
            if place.y == event.y and place.x <= event.x < place.x + place.width:
                event.stop()
                self.post_message(self.Chosen(self, place.choice.name))
                return


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a word stands, or the sign that stands for the words beyond."""

    x: int
    y: int
    choice: Choice
    more: str = ""
    """The sign that stands here instead of the word."""
    margin: str = " "
    """What stands on both sides of the word."""

    @property
    def width(self) -> int:
        """Its cells."""
        return 1 if self.more else _width_of(self.choice) + 2 * len(self.margin)


def _width_of(choice: Choice) -> int:
    return width_of(choice.label) + (1 + width_of(choice.sign) if choice.sign else 0)
