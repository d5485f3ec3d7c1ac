"""The commands of the palette that are no keys: tabs, tools, orders, themes, views, machines, and the settings file.

UPPER FLOOR. Each is a sentence and what it does; nothing here decides what a query or a machine means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from modelscope_tui.catalog.query import SORTS, parse
from modelscope_tui.errors import UsageError
from modelscope_tui.ui.panes.tab import TABS
from modelscope_tui.ui.present import clean

if TYPE_CHECKING:
    from modelscope_tui.ui.app import ExplorerApp
    from modelscope_tui.ui.main_screen import MainScreen


class Command(NamedTuple):
    """One line of the palette."""

    text: str
    help_text: str
    run: Callable[[], object]


def commands(screen: MainScreen) -> Iterator[Command]:
    """Give every command that works everywhere in the explorer."""
    for tab in TABS:
        yield Command(f"Show the {tab.label} tab", "", partial(_show_tab, screen, tab.name))
    for tool in screen.explorer.tools():
        yield Command(f"Show the {tool.label} command", "in the Launch tab", partial(_show_tool, screen, tool.name))
    for tool in screen.explorer.tools():
        pick = partial(screen.search.pick, "tool", tool.name)
        yield Command(f"Only models for {tool.label}, or all again", f"tool:{tool.name}", pick)
    for sort in SORTS:
        yield Command(f"Sort by {sort}", f"sort:{sort}", partial(screen.search.sort_by, sort))
    yield from _kept(screen)
    app = cast("ExplorerApp", screen.app)
    for name in app.available_themes:
        yield Command(f"Theme {name}", "shown while you look, kept with enter", partial(app.choose_theme, name))
    yield Command("Say where the settings file is", "and copy its path", partial(_say_settings, screen))


def _kept(screen: MainScreen) -> Iterator[Command]:
    """Give the saved views and the machines."""
    views = screen.explorer.shortlist.kept.views.values()
    named = [("all starred models", "starred:yes"), *((view.name, view.query) for view in views)]
    for name, query in named:
        yield Command(f"View {clean(name, 60)}", clean(query, 120), partial(_show_view, screen, query))
    for machine in screen.explorer.machines.choices():
        judge = partial(_judge_for, screen, machine.name)
        yield Command(f"Judge for the machine {clean(machine.name, 60)}", clean(machine.description, 120), judge)


def _show_tab(screen: MainScreen, tab: str) -> None:
    screen.action_go("detail")
    screen.detail.show_tab(tab)


def _show_tool(screen: MainScreen, tool: str) -> None:
    screen.inspection.choose_tool(tool)
    _show_tab(screen, "launch")


def _show_view(screen: MainScreen, query: str) -> None:
    screen.search.put(parse(query))
    screen.action_go("models")


def _judge_for(screen: MainScreen, name: str) -> None:
    try:
        screen.explorer.choose_machine(name)
    except UsageError as problem:
        screen.notify(clean(str(problem), 400), severity="warning", timeout=5, markup=False)
        return
    screen.follow_machine()


def _say_settings(screen: MainScreen) -> None:
    path = screen.explorer.settings.config_path
    more = "" if path.exists() else " (not there yet; modelscope-tui config init makes it)"
    screen.work.copy(str(path), f"{clean(str(path), 160)}{more}", screen.inspection.put_on_clipboard)
