"""The whole program in a pseudo-terminal, as a person meets it: screens, keys, a bad Hub, a clean end."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench import programs
from tests.bench.terminal import ESCAPE, Terminal
from tests.hub_server import HubServer, refusing_address

Start = Callable[..., Terminal]


@pytest.fixture
def start(own_cache: Path) -> Iterator[Start]:
    """Start explorers on a cache whose index is ready; end them afterwards."""
    started: list[Terminal] = []

    def start_one(*arguments: str, columns: int = 160, lines: int = 48) -> Terminal:
        started.append(programs.explorer(own_cache, *arguments, columns=columns, lines=lines))
        return started[-1]

    yield start_one
    for terminal in started:
        terminal.close()


@pytest.mark.parametrize(("columns", "lines"), [(160, 48), (80, 24)])
def test_a_stranger_finds_a_model_copies_its_command_and_leaves(start: Start, columns: int, lines: int) -> None:
    terminal = start("--offline", columns=columns, lines=lines)
    terminal.wait_for(lambda screen: all(title in screen for title in programs.TITLES) and "MiniLM" in screen)
    terminal.send("/qwen3 coder")  # as fast as a terminal can: no key may overtake another
    terminal.wait_for(lambda screen: "Qwen/Qwen3-Coder" in screen and "274 of 26,449" in screen)
    terminal.send("\r")
    terminal.send("y")
    terminal.wait_for(lambda screen: "command copied" in screen)
    terminal.send("\x1b")
    terminal.settle(0.3)
    terminal.send(ESCAPE * 2)
    terminal.settle(0.3)
    assert terminal.is_alive()
    terminal.send("q")
    assert terminal.wait_for_end() == 0
    assert b"\x1b[?1049l" in terminal.raw  # the other screen is left
    assert terminal.raw.rstrip().endswith((b"\x1b[?25h", b"\x1b[?1004l", b"\x1b[<u", b"l", b"h"))


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_ctrl_c_ends_the_program_that_was_run_and_the_explorer_comes_back_whole(own_cache: Path) -> None:
    (own_cache / "bin").mkdir()
    tool = own_cache / "bin" / "ollama"
    tool.write_text('#!/bin/sh\necho "standing in: $*"\nexec sleep 600\n', encoding="utf-8")
    tool.chmod(0o755)
    env = {"PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}"}
    terminal = programs.explorer(own_cache, "--offline", "--machine", "RTX 4090", "Qwen/Qwen3-8B", env=env)
    try:
        terminal.wait_for(lambda screen: "Qwen/Qwen3-8B" in screen)
        terminal.send("6l")
        terminal.wait_for(lambda screen: "ollama run" in screen)
        terminal.send("r")
        terminal.wait_for(lambda screen: "Run this here?" in screen)
        terminal.send("y")
        terminal.wait_for(lambda screen: "standing in: run" in screen)
        terminal.send("\x03")
        terminal.wait_for(lambda screen: "ended by SIGINT (exit code 130) - press enter" in screen)
        terminal.send("\x03\r")  # one more, from somebody in a hurry, ends nothing
        terminal.wait_for(lambda screen: "1 Organizations" in screen and "6 Qwen/Qwen3-8B" in screen)
        terminal.send("5j")
        terminal.wait_for(lambda screen: "6 Qwen/Qwen3-8B-" in screen)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.raw.count(b"\x1b[?1049h") == terminal.raw.count(b"\x1b[?1049l") == 2
    finally:
        terminal.close()


@pytest.mark.parametrize("fault", ["hang", "refuse", "garbage", "html"])
def test_with_a_bad_hub_the_screen_fills_keys_are_answered_and_the_status_says_why(start: Start, fault: str) -> None:
    with HubServer() as hub:
        if fault != "refuse":
            hub.fault(fault)
        terminal = start("--endpoint", refusing_address() if fault == "refuse" else hub.url)
        terminal.wait_for(programs.is_filled)
        terminal.send("/bloom")
        terminal.wait_for(lambda screen: "bigscience/bloom" in screen)
        terminal.send("\r")
        terminal.wait_for(_says_what_is_wrong, seconds=60.0)
        terminal.send("q")
        assert terminal.wait_for_end() == 0


def _says_what_is_wrong(screen: str) -> bool:
    return (
        re.search(r"○ (?!offline\b)\S+|○ offline since|cannot be reached|did not answer|no answer", screen) is not None
    )


BROKEN = """
import sys
from pathlib import Path
from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from modelscope_tui.ui.app import run

class Broken(Explorer):
    def first_page(self):
        token = self.settings.token
        raise ValueError("the first page is torn")

sys.exit(run(Broken(Settings(Path(sys.argv[1]), Path(sys.argv[1]) / "none.toml", token="hf_secret", offline=True))))
"""


def test_an_unexpected_error_is_one_line_and_shows_no_secret(tmp_path: Path) -> None:
    terminal = Terminal([sys.executable, "-c", BROKEN, str(tmp_path)])
    try:
        assert terminal.wait_for_end() == 1
        said = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
        assert "Unexpected ValueError: the first page is torn" in said
        assert "Traceback" not in said
        assert b"hf_secret" not in terminal.raw
        (kept,) = (tmp_path / "crashes").iterdir()
        assert str(kept) in said.replace("\r\n", "")
        text = kept.read_text(encoding="utf-8")
        assert 'raise ValueError("the first page is torn")' in text or "in first_page" in text
        assert "hf_secret" not in text
    finally:
        terminal.close()


def test_a_query_on_the_command_line_stands_in_the_filter(start: Start) -> None:
    terminal = start("--offline", "org:bigscience bloom")
    terminal.wait_for(lambda screen: "org:bigscience bloom" in screen and "bigscience/bloomz" in screen)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed here")
def test_inside_tmux_the_command_lands_in_its_buffer(own_cache: Path, tmp_path: Path) -> None:
    socket = str(tmp_path / "tmux")

    def tmux(*words: str) -> str:
        argv = ["tmux", "-S", socket, *words]
        # the environment by name: readline has put COLUMNS and LINES behind Python's back
        return subprocess.run(argv, capture_output=True, text=True, check=True, env=dict(os.environ)).stdout

    def seen() -> str:
        return tmux("capture-pane", "-p")

    argv = programs.explorer_argv(own_cache, "--offline", "Qwen/Qwen3-8B")
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "160", "-y", "48", *argv)
    try:
        _until(lambda: "6 Qwen/Qwen3-8B" in seen(), seen)
        tmux("send-keys", "y")
        _until(lambda: "copied with tmux" in seen(), seen)
        assert re.match(r"(ollama run|vllm serve) \S+", tmux("show-buffer"))
    finally:
        tmux("kill-server")


def _until(is_so: Callable[[], bool], look: Callable[[], str], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"it never came to that: {look()}"
        time.sleep(0.05)  # tmux cannot tell when its screen changes
