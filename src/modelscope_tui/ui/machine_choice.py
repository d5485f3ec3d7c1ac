"""The choice of the machine that everything is judged for: this one, those with names, or any that can be typed.

UPPER FLOOR. It gives back a name or SPEC that the explorer has read already; what cannot be read is said in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from modelscope_tui.errors import UsageError
from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import VERDICT_STYLES, clean, glyphs
from modelscope_tui.ui.widgets.field import Field

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.machines import MachineChoice

_NONE_NAMED = 'Names come from the settings file: [machines] server = "4xH100"'


class MachineScreen(Popup[bool]):
    """The list and the field; gives back whether another machine was chosen."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.MACHINE_KEYS)

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer

    def compose(self) -> ComposeResult:
        """Make the frame, the list and the field."""
        choices = self._explorer.machines.choices()
        with Vertical(id="machine-frame") as frame:
            frame.border_title = Content("Machine")
            frame.border_subtitle = Content("enter chooses · tab to type · esc keeps")
            yield OptionList(*_options(choices), compact=True)
            yield Field(placeholder="or type one: 2x80GB, RTX 4090, M3 Max 64GB, cpu:64GB")
            yield Static(Content(_NONE_NAMED if len(choices) == 1 else ""), id="machine-words")

    def on_mount(self) -> None:
        """Begin at the machine of now."""
        listed = self.query_one(OptionList)
        chosen = [index for index, one in enumerate(self._explorer.machines.choices()) if one.is_chosen]
        listed.highlighted = chosen[0] if chosen else 0
        listed.focus()

    @on(OptionList.OptionSelected)
    def choose_listed(self, event: OptionList.OptionSelected) -> None:
        """Take the machine under the cursor."""
        event.stop()
        self._choose(event.option.id or "")

    @on(Input.Submitted)
    def choose_typed(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        if event.value.strip():
            self._choose(event.value)

    def _choose(self, text: str) -> None:
        try:
            self._explorer.choose_machine(text)
        except UsageError as problem:
            words = Content.styled(clean(str(problem), 400), "$text-error")
            self.query_one("#machine-words", Static).update(words)
            return
        self.dismiss(True)

    def action_close(self) -> None:
        """Keep the machine of now."""
        self.dismiss(False)

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        listed = self.query_one(OptionList)
        if lines > 0:
            listed.action_cursor_down()
        else:
            listed.action_cursor_up()


def _options(choices: Sequence[MachineChoice]) -> list[Option]:
    room = max(len(choice.name) for choice in choices)
    return [Option(_line(choice, min(room, 24)), id=choice.name) for choice in choices]


def _line(choice: MachineChoice, room: int) -> Content:
    mark = glyphs().chosen if choice.is_chosen else " " if choice.is_readable else glyphs().no
    style = VERDICT_STYLES["yes"] if choice.is_chosen else "" if choice.is_readable else VERDICT_STYLES["no"]
    return Content.assemble(
        (f"{mark} ", style),
        (clean(choice.name, 60).ljust(room) + "  ", "bold"),
        (clean(choice.description, 200), "$foreground 70%"),
    )
