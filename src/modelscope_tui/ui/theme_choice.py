"""The choice of a theme: the one under the cursor is on already; enter keeps it for the next start, esc takes it back.

UPPER FLOOR. It changes the app's theme and the one line of the settings file, nothing else.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from modelscope_tui import settings_file
from modelscope_tui.errors import ModelscopeError, NotSaved
from modelscope_tui.saving import save
from modelscope_tui.settings import Settings
from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean

OWN = ("modelscope-dark", "modelscope-light")
"""The themes of the house, which stand first."""


class ThemeChoice(Popup[str | None]):
    """The list; gives back the theme that was chosen."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.CHOICE_KEYS)

    def __init__(self, first: str) -> None:
        """Make the list, with the cursor on one of the themes."""
        super().__init__()
        self._first = first

    def compose(self) -> ComposeResult:
        """Make the frame and the list."""
        names = [*OWN, *sorted(set(self.app.available_themes) - set(OWN))]
        self._before = self.app.theme
        with Vertical(id="theme-frame") as frame:
            frame.border_title = Content("Theme")
            frame.border_subtitle = Content("enter keeps · esc takes back")
            yield OptionList(*(Option(Content(_said(name)), id=name) for name in names), compact=True)

    def on_mount(self) -> None:
        """Begin at the theme that was asked for, or at the one that is on."""
        themes = self.query_one(OptionList)
        themes.highlighted = themes.get_option_index(self._first)
        themes.focus()

    @on(OptionList.OptionHighlighted)
    def preview(self, event: OptionList.OptionHighlighted) -> None:
        """Put the theme under the cursor on."""
        event.stop()
        if event.option.id is not None:
            self.app.theme = event.option.id

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Keep it."""
        event.stop()
        self.dismiss(event.option.id)

    def action_close(self) -> None:
        """Take it back."""
        self.app.theme = self._before
        self.dismiss(None)

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        themes = self.query_one(OptionList)
        if lines > 0:
            themes.action_cursor_down()
        else:
            themes.action_cursor_up()


def _said(name: str) -> str:
    return name.replace("-", " ")


def keep_theme(settings: Settings, name: str) -> str:
    """Write a theme into the settings file for the next start, and say so in words; whatever stands there stays."""
    path = settings.config_path
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else settings_file.template()
        save(path, settings_file.with_value(text, "theme", name))
    except (OSError, UnicodeDecodeError) as error:
        return f"{name}, until you leave: {clean(str(NotSaved(f'{path} cannot be read: {error}.')), 200)}"
    except ModelscopeError as problem:
        return f"{name}, until you leave: {clean(str(problem), 200)}"
    return f"{name}, kept in {clean(str(path), 120)}"
