"""Stories of a token in the environment: no output, file, screen, command or report has it, one address gets it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelscope_tui.__main__ import main
from tests.bench import programs
from tests.bench.terminal import ESCAPE
from tests.hub_server import VALID_TOKEN, HubServer

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
OTHER = "google-bert/bert-base-uncased"
INSIDE = VALID_TOKEN[3:].encode()

COMMANDS = (
    ("search", "llama", "--limit", "3"), ("show", MODEL, "--card"), ("show", MODEL, "--json", "--refresh"),
    ("launch", MODEL), ("fit", MODEL, "--json"), ("facets",), ("doctor",), ("doctor", "--json"), ("config", "show"),
    ("config", "check"), ("config", "path"), ("cache", "info", "--json"), ("search", "nothing:is-this"),
    ("show", "nobody/knows-this"), ("show", OTHER, "--debug"), ("policy", "check", MODEL),
    *(("launch", MODEL, "--tool", tool, "--machine", "RTX 4090", *target)
      for tool in ("vllm", "tgi", "huggingface")
      for target in ((), ("--json",), ("--target", "docker"), ("--target", "compose"), ("--target", "kubernetes"),
                     ("--target", "systemd"), ("--shell", "powershell"), ("--shell", "cmd"))),
)  # fmt: skip


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where every file that the program writes can be looked at; the token is in the environment."""
    monkeypatch.setenv("HF_TOKEN", VALID_TOKEN)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home" / "huggingface"))
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(tmp_path / "home" / "config.toml"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files_with_the_token(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and INSIDE in path.read_bytes()]


def test_no_subcommand_shows_or_keeps_the_token(
    hub: HubServer, own_cache: Path, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ("--endpoint", hub.url, "--cache-dir", str(own_cache))
    assert main(["config", "init", *shared]) == 0
    for words in (*COMMANDS, ("cache", "export", str(places / "p"), "--models", MODEL)):
        main([*words, *shared])
        said = capsys.readouterr()
        assert INSIDE.decode() not in said.out + said.err, words
    assert files_with_the_token(places) == []
    assert main(["cache", "clear", *shared]) == 0
    assert any(seen.token == VALID_TOKEN for seen in hub.requests), "or nothing was tried here"


def test_the_explorer_shows_and_keeps_no_token(hub: HubServer, own_cache: Path, places: Path) -> None:
    terminal = programs.explorer(own_cache, MODEL, "--endpoint", hub.url)
    try:
        terminal.wait_for(lambda screen: MODEL in screen.replace(MODEL, "", 1))
        for keys in ("\r", "l", "l", "l", "l", "l", "l", "y", ESCAPE, "?", ESCAPE):
            terminal.send(keys)
            terminal.settle(0.2)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()
    assert INSIDE not in terminal.raw
    assert files_with_the_token(places) == []
    assert any(seen.token == VALID_TOKEN for seen in hub.requests)


def test_a_crash_report_of_a_command_holds_no_token(own_cache: Path, places: Path, hub: HubServer) -> None:
    (places / "sitecustomize.py").write_text(
        "from modelscope_tui.explorer import Explorer\n"
        "def broken(self, *given, **named): raise RuntimeError(f'with {self.settings.token}')\n"
        "Explorer.prepare = broken\n",
        encoding="utf-8",
    )
    words = [sys.executable, "-m", "modelscope_tui", "search", "--cache-dir", str(own_cache), "--endpoint", hub.url]
    env = {**os.environ, "PYTHONPATH": str(places)}
    ran = subprocess.run(words, capture_output=True, check=False, env=env, timeout=60)
    assert ran.returncode == 1
    assert INSIDE not in ran.stdout + ran.stderr
    assert len(list((own_cache / "crashes").iterdir())) == 1
    assert files_with_the_token(places) == []
    well = subprocess.run([*words, "--limit", "1"], capture_output=True, check=False, timeout=60)
    assert well.returncode == 0, "the next start works"


def test_the_token_does_not_follow_a_redirect_of_any_subcommand(
    hub: HubServer, own_cache: Path, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with HubServer() as other:
        hub.fault("elsewhere", "/", to=other.url)
        for words in (("search", "zzz"), ("show", MODEL, "--card"), ("launch", MODEL), ("sync", "--query", "llama")):
            main([*words, "--endpoint", hub.url, "--cache-dir", str(own_cache), "--refresh"])
        said = capsys.readouterr()
        assert INSIDE.decode() not in said.out + said.err
        assert {seen.token for seen in other.requests} <= {None}
    assert any(seen.token == VALID_TOKEN for seen in hub.requests)
