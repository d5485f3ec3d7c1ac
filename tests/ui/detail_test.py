"""Stories of one model: what is known of it, its commands, and the copying of them."""

from __future__ import annotations

from modelscope_tui.errors import AccessDenied
from modelscope_tui.hub.answer import Answer
from tests.ui.conftest import Open
from tests.ui.fake_explorer import CATALOG, FakeExplorer, some_details


async def test_enter_opens_a_model_and_l_its_launch_tab(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("j", "enter", "l")
        await stage.settle()
        screen = stage.text()
        assert "6 Qwen/Qwen3-8B" in screen
        assert "ollama run hf.co/Qwen/Qwen3-8B:Q4_K_M" in screen
        await stage.press("h", "h")
        assert stage.table.has_focus, "left of the first tab are the models"


async def test_y_copies_the_command_and_says_how(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("y")
        await stage.settle()
        assert stage.copied == ["ollama run hf.co/Qwen/Qwen3-Coder-30B-A3B-Instruct:Q4_K_M"]
        assert "Ollama command copied with a fake" in stage.said()
        await stage.press("Y")
        await stage.settle()
        assert stage.copied[-1] == "Qwen/Qwen3-Coder-30B-A3B-Instruct"


async def test_y_right_after_a_move_copies_the_new_models_command(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("j", "y")
        await stage.settle()
        assert stage.copied == ["ollama run hf.co/Qwen/Qwen3-8B:Q4_K_M"]


async def test_a_tool_that_cannot_run_it_says_why_and_what_would_do(open_explorer: Open) -> None:
    async with open_explorer(text="whisper") as stage:
        await stage.press("enter", "l")
        await stage.settle()
        screen = stage.text()
        assert "Ollama ✗" in screen
        assert "has no files for" in screen
        assert "instead: vLLM" in screen
        await stage.press("y")
        await stage.settle()
        assert stage.copied == []


async def test_tools_and_shells_change_the_command(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("enter", "l", "n")
        await stage.settle()
        assert stage.detail.current_tool == "vllm"
        assert "--max-model-len 32768" in stage.text()
        await stage.press("s")
        await stage.settle()
        assert "shell powershell" in stage.text()
        await stage.press("p")
        assert stage.detail.current_tool == "ollama"


async def test_an_edited_option_rewrites_the_command_at_once(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("enter", "l", "n", "e")
        await stage.pause()
        assert "Options of the command" in stage.text()
        await stage.press("tab")
        await stage.type("lots")
        await stage.press("enter")
        assert "lots is no number for context" in stage.text()
        await stage.press("ctrl+u")
        await stage.type("16k")
        await stage.press("enter")
        await stage.settle()
        assert "--max-model-len 16384" in stage.text()


async def test_offline_a_row_is_shown_with_its_age(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        assert "catalog 2026-10-05 · offline" in stage.text()


async def test_online_the_details_arrive_with_their_source(open_explorer: Open) -> None:
    async with open_explorer(explorer=FakeExplorer(offline=False)) as stage:
        screen = stage.text()
        assert "Hub, " in screen
        assert "16.0 GB" in screen


async def test_a_stale_page_of_the_shelf_is_shown_with_the_reason(open_explorer: Open) -> None:
    explorer = FakeExplorer(offline=False)
    model = CATALOG[0]
    explorer.known[model.id] = Answer(some_details(model), "cache", "2026-11-01T00:00:00Z", is_stale=True)
    explorer.refusals[model.id] = AccessDenied("The Hub asks for acceptance.", "Accept it on the model's page.")
    async with open_explorer(explorer=explorer) as stage:
        screen = stage.text()
        assert "kept here" in screen
        assert "The Hub asks for" in screen
        assert "16.0 GB" in screen, "what is kept stays on the screen"


async def test_nothing_selected_says_so(open_explorer: Open) -> None:
    async with open_explorer(text="zzz") as stage:
        assert "No model is selected." in stage.text()


async def test_text_of_the_command_can_be_selected_and_copied(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("enter", "l")
        await stage.settle()
        await stage.pilot.mouse_down("#launch-command", offset=(2, 1))  # type: ignore[attr-defined]
        await stage.pilot.hover("#launch-command", offset=(8, 1))  # type: ignore[attr-defined]
        stage.detail.make("card")  # as it is ahead, while one selects
        await stage.pause()
        await stage.pilot.mouse_up("#launch-command", offset=(8, 1))  # type: ignore[attr-defined]
        await stage.press("ctrl+c")
        await stage.settle()
        assert stage.copied
        assert stage.copied[-1].startswith("ollama")
