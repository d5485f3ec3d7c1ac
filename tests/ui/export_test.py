"""Stories of leaving with a list: the right rows, no formula in a spreadsheet, no file replaced."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from modelscope_tui.exporting import text_of
from tests.ui.conftest import Open
from tests.ui.fake_explorer import CATALOG, FakeExplorer, a_model


async def _export(stage: object, name: str, *keys: str) -> None:
    await stage.press("e")  # type: ignore[attr-defined]
    await stage.pause()
    await stage.press(*keys, "end", "ctrl+u")  # type: ignore[attr-defined]
    await stage.type(name)  # type: ignore[attr-defined]
    await stage.press("enter")  # type: ignore[attr-defined]
    await stage.settle()  # type: ignore[attr-defined]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_the_rows_of_the_query_are_written_as_json(open_explorer: Open, here: Path) -> None:
    async with open_explorer(text="org:qwen") as stage:
        await stage.press("e")
        await stage.pause()
        assert "Export 2 models" in stage.text()
        await stage.press("escape")
        await _export(stage, "mine.json")
        rows = json.loads((here / "mine.json").read_text())
        assert [row["id"] for row in rows] == ["Qwen/Qwen3-Coder-30B-A3B-Instruct", "Qwen/Qwen3-8B"]
        assert stat.S_IMODE((here / "mine.json").stat().st_mode) == 0o600
        assert any("2 models are in" in words for words in stage.said())


async def test_a_file_that_is_there_is_not_replaced(open_explorer: Open, here: Path) -> None:
    (here / "mine.json").write_text("precious")
    async with open_explorer() as stage:
        await _export(stage, "mine.json")
        assert (here / "mine.json").read_text() == "precious"
        assert any("is there already" in words for words in stage.said())


async def test_marked_models_are_what_is_exported(open_explorer: Open, here: Path) -> None:
    async with open_explorer() as stage:
        await stage.press("m", "j", "m")
        await _export(stage, "ids", "down", "down", "down")
        assert (here / "ids").read_text().split() == sorted([CATALOG[0].id, CATALOG[2].id])


async def test_an_export_can_go_to_the_clipboard(open_explorer: Open) -> None:
    async with open_explorer(text="starcoder2") as stage:
        await stage.press("e")
        await stage.pause()
        await stage.press("down", "down", "ctrl+y")
        await stage.settle()
        assert stage.copied[0].startswith("| id | params |")
        assert "bigcode/starcoder2-15b" in stage.copied[0]


def test_no_cell_of_a_spreadsheet_is_a_formula() -> None:
    fake = FakeExplorer([a_model("a/b", license="=HYPERLINK(1)", library="@x", task="-2+3", tags=("t",))])
    from modelscope_tui.exporting import row

    rows = [row(fake.models[0], fake.view(fake.models[0]))]
    (read,) = csv.DictReader(io.StringIO(text_of(rows, "csv")))
    assert read["license"] == "'=HYPERLINK(1)"
    assert read["library"] == "'@x"
    assert read["task"] == "'-2+3"
    assert read["params"] == ""


def test_markdown_cells_stay_in_their_table() -> None:
    written = text_of([{"id": "a|b", "license": "x\ny`"}], "md")
    assert written.split("\n")[2] == "| a\\|b | x y\\` |"
    assert text_of([], "csv") == ""
    assert json.loads(text_of([], "json")) == []
