"""Stories about `launch --run`: what is shown, what is asked, and what happens after yes and after no."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.terminal import Terminal
from tests.cli.conftest import Run

FAKE = '#!/bin/sh\nprintf "ran: %s\\n" "$0 $*" > "$RAN"\nexit 5\n'


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, alone on the PATH, that write down how they were called; it is the current one, too."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("ollama", "axolotl"):
        (folder / name).write_text(FAKE, encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("RAN", str(tmp_path / "ran"))
    monkeypatch.chdir(folder)
    return folder


def test_without_a_terminal_nothing_is_asked_and_nothing_runs(offline: Run, tools: Path, tmp_path: Path) -> None:
    ran = offline("launch", "Qwen/Qwen3-8B", "--tool", "ollama", "--run")
    assert ran.code == 2
    assert "no terminal to ask on" in ran.err
    assert "--yes" in ran.err
    assert not (tmp_path / "ran").exists()


def test_yes_runs_it_and_passes_the_exit_code_on(offline: Run, tools: Path, tmp_path: Path) -> None:
    ran = offline("launch", "Qwen/Qwen3-8B", "--tool", "ollama", "--run", "--yes", "--machine", "RTX 4090")
    assert ran.code == 5
    assert "  ollama run qwen3:8b" in ran.err
    assert (tmp_path / "ran").read_text(encoding="utf-8").endswith("/ollama run qwen3:8b\n")


def test_files_are_named_then_written_and_others_are_left_alone(offline: Run, tools: Path) -> None:
    given = ("launch", "Qwen/Qwen3-8B", "--tool", "axolotl", "--machine", "RTX 4090", "--run", "--yes")
    assert offline(*given).code == 5
    assert "base_model: Qwen/Qwen3-8B" in (tools / "axolotl.yaml").read_text(encoding="utf-8")
    (tools / "axolotl.yaml").write_text("mine", encoding="utf-8")
    ran = offline(*given)
    assert ran.code == 1
    assert "would be replaced" in ran.err
    assert (tools / "axolotl.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tool", "vllm", "--run", "--yes"), "vllm is not on the PATH"),
        (("--tool", "ollama", "--run", "--yes", "--json"), "Leave --json"),
        (("--tool", "ollama", "--run", "--print"), "Leave --json and --print out"),
        (("--tool", "ollama", "--yes"), "--yes answers the question of --run"),
    ],
)
def test_what_cannot_be_run_is_said(offline: Run, tools: Path, words: tuple[str, ...], said: str) -> None:
    ran = offline("launch", "Qwen/Qwen3-8B", *words)
    assert ran.code == 2
    assert said in ran.err + ran.out


def test_nodes_are_joined_by_ray_when_asked_for(offline: Run) -> None:
    given = ("launch", "Qwen/Qwen3-32B", "--tool", "vllm", "--machine", "8xH100", "--nodes", "2", "--print")
    assert "ray start --head" in offline(*given, "--executor", "ray").out
    assert "--nnodes 2" in offline(*given, "--executor", "mp").out
    assert offline(*given, "--executor", "slurm").code == 2


@pytest.fixture
def terminal(tools: Path, built_cache: Path) -> Iterator[Terminal]:
    """The program in a pseudo-terminal, asking."""
    words = ("launch", "Qwen/Qwen3-8B", "--tool", "ollama", "--machine", "RTX 4090", "--offline", "--run")
    argv = [sys.executable, "-m", "modelscope_tui", *words, "--cache-dir", str(built_cache)]
    opened = Terminal(argv)
    yield opened
    opened.close()


@pytest.mark.parametrize(("answer", "code", "has_run"), [("y\r", 5, True), ("\r", 0, False), ("no\r", 0, False)])
def test_a_person_is_asked_and_only_yes_is_yes(
    terminal: Terminal, tmp_path: Path, answer: str, code: int, has_run: bool
) -> None:
    terminal.wait_for(lambda screen: "Run it? [y/N]" in screen and "ollama run qwen3:8b" in screen)
    terminal.send(answer)
    assert terminal.wait_for_end() == code
    assert (tmp_path / "ran").exists() is has_run
