"""Stories of manners: a first start that teaches, a wait that counts down, and terminals without colour or boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.widgets import Input

from modelscope_tui.hub.answer import HubState
from modelscope_tui.ui.hub_words import hub_words, seconds_left
from modelscope_tui.ui.panes.filter import LESSON
from modelscope_tui.ui.panes.tab import NAMES
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import FakeExplorer

POPUPS = ("question_mark", "t", "u", "M", "v", "V", "e", "n", "ctrl+p")


def _segments(stage: Stage) -> Iterator[Segment]:
    for widget in [stage.app.screen, *stage.app.screen.query("*")]:
        if widget.size and widget.visible:
            for line in widget.render_lines(widget.size.region):
                yield from line


@pytest.mark.parametrize("size", [(160, 48), (80, 24), (60, 20)])
async def test_the_first_start_is_filled_and_teaches_four_keys(
    open_explorer: Open, tmp_path: Path, size: tuple[int, int]
) -> None:
    explorer = FakeExplorer()
    explorer.index_path = tmp_path / "none.db"
    explorer.settings = replace(explorer.settings, cache_dir=tmp_path / "cache")
    async with open_explorer(size, explorer=explorer) as stage:
        assert LESSON in stage.text()
        assert "Qwen3-8B" in stage.text()
    async with open_explorer(size) as stage:
        assert LESSON not in stage.text()


@pytest.mark.parametrize("key", ["/", "y", "?", " "])
async def test_the_lesson_stays_until_one_of_its_keys_was_used(open_explorer: Open, tmp_path: Path, key: str) -> None:
    explorer = FakeExplorer()
    explorer.settings = replace(explorer.settings, cache_dir=tmp_path / "cache")
    async with open_explorer(explorer=explorer) as stage:
        await stage.press("j", "k", "1")
        assert LESSON in stage.text(), "the index is here, and the lesson too"
        await stage.type(f"{key}a" if key == "/" else key)
        await stage.settle()
        await stage.press("escape")
        assert LESSON not in stage.text()
    again = FakeExplorer()
    again.settings = explorer.settings
    async with open_explorer(explorer=again) as stage:
        assert LESSON not in stage.text(), "nor at any later start"


@pytest.mark.parametrize(("animations", "is_reduced", "blinks"), [("none", False, False), ("full", False, True),
                                                                  ("full", True, False)])  # fmt: skip
async def test_nothing_moves_by_itself_unless_it_is_asked_for(
    open_explorer: Open, monkeypatch: pytest.MonkeyPatch, animations: str, is_reduced: bool, blinks: bool
) -> None:
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", animations)
    explorer = FakeExplorer()
    explorer.settings = replace(explorer.settings, reduced_motion=is_reduced)
    async with open_explorer(explorer=explorer) as stage:
        assert (stage.app.animation_level == "none") is not blinks
        for key in ("n", "M", "question_mark", "ctrl+p"):
            await stage.press(key)
            await stage.settle()
            assert {field.cursor_blink for field in stage.app.screen.query(Input)} == {blinks}
            await stage.press("escape", "escape")
            await stage.settle()


def test_a_wait_is_counted_down_and_then_says_which_key_asks_again() -> None:
    state = HubState("problem", "The Hub asked us to wait 60 s.", retry_at="2026-11-24T12:01:00Z")
    at = datetime(2026, 11, 24, 12, 0, 18, tzinfo=UTC)
    assert hub_words(state, is_offline=False, now=at)[0] == "○ the Hub lets us wait: 42 s"
    late = datetime(2026, 11, 24, 12, 2, tzinfo=UTC)
    assert seconds_left(state, late) == 0
    assert hub_words(state, is_offline=False, now=late)[0] == "○ the wait is over: R asks the Hub"
    assert hub_words(state, is_offline=True, now=at)[0] == "○ offline"


async def test_the_title_counts_down_by_itself(open_explorer: Open) -> None:
    async with open_explorer(explorer=FakeExplorer(offline=False)) as stage:
        stage.screen.show_hub(HubState("problem", "wait", retry_at="2999-01-01T00:00:00Z"))
        assert stage.screen._countdown is not None
        stage.screen.show_hub(HubState("online"))
        assert stage.screen._countdown is None


@pytest.mark.parametrize("theme", ["modelscope-dark", "modelscope-light", "ansi-dark"])
async def test_no_color_means_none_at_all_and_the_cursor_is_still_seen(
    open_explorer: Open, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_explorer() as stage:
        stage.app.theme = theme
        await stage.settle()
        for place in ("1", "5", "6"):
            await stage.press(place)
            await stage.pause()
            assert not [one for one in _segments(stage) if one.style and (one.style.color or one.style.bgcolor)]
            assert "┏━ " in stage.text()
        await stage.press("5")
        lit = [one.text for one in _segments(stage) if one.style and one.style.reverse]
        assert any("Qwen3-Coder" in text for text in lit) or "▌" in stage.text()
        await stage.press("t")
        await stage.pause()
        lit = [one.text.strip() for one in _segments(stage) if one.style and one.style.reverse]
        assert theme.replace("-", " ") in lit


@pytest.mark.usefixtures("ascii_terminal")
async def test_every_tab_and_popup_is_ascii_where_nothing_else_can_be_drawn(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        for tab in NAMES:
            stage.detail.show_tab(tab)
            await stage.settle()
            assert stage.painted().isascii(), tab
        for key in POPUPS:
            await stage.press(key)
            await stage.settle()
            assert stage.app.screen is not stage.screen, key
            assert stage.painted().isascii(), key
            await stage.press("escape", "escape")
            await stage.settle()
