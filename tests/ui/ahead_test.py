"""Stories of the tabs that nobody has turned to yet: a turn shows what is known at once, and costs nobody anything."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App

from modelscope_tui.ui.panes.tab import NAMES
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import FakeExplorer


class Counted(FakeExplorer):
    """Counts what tabs ask."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def outlook(self, *given: Any) -> Any:
        self.asked.append("outlook")
        return super().outlook(*given)

    def lens(self, *given: Any) -> Any:
        self.asked.append("lens")
        return super().lens(*given)

    def card(self, model_id: str, *, refresh: bool = False) -> Any:
        self.asked.append("card")
        return super().card(model_id, refresh=refresh)


async def _rest(stage: Stage) -> None:
    """Let the moments pass in which nothing is typed."""
    for _ in range(5 * len(NAMES)):
        stage.detail.ahead.step()
        await stage.settle()


async def test_a_turn_shows_what_was_worked_out_before_it(open_explorer: Open) -> None:
    explorer = Counted()
    async with open_explorer(explorer=explorer) as stage:
        await stage.press("6")
        await _rest(stage)
        asked = list(explorer.asked)
        assert {"outlook", "lens", "card"} <= set(asked)
        for seen in ("ollama run", "stored as", "allowed:", "never seen here"):
            await stage.press("l")
            assert seen in stage.text(), seen
        assert explorer.asked == asked, "nothing is asked twice"


async def test_what_is_painted_ahead_is_sent_to_no_terminal(
    open_explorer: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_explorer() as stage:
        for name in NAMES[1:]:
            stage.detail.make(name)
        await stage.press("6")
        sent: list[object] = []
        monkeypatch.setattr(App, "_display", lambda _, __, update: sent.append(update))
        await _rest(stage)
        assert all(tab.is_painted for name, tab in stage.detail.tabs.items() if name != "overview")
        assert len(sent) > len(NAMES), "each tab was laid out"
        assert set(sent) == {None}, "and nothing of that was seen"


async def test_what_was_painted_ahead_follows_another_theme_and_another_width(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("6")
        await _rest(stage)
        stage.app.theme = "modelscope-light"
        await stage.pilot.resize_terminal(120, 36)
        await stage.settle()
        for name in NAMES[1:]:
            await stage.press("l")
            await stage.settle()
            ahead, colours = stage.text(), _grounds(stage)
            stage.detail.write()
            stage.screen.refresh(layout=True)
            await stage.settle()
            assert (ahead, colours) == (stage.text(), _grounds(stage)), name


def _grounds(stage: Stage) -> set[str]:
    strips = stage.app.screen._compositor.render_strips()
    return {str(one.style.bgcolor) for strip in strips for one in strip if one.style is not None}


async def test_a_tab_that_was_painted_ahead_shows_the_next_model(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("6")
        await _rest(stage)
        await stage.press("5", "j")
        await stage.settle()
        await stage.press("6")
        for name in NAMES[1:]:
            await stage.press("l")
            await stage.settle()
            seen = stage.text()
            await _rest(stage)
            stage.detail.write(anew=True)
            await stage.settle()
            assert stage.text() == seen, name


async def test_nothing_is_asked_ahead_while_the_models_are_walked_through(open_explorer: Open) -> None:
    explorer = Counted()
    async with open_explorer(explorer=explorer) as stage:
        await stage.press("j", "j")
        await _rest(stage)
        assert set(stage.detail.tabs) == set(NAMES), "the widgets are made"
        assert explorer.asked == []


async def test_who_leaves_while_something_is_made_leaves_well(open_explorer: Open) -> None:
    async with open_explorer((80, 24)) as stage:
        stage.app.exit()
        stage.detail.ahead.step()
        stage.detail.show_tab("fit")
        stage.screen.query("#panes").remove()
        stage.screen.on_resize()
        await stage.screen._begin()
        assert set(stage.detail.tabs) == {"overview"}
    assert stage.app.return_code == 0


async def test_who_leaves_at_the_first_frame_leaves_well(open_explorer: Open) -> None:
    async with open_explorer(wait=False) as stage:
        stage.app.exit()
    assert stage.app.return_code == 0
