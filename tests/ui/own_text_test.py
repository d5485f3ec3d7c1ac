"""Stories of hostile text from this side of the screen: pasted into fields, in names of machines, in kept lists."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from modelscope_tui.launch.command import File
from modelscope_tui.machines import Machines
from modelscope_tui.ui.save_form import SaveForm
from tests import hostile
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import CATALOG, FakeExplorer, a_model

EVERY = {name: text for name, text in hostile.TEXTS.items() if name not in {"empty", "blank"}}
FEW = ("title", "c1", "nul", "surrogate", "crlf", "megabyte", "textual markup")
TEXTS = EVERY if os.environ.get("HOSTILE_ALL") else {name: EVERY[name] for name in FEW}
"""Some are enough for each run; `HOSTILE_ALL=1` takes them all."""
ALL = "".join(text for name, text in EVERY.items() if name not in {"megabyte", "wide"})
SIZES = [(160, 48), (80, 24)]


@pytest.fixture(autouse=True)
def folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is written is written there."""
    monkeypatch.chdir(tmp_path)


async def paste(stage: Stage, text: str) -> None:
    """Paste into the field that has the keys, as a terminal hands it over."""
    stage.app.post_message(events.Paste(text))
    await stage.pilot.pause()  # type: ignore[attr-defined]


def is_harmless(stage: Stage) -> bool:
    return not hostile.CONTROLS.search(stage.text()) and stage.app.is_running and stage.app._exception is None


async def test_whatever_is_pasted_into_a_note_is_kept_and_drawn_as_letters(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        for name, text in TEXTS.items():
            await stage.press("n")
            await stage.pilot.pause()  # type: ignore[attr-defined]
            await stage.press("end", "ctrl+u")
            await paste(stage, text)
            await stage.press("tab")
            await paste(stage, f"{text},tag")
            assert is_harmless(stage), name
            await stage.press("enter")
            await stage.settle()
            assert is_harmless(stage), name
        star = stage.explorer.shortlist.star(stage.ids()[0])
        assert star is not None
        assert "tag" in star.tags
        assert not any("failed" in words or "cannot" in words for words in stage.said())


async def test_whatever_is_pasted_as_the_name_of_a_view_is_letters_or_refused(open_explorer: Open) -> None:
    async with open_explorer(text="org:qwen") as stage:
        for name, text in TEXTS.items():
            await stage.press("V")
            await stage.pilot.pause()  # type: ignore[attr-defined]
            await paste(stage, text)
            assert is_harmless(stage), name
            await stage.press("enter")
            await stage.settle()
            assert is_harmless(stage), name
            if len(stage.app.screen_stack) > 1:
                await stage.press("escape")
        for view in stage.explorer.shortlist.kept.views:
            assert view.isprintable()


@pytest.mark.parametrize("size", SIZES)
async def test_a_kept_list_of_strange_words_is_drawn_as_letters(open_explorer: Open, size: tuple[int, int]) -> None:
    explorer = FakeExplorer()
    document = {
        "schema": 1,
        "models": {
            row.id: {"starred": text[:40], "note": text, "tags": [text[:60]], "changed": "2026-11-24T00:00:00Z"}
            for row, text in zip(CATALOG, [ALL, *EVERY.values()], strict=False)
        },
        "views": {f"{number} {text}": {"query": f"{text} org:qwen"} for number, text in enumerate(TEXTS.values())},
        "recent": [CATALOG[0].id],
    }
    explorer.shortlist.path.parent.mkdir(parents=True)
    explorer.shortlist.path.write_text(json.dumps(document), encoding="utf-8")
    async with open_explorer(size, explorer=explorer) as stage:
        for _ in range(4):
            assert is_harmless(stage)
            await stage.press("j")
            await stage.settle()
        await stage.press("V")
        await stage.pilot.pause()  # type: ignore[attr-defined]
        for _ in range(len(TEXTS)):
            await stage.press("down")
            assert is_harmless(stage)
        await stage.press("enter")
        await stage.settle()
        assert is_harmless(stage)
        assert not stage.explorer.shortlist.problem


async def test_strange_names_of_machines_are_drawn_as_letters(open_explorer: Open) -> None:
    explorer = FakeExplorer()
    named = {f"{text[:200]}": "4xH100" if number % 2 else text for number, text in enumerate([ALL, *TEXTS.values()])}
    explorer.machines = Machines(replace(explorer.settings, machines=named), explorer.machines.current)
    async with open_explorer((80, 24), explorer=explorer) as stage:
        await stage.press("M")
        await stage.pilot.pause()  # type: ignore[attr-defined]
        for _ in range(6):
            await stage.press("down")
            assert is_harmless(stage)
        await stage.press("enter")
        await stage.settle()
        assert is_harmless(stage)
        await stage.press("escape", "M")
        await stage.pilot.pause()  # type: ignore[attr-defined]
        await stage.press("tab")
        for text in (ALL, *TEXTS.values()):
            await paste(stage, text)
            await stage.press("enter")
            await stage.pilot.pause()  # type: ignore[attr-defined]
            assert is_harmless(stage)
            if len(stage.app.screen_stack) == 1:
                await stage.press("M")
                await stage.pilot.pause()  # type: ignore[attr-defined]
                await stage.press("tab")
            await stage.press("end", "ctrl+u")


@pytest.mark.parametrize("size", SIZES)
async def test_strange_models_stand_side_by_side_as_letters(open_explorer: Open, size: tuple[int, int]) -> None:
    rows = [
        a_model(f"odd/{number}", license=text, license_name=text, task=text, tags=(text,), description=text,
                library=text, downloads=99 - number)
        for number, text in enumerate([ALL, *EVERY.values()])
    ]  # fmt: skip
    async with open_explorer(size, explorer=FakeExplorer(rows)) as stage:
        for start in range(0, len(rows) if TEXTS is EVERY else 12, 12):
            await stage.press("m", "j", "m", "j", "m", "j", "m", "c")
            await stage.settle()
            assert is_harmless(stage), start
            await stage.press("down", "right", "down")
            assert is_harmless(stage), start
            await stage.press("escape", "escape", *"jjjjjjjj")
            await stage.settle()


async def test_whatever_is_pasted_into_the_filter_is_drawn_as_letters(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        for name, text in {**TEXTS, "all": ALL}.items():
            await stage.press("slash", "end", "ctrl+u")
            await paste(stage, text)
            assert is_harmless(stage), name
        await stage.settle()
        assert is_harmless(stage)


async def test_whatever_is_pasted_into_the_palette_and_the_other_forms_is_drawn_as_letters(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        for key in ("ctrl+p", "e", "question_mark", "o", "M"):
            await stage.press(key)
            await stage.pilot.pause()  # type: ignore[attr-defined]
            for _ in range(3):
                await paste(stage, ALL)
                assert is_harmless(stage), key
                await stage.press("tab")
            await stage.press("escape", "escape")
            await stage.settle()


async def test_a_folder_with_a_strange_name_is_a_place_drawn_as_letters(
    open_explorer: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = tmp_path / TEXTS["title"].replace("/", "|")
    strange.mkdir()
    monkeypatch.chdir(strange)
    files = (File("compose.yaml", "x: 1\n"),)
    async with open_explorer() as stage:
        await stage.app.push_screen(SaveForm(files))
        await stage.pilot.pause()  # type: ignore[attr-defined]
        assert is_harmless(stage)
        await stage.press("enter")
        await stage.settle()
        assert (strange / "compose.yaml").read_text() == "x: 1\n"


async def test_the_home_of_nobody_is_no_place_for_an_export(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("e")
        await stage.pilot.pause()  # type: ignore[attr-defined]
        for text in ("~nobody-of-this-name/x.json", ALL):
            await stage.press("end", "ctrl+u")
            await paste(stage, text)
            await stage.press("enter")
            await stage.settle()
            assert is_harmless(stage)
            if text.startswith("~"):
                assert "no place for a file" in stage.text()
