"""The choice of where and what for models would be used: marks, `allowed:` and the License tab follow it.

UPPER FLOOR. Each choice counts at once; the popup stays until it is closed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from modelscope_tui.catalog.permission import REGIONS, USES, Purpose
from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import glyphs


class UseChoice(Popup[Purpose]):
    """The list of regions and uses; gives back what is chosen when it is closed."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.CHOICE_KEYS)

    def __init__(self, purpose: Purpose) -> None:
        super().__init__()
        self._purpose = purpose

    def compose(self) -> ComposeResult:
        """Make the frame and the list."""
        with Vertical(id="use-frame") as frame:
            frame.border_title = Content("May I use it: where, and what for")
            frame.border_subtitle = Content("enter chooses · esc closes")
            yield OptionList(*self._options(), compact=True)

    def on_mount(self) -> None:
        """Begin at the top."""
        choices = self.query_one(OptionList)
        choices.highlighted = 1
        choices.focus()

    def _options(self) -> list[Option]:
        regions = {"": "a region not chosen yet", **REGIONS}
        return [
            Option(Content.styled("where", "$foreground 50%"), disabled=True),
            *(
                self._option("region", key, said, is_on=(self._purpose.region or "") == key)
                for key, said in regions.items()
            ),
            Option(Content.styled("what for", "$foreground 50%"), disabled=True),
            *(self._option("use", key, said, is_on=self._purpose.use == key) for key, said in USES.items()),
        ]

    def _option(self, field: str, key: str, said: str, *, is_on: bool) -> Option:
        sign = glyphs().chosen if is_on else " "
        return Option(Content(f"{sign} {said}"), id=f"{field}:{key}")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Let another region or use count."""
        event.stop()
        field, _, key = (event.option.id or "").partition(":")
        self._purpose = (
            replace(self._purpose, region=key or None) if field == "region" else replace(self._purpose, use=key)
        )
        choices = self.query_one(OptionList)
        at = choices.highlighted
        choices.clear_options()
        choices.add_options(self._options())
        choices.highlighted = at

    def action_close(self) -> None:
        """Go back with what is chosen."""
        self.dismiss(self._purpose)

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        choices = self.query_one(OptionList)
        if lines > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()
