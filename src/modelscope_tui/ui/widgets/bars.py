"""The lines at the top and the bottom: where we are, and which keys help here.

UPPER FLOOR. Each is one line that is painted as a whole; neither ever moves its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

from modelscope_tui.ui.keymap import NAMES
from modelscope_tui.ui.present import fitted, width_of


class TitleLine(Widget):
    """The program's name on the left, what is known and how in the middle, the machine on the right."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__(id="title")
        self._facts: tuple[str, str, str, str] = ("", "", "", "")

    def show(self, *, catalog: str, hub: str, hub_style: str, machine: str) -> None:
        """Say something else."""
        facts = (catalog, hub, hub_style, machine)
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def render(self) -> RenderResult:
        """Write the line; what matters least leaves first."""
        catalog, hub, hub_style, machine = self._facts
        width = self.size.width
        name, claim = " modelscope-tui", "  Hugging Face models in your terminal"
        middle = " · ".join(filter(None, (catalog, hub)))
        for left, right in ((name + claim, machine), (name, machine), (name, ""), ("", "")):
            gap = width - width_of(left) - width_of(middle) - width_of(right) - 2
            if gap >= 2:
                break
        first = gap if not right else gap // 2
        parts = [
            (left[: len(name)], "bold $text-accent"),
            (left[len(name) :], "$foreground 50%"),
            (" " * max(1, first), ""),
            (catalog + (" · " if catalog and hub else ""), "$foreground 70%"),
            (fitted(hub, max(0, min(width_of(hub), width - 3))), hub_style),
            (" " * max(0, gap - first), ""),
            (right + " ", "$foreground 70%"),
        ]
        return Content.assemble(*parts)


class FooterLine(Widget):
    """The keys that help in the pane that has the focus."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._keys: tuple[Binding, ...] = ()

    def show(self, bindings: Sequence[Binding]) -> None:
        """Name other keys."""
        if tuple(bindings) != self._keys:
            self._keys = tuple(bindings)
            self.refresh()

    def _placed(self) -> list[tuple[int, str, Binding]]:
        """Place what there is room for; the key that names all others is always there."""
        keys = [(_shown(binding), binding) for binding in self._keys]
        rooms = [len(key) + len(binding.description) + 3 for key, binding in keys]
        while keys and 1 + sum(rooms) - 2 > self.size.width:
            last = next((at for at in range(len(keys) - 1, -1, -1) if keys[at][1].id != "help"), 0)
            del keys[last], rooms[last]
        placed, x = [], 1
        for (key, binding), room in zip(keys, rooms, strict=True):
            placed.append((x, key, binding))
            x += room
        return placed

    def render(self) -> RenderResult:
        """Write as many as there is room for."""
        parts: list[tuple[str, str]] = [(" ", "")]
        for _, key, binding in self._placed():
            parts += [(key, "bold $text-accent"), (f" {binding.description}  ", "$foreground 60%")]
        return Content.assemble(*parts)

    async def on_click(self, event: events.Click) -> None:
        """Do what the clicked words say, as if the key had been pressed."""
        for x, key, binding in self._placed():
            if x <= event.x < x + len(key) + len(binding.description) + 1:
                self.app.simulate_key(binding.key.split(",")[0])


def _shown(binding: Binding) -> str:
    first = binding.key.split(",")[0]
    return binding.key_display or NAMES.get(first, first)
