"""Stories of the Launch tab's keys: running after a yes, saving files, targets, and why each part is there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modelscope_tui.answering import Answering
from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.installed import Installed
from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note
from modelscope_tui.launch.command import File, LaunchCommand, Step
from modelscope_tui.launch.subject import Options
from tests.ui.conftest import Open
from tests.ui.fake_explorer import FakeExplorer

FILES = (File("compose.yaml", "services: {}\n"),)


class Packed(FakeExplorer):
    """Answers with a command of this machine's own Python, with files, and a step that is left to the person."""

    def launch(self, details: ModelDetails, tool: str, options: Options) -> LaunchAnswer:
        steps = (
            Step("Serve it", (sys.executable, "-c", "pass", details.id), (("HF_TOKEN", None),)),
            Step("Push it", ("cog", "push", "r8.im/USER/x"), is_later=True),
        )
        flags = (
            Flag("--max-model-len", "4096", "the largest that fits", "vLLM 0.33.0"),
            Flag("--runner", "pooling", "gives vectors", "vLLM 0.33.0"),
            Flag("--tool-call-parser", "hermes", "its family", "recipes"),
        )
        command = LaunchCommand(steps, options.shell, options.target, FILES)
        return LaunchAnswer(details.id, tool, "ready", command=command, flags=flags)


class Wordy(FakeExplorer):
    """Has much to say."""

    def launch(self, details: ModelDetails, tool: str, options: Options) -> LaunchAnswer:
        command = LaunchCommand((Step("Serve it", ("serve", details.id)),), options.shell, options.target)
        flags = (Flag("--flag", "1", "because " + "it is needed " * 8, "docs"),)
        reason = "a reason that goes on and on " * 4
        return LaunchAnswer(
            details.id, tool, "tight", reason, command=command, flags=flags, notes=(Note("info", "note " * 30),)
        )


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_before_anything_runs_it_is_shown_exactly(open_explorer: Open, size: tuple[int, int]) -> None:
    async with open_explorer(size, explorer=Packed()) as stage:
        await stage.press("enter", "l", "r")
        await stage.pause()
        screen = " ".join(stage.text().split())
        assert "Run this here?" in screen
        assert f"{sys.executable} -c pass" in screen
        assert "HF_TOKEN" in screen
        assert "compose.yaml" in screen
        await stage.press("n")
        await stage.pause()
        assert "Run this here?" not in stage.text()
        assert not Path("compose.yaml").exists()


async def test_a_terminal_that_cannot_be_lent_is_said(
    open_explorer: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_explorer(explorer=Packed()) as stage:
        await stage.press("enter", "l", "r", "y")
        await stage.settle()
        assert any("cannot be lent" in words for words in stage.said())
        assert (tmp_path / "compose.yaml").read_text(encoding="utf-8") == "services: {}\n"


async def test_what_is_not_installed_is_said_before_the_question(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("enter", "l", "n", "r")
        await stage.settle()
        assert any("vllm is not on the PATH" in words for words in stage.said())


async def test_files_are_saved_where_a_person_says_and_nothing_is_replaced_unasked(
    open_explorer: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yaml").write_text("mine", encoding="utf-8")
    async with open_explorer(explorer=Packed()) as stage:
        await stage.press("enter", "l", "w")
        await stage.pause()
        assert "Save the files of the command" in stage.text()
        await stage.press("enter")
        await stage.pause()
        assert "is there already" in stage.text()
        assert (tmp_path / "compose.yaml").read_text(encoding="utf-8") == "mine"
        await stage.press("end")
        await stage.type("/new")
        await stage.press("enter")
        await stage.settle()
        assert (tmp_path / "new" / "compose.yaml").read_text(encoding="utf-8") == "services: {}\n"
        assert any("saved compose.yaml" in words for words in stage.said())


async def test_t_writes_for_the_next_target_and_s_for_the_next_shell(open_explorer: Open) -> None:
    async with open_explorer(explorer=Packed()) as stage:
        await stage.press("enter", "l", "t")
        await stage.settle()
        assert stage.screen.inspection.options.target == "docker"
        assert "target docker" in stage.text()
        await stage.press("s")
        await stage.settle()
        assert "shell powershell" in stage.text()


async def test_each_part_can_be_asked_why_it_is_there(open_explorer: Open) -> None:
    async with open_explorer((80, 24), explorer=Packed()) as stage:
        await stage.press("enter", "l", "G")
        await stage.settle()
        screen = " ".join(stage.text().split())
        assert "services: {}" in screen, "the files are shown"
        await stage.press("k", "k", "k", "k", "k", "k")
        await stage.settle()
        screen = " ".join(stage.text().split())
        assert "--tool-call-parser hermes" in screen
        assert "its family (source: recipes)" in screen


async def test_what_is_typed_in_the_form_is_followed_at_once_and_esc_takes_it_back(open_explorer: Open) -> None:
    async with open_explorer(explorer=Packed()) as stage:
        await stage.press("enter", "l", "e")
        await stage.press("shift+tab", "shift+tab", "pagedown")  # (the target stands before the shell)
        await stage.settle()
        assert stage.screen.inspection.options.target == "docker"
        await stage.press("escape")
        await stage.settle()
        assert stage.screen.inspection.options.target == "shell"


async def test_a_mark_shows_what_is_installed_and_what_answers(open_explorer: Open) -> None:
    explorer = FakeExplorer()
    explorer.surroundings.installed = {
        "ollama": Installed("ollama", "/bin/ollama", None),
        "vllm": Installed("vllm", None, "0.33.0"),
    }
    explorer.surroundings.servers = (Answering("ollama", "http://127.0.0.1:11434", "0.30.1"),)
    async with open_explorer(explorer=explorer) as stage:
        rows = {line.split()[1]: line for line in stage.text().splitlines() if "Ollama" in line or "vLLM" in line}
        assert "●" in next(line for line in rows.values() if "Ollama" in line)
        assert "○" in next(line for line in rows.values() if "vLLM" in line)
        assert stage.facet("tool")._tools.words("vllm") == "to serve · 0.33.0 here"
        assert stage.facet("tool")._tools.words("ollama").endswith("answers at http://127.0.0.1:11434")


async def test_the_context_beside_a_command_is_its_own(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("enter", "l")
        await stage.settle()
        assert "--max-model-len 32768" not in stage.text()
        assert "context 32k" not in stage.text(), "this command names none"
        await stage.press("n")
        await stage.settle()
        assert "--max-model-len 32768" in stage.text()
        assert "context 32k" in stage.text()


async def test_reasons_and_notes_that_are_long_keep_their_indent(open_explorer: Open) -> None:
    async with open_explorer(explorer=Wordy()) as stage:
        await stage.press("enter", "l")
        await stage.settle()
        pane = [line.rpartition("││")[2].rstrip(" │") for line in stage.text().splitlines()]
        for lead, indent in (("~ Ollama", 3), ("· note", 3), ("    because", 5)):
            first = next(at for at, line in enumerate(pane) if lead in line)
            further = [line for line in pane[first + 1 : first + 3] if line.strip()]
            assert further
            assert all(line.startswith(" " * indent) and line[indent] != " " for line in further), lead
