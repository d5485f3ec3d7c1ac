"""Stories of the palette: whatever can be done is found by its letters, and does what its key does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandList, CommandPalette

from modelscope_tui.catalog.query import SORTS
from modelscope_tui.ui import keymap
from modelscope_tui.ui.palette import Commands
from modelscope_tui.ui.panes.tab import TABS
from modelscope_tui.ui.theme_choice import ThemeChoice
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import FakeExplorer


def _offered(stage: Stage) -> list[str]:
    return [command.text for command in Commands(stage.app.screen)._all()]


async def _choose(stage: Stage, letters: str) -> None:
    await stage.press("ctrl+p")
    await stage.pause()
    await stage.type(letters)
    await stage.settle()
    await stage.press("enter")
    await stage.settle()


async def test_it_offers_every_key_tab_tool_order_and_theme(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        offered = _offered(stage)
        silent = {"palette", "back", "next", "previous", "left", "right"}
        wanted = [one.tooltip for one in keymap.SCREEN if one.id not in silent]
        wanted += [one.tooltip for one in keymap.TABLE]
        wanted += [f"Show the {line.label} tab" for line in TABS]
        wanted += [f"Show the {tool.label} command" for tool in stage.explorer.tools()]
        wanted += [f"Sort by {sort}" for sort in SORTS]
        wanted += [f"Theme {name}" for name in stage.app.available_themes]
        assert set(wanted) <= set(offered)
        assert len(offered) == len(set(offered))


async def test_it_follows_the_place(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("1")
        assert "Clear this pane's choices" in _offered(stage)
        await stage.press("enter", "escape", "5", "enter")
        for tab, first in (("launch", "Run the command here"), ("card", "List the links of the card")):
            stage.detail.show_tab(tab)
            assert _offered(stage)[0].startswith(first), "what works here stands first"


async def test_it_offers_what_every_key_of_every_tab_does_and_goes_there(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        offered = set(_offered(stage))
        for line in TABS:
            wanted = {one.tooltip for one in line.keys if "'move'" not in one.action and one not in keymap.CARD_FOUND}
            assert wanted <= offered, line.name
        assert {one.tooltip for one in keymap.FACET} <= offered
        await _choose(stage, "save the files of the command")
        assert stage.detail.tab == "launch"
        assert stage.said(), "that this command has no files"
        await stage.press("escape", "1")
        await _choose(stage, "mark the model")
        assert stage.screen.place == "models"
        assert stage.table.marked


async def test_it_goes_offline_and_online_again(open_explorer: Open) -> None:
    async with open_explorer(explorer=FakeExplorer(offline=False)) as stage:
        await _choose(stage, "go offline")
        assert stage.explorer.settings.offline
        assert "○ offline" in stage.text()
        assert "Offline: what is kept here is shown" in stage.said()[-1]
        await stage.press("R")
        assert "O goes online" in stage.said()[-1]
        await stage.press("O")
        assert not stage.explorer.settings.offline
        assert "Online: the Hub is asked again." in stage.said()


async def test_over_a_popup_it_offers_the_keys_of_the_popup(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("v")
        await stage.settle()
        assert set(_offered(stage)) == {binding.tooltip for binding in keymap.PICTURE_KEYS}
        await _choose(stage, "close the picture")
        assert stage.app.screen is stage.screen


@pytest.mark.parametrize(("letters", "tab"), [("show the family tab", "family"), ("show the vllm command", "launch")])
async def test_it_goes_to_a_tab_and_to_a_tool(open_explorer: Open, letters: str, tab: str) -> None:
    async with open_explorer() as stage:
        await _choose(stage, letters)
        assert stage.detail.has_focus
        assert stage.detail.tab == tab
        assert stage.detail.current_tool == ("vllm" if tab == "launch" else "ollama")


async def test_it_sorts_and_opens_views_and_runs_the_keys_of_a_tab(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await _choose(stage, "sort by likes")
        assert stage.line == "sort:likes"
        stage.explorer.shortlist.save_view("my coders", "coder license:permissive")
        await _choose(stage, "view my coders")
        assert stage.line == "coder license:permissive"
        await _choose(stage, "show the launch tab")
        await _choose(stage, "the command of the next tool")
        assert stage.detail.current_tool == "vllm"


async def test_it_judges_for_a_machine_and_shows_a_theme_while_one_looks(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await _choose(stage, "judge for the machine server")
        assert "H100" in stage.screen.machine
        await _choose(stage, "theme nord")
        assert isinstance(stage.app.screen, ThemeChoice)
        assert stage.app.theme == "nord"
        await stage.press("escape")
        await stage.settle()
        assert stage.app.theme == "modelscope-dark"


async def test_it_says_where_the_settings_are(open_explorer: Open, tmp_path: Path) -> None:
    explorer = FakeExplorer()
    explorer.settings = replace(explorer.settings, config_path=tmp_path / "config.toml")
    async with open_explorer(explorer=explorer) as stage:
        await _choose(stage, "say where the settings")
        assert stage.copied == [str(tmp_path / "config.toml")]
        assert "config init makes it" in stage.said()[-1]


async def test_it_opens_at_every_place(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        for key in ("slash", "1", "6", "question_mark"):
            await stage.press("escape", "escape", key, "ctrl+p")
            await stage.pause()
            assert isinstance(stage.app.screen, CommandPalette)
            await stage.press("escape", "escape")


async def test_enter_twice_in_one_moment_ends_no_more_than_the_palette(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("ctrl+p")
        await stage.pilot.pause(0.3)  # type: ignore[attr-defined]
        listed = stage.app.screen.query_one(CommandList)
        listed.action_first()
        listed.action_select()
        listed.action_select()  # before the screen has heard of the first
        await stage.settle()
        assert stage.app.is_running
        assert stage.app._exception is None
        assert not CommandPalette.is_open(stage.app)


async def test_a_popup_that_has_gone_takes_no_other_one_along(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("question_mark")
        await stage.pilot.pause()  # type: ignore[attr-defined]
        help_screen = stage.app.screen
        help_screen.call_later(lambda: help_screen.dismiss() and None)
        help_screen.call_later(lambda: help_screen.dismiss() and None)
        await stage.settle()
        assert len(stage.app.screen_stack) == 1
        assert stage.app._exception is None


async def test_it_opens_again_before_the_one_that_was_closed_is_cleared_away(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        stage.app.action_command_palette()
        await stage.settle()
        stage.app.screen.dismiss()  # it goes in a moment; on a busy machine the next key comes before that
        stage.app.action_command_palette()
        await stage.settle()
        assert CommandPalette.is_open(stage.app)
        assert len(stage.app.screen_stack) == 2
        assert stage.app._exception is None
