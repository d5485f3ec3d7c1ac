"""The question before a command runs: the exact arguments, the names of its variables, the files it needs.

UPPER FLOOR. It gives back yes or no.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from modelscope_tui.launch.command import Step
from modelscope_tui.starting import Run
from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean, clean_lines


class RunForm(Popup[bool]):
    """The question."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.RUN_KEYS)

    def __init__(self, run: Run, later: tuple[Step, ...], folder: Path) -> None:
        super().__init__()
        self._run = run
        self._later = later
        self._folder = folder

    def compose(self) -> ComposeResult:
        """Show what would run."""
        with Vertical(id="run-frame") as frame:
            frame.border_title = Content("Run this here?")
            frame.border_subtitle = Content("y runs it · n or esc does not")
            with VerticalScroll(can_focus=True):
                yield Static(self._words(), id="run-words")

    def _words(self) -> Content:
        run, quiet = self._run, "$foreground 60%"
        parts = [Content.styled("Without a shell, in this order; the explorer waits until it ends.", quiet)]
        parts += [
            Content.assemble((f"{clean(step.title, 200)}\n", quiet), (clean_lines(step.text("bash")), "$text-accent"))
            for step in run.steps
        ]
        given = ", ".join(run.variables) or "none of its own"
        lacking = ", ".join(run.lacking())
        missing = (f"\nnot set in this terminal: {lacking}", "$text-warning") if lacking else ""
        parts.append(Content.assemble(("variables  ", quiet), given, missing))
        if run.files:
            names = ", ".join(clean(file.path, 100) for file in run.files)
            parts.append(Content.assemble(("writes into ", quiet), clean(str(self._folder), 300), f": {names}"))
        if self._later:
            left = "\n".join(clean_lines(step.text("bash")) for step in self._later)
            parts.append(Content.assemble(("left to you\n", quiet), left))
        return Content("\n\n").join(parts)

    def action_answer(self, is_yes: bool) -> None:
        """Go back with the answer."""
        self.dismiss(is_yes)

    def action_scroll(self, lines: int) -> None:
        """Scroll what would run."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
