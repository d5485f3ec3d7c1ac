"""Shows how far a long task is, on a terminal only, and only when it takes longer than a second."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from modelscope_tui.cli.output import Output, is_terminal

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID

PATIENCE_SECONDS = 1.0
"""Shorter tasks draw nothing: a bar that flashes by only disturbs."""


class LongTask:
    """A progress callback ``(done, total)`` that draws a bar on stderr once the task has lasted a second."""

    def __init__(self, title: str, output: Output) -> None:
        self._title = title
        self._is_shown = not output.is_quiet and is_terminal(sys.stderr)
        self._began = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> LongTask:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Take how far the task is."""
        if not self._is_shown or time.monotonic() - self._began < PATIENCE_SECONDS:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=total)
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
