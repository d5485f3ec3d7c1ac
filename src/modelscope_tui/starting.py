"""Runs a launch command on this machine and saves its files, when a person has said so. Both doors ask here.

    LaunchCommand ─▶ Run: the steps for this machine, their files, the names of their variables
        ─▶ why_not(): what stands in the way      ─▶ store(): the files, whole and never over others
        ─▶ execute(): one program after another, without a shell, until one fails

A program gets the terminal, the environment of this process and what its step adds to it. An interrupt from the keys
reaches it as it would from a shell; this process waits for it to end.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from modelscope_tui.errors import NotSaved, UsageError
from modelscope_tui.launch.command import File, LaunchCommand, Step
from modelscope_tui.saving import save

_SAFE_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,99}", re.ASCII)
_HOME = "$HOME"
_FORWARDED = ("SIGTERM", "SIGHUP")
_NOT_FOUND = 127
"""What shells answer for a program that is not there."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is run here, and what it needs."""

    steps: tuple[Step, ...]
    """In their order; what is done later, or by hand, is left out."""
    files: tuple[File, ...]
    shell: str

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that the steps are given or expect."""
        return tuple(dict.fromkeys(name for step in self.steps for name, _ in step.env))

    def lacking(self, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Name the variables that a step expects and that are not set."""
        env = os.environ if environ is None else environ
        expected = (name for step in self.steps for name, value in step.env if value is None)
        return tuple(dict.fromkeys(name for name in expected if not env.get(name)))


def run_of(command: LaunchCommand) -> Run:
    """Take from a command what is run here."""
    return Run(tuple(step for step in command.steps if not step.is_later), command.files, command.shell)


def why_not(run: Run, nodes: int | None = None) -> str | None:
    """Say why a command cannot be run here; None when nothing stands in the way."""
    if nodes is not None and nodes > 1:
        return f"This command is for {nodes} machines; run each part on its own one."
    programs = dict.fromkeys(step.argv[0] for step in run.steps)
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        return f"{', '.join(missing)} {verb} not on the PATH of this machine. Install it first, then run this again."
    return None


def store(files: tuple[File, ...], folder: Path, *, may_replace: bool = False) -> tuple[Path, ...]:
    """Save the files of a command; one with the same content that is there already is left as it is.

    Args:
        files: what is saved.
        folder: where; made when it is missing.
        may_replace: whether other files of the same names may be replaced.

    Raises:
        NotSaved: a file cannot be written, or another one has its name.
        UsageError: a name that leads out of the folder.
    """
    for file in files:
        if not _SAFE_NAME.fullmatch(file.path):
            raise UsageError(f"{file.path!a} is no plain file name.", "It is not saved.")
    others = [] if may_replace else in_the_way(files, folder)
    if others:
        raise NotSaved(f"{', '.join(others)} in {folder} would be replaced.", "Choose another folder.")
    places = tuple(folder / file.path for file in files)
    for file, place in zip(files, places, strict=True):
        if not _is_same(file, place):
            save(place, file.content, mode=0o644, is_new=not may_replace)
    return places


def in_the_way(files: tuple[File, ...], folder: Path) -> list[str]:
    """Name the files that are there already and hold something else."""
    return [
        file.path for file in files if os.path.lexists(folder / file.path) and not _is_same(file, folder / file.path)
    ]


def _is_same(file: File, place: Path) -> bool:
    try:
        return not place.is_symlink() and place.read_bytes() == file.content.encode("utf-8")
    except OSError:
        return False


def execute(run: Run, say: Callable[[str], None], folder: Path | None = None) -> int:
    """Run the steps one after another in the foreground, and return the exit code of the last one that ran.

    Args:
        run: what is run.
        say: is told each step before it starts.
        folder: where they run; the current directory when None.

    Returns:
        0 when all went well; as in a shell 127 for a program that is not there, and 128 and more for a signal.
    """
    for place, step in enumerate(run.steps, start=1):
        of = f"{place}/{len(run.steps)} " if len(run.steps) > 1 else ""
        say(f"{of}{step.title}: {step.text('bash')}")
        code = _one(step, folder)
        if code:
            return code
    return 0


def _one(step: Step, folder: Path | None) -> int:
    home = str(Path.home())
    argv = [word.replace(_HOME, home, 1) if word.startswith(_HOME) else word for word in step.argv]
    program = shutil.which(argv[0])
    if program is None:
        return _NOT_FOUND
    given = {name: value for name, value in step.env if value is not None}
    with _waiting() as foreground:
        child = subprocess.Popen([program, *argv[1:]], env={**os.environ, **given}, cwd=folder)
        foreground.take(child)
        code = child.wait()
    return 128 - code if code < 0 else code


class _Foreground:
    """The program that runs now, and the signals that came before it could be told."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def take(self, child: subprocess.Popen[bytes]) -> None:
        """Know the program, and tell it what came meanwhile."""
        self._child = child
        for number in self._early:
            child.send_signal(number)

    def tell(self, number: int, _: FrameType | None) -> None:
        """Hand a signal on."""
        if self._child is None:
            self._early.append(number)
        else:
            self._child.send_signal(number)


@contextmanager
def _waiting() -> Iterator[_Foreground]:
    """Leave interrupts to the program in the foreground, and hand on what would end this process.

    A handler is set, not ignored: what is ignored here would be ignored by the program as well.
    """
    foreground = _Foreground()
    handlers: dict[str, Callable[[int, FrameType | None], None]] = {"SIGINT": _left_to_it, "SIGQUIT": _left_to_it}
    handlers.update(dict.fromkeys(_FORWARDED, foreground.tell))
    before: list[tuple[int, Any]] = []
    try:
        for name, handler in handlers.items():
            number = getattr(signal, name, None)
            if number is not None:
                before.append((number, signal.signal(number, handler)))
        yield foreground
    finally:
        for number, old in before:
            signal.signal(number, old)


def _left_to_it(_: int, __: FrameType | None) -> None:
    """Do nothing: the keys have sent the same signal to the program."""


def pause(words: str) -> None:
    """Wait for enter before the screen is taken back, so that what a program said can be read; an interrupt is none."""
    sys.stderr.write(words)
    sys.stderr.flush()
    with _waiting():
        (sys.__stdin__ or sys.stdin).readline()


def ended(code: int) -> str:
    """Say how a run ended."""
    if code == _NOT_FOUND:
        return "a program was not found (exit code 127)"
    if code > 128 and sys.platform != "win32":
        try:
            return f"ended by {signal.Signals(code - 128).name} (exit code {code})"
        except ValueError:
            return f"exit code {code}"
    return f"exit code {code}"
