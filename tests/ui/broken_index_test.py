"""A story of an index that breaks while it is open: that is said, keys are answered, the next start makes another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from modelscope_tui.ui.app import ExplorerApp
from tests.ui.conftest import Stage

TOUR = (
    *("5", "j", "k", "end", "enter", "right", "right", "right", "right", "right", "right", "question_mark", "escape"),
    *("v", "escape", "M", "escape", "V", "escape", "e", "escape", "m", "j", "m", "c", "escape", "escape", "s", "f"),
    *("1", "space", "enter", "escape", "2", "space", "3", "space", "4", "space", "y", "ctrl+p", "escape", "R"),
)
"""Every tab, popup and pane."""


def cut(path: Path) -> None:
    os.truncate(path, 0)


def garble(path: Path) -> None:
    with path.open("r+b") as file:
        for at in range(4096, path.stat().st_size, 5000):
            file.seek(at)
            file.write(b"\xff" * 300)


@pytest.mark.parametrize("damage", [cut, garble])
async def test_an_index_that_breaks_while_it_is_open_is_said_and_every_key_is_answered(
    own_cache: Path, damage: object
) -> None:
    assert callable(damage)
    explorer = Explorer(Settings(cache_dir=own_cache, config_path=own_cache / "none.toml", offline=True))
    app = ExplorerApp(explorer, clipboard=lambda _: "a fake")
    async with app.run_test(size=(160, 48)) as pilot:
        stage = Stage(app, pilot, explorer)  # type: ignore[arg-type]
        await stage.settle()
        await stage.settle()
        damage(explorer.index_path)
        explorer.index._store.forget()  # (what was read before would answer for a while)
        await stage.press("slash", *"llama", "enter")
        await stage.settle()
        assert "could not ask" in stage.text()
        for key in TOUR:
            await stage.press(key)
            assert app._exception is None, key
            await stage.settle()
        assert app.is_running
    explorer.close()
    again = Explorer(Settings(cache_dir=own_cache, config_path=own_cache / "none.toml", offline=True))
    again.prepare()
    assert again.index_problem is None
    assert again.model("Qwen/Qwen3-8B") is not None
    again.close()
