"""Stories of other keys and of themes: what the settings file says is what the keys do and what the help shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modelscope_tui.errors import UsageError
from modelscope_tui.settings import Settings
from modelscope_tui.ui.remap import checked
from tests.ui.conftest import Open
from tests.ui.fake_explorer import FakeExplorer


def an_explorer(**settings: object) -> FakeExplorer:
    explorer = FakeExplorer()
    explorer.settings = replace(explorer.settings, **settings)  # type: ignore[arg-type]
    return explorer


async def test_another_key_does_it_and_the_old_one_does_not(open_explorer: Open) -> None:
    async with open_explorer(explorer=an_explorer(keys={"copy-id": "ctrl+y", "help": "f2"})) as stage:
        await stage.press("Y")
        await stage.settle()
        assert stage.copied == []
        await stage.press("ctrl+y")
        await stage.settle()
        assert stage.copied == ["Qwen/Qwen3-Coder-30B-A3B-Instruct"]
        await stage.press("j")
        await stage.press("f2")
        await stage.pause()
        await stage.type("copy the id")
        await stage.pause()
        assert "ctrl+y" in stage.text()


async def test_what_is_said_names_the_key_that_was_set(open_explorer: Open) -> None:
    async with open_explorer(explorer=an_explorer(keys={"offline": "f5", "filter": "ctrl+l,slash"})) as stage:
        await stage.press("R")
        assert stage.said()[-1].endswith("F5 goes online.") or stage.said()[-1].endswith("f5 goes online.")
        assert "ctrl+l / filter" in stage.text() or "ctrl+l filter" in stage.text()


async def test_a_key_that_several_tabs_share_stays_with_the_others(open_explorer: Open) -> None:
    async with open_explorer(explorer=an_explorer(keys={"next-tool": "ctrl+n"})) as stage:
        await stage.press("enter", "l")
        await stage.settle()
        first = stage.detail.current_tool
        await stage.press("ctrl+n")
        await stage.settle()
        assert stage.detail.current_tool != first
        assert "ctrl+n next tool" in stage.text()
        await stage.press("p")
        await stage.settle()
        assert stage.detail.current_tool == first


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cpoy = 'c'", "config.toml:3: there is nothing to do called `cpoy`. Did you mean copy"),
        ("copy = 'ctrl+'", "config.toml:3: `ctrl+` is no key."),
        ("copy = 'q'", "config.toml:3: `q` would be both `copy` and `quit`"),
    ],
)
def test_keys_that_cannot_be_are_named_with_their_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"offline = true\n[keys]\n{line}\n", encoding="utf-8")
    settings = Settings.load({"MODELSCOPE_TUI_CONFIG": str(path), "HF_HOME": str(tmp_path)})
    with pytest.raises(UsageError) as caught:
        checked(settings.keys, path)
    assert said in str(caught.value)


async def test_a_theme_is_seen_at_once_and_kept_with_enter(open_explorer: Open, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    async with open_explorer(explorer=an_explorer(config_path=path)) as stage:
        await stage.press("t")
        await stage.pause()
        await stage.press("down")
        await stage.pause()
        assert stage.app.theme == "modelscope-light"
        await stage.press("escape")
        await stage.pause()
        assert stage.app.theme == "modelscope-dark"
        assert not path.exists()
        await stage.press("t")
        await stage.pause()
        await stage.press("j", "enter")
        await stage.pause()
        assert "kept in" in stage.said()[-1]
    settings = Settings.load({"MODELSCOPE_TUI_CONFIG": str(path), "HF_HOME": str(tmp_path)})
    assert settings.theme == "modelscope-light"
    async with open_explorer(explorer=an_explorer(theme=settings.theme)) as stage:
        assert stage.app.theme == "modelscope-light"
