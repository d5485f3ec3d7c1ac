"""The program as a whole: a process of its own, pipes, a pseudo-terminal, signals."""

from __future__ import annotations

import os
import pty
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "modelscope_tui"]


@pytest.fixture
def environment(subprocess_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A quiet environment for a process of its own."""
    return {**subprocess_environment, "MODELSCOPE_TUI_CONFIG": str(tmp_path / "none.toml"), "HF_HOME": str(tmp_path)}


def in_pipes(words: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program with nothing on stdin and pipes for its answer."""
    return subprocess.run(
        words, check=False, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, timeout=120
    )


def on_a_terminal(words: list[str], environment: Mapping[str, str]) -> str:
    """Run a command line with stdout and stderr on a pseudo-terminal and give what it showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *words], stdin=theirs, stdout=theirs, stderr=theirs, env={**environment, "TERM": "xterm-256color"}
    )
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side is gone
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(timeout=30) == 0
    return shown.decode()


def test_the_explorer_without_a_terminal_names_search(environment: dict[str, str]) -> None:
    ran = in_pipes([*PROGRAM, "qwen"], environment)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    assert "search" in ran.stderr


def test_only_stderr_in_a_pipe_is_no_terminal_either(environment: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    ran = subprocess.run(
        PROGRAM,
        check=False,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)
    assert ran.returncode == 2
    assert "search" in ran.stderr


def test_a_closed_pipe_is_quiet(environment: dict[str, str], built_cache: Path) -> None:
    words = [*PROGRAM, "search", "--limit", "20000", "--offline", "--cache-dir", str(built_cache)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), complaints) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("form", [[], ["--json"], ["--json", "--limit", "1000"], ["--limit", "1000"]])
def test_a_full_disk_under_stdout_is_one_line(environment: dict[str, str], built_cache: Path, form: list[str]) -> None:
    words = [*PROGRAM, "search", "qwen", "--limit", "2", "--offline", "--cache-dir", str(built_cache), *form]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = subprocess.run(words, check=False, stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "The answer cannot be written: " in ran.stderr
    assert "No space left" in ran.stderr
    assert "Unexpected" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


def test_ctrl_c_while_the_hub_is_silent_ends_at_once_with_130(
    environment: dict[str, str], built_cache: Path, own_cache: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        words = [*PROGRAM, "show", "nobody/knows-this", "--endpoint", endpoint, "--cache-dir", str(own_cache)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True)
        silent.settimeout(60)
        connection, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=8)
        connection.close()
    assert (process.returncode, out, err) == (130, "", "")


def test_on_a_terminal_search_draws_a_table_in_colour(environment: dict[str, str], built_cache: Path) -> None:
    words = ["search", "org:qwen", "--limit", "3", "--offline", "--cache-dir", str(built_cache)]
    shown = on_a_terminal(words, environment)
    assert "Model" in shown
    assert "Qwen/" in shown
    assert "\x1b[" in shown


def test_no_color_on_a_terminal_draws_a_table_without_escapes(environment: dict[str, str], built_cache: Path) -> None:
    words = ["search", "org:qwen", "--limit", "3", "--offline", "--cache-dir", str(built_cache)]
    shown = on_a_terminal(words, {**environment, "NO_COLOR": "1"})
    assert "Model" in shown
    assert "\x1b" not in shown


def test_a_first_run_makes_the_index_by_itself(environment: dict[str, str], tmp_path: Path) -> None:
    words = [*PROGRAM, "search", "qwen", "--limit", "1", "--offline", "--cache-dir", str(tmp_path / "a place ü")]
    ran = in_pipes(words, environment)
    assert ran.returncode == 0
    assert ran.stdout.count("\t") == 9


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_written_for_the_shells_that_shtab_knows(environment: dict[str, str], shell: str) -> None:
    import shtab

    words = [*PROGRAM, "--print-completion", shell]
    ran = in_pipes(words, environment)
    if shell not in shtab.SUPPORTED_SHELLS:
        assert (ran.returncode, ran.stdout) == (2, "")
        return
    assert ran.returncode == 0
    assert all(command in ran.stdout for command in ("search", "launch", "doctor"))
    assert "--kv-dtype" in ran.stdout or "kv-dtype" in ran.stdout


def test_the_completion_for_bash_can_be_sourced(environment: dict[str, str]) -> None:
    script = subprocess.run([*PROGRAM, "--print-completion", "bash"], capture_output=True, env=environment, check=True)
    subprocess.run(["bash", "-n"], input=script.stdout, env=environment, check=True)


def test_the_completion_for_bash_completes_commands_and_their_options(environment: dict[str, str]) -> None:
    script = in_pipes([*PROGRAM, "--print-completion", "bash"], environment).stdout
    ask = (
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        '_shtab_modelscope_tui modelscope-tui "${!#}" "${COMP_WORDS[COMP_CWORD-1]}"; echo "${COMPREPLY[@]}"'
    )

    def completed(*words: str) -> list[str]:
        argv = ["bash", "-c", f"{script}\n{ask}", "bash", "modelscope-tui", *words]
        return in_pipes(argv, environment).stdout.split()

    assert completed("se") == ["search"]
    assert completed("launch", "--kv") == ["--kv-dtype"]
    assert set(completed("launch", "Qwen/Qwen3-8B", "--target", "")) >= {"docker", "compose"}


def test_the_way_to_the_explorer_imports_no_table_and_no_command(environment: dict[str, str]) -> None:
    code = (
        "import sys; from modelscope_tui.__main__ import main; main(['qwen']);"
        "print([name for name in sys.modules if name.startswith(('rich', 'textual', 'modelscope_tui'))])"
    )
    words = [sys.executable, "-c", code]
    ran = in_pipes(words, environment)
    assert ran.returncode == 0
    assert "rich" not in ran.stdout
    assert "textual" not in ran.stdout
    assert "cli.search" not in ran.stdout


def test_an_unexpected_error_is_one_line_and_a_traceback_only_on_request(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from modelscope_tui.explorer import Explorer\n"
        "def broken(self, *given): raise RuntimeError('out of\\nluck')\n"
        "Explorer.prepare = broken\n",
        encoding="utf-8",
    )
    broken = {**environment, "PYTHONPATH": str(tmp_path)}
    words = [*PROGRAM, "search", "--offline", "--cache-dir", str(tmp_path / "c")]
    ran = in_pipes(words, broken)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.count("\n") == 1
    assert "Traceback" not in ran.stderr
    for asked, more in ((["--debug"], {}), ([], {"MODELSCOPE_TUI_DEBUG": "1"})):
        loud = in_pipes([*words, *asked], {**broken, **more})
        assert loud.returncode == 1
        assert "Traceback" in loud.stderr
