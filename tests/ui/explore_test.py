"""Stories of narrowing: by words, by panes, by both, and of what is said when nothing is left."""

from __future__ import annotations

from modelscope_tui.errors import CatalogError, HubUnreachable
from modelscope_tui.hub.answer import HubState
from tests.ui.conftest import Open
from tests.ui.fake_explorer import FakeExplorer, a_model


async def test_the_first_screen_is_filled(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        screen = stage.text()
        for title in ("1 Organizations", "2 Categories", "3 Licenses", "4 Tools", "5 Models", "/ Filter"):
            assert title in screen
        assert "Qwen/Qwen3-Coder-30B-A3B-Instruct" in screen
        assert "8 of 8" in screen
        assert "RTX 4090 24 GB · 64 GB RAM" in screen


async def test_typing_narrows_rows_and_counts(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.type("/qwen coder")
        assert stage.ids() == ["Qwen/Qwen3-Coder-30B-A3B-Instruct"]
        assert [one.value for one in stage.facet("org")._shown] == ["Qwen"]
        assert "1 of 8" in stage.text()


async def test_toggling_a_value_narrows_and_writes_the_term_into_the_line(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("1", "space")
        assert stage.line == "org:Qwen"
        assert {model.partition("/")[0] for model in stage.ids()} == {"Qwen"}
        assert len(stage.facet("org")._shown) > 1, "a facet's own choice must not hide its other values"
        await stage.press("space")
        assert stage.line == ""
        assert len(stage.ids()) == 8


async def test_excluding_and_clearing(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("1", "minus")
        assert stage.line == "-org:Qwen"
        assert "Qwen/Qwen3-8B" not in stage.ids()
        await stage.press("x")
        assert stage.line == ""


async def test_editing_the_line_moves_the_panes(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.type("/license:permissive")
        pane = stage.facet("license")
        assert pane._chosen == {"permissive"}
        assert "✓ Permissive" in stage.text()
        assert "google/gemma-3-27b-it" not in stage.ids()


async def test_the_line_is_not_rewritten_while_it_is_typed(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.type("/  org:qwen   8b ")
        assert stage.line == "  org:qwen   8b "
        assert stage.ids() == ["Qwen/Qwen3-8B"]


async def test_a_task_in_the_categories_pane_becomes_a_task_term(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("2", "G", "space")
        assert stage.line.startswith("task:")


async def test_what_cannot_be_read_is_said(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.type("/params:many")
        assert "many is no number" in stage.text()


async def test_choosing_a_tool_narrows_and_opens_launch_on_it(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("4", "j", "space")
        await stage.settle()
        assert stage.line == "tool:vllm"
        assert stage.detail.tab == "launch"
        assert stage.detail.current_tool == "vllm"
        assert "--max-model-len 32768" in stage.text()


async def test_fits_and_sort_are_terms_too(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("f")
        assert stage.line == "fits:yes"
        await stage.press("f", "s")
        assert stage.line == "sort:likes"
        assert stage.ids()[0] == "openai/whisper-large-v3"
        await stage.press("S")
        assert stage.line == "sort:-likes"


async def test_finding_in_a_list_takes_letters_and_esc_gives_them_back(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("1", "ctrl+f")
        await stage.type("goo")
        assert [one.value for one in stage.facet("org")._shown] == ["google"]
        await stage.press("enter", "space")
        assert stage.line == "org:google"
        await stage.press("escape")
        assert len(stage.facet("org")._shown) > 1
        assert stage.app.is_running


async def test_an_empty_answer_names_the_word_to_blame(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.type("/qwen zzz")
        screen = stage.text()
        assert "Nothing found." in screen
        assert "Without zzz there would be some." in screen


async def test_could_not_ask_does_not_look_like_nothing_found(open_explorer: Open) -> None:
    broken = FakeExplorer(problem=CatalogError("The disk is full.", "Free some space."))
    async with open_explorer(explorer=broken) as stage:
        await stage.type("/qwen")
        screen = stage.text()
        assert "could not search" in screen
        assert "Nothing found" not in screen


async def test_keys_typed_before_the_index_is_ready_are_not_lost(open_explorer: Open) -> None:
    slow = FakeExplorer()
    slow.gate.clear()
    async with open_explorer(explorer=slow, wait=False) as stage:
        await stage.type("/coder")
        assert "indexing" in stage.text()
        slow.gate.set()
        await stage.settle()
        assert stage.ids() == ["Qwen/Qwen3-Coder-30B-A3B-Instruct", "bigcode/starcoder2-15b"]
        assert "indexing" not in stage.text()


async def test_a_query_of_the_command_line_is_answered_as_soon_as_the_index_is_ready(open_explorer: Open) -> None:
    async with open_explorer(text="gemma") as stage:
        assert stage.line == "gemma"
        assert stage.ids() == ["google/gemma-3-27b-it"]


async def test_rows_of_the_hub_join_the_answer(open_explorer: Open) -> None:
    online = FakeExplorer(offline=False)
    online.from_hub = [a_model("new/qwen-from-the-hub", downloads=5)]
    async with open_explorer(explorer=online) as stage:
        await stage.type("/qwen")
        stage.screen.work.ask_hub(stage.screen.search.query)
        await stage.settle()
        assert "new/qwen-from-the-hub" in stage.ids()
        assert "● online" in stage.text()


async def test_a_late_answer_of_the_hub_does_not_touch_another_query(open_explorer: Open) -> None:
    online = FakeExplorer(offline=False)
    async with open_explorer(explorer=online) as stage:
        await stage.type("/qwen")
        asked = stage.screen.search.query
        await stage.type(" 8b")
        online.models.append(a_model("late/qwen-8b"))
        stage.screen.work.ask_hub(asked)
        await stage.settle()
        assert "late/qwen-8b" not in stage.ids()


async def test_a_hub_that_does_not_answer_is_said_and_the_rows_stay(open_explorer: Open) -> None:
    online = FakeExplorer(offline=False)
    online.hub_problem = HubUnreachable("The Hub did not answer within 10 s.")
    online.hub_state = HubState("problem", "The Hub did not answer within 10 s.")
    async with open_explorer(explorer=online) as stage:
        await stage.type("/qwen")
        stage.screen.work.ask_hub(stage.screen.search.query)
        await stage.settle()
        assert "did not answer" in stage.text()
        assert "Qwen/Qwen3-8B" in stage.ids()
