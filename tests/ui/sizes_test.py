"""Stories of sizes, and the golden screens: text pictures, renewed with UPDATE_SCREENS=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelscope_tui.ui import arrangement
from modelscope_tui.ui.widgets.choices import Choice, Choices
from modelscope_tui.ui.widgets.columns import NAME_LEAST, columns_for
from tests.ui.conftest import Open
from tests.ui.fake_explorer import FakeExplorer, a_model

SCREENS = Path(__file__).parent.parent / "screens"


def compare(name: str, text: str) -> None:
    """Hold a screen against its picture."""
    path = SCREENS / f"{name}.txt"
    if os.environ.get("UPDATE_SCREENS"):
        path.write_text(text + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text + "\n", f"{path} differs; UPDATE_SCREENS=1 renews it, then look"


@pytest.mark.parametrize(("name", "size"), [("explorer-160x48", (160, 48)), ("explorer-80x24", (80, 24))])
async def test_the_explorer(open_explorer: Open, name: str, size: tuple[int, int]) -> None:
    async with open_explorer(size, text="license:permissive") as stage:
        compare(name, stage.text())


@pytest.mark.parametrize(("name", "size"), [("launch-160x48", (160, 48)), ("launch-80x24", (80, 24))])
async def test_the_launch_tab(open_explorer: Open, name: str, size: tuple[int, int]) -> None:
    async with open_explorer(size) as stage:
        await stage.press("enter", "l", "n")
        await stage.settle()
        compare(name, stage.text())


async def test_help_at_80x24(open_explorer: Open) -> None:
    async with open_explorer((80, 24)) as stage:
        await stage.press("question_mark")
        await stage.pause()
        thumb = str.maketrans("▁▂▃▄▅▆▇", "▇▇▇▇▇▇▇")  # its length says how many keys there are
        compare("help-80x24", stage.text().translate(thumb))


async def test_nothing_found_at_80x24(open_explorer: Open) -> None:
    async with open_explorer((80, 24)) as stage:
        await stage.type("/qwen zzz")
        await stage.settle()
        compare("empty-80x24", stage.text())


@pytest.mark.parametrize("size", [(160, 48), (100, 30), (80, 24), (60, 20)])
async def test_nothing_is_cut_and_the_full_id_is_visible(open_explorer: Open, size: tuple[int, int]) -> None:
    async with open_explorer(size) as stage:
        screen = stage.text()
        lines = screen.split("\n")
        assert len(lines) == size[1]
        for title in ("1 Org", "2 Categ", "3 Lic", "4 Tools", "5 Models", "6 "):
            assert title in screen
        assert "Qwen/Qwen3-Coder-30B-A3B-Instruct" in screen
        assert lines[-1].strip()


async def test_one_pane_at_a_time_with_drill_in_and_esc_back(open_explorer: Open) -> None:
    async with open_explorer((80, 24)) as stage:
        await stage.press("enter")
        await stage.settle()
        assert "╭─ 6 Qwen/Qwen3-Coder" in stage.text()
        assert "╭─ 5 Models" not in stage.text()
        await stage.press("escape")
        assert "╭─ 5 Models" in stage.text()
        await stage.press("3")
        assert "╭─ 3 Licenses" in stage.text()


async def test_folded_shows_the_facet_in_use(open_explorer: Open) -> None:
    async with open_explorer((100, 30)) as stage:
        await stage.press("4")
        screen = stage.text()
        assert "╭─ 4 Tools" in screen
        assert "╭─ 5 Models" in screen
        assert "╭─ 1 Organizations" not in screen


async def test_a_window_that_is_too_small_says_so(open_explorer: Open) -> None:
    async with open_explorer((50, 15)) as stage:
        assert "too small" in stage.text()
        await stage.pilot.resize_terminal(80, 24)  # type: ignore[attr-defined]
        await stage.pause()
        assert "too small" not in stage.text()


async def test_every_pane_and_tab_can_be_clicked_at_60x20(open_explorer: Open) -> None:
    async with open_explorer((60, 20)) as stage:
        strip = stage.text().split("\n")[4]
        for at, label in enumerate(("1 Orgs", "2 Categ.", "3 Lic.", "4 Tools", "5 Models", "6 Detail")):
            await stage.pilot.click("#panes", offset=(strip.index(label) - 1, 0))  # type: ignore[attr-defined]
            assert stage.screen.place == arrangement.PLACES[at]
            strip = stage.text().split("\n")[4]
        await stage.pilot.click("#tabs", offset=(12, 0))  # type: ignore[attr-defined]
        assert stage.detail.tab == "launch"


def test_a_row_without_room_shows_the_words_around_the_lit_one() -> None:
    words = tuple(Choice(name, name.title()) for name in ("overview", "launch", "fit", "license", "files", "card"))
    row = Choices(words, "fit", is_one_line=True, id="tabs")

    def drawn(width: int, current: str) -> str:
        row.current = current
        return "".join(place.more or place.choice.label[0] for place in row._placed(width))

    assert drawn(60, "fit") == "OLFLFC"
    assert drawn(26, "overview") == "OLF›"
    assert drawn(26, "fit") == "‹LFLF›"
    assert drawn(26, "card") == "‹FLFC"
    assert drawn(4, "card") == "‹C"


def test_columns_leave_one_by_one_and_the_name_keeps_its_room() -> None:
    kept = [len(columns_for(width, "downloads")[0]) for width in range(20, 200)]
    assert kept == sorted(kept)
    assert kept[-1] == 8
    for width in range(70, 200):
        columns, room = columns_for(width, "downloads")
        assert room >= NAME_LEAST
        assert room + sum(column.width + 2 for column in columns) <= width


@pytest.mark.parametrize("sort", ["params", "context", "downloads", "likes", "updated"])
def test_what_the_rows_are_sorted_by_stays_until_only_the_verdict_is_left(sort: str) -> None:
    for width in range(45, 200):
        columns, _ = columns_for(width, sort)
        assert sort in {column.sort for column in columns}
        assert "Fit" in {column.title for column in columns}


async def test_a_narrow_table_shows_the_order_that_was_chosen(open_explorer: Open) -> None:
    async with open_explorer((120, 36)) as stage:
        assert "Downloads▼" in stage.text()
        await stage.press("5", "s")
        assert "Likes▼" in stage.text()
        assert "Downloads" not in stage.text().split("\n")[5]


def test_the_forms_follow_the_drawing() -> None:
    assert [arrangement.form_of(width, 48) for width in (160, 120, 119, 90, 89, 60, 59)] == [
        "wide", "wide", "folded", "folded", "single", "single", "tiny",
    ]  # fmt: skip
    assert arrangement.form_of(160, 19) == "tiny"


@pytest.mark.parametrize("size", [(160, 48), (80, 24), (60, 20)])
async def test_what_cannot_be_read_is_said_in_full_at_every_size(open_explorer: Open, size: tuple[int, int]) -> None:
    async with open_explorer(size, text="nonsense:here params:<x") as stage:
        assert "There is no field nonsense:" in stage.text()
        await stage.press("slash", "ctrl+u")
        assert "There is no field" not in stage.text()


@pytest.mark.parametrize("key", ["question_mark", "u", "ctrl+p"])
async def test_popups_come_to_rest_in_the_smallest_windows(open_explorer: Open, key: str) -> None:
    async with open_explorer() as stage:
        for size in ((3, 60), (1, 1)):
            await stage.press("5", key)
            await stage.pilot.resize_terminal(*size)  # type: ignore[attr-defined]
            await stage.settle()
            assert stage.app._exception is None
            await stage.press("escape", "escape")
            await stage.pilot.resize_terminal(160, 48)  # type: ignore[attr-defined]
            await stage.settle()
            assert len(stage.app.screen_stack) == 1


@pytest.mark.parametrize("size", [(160, 48), (120, 36), (80, 24)])
async def test_a_facet_value_that_is_cut_is_on_the_border_in_full(open_explorer: Open, size: tuple[int, int]) -> None:
    explorer = FakeExplorer((a_model("a/b", license="a-license-with-a-name-that-is-long"),))
    async with open_explorer(size, explorer=explorer) as stage:
        await stage.press("3", "G")
        pane = stage.facet("license")
        said = f"{pane.border_title}{pane.border_subtitle}".replace(" ", "")
        assert said == "3Licenseslicense:a-license-with-a-name-that-is-long"
        await stage.press("5")
        assert str(pane.border_title) == "3 Licenses"
