"""Stories of putting models side by side, and of who an organization is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from modelscope_tui.catalog.model import ModelDetails, ModelFile
from modelscope_tui.hub.answer import Answer
from modelscope_tui.ui.comparing import Fact
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import CATALOG, FakeExplorer, a_model

GIB = 1 << 30


async def _compare(stage: Stage, *marks: str) -> None:
    await stage.press(*marks, "c")
    await stage.settle()


def _fact(stage: Stage, name: str) -> Fact:
    facts = stage.app.screen._comparison.facts  # type: ignore[attr-defined]
    return next(fact for fact in facts if fact.name == name)


async def test_marked_models_stand_side_by_side_with_the_best_lit(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await _compare(stage, "m", "m", "m")
        screen = stage.text()
        assert "3 side by side" in screen
        assert "Qwen/Qwen3-8B" in screen
        assert "llama3.1" in screen
        assert _fact(stage, "likes").best == {2}
        assert _fact(stage, "context").best == {1}
        assert not _fact(stage, "license").best, "no license is better than another"
        await stage.press("escape")
        assert stage.app.screen is stage.screen


async def test_what_the_list_estimates_is_not_unknown_in_a_comparison(open_explorer: Open) -> None:
    explorer = FakeExplorer()
    guessed = a_model("someone/quantized-30b", params_estimate=30_500_000_000, downloads=2_000_000)
    explorer.models.insert(0, guessed)
    async with open_explorer(explorer=explorer) as stage:
        await _compare(stage, "m", "m")
        at = stage.app.screen._comparison.names.index(guessed.id)  # type: ignore[attr-defined]
        assert _fact(stage, "parameters").cells[at] == "about 30.5B"
        assert _fact(stage, "parameters").values[at] is None, "a file gets what is known"
        assert _fact(stage, "fit").cells[at].endswith(explorer.fits(guessed))


async def test_a_comparison_is_copied_as_markdown_and_saved(
    open_explorer: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_explorer() as stage:
        await _compare(stage, "m", "m")
        await stage.press("y")
        await stage.settle()
        assert stage.copied[0].startswith("|  | Qwen/")
        assert "(best)" in stage.copied[0]
        await stage.press("e")
        await stage.pause()
        await stage.press("enter")
        await stage.settle()
        rows = json.loads((tmp_path / "comparison.json").read_text())
        assert [row["likes"] for row in rows] == [1200, 900]


async def test_the_quantizations_of_one_model_stand_side_by_side(open_explorer: Open) -> None:
    explorer = FakeExplorer()
    model = replace(CATALOG[0], quantization="GGUF")
    files = tuple(ModelFile(f"m-{name}.gguf", size * GIB, "gguf") for name, size in (("Q4_K_M", 18), ("Q8_0", 31)))
    explorer.known[model.id] = Answer(ModelDetails(model, files=files), "cache", "2026-11-20T00:00:00Z", is_stale=False)
    async with open_explorer(explorer=explorer) as stage:
        await _compare(stage)
        assert "Quantizations of" in stage.text()
        assert _fact(stage, "size of files").cells == ("19.3 GB", "33.3 GB")
        assert _fact(stage, "size of files").best == {0}


async def test_one_model_without_quantizations_says_what_to_do(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await _compare(stage)
        assert any("Mark two to six models" in words for words in stage.said())
        await _compare(stage, *("m" * 7))
        assert any("6 have room" in words for words in stage.said())


@pytest.mark.parametrize("size", [(160, 48), (80, 24), (60, 20)])
async def test_columns_without_room_wait_on_the_right(open_explorer: Open, size: tuple[int, int]) -> None:
    async with open_explorer(size) as stage:
        await _compare(stage, *("m" * 6))
        await stage.press(*("l" * 6))
        await stage.pause()
        assert "whisper-large-v3" in stage.text()
        await stage.press("j")
        assert "Qwen/Qwen3-Coder-30B-A3B-Instruct:" in stage.text().replace("\n", ""), "the line is there in full"


async def test_enter_on_an_organization_says_who_they_are(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("1", "enter")
        await stage.pause()
        screen = stage.text()
        for seen in ("Alibaba", "CN", "qwen", "2 models are known here"):
            assert seen in screen, seen
        await stage.press("enter")
        await stage.settle()
        assert stage.line == "org:Qwen"


async def test_an_organization_nobody_knows_says_so(open_explorer: Open) -> None:
    async with open_explorer(text="no-facts") as stage:
        await stage.press("1", "enter")
        await stage.pause()
        assert "Nothing but the handle is known" in stage.text()
        await stage.press("escape")
        assert stage.line == "no-facts"


async def test_the_line_in_full_names_every_model_from_the_first_moment(open_explorer: Open) -> None:
    async with open_explorer((80, 24)) as stage:
        await _compare(stage, "m", "m", "m")
        below = stage.text().split("\n")[-7:]
        for name in ("Qwen/Qwen3-8B:", "Qwen/Qwen3-Coder-30B-A3B-Instruct:", "meta-llama/Llama-3.1-8B-Instruct:"):
            assert any(name in line for line in below), name
