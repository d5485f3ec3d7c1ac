"""The explorer as a program: looks, keys, palette, toasts, and an orderly start and end.

UPPER FLOOR, its door. What is imported here is paid for before the first frame: textual and the panes, nothing else.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from textual import events
from textual._context import active_message_pump
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.css.query import QueryError
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome
from textual.screen import Screen
from textual.widget import MountError, Widget

from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from modelscope_tui.ui.answered_screen import SAID_SECONDS
from modelscope_tui.ui.ending import leave_when_told, outlasting
from modelscope_tui.ui.main_screen import MainScreen
from modelscope_tui.ui.messages import KeyHandled
from modelscope_tui.ui.present import clean, is_ascii_only
from modelscope_tui.ui.telling import telling
from modelscope_tui.ui.themes import DARK, LIGHT
from modelscope_tui.ui.thrift import Thrift

MOST_SECONDS_A_KEY = 1.0
"""How long a key may keep the next one waiting. On a machine with much else to do a quarter of this was too little: the
letter after `/` went to the table."""


LEAST_SECONDS = 0.7
"""How long a toast stays whatever is pressed: one that came this moment has not been read."""


def _commands() -> type[Any]:
    from modelscope_tui.ui.palette import Commands

    return Commands


class ExplorerApp(App[None]):
    """The program on one terminal."""

    TITLE = "modelscope-tui"
    CSS_PATH: ClassVar[Any] = "styles/screen.tcss"
    COMMANDS: ClassVar[Any] = {_commands}
    NOTIFICATION_TIMEOUT = SAID_SECONDS
    BINDINGS: ClassVar[Any] = [
        Binding("ctrl+q", "quit", "quit", show=False, priority=True, id="quit-anywhere", tooltip="Leave")
    ]

    _is_dressed = False

    def __init__(
        self, source: Settings | Explorer, text: str = "", *, clipboard: Callable[[str], str] | None = None
    ) -> None:
        """Make the program.

        Args:
            source: settings, or an Explorer that is already made.
            text: the query that stands in the filter line at the start.
            clipboard: stands in for the real one; returns the name of the way a text went.
        """
        super().__init__()
        self.explorer = Explorer(source) if isinstance(source, Settings) else source
        self._text = text
        self._clipboard_way = clipboard
        self.thrift = Thrift(self)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        settings = self.explorer.settings
        if settings.keys:
            from modelscope_tui.ui.remap import whole

            self.set_keymap(whole(settings.keys))
        if settings.reduced_motion:
            self.animation_level = "none"
        wanted = settings.theme
        self._dress(wanted if wanted in self.available_themes else DARK.name)
        if is_ascii_only():
            self.add_class("-ascii")
        if self.no_color:
            self.add_class("-plain")

    def _dress(self, theme: str) -> None:
        """Put a theme on before anything is drawn. Setting `theme` would parse every style a second time."""
        self.set_reactive(App.theme, theme)
        self._is_dressed = True
        self.stylesheet.set_variables(self.get_css_variables())
        is_dark = self.current_theme.dark
        self.set_class(is_dark, "-dark-mode", update=False)
        self.set_class(not is_dark, "-light-mode", update=False)
        self.set_class(True, f"-theme-{theme}", update=False)

    def get_css_variables(self) -> dict[str, str]:
        """Work out the colours of the theme, once it is on: those of the default one would be thrown away."""
        return super().get_css_variables() if self._is_dressed else {}

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Write in ASCII where the terminal can draw nothing else, and without colour where none is wanted."""
        filters = [*super().get_line_filters()]
        if self.no_color:
            from modelscope_tui.ui.plain import NoColour

            filters = [*(one for one in filters if not isinstance(one, Monochrome)), NoColour()]
        if is_ascii_only():
            from modelscope_tui.ui.plain import AsciiOnly

            filters.append(AsciiOnly())
        return filters

    def get_default_screen(self) -> Screen[None]:
        """Give the one screen, so that no empty one is made before it."""
        return MainScreen(self.explorer, self._text, self.put_on_clipboard)

    async def on_event(self, event: events.Event) -> None:
        """Take an event."""
        with telling(self):
            await self._take(event)

    async def _take(self, event: events.Event) -> None:
        """Finish with each key before the next one is looked at.

        Textual forwards a key to the focused widget and runs its binding when it has bubbled back; meanwhile the next
        key is forwarded too. So `/` and a quickly typed `q` would both go to the table, and `q` quits.

        What is pasted becomes one line of letters here, before any field has it: a terminal hands over all there is.
        """
        if isinstance(event, events.Paste):
            event.text = clean(event.text)
        if isinstance(event, (events.Key, events.MouseDown)) and not event.is_forwarded:
            self._let_go_of_toasts()
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self.app_focus = True  # who types is there
        self.thrift.use()
        if await self._check_bindings(event.key, priority=True):
            return
        target = self.focused or self.screen
        if target.check_consume_key(event.key, event.character):
            with target._context():  # noqa: SLF001 - as its own queue would run it, but now
                await target.on_event(event)
        elif not await self._check_bindings(event.key):
            await super().on_event(event)
            return
        await self._follow_through(target)

    def _let_go_of_toasts(self) -> None:
        """Take away what has been said: who goes on has read it. A warning stays for its time."""
        now = time.time()
        read = [
            said
            for said in self._notifications
            if said.severity == "information" and now - said.raised_at >= LEAST_SECONDS
        ]
        for said in read:
            self._unnotify(said)

    async def _follow_through(self, target: Widget) -> None:
        """Wait until what a key set in motion has reached the screen: its messages go the same way as this one."""
        if not isinstance(self.screen, MainScreen) or not target.is_attached or target.screen is not self.screen:
            return  # (what a key closed has nothing more to say: waiting for it would be for nothing)
        handled = KeyHandled()
        if target.post_message(handled):
            with suppress(TimeoutError):  # a screen that is busy for so long gets the next key all the same
                await asyncio.wait_for(handled.seen.wait(), MOST_SECONDS_A_KEY)

    def pop_screen(self) -> AwaitComplete:
        """Close the popup on top; one that has gone already and is told so again takes no other along.

        Textual closes whatever is on top: two quick presses of enter in the palette ended the program.
        """
        asks = active_message_pump.get(None)
        if isinstance(asks, Screen) and asks is not self.screen:
            nothing: AwaitComplete = AwaitComplete.nothing()  # type: ignore[no-untyped-call]
            return nothing
        return super().pop_screen()

    def get_driver_class(self) -> type[Driver]:
        """Give the driver of this system, as one that a closed window does not hold up."""
        return outlasting(super().get_driver_class())

    def on_load(self) -> None:
        """Before anything is drawn: be ready to be told to end."""
        leave_when_told(lambda code: self.exit(return_code=code))
        self.thrift.begin()

    def exit(self, result: None = None, return_code: int = 0, message: Any = None) -> None:
        """Leave at once: what is still asked of the Hub is withdrawn, or its deadline would be waited for."""
        self.explorer.cancel()
        super().exit(result, return_code, message)

    def _handle_exception(self, error: Exception) -> None:
        """Take note of a bug. What was being made when the program was told to leave lacks its parts, and is none."""
        if not (self._exit and isinstance(error, (QueryError, MountError))):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End at once after an unexpected error: Textual would paint a picture of all local variables first."""
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Say an unexpected error in one line."""
        error = self._exception
        if error is None:
            super()._print_error_renderables()
            return
        self._exit_renderables.clear()
        with suppress(OSError):  # the window may be gone; what is to be kept is kept
            sys.stderr.write(f"modelscope-tui: {self.reported(error)}\n")
        if os.environ.get("MODELSCOPE_TUI_DEBUG"):
            from modelscope_tui.crash import report

            sys.stderr.write(report(error, self._secrets))

    @property
    def _secrets(self) -> tuple[str, ...]:
        token = self.explorer.settings.token
        return (token,) if token else ()

    def reported(self, error: BaseException) -> str:
        """Keep what a maintainer needs of an unexpected error, and say it in a line."""
        from modelscope_tui import crash

        path = crash.keep(error, self.explorer.settings.cache_dir, self._secrets)
        return crash.line(error, path, self._secrets)

    def action_command_palette(self) -> None:
        """Open the palette, with its keys named in its field."""
        from textual.command import CommandPalette

        from modelscope_tui.ui.palette import Palette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette())

    def action_choose_theme(self) -> None:
        """Choose a theme by looking at it."""
        self.choose_theme(self.theme)

    def choose_theme(self, first: str) -> None:
        """Open the choice of themes with one of them on."""
        from modelscope_tui.ui.theme_choice import ThemeChoice, keep_theme

        def keep(name: str | None) -> None:
            if name is not None:
                self.notify(keep_theme(self.explorer.settings, name), timeout=SAID_SECONDS, markup=False)

        self.push_screen(ThemeChoice(first), keep)

    def put_on_clipboard(self, text: str) -> str:
        """Copy a text by the way that works here; give its name. May take a moment: call it in a worker."""
        if self._clipboard_way is not None:
            return self._clipboard_way(text)
        from modelscope_tui.ui.clipboard import copy

        return copy(text, write=self._send)

    def _send(self, sequence: str) -> None:
        if self._driver is not None:
            self.call_from_thread(self._driver.write, sequence)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what was selected on the screen (ctrl+c)."""
        self._clipboard = text
        if isinstance(self.screen_stack[0], MainScreen):
            self.screen_stack[0].work.copy(text, "selection", self.put_on_clipboard)


def run(source: Settings | Explorer, query: str = "") -> int:
    """Open the explorer and return the exit code of the program.

    Args:
        source: settings, or an Explorer that is already made.
        query: the text of the filter line at the start.
    """
    gc.disable()  # until the first frame is painted: a collection costs more than all of our own start
    app = ExplorerApp(source, query)
    gc.freeze()
    try:
        app.run()
    finally:
        gc.enable()
        app.explorer.close()
    return app.return_code or 0
