"""Stories of a bad machine: full and read-only disks, kills, signals, odd homes and terminals. Both doors go on.

What a bad Hub does is in ``hub/faults_test.py``, what a sync survives in ``cli/sync_test.py``.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelscope_tui import settings_file
from modelscope_tui.__main__ import main
from tests.bench import programs
from tests.bench.terminal import ESCAPE, Terminal
from tests.hub_many import Many
from tests.hub_server import HubServer

PROGRAM = [sys.executable, "-m", "modelscope_tui"]
MODEL = "Qwen/Qwen3-8B"
FEW = """
from itertools import islice
from modelscope_tui.catalog import maker
whole = maker.snapshot_lines
maker.snapshot_lines = lambda: islice(whole(), 1000)
"""
"""A catalog of 1,000 rows: what a disk does to it does not depend on how many there are."""

LEADING = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Takes the terminal for its own, as the shell of a window does."""

CLEAN_ENDS = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l")
"""The other screen, the cursor, the mouse and pasting are given back."""


def ran(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one command line in a process of its own."""
    argv = [*PROGRAM, *words]
    given = dict(os.environ) if env is None else env
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120, env=given)


@pytest.fixture
def few(tmp_path: Path) -> dict[str, str]:
    """The environment of a process with a small catalog."""
    place = tmp_path / "few"
    place.mkdir()
    (place / "sitecustomize.py").write_text(FEW, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(place)}


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a MB: an index of a thousand rows takes more."""
    place = tmp_path / "full"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.decode().strip()[:100]}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def start(own_cache: Path) -> Iterator[Callable[..., Terminal]]:
    """Start explorers; end them afterwards."""
    started: list[Terminal] = []

    def start_one(
        *arguments: str, cache: Path = own_cache, columns: int = 100, lines: int = 30, **env: str
    ) -> Terminal:
        started.append(programs.explorer(cache, "--offline", *arguments, columns=columns, lines=lines, env=env))
        return started[-1]

    yield start_one
    for terminal in started:
        terminal.close()


def resized(terminal: Terminal, columns: int, lines: int) -> None:
    """Change the size of the terminal, as a window does."""
    fcntl.ioctl(terminal._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    os.kill(terminal.pid, signal.SIGWINCH)
    terminal.screen.resize(lines, columns)


# -- disks -----------------------------------------------------------------------------------------------------


def test_on_a_full_disk_commands_answer_from_memory_and_say_so_once(full_disk: Path, few: dict[str, str]) -> None:
    told = ran("search", "qwen", "--limit", "2", "--offline", "--cache-dir", str(full_disk / "cache"), env=few)
    assert told.returncode == 0
    assert told.stdout.count("\n") == 2
    assert told.stderr.count("Searching from memory") == 1
    assert re.search("full|space", told.stderr)
    assert [path.name for path in (full_disk / "cache").iterdir() if path.stat().st_size > 4096] == []


def test_on_a_full_disk_the_explorer_runs_and_nothing_half_written_stays(
    full_disk: Path, few: dict[str, str], start: Callable[..., Terminal]
) -> None:
    terminal = start("qwen", cache=full_disk / "cache", **few)
    terminal.wait_for(lambda screen: " of 1,000" in screen)
    terminal.send("q")
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw
    assert list((full_disk / "cache").glob("*.new*")) == []


def test_on_a_full_disk_an_export_and_a_setting_leave_what_was_there(
    full_disk: Path, built_cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (full_disk / "filler").write_bytes(b"x" * 2**19)
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(full_disk / "config.toml"))
    for words in (("config", "init"), ("cache", "export", str(full_disk / "hub.parcel"), "--offline")):
        assert main([*words, "--cache-dir", str(built_cache)]) == 1
        said = capsys.readouterr()
        assert said.err.count("\n") == 1
        assert "space" in said.err
    assert [path.name for path in full_disk.iterdir()] == ["filler"]


def test_on_a_read_only_disk_both_doors_answer_and_say_so(
    full_disk: Path, few: dict[str, str], start: Callable[..., Terminal]
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(full_disk)], check=True)
    shared = ("--offline", "--cache-dir", str(full_disk / "cache"))
    told = ran("search", "qwen", "--limit", "2", *shared, env=few)
    assert (told.returncode, told.stdout.count("\n")) == (0, 2)
    assert told.stderr.lower().count("read-only file system") == 1
    assert ran("search", "qwen", "-o", str(full_disk / "x.json"), *shared, env=few).returncode == 1
    terminal = start("qwen", cache=full_disk / "cache", **few)
    terminal.wait_for(lambda screen: " of 1,000" in screen)
    terminal.send("q")
    assert terminal.wait_for_end() == 0


def test_damaged_answers_are_set_aside_and_said_once(own_cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_cache / "shelf").mkdir(exist_ok=True)
    (own_cache / "shelf" / "cache.db").write_bytes(b"no database at all" * 500)
    for number in (1, 0):
        assert main(["show", MODEL, "--offline", "--cache-dir", str(own_cache)]) == 0
        assert capsys.readouterr().err.count("was damaged") == number


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not here")
def test_in_a_tmux_that_nobody_looks_at_it_runs_and_ends(own_cache: Path, tmp_path: Path) -> None:
    def tmux(*words: str) -> str:
        argv = ["tmux", "-S", str(tmp_path / "socket"), *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30).stdout

    argv = programs.explorer_argv(own_cache, "--offline", MODEL)
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", shlex.join(argv))
    seen = ""
    for _ in range(600):
        seen = tmux("capture-pane", "-p")
        if "of 26," in seen:
            break
        time.sleep(0.1)  # (a pane of somebody else's cannot tell when it is drawn)
    assert MODEL in seen
    tmux("resize-window", "-x", "40", "-y", "10")
    tmux("send-keys", "C-q")
    for _ in range(300):
        if not tmux("list-sessions"):
            break
        time.sleep(0.1)
    assert tmux("list-sessions") == ""


@pytest.mark.parametrize("below", ["", "cache"])
def test_a_cache_that_is_no_directory_is_said_and_both_doors_go_on(
    tmp_path: Path, few: dict[str, str], start: Callable[..., Terminal], below: str
) -> None:
    (tmp_path / "a file").write_text("mine", encoding="utf-8")
    cache = tmp_path / "a file" / below
    told = ran("search", "qwen", "--limit", "2", "--offline", "--cache-dir", str(cache), env=few)
    assert (told.returncode, told.stdout.count("\n")) == (0, 2)
    assert told.stderr.count("Searching from memory") == 1
    assert "not a directory" in told.stderr.lower()
    terminal = start("qwen", cache=cache, **few)
    terminal.wait_for(lambda screen: " of 1,000" in screen)
    terminal.send("q")
    assert terminal.wait_for_end() == 0
    assert (tmp_path / "a file").read_text(encoding="utf-8") == "mine"


def test_without_a_home_both_doors_work(tmp_path: Path, built_cache: Path, start: Callable[..., Terminal]) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("HOME", "XDG", "MODELSCOPE"))}
    for words in (("search", "qwen3", "--limit", "1"), ("doctor",), ("config", "path"), ("launch", MODEL)):
        told = ran(*words, "--offline", "--cache-dir", str(built_cache), env=env)
        assert told.returncode == 0, told.stderr
        assert "Traceback" not in told.stderr
    nobody = ran("search", "qwen3", "--limit", "1", "--offline", "--cache-dir", str(built_cache), env={
        **env, "HOME": "/nonexistent/place"})  # fmt: skip
    assert nobody.returncode == 0


def test_a_place_with_blanks_and_letters_of_any_kind_holds_everything(
    tmp_path: Path, built_cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "Größe mit Leerzeichen 模型 'x' $y;"
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(place / "config.toml"))
    shared = ("--cache-dir", str(place / "cache"), "--offline", "-q")
    place.mkdir()
    (place / "cache").symlink_to(built_cache)
    for words in (("config", "init"), ("search", "qwen3", "--limit", "1"), ("cache", "export", str(place / "p q"))):
        assert main([*words, *shared]) == 0
    assert (place / "p q").stat().st_size > 0
    assert settings_file.read(place / "config.toml") == {}
    capsys.readouterr()


# -- kills -----------------------------------------------------------------------------------------------------

WRITING = """
import sys
from pathlib import Path
from modelscope_tui.saving import save
place = Path(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    number += 1
    save(place, f"theme = \\"{'x' * 200_000}\\"\\n# {number} end\\n")
"""


def test_killed_while_saving_a_file_is_the_old_or_the_new_one_and_never_half(tmp_path: Path) -> None:
    place = tmp_path / "config.toml"
    for turn in range(12):
        writer = subprocess.Popen([sys.executable, "-c", WRITING, str(place)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        while not place.exists():
            assert writer.poll() is None
        time.sleep(0.003 * turn)  # another moment each time
        writer.kill()
        writer.wait()
        writer.stdout.close()
        assert len(settings_file.read(place)["theme"]) == 200_000
        assert place.read_text(encoding="utf-8").endswith(" end\n")


def _killed_in_time(words: list[str], cache: Path, env: dict[str, str], size_bytes: float) -> bool:
    """Kill a first run when its index has grown so far; False, and as before, where it was too quick."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env) as making:
        while sum(path.stat().st_size for path in cache.glob(".catalog.db.*.new")) <= size_bytes:
            if making.poll() is not None:
                break
            time.sleep(0.002)  # a file cannot tell when it grows
        making.kill()
    is_in_time = not (cache / "catalog.db").exists()
    for made in cache.glob("catalog.db*"):
        made.unlink()
    return is_in_time


def test_killed_while_the_index_is_made_the_next_start_makes_it_whole(tmp_path: Path, few: dict[str, str]) -> None:
    cache = tmp_path / "cache"
    words = [*PROGRAM, "search", "qwen", "--limit", "1", "--offline", "--cache-dir", str(cache)]
    for megabytes in (0, 0.05):
        assert any(_killed_in_time(words, cache, few, megabytes * 2**20) for _ in range(8))
        assert not (cache / "catalog.db").exists()
    told = ran(*words[len(PROGRAM) :], env=few)
    assert (told.returncode, told.stdout.count("\n")) == (0, 1)
    assert list(cache.glob(".catalog.db.*.new*")) == [], "what a killed process left is cleared away"


# -- the terminal ----------------------------------------------------------------------------------------------


def test_a_terminal_of_one_cell_and_back(start: Callable[..., Terminal]) -> None:
    terminal = start(MODEL)
    terminal.wait_for(lambda screen: "of 26," in screen)
    for columns, lines in ((1, 1), (40, 10), (1, 50), (300, 1), (2, 2)):
        resized(terminal, columns, lines)
        terminal.send("jkl\t")
        terminal.settle(0.1)
        assert terminal.is_alive()
    resized(terminal, 100, 30)
    terminal.wait_for(lambda screen: "of 26," in screen and MODEL in screen)
    terminal.send("\x11")
    assert terminal.wait_for_end() == 0
    assert all(sign in terminal.raw for sign in CLEAN_ENDS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_told_to_end_it_leaves_the_terminal_clean(start: Callable[..., Terminal], number: signal.Signals) -> None:
    terminal = start(MODEL)
    terminal.wait_for(lambda screen: "of 26," in screen)
    os.kill(terminal.pid, number)
    if number is signal.SIGINT:  # ctrl+c copies what is selected; it does not quit
        terminal.settle(0.3)
        terminal.send("\x11")
    code = terminal.wait_for_end()
    assert code == (0 if number is signal.SIGINT else 128 + number)
    last = terminal.raw.rpartition(b"\x1b[?1049h")[2]
    assert all(sign in last for sign in CLEAN_ENDS), last[-300:]
    assert b"Traceback" not in terminal.raw


def test_a_window_that_is_closed_ends_it(own_cache: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    argv = programs.explorer_argv(own_cache, "--offline", MODEL)
    program = subprocess.Popen(
        [sys.executable, "-c", LEADING, *argv], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    while b"of 26," not in shown:
        shown += os.read(ours, 65536)
    os.close(ours)
    assert program.wait(timeout=30) != 0


def test_suspended_it_gives_the_terminal_back_and_draws_itself_again(start: Callable[..., Terminal]) -> None:
    terminal = start(MODEL)
    terminal.wait_for(lambda screen: "of 26," in screen)
    os.kill(terminal.pid, signal.SIGTSTP)
    terminal.settle(0.5)
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.settle(0.5)
    terminal.send("?")
    terminal.wait_for(lambda screen: "Every key" in screen or "Keys" in screen or "Leave" in screen)
    terminal.send("\x1b\x11")
    terminal.settle(0.3)
    terminal.send("\x11")
    assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(
    "env",
    [
        {"TERM": "dumb", "COLORTERM": ""},
        {"TERM": "linux", "NO_COLOR": "1"},
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["dumb", "no colour", "no UTF-8"],
)
def test_on_a_poor_terminal_it_runs_or_says_why_not(start: Callable[..., Terminal], env: dict[str, str]) -> None:
    terminal = start(MODEL, **env)
    terminal.wait_for(lambda screen: "of 26," in screen)
    terminal.send("\x11")
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw


# -- two at once -----------------------------------------------------------------------------------------------


def test_two_processes_share_a_cache_while_one_carries_rows_in(own_cache: Path, tmp_path: Path) -> None:
    parcel = tmp_path / "p"
    shared = ("--offline", "--cache-dir", str(own_cache))
    assert ran("cache", "export", str(parcel), "--models", MODEL, *shared).returncode == 0
    words = [*PROGRAM, "cache", "import", str(parcel), *shared]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = ran("search", "qwen3", "--json", *shared)
    assert told.returncode == 0
    assert json.loads(told.stdout)["models"]
    for one in both:
        _, err = one.communicate(timeout=60)
        assert (one.returncode, "locked" in err) == (0, False), err


def test_the_explorer_is_used_while_another_process_syncs_and_finds_what_came(own_cache: Path) -> None:
    with HubServer() as hub:
        hub.many = Many(100)
        hub.page_size = 20
        name = hub.many.id_of(50)
        terminal = programs.explorer(own_cache, "--endpoint", hub.url, columns=100, lines=30)
        try:
            terminal.wait_for(lambda screen: "of 26," in screen)
            words = [*PROGRAM, "sync", "--limit", "100", "--endpoint", hub.url, "--cache-dir", str(own_cache)]
            with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as syncing:
                while syncing.poll() is None:
                    terminal.send("/qwen\r jj")  # answers, a mark and a detail, all in the index that is written to
                    terminal.settle(0.05, 0.5)
                    terminal.send("/\x15" + ESCAPE)
                    terminal.settle(0.05, 0.5)
                _, told = syncing.communicate()
            assert (syncing.returncode, "locked" in told) == (0, False), told
            terminal.send(f"/{name}")
            terminal.wait_for(lambda screen: "1 of 26," in screen)
            terminal.send("\x11")
            assert terminal.wait_for_end() == 0
            assert b"locked" not in terminal.raw
        finally:
            terminal.close()
