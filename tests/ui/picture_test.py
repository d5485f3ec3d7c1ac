"""Stories of the picture: a result as dots, what fits lit, and what cannot be drawn said."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelscope_tui.ui.picture import Picture
from modelscope_tui.ui.scatter import Dot, drawn
from tests.ui.conftest import Open


async def test_a_result_is_drawn_with_what_fits_lit_and_the_chosen_model_named(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("v")
        await stage.settle()
        screen = stage.text()
        assert "fits 4" in screen
        assert "does not 2" in screen
        assert "drawn 7 of 8" in screen
        assert "1 without these numbers" in screen
        assert "Qwen/Qwen3-Coder-30B-A3B-Instruct · 30.5B parameters · 1.1M downloads" in screen
        assert "parameters" in screen
        assert "✖" in screen


async def test_keys_change_the_axes_and_go_from_fit_to_fit_and_the_query_stays(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("v")
        await stage.settle()
        await stage.press("x", "d")
        await stage.settle()
        assert "drawn 6 of 8" in stage.text()
        assert "(context)" in stage.text()
        assert "(likes)" in stage.text()
        await stage.press("n")
        await stage.settle()
        assert "meta-llama/Llama-3.1-8B-Instruct ·" in stage.text()
        await stage.press("o")
        await stage.settle()
        assert stage.line == ""
        assert len(stage.ids()) == 8
        assert stage.detail.has_focus
        assert stage.detail.model is not None
        assert stage.detail.model.id == "meta-llama/Llama-3.1-8B-Instruct"


async def test_a_result_without_numbers_says_which_keys_help(open_explorer: Open) -> None:
    async with open_explorer(text="no-facts") as stage:
        await stage.press("v")
        await stage.settle()
        assert "No model of this result has both numbers. x and d choose others" in stage.text()
        await stage.press("escape")
        await stage.settle()
        assert not isinstance(stage.app.screen, Picture)


async def test_the_picture_is_saved_as_svg_and_never_over_a_file(
    open_explorer: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_explorer(text="org:qwen") as stage:
        await stage.press("v")
        await stage.settle()
        await stage.press("w")
        await stage.press("w")
        await stage.settle()
        (path,) = tmp_path.iterdir()
        assert path.name == "modelscope-tui-org-qwen.svg"
        assert "<svg" in path.read_text(encoding="utf-8")
        assert "is there already" in stage.said()[-1]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (240, 60)])
async def test_it_has_room_at_every_size(open_explorer: Open, size: tuple[int, int]) -> None:
    async with open_explorer(size) as stage:
        await stage.press("v")
        await stage.settle()
        assert "drawn 7 of 8" in stage.text()
        assert "Qwen/Qwen3-Coder-30B" in stage.text().split("\n")[-4]


def test_equal_numbers_and_one_dot_can_be_drawn() -> None:
    dots = [Dot("a/b", 1e9, 100, "yes"), Dot("a/c", 1e9, 100, "no")]
    assert "✖" in drawn(dots, dots[0], ("parameters", "likes"), (60, 20)).plain
    assert drawn(dots[:1], None, ("parameters", "likes"), (10, 3)).plain


@pytest.mark.usefixtures("ascii_terminal")
def test_a_terminal_of_ascii_gets_ascii() -> None:
    dots = [Dot("a/b", 1e9, 100, "yes"), Dot("a/c", 3e9, 1000, "no")]
    assert drawn(dots, dots[0], ("parameters", "likes"), (60, 20)).plain.isascii()
