"""Kills what writes a file, again and again: `python -m tests.kills --kills 200`; in short in ``kills_test.py``.

    python -m tests.kills                        every way of writing, 200 kills each, the same for the same --seed
    python -m tests.kills shortlist --kills 20   one of them

Each turn a process does one thing a person does, and is killed with SIGKILL: half of the time after a random while, the
other half at a random step of those it takes with files (opening, linking, renaming, locking …). What it wrote must
then be what was there before or what was meant, whole; and the temporary files that the dead leave must not grow in
number. At the end the same thing is done without a kill, and the program starts.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from modelscope_tui import settings_file
from modelscope_tui.__main__ import main as program
from modelscope_tui.catalog import maker
from modelscope_tui.saving import ENDING
from modelscope_tui.settings import Settings
from modelscope_tui.ui.theme_choice import keep_theme
from tests import released

ROWS = 300
STEPS = ("open", "os.", "fcntl.", "shutil.", "sqlite3.", "tempfile.")
"""How the audit events begin that are steps with files."""


@dataclass(frozen=True)
class Way:
    """One way of writing."""

    before: Callable[[Path, int], None]
    """Lays out what is there, before each turn."""
    act: Callable[[Path, int], int]
    """Does it; the exit code."""
    state: Callable[[Path, int], str]
    """Says what is there now: `old`, `new`, or what is wrong with it."""


def told(*words: str) -> int:
    """Run a command line, and keep its words to itself."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return program([*words, "--offline"])


def _gone(path: Path) -> None:
    path.unlink(missing_ok=True)


def _whole(path: Path, digest: str) -> str:
    if not path.exists():
        return "old"
    return "new" if hashlib.sha256(path.read_bytes()).hexdigest() == digest else f"{path.stat().st_size} bytes"


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


class Place:
    """A folder with a small cache, and what each way must bring about."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = released.laid_out(released.versions()[-1], folder / "disk")
        os.environ |= {"MODELSCOPE_TUI_CACHE": str(self.disk.cache), "HF_HUB_OFFLINE": "1",
                       "MODELSCOPE_TUI_CONFIG": str(folder / "none" / "config.toml")}  # fmt: skip
        assert told("search", "bert") == 0
        self.work = folder / "work"
        self.work.mkdir()
        self.parcels = [self._parcel(name) for name in ((), ("--models", released.MODEL))]

    def _parcel(self, words: tuple[str, ...]) -> bytes:
        made = self.folder / "made.parcel"
        assert told("cache", "export", str(made), *words) == 0
        return made.read_bytes()

    def ways(self) -> dict[str, Way]:
        """Name every way of writing."""
        made = (self.export, self.shortlist, self.cache_export, self.cache_import, self.config_init, self.theme)
        return {way.__name__.replace("_", "-"): way() for way in made}

    def export(self) -> Way:
        out, words = self.work / "models.json", ("search", "--limit", "300", "--format", "json", "-q", "-o")
        made = self.folder / "whole.json"
        assert told(*words, str(made)) == 0
        digest = hashlib.sha256(made.read_bytes()).hexdigest()
        return Way(lambda _, __: _gone(out), lambda _, __: told(*words, str(out)), lambda _, __: _whole(out, digest))

    def shortlist(self) -> Way:
        from modelscope_tui.shortlist import Shortlist

        path = self.work / "shortlist.json"

        def act(_: Path, turn: int) -> int:
            Shortlist(path).annotate(f"org/model-{turn}", f"turn {turn} " * 100, ["tag"])
            return 0

        def before(_: Path, turn: int) -> None:
            if turn == 0:
                shutil.copy(self.disk.shortlist, path)

        def state(_: Path, turn: int) -> str:
            found = json.loads(path.read_text(encoding="utf-8"))["models"]
            if found[released.MODEL]["note"] != released.NOTE:
                return "a note is lost"
            return "new" if f"org/model-{turn}" in found else "old"

        return Way(before, act, state)

    def cache_export(self) -> Way:
        out = self.work / "hub.parcel"

        def act(_: Path, turn: int) -> int:
            return told("cache", "export", str(out), *(("--models", released.MODEL) if turn % 2 else ()))

        def before(_: Path, turn: int) -> None:
            out.write_bytes(self.parcels[(turn + 1) % 2])

        def state(_: Path, turn: int) -> str:
            found = out.read_bytes()
            return {self.parcels[turn % 2]: "new", self.parcels[(turn + 1) % 2]: "old"}.get(found, "another file")

        return Way(before, act, state)

    def cache_import(self) -> Way:
        other, parcel = self.work / "other", self.folder / "in.parcel"
        parcel.write_bytes(self.parcels[1])
        empty = self.folder / "empty"
        assert told("search", "x", "--cache-dir", str(empty)) == 0

        def state(_: Path, __: int) -> str:
            for name in ("catalog.db", "shelf/cache.db"):
                if (other / name).exists():
                    with contextlib.closing(sqlite3.connect(other / name)) as opened:
                        (sound,) = opened.execute("PRAGMA integrity_check").fetchone()
                    if sound != "ok":
                        return f"{name}: {sound}"
            from modelscope_tui.explorer import Explorer

            with contextlib.closing(Explorer(Settings.load(cache_dir=str(other)))) as explorer:
                explorer.prepare()
                if explorer.index_problem or list(other.glob("*.broken*")) or explorer.lost:
                    return f"{explorer.index_problem} {explorer.lost}"
                return "old" if explorer.model(released.HEARD) is None else "new"

        return Way(
            lambda _, __: _copy(empty, other),
            lambda _, __: told("cache", "import", str(parcel), "--cache-dir", str(other)),
            state,
        )

    def config_init(self) -> Way:
        path = self.work / "config" / "config.toml"
        digest = hashlib.sha256(settings_file.template().encode()).hexdigest()

        def act(_: Path, __: int) -> int:
            os.environ["MODELSCOPE_TUI_CONFIG"] = str(path)
            return told("config", "init")

        return Way(lambda _, __: _gone(path), act, lambda _, __: _whole(path, digest))

    def theme(self) -> Way:
        path, names = self.work / "config.toml", ("modelscope-light", "modelscope-dark")

        def before(_: Path, turn: int) -> None:
            text = self.disk.config.read_text(encoding="utf-8")
            path.write_text(text.replace(names[0], names[(turn + 1) % 2]), encoding="utf-8")

        def act(_: Path, turn: int) -> int:
            return 0 if "kept" in keep_theme(Settings(self.work, path), names[turn % 2]) else 1

        def state(_: Path, turn: int) -> str:
            found = settings_file.read(path)
            if found["machines"]["server"] != "4xH100":
                return "a machine is lost"
            return "new" if found["theme"] == names[turn % 2] else "old"

        return Way(before, act, state)


def in_child(act: Callable[[], int], *, after: float | None = None, at_step: int | None = None) -> tuple[int, int]:
    """Do it in a process of its own, and kill that; gives how it ended and how many steps with files it took."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        steps = [0]

        def count(event: str, _: object) -> None:
            if event.startswith(STEPS):
                steps[0] += 1
                if steps[0] == at_step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        code = 1
        try:
            code = act()
        finally:
            os.write(writes, str(steps[0]).encode())
            os._exit(code)
    os.close(writes)
    if after is not None:
        time.sleep(after)  # the moment of the kill
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reads) as pipe:
        steps_taken = int(pipe.read() or 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), steps_taken


def left(folder: Path) -> int:
    """Count the temporary files that the dead left."""
    return sum(1 for path in folder.rglob(f".*{ENDING}") if path.is_file())


def kill(way: Way, folder: Path, kills: int, chance: random.Random) -> Counter[str]:
    """Kill one way of writing so often.

    Raises:
        AssertionError: something was half written, or leftovers grow.
    """
    way.before(folder, 0)
    began = time.monotonic()
    code, steps = in_child(lambda: way.act(folder, 0))
    took = time.monotonic() - began
    assert (code, way.state(folder, 0)) == (0, "new")
    done: Counter[str] = Counter()
    turn = 0
    while done["killed"] < kills:
        turn += 1
        way.before(folder, turn)
        whole = lambda turn=turn: way.act(folder, turn)  # noqa: E731
        after, step = (chance.uniform(0, took * 1.3), None) if turn % 2 else (None, chance.randint(1, steps))
        code, _ = in_child(whole, after=after, at_step=step)
        state = way.state(folder, turn)
        assert state in {"old", "new"}, f"turn {turn}, killed after {after} s or at step {step} of {steps}: {state}"
        done[state] += 1
        done["killed" if code == -signal.SIGKILL else "too quick"] += 1
        assert left(folder) <= 1, f"turn {turn}: {left(folder)} temporary files are left"
        done["left behind"] += left(folder)
    way.before(folder, turn + 1)
    assert in_child(lambda: way.act(folder, turn + 1))[0] == 0
    assert way.state(folder, turn + 1) == "new"
    assert left(folder) == 0, "what the dead left is cleared away by the next who writes there"
    assert told("search", "bert", "--limit", "1") == 0
    return done


def main() -> None:
    """Kill what is asked for, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("ways", nargs="*", metavar="WAY")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    whole = maker.snapshot_lines
    maker.snapshot_lines = lambda: islice(whole(), ROWS)  # how many rows there are does not matter here
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        for name, way in place.ways().items():
            if chosen.ways and name not in chosen.ways:
                continue
            began = time.monotonic()
            done = kill(way, place.work, chosen.kills, random.Random(f"{chosen.seed} {name}"))
            found = ", ".join(f"{said} {count}" for said, count in sorted(done.items()))
            print(f"{name}: {found}; every file whole; {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
