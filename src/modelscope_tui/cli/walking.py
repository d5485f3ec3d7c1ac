"""The bar of a sync: rows, speed, time left, and every wait with its reason; on a terminal only."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from modelscope_tui.cli.output import Output, is_terminal
from modelscope_tui.cli.text import clean

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from modelscope_tui.hub.sync import Progress

WORTH_SAYING_SECONDS = 5
"""A shorter wait is part of the pace."""


class Walking:
    """Takes how far a sync is, and draws it on stderr."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._is_shown = not output.is_quiet and is_terminal(sys.stderr)
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Walking:
        return self

    def __call__(self, progress: Progress) -> None:
        """Show how far it is; without a terminal only a long wait is worth a line."""
        if not self._is_shown:
            if progress.waiting_seconds >= WORTH_SAYING_SECONDS:
                self._output.note(waiting(progress))
            return
        if self._bar is None:
            self._bar, self._task = _bar()
        if self._task is None:
            return
        total = None if progress.rows_to_come is None else progress.walk.rows + progress.rows_to_come
        speed = f"{progress.rows_per_second:,.0f}/s" if progress.rows_per_second else ""
        left = f"{lasting(progress.seconds_left)} left" if progress.seconds_left is not None else ""
        said = waiting(progress) if progress.waiting_seconds >= WORTH_SAYING_SECONDS else "  ".join([speed, left])
        self._bar.update(self._task, completed=progress.walk.rows, total=total, said=clean(said))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def waiting(progress: Progress) -> str:
    """Say for how long it waits, until when, and why."""
    until = time.strftime("%H:%M:%S", time.localtime(time.time() + progress.waiting_seconds))
    why = f": {progress.why.rstrip('.')}" if progress.why else ""
    return f"Waiting {lasting(progress.waiting_seconds)}, until {until}{why}."


def lasting(seconds: float) -> str:
    """Say a time in words: 40 s, 3 min, 2 h 5 min."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _bar() -> tuple[Bar, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("Syncing"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[said]}", markup=False),
    )  # fmt: skip
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar, bar.add_task("", total=None, said="")
