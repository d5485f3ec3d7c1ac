"""Stories of the tabs that nobody has turned to yet: a turn shows what is known at once, and costs nobody anything."""

from __future__ import annotations

from typing import Any

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
    for _ in range(2 * len(NAMES)):
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
