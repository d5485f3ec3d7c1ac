"""The command palette: everything that can be done from where a person is, as a sentence that is found by its letters.

UPPER FLOOR. Keys come from the keymap and run the same action; the rest is listed in ``commands.py``. Over a popup it
offers the keys of the popup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from textual.binding import Binding
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.widget import Widget
from textual.widgets import Input

from modelscope_tui.ui import keymap
from modelscope_tui.ui.commands import Command, commands
from modelscope_tui.ui.main_screen import MainScreen
from modelscope_tui.ui.panes.detail import DetailPane
from modelscope_tui.ui.panes.facets import FacetPane
from modelscope_tui.ui.panes.tab import TABS, tab_line
from modelscope_tui.ui.remap import applied
from modelscope_tui.ui.widgets.model_table import ModelTable

HINT = "what to do? type letters · ↓ ↑ choose · enter does it · esc closes"
"""What the empty field says."""

_SKIPPED = frozenset({"palette", "back", "next", "previous", "left", "right"})


class Commands(Provider):
    """What the palette offers."""

    def _all(self) -> Iterator[Command]:
        screen = self.screen
        if not isinstance(screen, MainScreen):
            own = [binding for _, binding in screen._bindings if binding.id in _IDS]  # noqa: SLF001 - no other way to them
            yield from _keys(screen, dict.fromkeys(own))
            return
        keys = screen.explorer.settings.keys
        pane = screen.focused
        if pane is not None:
            yield from _keys(pane, applied(_of_pane(pane), keys))
        yield from _keys(screen, (one for one in applied(keymap.SCREEN, keys) if one.id not in _SKIPPED))
        yield from _elsewhere(screen, pane)
        yield from commands(screen)

    async def discover(self) -> Hits:
        """Offer everything before a letter is typed."""
        for text, help_text, command in self._all():
            yield DiscoveryHit(text, command, help=help_text or None)

    async def search(self, query: str) -> Hits:
        """Offer what has the typed letters."""
        matcher = self.matcher(query)
        for text, help_text, command in self._all():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), command, help=help_text or None)


class Palette(CommandPalette):
    """The palette; its field names the keys, and blinks only where motion is wanted."""

    def __init__(self) -> None:
        super().__init__(placeholder=HINT)  # without an id: the one that was closed a moment ago may still be there

    def on_mount(self) -> None:
        """Keep the cursor still where nothing shall move."""
        self.query_one(Input).cursor_blink = self.app.animation_level != "none"


def _elsewhere(screen: MainScreen, here: Widget | None) -> Iterator[Command]:
    """Offer the keys of the places where a person is not, which go there first."""
    keys = screen.explorer.settings.keys
    facet = screen.query_one(f"#{screen.facet}", FacetPane)
    for place, name, pane in (
        ("models", "the models", screen.query_one(ModelTable)),
        (screen.facet, "its pane", facet),
    ):
        if pane is not here:
            for one in applied(_of_pane(pane), keys):
                yield Command(
                    f"{one.tooltip}", f"key {keymap.written(one)} in {name}", partial(_there, screen, place, one)
                )
    for line in TABS:
        if not isinstance(here, DetailPane) or here.tab != line.name:
            for one in applied(_of_tab(line.name), keys):
                help_text = f"key {keymap.written(one)} in the {line.label} tab"
                yield Command(one.tooltip, help_text, partial(_in_tab, screen, line.name, one))


async def _there(screen: MainScreen, place: str, binding: Binding) -> None:
    screen.action_go(place)
    await screen.query_one(f"#{place}").run_action(binding.action)


def _in_tab(screen: MainScreen, tab: str, binding: Binding) -> None:
    screen.action_go("detail")
    screen.detail.show_tab(tab)
    screen.detail.call_after_refresh(screen.detail.run_action, binding.action)  # a tab may have to be made first


_IDS = frozenset(binding.id for group in keymap.HELP.values() for binding in group)


def _of_pane(pane: Widget) -> tuple[Binding, ...]:
    """Name the keys that only work in a pane; its movements are keys for good reason."""
    if isinstance(pane, DetailPane):
        return _of_tab(pane.tab)
    if isinstance(pane, FacetPane):
        return keymap.FACET
    return keymap.TABLE if isinstance(pane, ModelTable) else ()


def _of_tab(tab: str) -> tuple[Binding, ...]:
    """Name the keys of a tab; those of a search in a card work only while there is one."""
    return tuple(one for one in tab_line(tab).keys if "'move'" not in one.action and one not in keymap.CARD_FOUND)


def _keys(node: Widget, bindings: Iterable[Binding]) -> Iterator[Command]:
    for binding in bindings:
        run: Callable[[], object] = partial(node.run_action, binding.action)
        yield Command(binding.tooltip, f"key {keymap.written(binding)}", run)
