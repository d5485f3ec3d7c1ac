"""Stories of the Fit tab and of the choice of the machine."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.errors import UsageError
from modelscope_tui.fit.outlook import Outlook
from modelscope_tui.hub.answer import Answer
from modelscope_tui.launch.subject import Options
from tests.fit.builders import QWEN3_8B
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import CATALOG, FakeExplorer

SCREENS = Path(__file__).parent.parent / "screens"
QWEN = next(row for row in CATALOG if row.id == "Qwen/Qwen3-8B")


def a_known_model() -> FakeExplorer:
    """An explorer that holds the configuration of the first row."""
    fake = FakeExplorer([QWEN, *(row for row in CATALOG if row is not QWEN)])
    details = ModelDetails(QWEN, config=QWEN3_8B, source="cache", as_of="2026-11-24T00:00:00Z")
    fake.known[QWEN.id] = Answer(details, "catalog", "2026-10-05", is_stale=False)
    return fake


async def _open_fit(stage: Stage) -> None:
    await stage.press("enter", "l", "l")
    await stage.settle()


def _compare(name: str, text: str) -> None:
    path = SCREENS / f"{name}.txt"
    if os.environ.get("UPDATE_SCREENS"):
        path.write_text(text + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text + "\n", f"{path} differs; UPDATE_SCREENS=1 renews it, then look"


@pytest.mark.parametrize("size", [(160, 48), (120, 36), (80, 24)])
async def test_the_fit_tab(open_explorer: Open, size: tuple[int, int]) -> None:
    async with open_explorer(size, text="qwen3-8b", explorer=a_known_model()) as stage:
        await _open_fit(stage)
        _compare(f"fit-{size[0]}x{size[1]}", stage.text())


async def test_another_form_and_more_context_are_a_key_away(open_explorer: Open) -> None:
    async with open_explorer(text="qwen", explorer=a_known_model()) as stage:
        await stage.press("j")
        await _open_fit(stage)
        assert "stored as  BF16" in stage.text()
        assert "tokens a second" in stage.text()
        await stage.press("n")
        await stage.settle()
        assert "stored as  Q4_K_M" in stage.text()
        assert stage.screen.inspection.options.quant == "Q4_K_M"
        await stage.press("+")
        await stage.settle()
        assert "context    16k" in stage.text()
        await stage.press("-", "-")
        await stage.settle()
        assert "context    4k" in stage.text()


async def test_keys_that_are_quicker_than_the_answers_all_count(open_explorer: Open) -> None:
    ends = []
    for is_quick in (False, True):
        async with open_explorer(text="qwen3-8b", explorer=a_known_model()) as stage:
            await _open_fit(stage)
            for key in ("-", "n", "-", "n"):
                await stage.press(key)
                if not is_quick:
                    await stage.settle()
            await stage.settle()
            ends.append((stage.screen.inspection.options, stage.text()))
    slow, quick = ends
    assert slow == quick
    assert (quick[0].context, quick[0].quant) == (2048, "Q5_K_M")


async def test_a_smaller_cache_is_a_key_away_and_e_opens_the_form(open_explorer: Open) -> None:
    async with open_explorer((160, 60), text="qwen3-8b", explorer=a_known_model()) as stage:
        await _open_fit(stage)
        assert "cache 1.1 GiB" in stage.text()
        await stage.press("c")
        await stage.settle()
        assert "cache      fp8" in stage.text()
        assert "cache 576 MiB" in stage.text()
        await stage.press("n")
        await stage.settle()
        await stage.press("c")
        await stage.settle()
        assert "cache      f16" in stage.text()  # llama.cpp knows no fp8: from the beginning
        await stage.press("e")
        await stage.settle()
        assert "Options of the command" in stage.text()


async def test_while_it_is_worked_out_and_when_that_fails_a_line_says_so(open_explorer: Open) -> None:
    explorer = a_known_model()
    asked, may_answer = threading.Event(), threading.Event()
    usual = explorer.outlook

    def slow(details: ModelDetails, options: Options) -> Outlook:
        asked.set()
        may_answer.wait(10)
        if options.context == 4096:
            raise UsageError("The machine went away.", "Choose another with M.")
        return usual(details, options)

    explorer.outlook = slow  # type: ignore[method-assign]
    async with open_explorer(text="qwen3-8b", explorer=explorer) as stage:
        await stage.press("enter", "l", "l")
        await stage.pause()
        assert "working out what it needs" in stage.text()
        may_answer.set()
        await stage.settle()
        assert asked.is_set()
        assert "It fits on RTX 4090" in stage.text()
        await stage.press("-")
        await stage.settle()
        assert "! The machine went away." in stage.text()
        assert "Choose another" in stage.text()


async def test_facts_that_are_missing_are_named(open_explorer: Open) -> None:
    async with open_explorer(text="no-facts") as stage:
        await _open_fit(stage)
        assert "It is not known on" in stage.text()
        assert "Not known here: params" in stage.text()


async def test_without_a_model_the_tab_says_so(open_explorer: Open) -> None:
    async with open_explorer(text="zzz nothing") as stage:
        await stage.press("6", "l", "l")
        await stage.settle()
        assert "No model is selected." in stage.text()


async def test_a_machine_of_the_settings_judges_everything_anew(open_explorer: Open) -> None:
    async with open_explorer(text="qwen", explorer=a_known_model()) as stage:
        await _open_fit(stage)
        assert "It does not fit on RTX 4090 24 GB" in stage.text()
        await stage.press("M")
        await stage.pause()
        _compare("machine-160x48", stage.text())
        await stage.press("j", "j", "enter")
        await stage.settle()
        screen = stage.text()
        assert "4 × H100 80 GB" in screen.split("\n")[0]
        assert "It fits on 4 × H100 80 GB." in screen
        assert stage.explorer.fits(CATALOG[3]) == "yes"  # 27B, too much before


async def test_any_machine_can_be_typed_and_what_cannot_be_read_is_said(open_explorer: Open) -> None:
    async with open_explorer(text="fits:yes") as stage:
        few = len(stage.ids())
        await stage.press("tab", "M")
        await stage.pause()
        await stage.press("tab")
        await stage.type("abacus")
        await stage.press("enter")
        await stage.pause()
        assert "not a device" in stage.text()
        await stage.press("ctrl+u")
        await stage.type("2x80gb")
        await stage.press("enter")
        await stage.settle()
        assert "2 × GPU 80 GB" in stage.text().split("\n")[0]
        assert len(stage.ids()) > few


async def test_leaving_the_choice_changes_nothing(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        before = stage.explorer.machine
        await stage.press("M")
        await stage.pause()
        await stage.press("escape")
        assert stage.explorer.machine is before
