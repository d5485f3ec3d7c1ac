"""Stories of keys: none without help, esc never leaves, q only outside a field."""

from __future__ import annotations

import pytest
from textual.actions import parse

from modelscope_tui.ui import keymap
from modelscope_tui.ui.panes.tab import TABS
from tests.ui.conftest import Open
from tests.ui.fake_explorer import FakeExplorer, a_model


async def test_esc_never_quits(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        for place in ("1", "3", "5", "6", "slash", "question_mark"):
            await stage.press(place)
            await stage.press("escape", "escape", "escape", "escape")
            assert stage.app.is_running
            assert stage.app.return_code is None
        assert stage.table.has_focus


async def test_esc_in_the_field_clears_it_and_then_leaves_it(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.type("/qwen")
        await stage.press("escape")
        assert stage.line == ""
        assert len(stage.ids()) == 8
        await stage.press("escape")
        assert stage.table.has_focus


async def test_q_is_a_letter_in_a_field_and_the_way_out_elsewhere(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.type("/q")
        assert stage.line == "q"
        assert stage.app.is_running
        await stage.press("enter", "q")
        assert stage.app._exit


async def test_every_pane_is_one_key_away(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        for key, name in zip("123456", ("org", "category", "license", "tool", "models", "detail"), strict=True):
            await stage.press(key)
            assert stage.app.focused is not None
            assert stage.app.focused.id == name
        await stage.press("5", "h")
        assert stage.app.focused.id == "tool"
        await stage.press("tab", "tab")
        assert stage.app.focused.id == "detail"


async def test_help_lists_every_key(open_explorer: Open) -> None:
    async with open_explorer(size=(160, 300)) as stage:
        await stage.press("question_mark")
        await stage.pause()
        screen = stage.text()
        for bindings in keymap.HELP.values():
            for binding in bindings:
                assert binding.tooltip in screen, binding.id
        await stage.type("clipboard nonsense")
        assert "No key has that." in stage.text()


def test_every_binding_has_an_id_a_label_and_a_sentence() -> None:
    seen: set[str] = set()
    for bindings in keymap.HELP.values():
        for binding in bindings:
            assert binding.id, binding
            assert binding.id not in seen, f"two bindings are called {binding.id}"
            seen.add(binding.id)
            assert binding.description
            assert binding.tooltip


async def test_every_key_has_a_function(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        for node in (stage.screen, stage.table, stage.facet("org"), stage.detail):
            for binding in node._bindings:
                if binding[1].id is None:
                    continue
                action = binding[1].action.partition("(")[0]
                owner = stage.app if action.startswith("app.") else node
                assert hasattr(owner, f"action_{action.removeprefix('app.')}"), binding[1].id


def test_every_key_of_a_tab_has_a_function_in_that_tab() -> None:
    for line in TABS:
        for binding in line.keys:
            tab, action, *_ = parse(binding.action)[2]
            assert tab == line.name
            assert hasattr(line.load(), f"action_{action}"), binding.id
            assert binding in {one for group in keymap.HELP.values() for one in group}


@pytest.mark.parametrize("theme", ["modelscope-dark", "modelscope-light", "nord", "textual-light", "ansi-dark"])
async def test_every_kind_of_theme_draws(open_explorer: Open, theme: str) -> None:
    async with open_explorer() as stage:
        stage.app.theme = theme
        await stage.pause()
        assert "Qwen/Qwen3-8B" in stage.text()


async def test_the_browser_gets_only_the_pages_of_real_ids(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        opened: list[str] = []
        stage.screen.open_page = lambda address: opened.append(address) or True  # type: ignore[method-assign,func-returns-value,assignment]
        await stage.press("o")
        assert opened == ["https://huggingface.co/Qwen/Qwen3-Coder-30B-A3B-Instruct"]


async def test_the_mouse_selects_opens_and_sorts(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.pilot.click("#models", offset=(10, 3))  # type: ignore[attr-defined]
        assert stage.table.cursor == 1
        await stage.pilot.click("#models", offset=(10, 1))  # type: ignore[attr-defined]
        assert stage.line == "sort:name"
        await stage.pilot.click("#models", offset=(10, 4), times=2)  # type: ignore[attr-defined]
        assert stage.detail.has_focus
        await stage.pilot.click("#org", offset=(6, 2))  # type: ignore[attr-defined]
        assert "org:" in stage.line


async def test_marks_stay_until_esc(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("m", "m")
        assert len(stage.table.marked) == 2
        assert "◆" in stage.text()
        await stage.press("escape")
        assert not stage.table.marked


@pytest.mark.usefixtures("ascii_terminal")
async def test_a_terminal_without_utf8_gets_ascii(open_explorer: Open) -> None:
    rows = [a_model("someone/\u6f22\u5b57-name", task="\u00e9")]
    async with open_explorer(explorer=FakeExplorer(rows)) as stage:
        await stage.press("enter", "l", "question_mark")
        await stage.pause()
        assert stage.painted().isascii()
