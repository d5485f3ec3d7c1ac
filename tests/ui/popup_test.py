"""Stories of popups and the mouse: a click chooses, one beside it closes, the wheel scrolls; the footer is silent."""

from __future__ import annotations

import pytest
from textual.events import MouseScrollDown
from textual.geometry import Offset

from modelscope_tui.ui.widgets.bars import FooterLine
from tests.ui.conftest import Open, Stage

POPUPS = ("question_mark", "t", "u", "M", "V", "e", "n", "ctrl+p", "c")


def _at(stage: Stage, words: str) -> Offset:
    """Find words on the screen."""
    for y, line in enumerate(stage.text().splitlines()):
        if words in line:
            return Offset(line.index(words) + 1, y)
    raise AssertionError(f"{words!r} is not on the screen:\n{stage.text()}")


async def _click(stage: Stage, place: Offset, times: int = 1) -> None:
    await stage.pilot.click(offset=place, times=times)  # type: ignore[attr-defined]
    await stage.settle()


async def _wheel(stage: Stage, place: Offset) -> None:
    widget, _ = stage.app.screen.get_widget_at(*place)
    widget.post_message(MouseScrollDown(widget, place.x, place.y, 0, 1, 0, False, False, False, place.x, place.y))
    await stage.pause()


@pytest.mark.parametrize("key", POPUPS)
async def test_a_click_beside_a_popup_closes_it_and_the_footer_comes_back(open_explorer: Open, key: str) -> None:
    async with open_explorer((120, 36)) as stage:
        if key == "c":
            await stage.press("m", "j", "m")
        await stage.press(key)
        await stage.settle()
        assert stage.app.screen is not stage.screen
        assert not stage.screen.query_one(FooterLine)._keys, "the keys of the screen behind do not work now"
        assert "esc" in stage.text(), "the popup names its own"
        await _click(stage, Offset(1, 1))
        assert stage.app.screen is stage.screen
        assert "? help" in stage.text()


async def test_a_form_of_options_closes_by_a_click_beside_it_and_keeps_the_old_ones(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("enter", "l", "e")
        await stage.settle()
        await _click(stage, _at(stage, "port"))
        await _click(stage, Offset(1, 1))
        assert stage.app.screen is stage.screen
        assert stage.screen.inspection.options.port is None


@pytest.mark.parametrize(("key", "words"), [("t", "modelscope light"), ("u", "the EU"), ("M", "laptop")])
async def test_a_click_chooses_from_a_list(open_explorer: Open, key: str, words: str) -> None:
    async with open_explorer() as stage:
        before = (stage.app.theme, stage.explorer.purpose, stage.explorer.machine)
        await stage.press(key)
        await stage.settle()
        await _click(stage, _at(stage, words))
        await _click(stage, Offset(1, 1))  # (where and what for are two choices: the popup stays for the second)
        assert stage.app.screen is stage.screen
        assert (stage.app.theme, stage.explorer.purpose, stage.explorer.machine) != before


async def test_a_click_in_the_palette_does_what_it_says(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("ctrl+p")
        await stage.type("jump to licenses")
        await stage.settle()
        await _click(stage, _at(stage, "Jump to Licenses"))
        assert stage.facet("license").has_focus


async def test_a_click_opens_a_view(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("V")
        await stage.settle()
        await _click(stage, _at(stage, "all starred models"))
        assert stage.line == "starred:yes"


async def test_the_wheel_scrolls_popups(open_explorer: Open) -> None:
    async with open_explorer((80, 24)) as stage:
        for key, seen in (("question_mark", "Jump to Categories"), ("t", "modelscope dark")):
            await stage.press(key)
            await stage.settle()
            place = _at(stage, seen)
            for _ in range(20):
                await _wheel(stage, place)
            assert seen not in stage.text()
            await stage.press("escape")


async def test_a_click_in_a_comparison_shows_the_fact_in_full(open_explorer: Open) -> None:
    async with open_explorer((80, 24)) as stage:
        await stage.press("m", "j", "m", "c")
        await stage.settle()
        await _click(stage, _at(stage, "tools"))
        assert stage.text().count("ollama vllm") >= 2
