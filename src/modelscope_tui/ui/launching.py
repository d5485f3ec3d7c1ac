"""What the keys of the Launch tab set in motion: running a command here, and saving its files. Nothing goes unasked.

UPPER FLOOR. The terminal is lent to the program and taken back when it has ended; the explorer is asleep meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from modelscope_tui.errors import ModelscopeError
from modelscope_tui.starting import Run, ended, execute, in_the_way, pause, run_of, store, why_not
from modelscope_tui.ui.present import clean

if TYPE_CHECKING:
    from modelscope_tui.launch.answer import LaunchAnswer
    from modelscope_tui.launch.command import File
    from modelscope_tui.launch.subject import Options
    from modelscope_tui.ui.inspection import Inspection

TARGETS = ("shell", "docker", "compose", "kubernetes", "systemd")
"""What commands are written for, in the order of the key."""


class Launching:
    """Runs and saves what the Launch tab shows."""

    def __init__(self, screen: Any, inspection: Inspection) -> None:
        self._screen = screen
        self._inspection = inspection

    def run(self) -> None:
        """Show exactly what would run, and run it after a yes."""
        from modelscope_tui.ui.run_form import RunForm

        answer = self._shown()
        if answer is None or answer.command is None:
            return
        run, folder = run_of(answer.command), Path.cwd()
        problem = why_not(run, self._inspection.options.nodes)
        others = in_the_way(run.files, folder)
        if others:
            problem = f"{', '.join(others)} in {folder} would be replaced. Start the explorer in another folder."
        if problem is not None:
            self._say(problem, "warning")
            return
        later = tuple(step for step in answer.command.steps if step.is_later)
        self._screen.app.push_screen(RunForm(run, later, folder), lambda agreed: self._begin(run, folder, agreed))

    def _begin(self, run: Run, folder: Path, agreed: bool | None) -> None:
        if not agreed:
            return
        try:
            store(run.files, folder)
            code = self._lent(lambda: execute(run, _tell))
        except ModelscopeError as problem:
            self._say(str(problem), "error")
            return
        except SuspendNotSupported:
            self._say("This terminal cannot be lent to another program. Copy the command with y.", "warning")
            return
        name = run.steps[-1].argv[0]
        self._say(f"{name} ended with {ended(code)}", "information" if code == 0 else "warning")

    def _lent(self, work: Callable[[], int]) -> int:
        with self._screen.app.suspend():
            code = work()
            pause(f"\n{ended(code)} - press enter to go back to the explorer ")
        return code

    def save(self) -> None:
        """Ask for a folder, and save the files of the command there."""
        from modelscope_tui.ui.save_form import SaveForm

        answer = self._shown()
        if answer is None or answer.command is None:
            return
        files = answer.command.files
        if not files:
            self._say("This command needs no files. y copies it.", "information")
            return
        self._screen.app.push_screen(SaveForm(files), lambda folder: self._saved(files, folder))

    def _saved(self, files: tuple[File, ...], folder: Path | None) -> None:
        if folder is not None:
            self._say(f"saved {', '.join(file.path for file in files)} in {folder}", "information")

    def target(self) -> None:
        """Write the command for the next target."""
        now = self._inspection.options
        at = TARGETS.index(now.target) if now.target in TARGETS else -1
        self._inspection.choose_options(replace(now, target=TARGETS[(at + 1) % len(TARGETS)]))

    def edit(self) -> None:
        """Open the form of the command's options; what is typed is followed at once."""
        from modelscope_tui.ui.options_form import OptionsForm

        before = self._inspection.options

        def _end(options: Options | None) -> None:
            self._inspection.choose_options(before if options is None else options)

        form = OptionsForm(before, self._inspection.quantizations(), self._inspection.choose_options)
        self._screen.app.push_screen(form, _end)

    def _shown(self) -> LaunchAnswer | None:
        """Give the answer that is shown; say why there is no command."""
        answer = self._inspection.answer
        if answer is None:
            self._say("The command is not built yet.", "warning")
        elif answer.command is None:
            self._say(answer.reason or "There is no command.", "warning")
        return answer

    def _say(self, words: str, severity: str) -> None:
        self._screen.notify(clean(words, 300), severity=severity, timeout=4, markup=False)


def _tell(words: str) -> None:
    sys.stderr.write(f"# {clean(words, 2000)}\n")
    sys.stderr.flush()
