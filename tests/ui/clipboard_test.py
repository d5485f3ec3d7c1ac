"""Stories of the clipboard: which way a text goes where, and what a missing way does."""

from __future__ import annotations

import base64
import stat
import sys
from pathlib import Path

import pytest

from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui import clipboard


def _a_tmux(folder: Path, script: str) -> dict[str, str]:
    program = folder / "tmux"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"TMUX": "/tmp/tmux,1,0", "SSH_TTY": "/dev/pts/1"}


@pytest.mark.skipif(sys.platform == "win32", reason="tmux is not there")
def test_in_tmux_its_buffer_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = _a_tmux(tmp_path, f'printf "%s " "$@" > {tmp_path}/args; cat > {tmp_path}/text')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert clipboard.copy("ollama run 'x'; $(y)", write=_never, environ=env) == "tmux"
    assert (tmp_path / "text").read_text() == "ollama run 'x'; $(y)"
    assert (tmp_path / "args").read_text() == "load-buffer -w - "


@pytest.mark.skipif(sys.platform == "win32", reason="tmux is not there")
def test_an_old_tmux_is_asked_without_w(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = _a_tmux(tmp_path, f'[ "$2" = "-w" ] && exit 1; cat > {tmp_path}/text')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert clipboard.copy("hi", write=_never, environ=env) == "tmux"
    assert (tmp_path / "text").read_text() == "hi"


def test_over_ssh_the_terminal_is_asked() -> None:
    sent: list[str] = []
    assert clipboard.copy("häh", write=sent.append, environ={"SSH_TTY": "/dev/pts/1"}) == "OSC 52"
    assert sent == ["\x1b]52;c;" + base64.b64encode("häh".encode()).decode() + "\a"]


def test_without_a_display_the_terminal_is_asked() -> None:
    if sys.platform != "linux":
        pytest.skip("other systems have a clipboard without a display")
    sent: list[str] = []
    assert clipboard.copy("x", write=sent.append, environ={}) == "OSC 52"
    assert sent


def test_gnu_screen_gets_the_sequence_wrapped() -> None:
    sent: list[str] = []
    clipboard.copy("a" * 1000, write=sent.append, environ={"SSH_TTY": "t", "TERM": "screen-256color"})
    assert sent[0].startswith("\x1bP\x1b]52;c;")
    assert sent[0].endswith("\a\x1b\\")
    encoded = sent[0].removeprefix("\x1bP\x1b]52;c;").removesuffix("\a\x1b\\").replace("\x1b\\\x1bP", "")
    assert base64.b64decode(encoded) == b"a" * 1000


def test_a_megabyte_is_refused_in_words() -> None:
    with pytest.raises(ModelscopeError, match="too long"):
        clipboard.copy("a" * 1_000_000, write=_never, environ={})


def _never(_: str) -> None:
    raise AssertionError("nothing must be written to the terminal")
