"""Stories of hostile text and hostile terminals: nothing of a stranger's reaches the terminal as control."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelscope_tui.errors import AccessDenied
from modelscope_tui.ui import present
from tests.ui.conftest import Open
from tests.ui.fake_explorer import CATALOG, FakeExplorer, a_model

HOSTILE = (
    "evil/[red]markup[/] [@click=app.quit]here[/]",
    "evil/\x1b[2J\x1b]0;title\x07ansi",
    "evil/\x9b31m\x9d52;c;aGk=\x9cc1",
    "evil/\u202egnp.exe\u2066bidi",
    "evil/zero\u200bwidth\ufeff\U000e0041",
    "evil/line\r\nbreak\ttab\x00nul",
    "evil/lone\ud800surrogate",
    "evil/漢字カナ混じりの名前がとても長くて幅を超える",
    "evil/" + "a" * 1_000_000,
    "no-slash-at-all",
    "[/]",
    "",
)
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_hostile_names_are_drawn_as_letters(open_explorer: Open, size: tuple[int, int]) -> None:
    rows = [
        a_model(name, license=name, license_name=name, task=name, tags=(name,), description=name, downloads=99 - at)
        for at, name in enumerate(HOSTILE)
    ]
    async with open_explorer(size, explorer=FakeExplorer(rows)) as stage:
        for _ in HOSTILE:
            assert not CONTROLS.search(stage.text())
            await stage.press("j")
            await stage.settle()
        await stage.press("enter", "l")
        await stage.settle()
        for key in "1234":
            await stage.press(key)
            assert not CONTROLS.search(stage.text())
        assert stage.app.is_running


async def test_a_hostile_value_that_is_chosen_stands_harmless_in_the_line(open_explorer: Open) -> None:
    rows = [a_model(f"odd/{at}", task=name) for at, name in enumerate(HOSTILE[1:7])]
    async with open_explorer(explorer=FakeExplorer(rows)) as stage:
        await stage.press("2")
        for _ in range(8):
            await stage.press("j", "space")
            await stage.settle()
            assert not CONTROLS.search(stage.text())
            await stage.press("x")


async def test_hostile_words_of_an_error_are_drawn_as_letters(open_explorer: Open) -> None:
    explorer = FakeExplorer(offline=False)
    explorer.refusals[CATALOG[0].id] = AccessDenied(
        "[bold]no[/bold] \x1b[31m\u202e" + "x" * 100_000, "[@click=app.bell]!"
    )
    async with open_explorer(explorer=explorer) as stage:
        assert "[bold]no[/bold]" in stage.text()
        assert not CONTROLS.search(stage.text())


async def test_a_storm_of_sizes_leaves_the_program_whole(open_explorer: Open) -> None:
    chance = random.Random(7)
    async with open_explorer() as stage:
        await stage.press("enter", "l")
        for _ in range(12):
            size = chance.choice(
                [(1, 1), (2, 5), (40, 10), (59, 20), (60, 20), (80, 24), (100, 30), (119, 9), (200, 60)]
            )
            await stage.pilot.resize_terminal(*size)  # type: ignore[attr-defined]
            await stage.press(chance.choice(["1", "2", "5", "6", "j", "G", "tab", "h"]))
        await stage.pilot.resize_terminal(160, 48)  # type: ignore[attr-defined]
        await stage.press("5")
        assert "Qwen/Qwen3-8B" in stage.text()
        assert "1 Organizations" in stage.text()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_clean_text_has_no_control_and_keeps_its_width(text: str) -> None:
    cleaned = present.clean(text)
    assert not CONTROLS.search(cleaned)
    assert "\n" not in cleaned
    for width in (1, 7, 30):
        assert present.width_of(present.fitted(cleaned, width)) == width


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120), st.integers(4, 40))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, width: int) -> None:
    cleaned = present.clean(text)
    lines = present.wrapped(cleaned, width)
    assert all(present.width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(cleaned.split())


def test_a_megabyte_is_cut_before_it_is_read() -> None:
    assert len(present.clean("\x1b[31m" * 300_000)) < 10
    assert len(present.clean("é" * 1_000_000)) == present.LONGEST + 1
