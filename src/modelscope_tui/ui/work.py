"""The threads behind the screen: every blocking question runs in one of these, and none touches a widget.

UPPER FLOOR. An answer names its question; the screen compares and drops what came too late. In a group the newest
question replaces the one before it. What a thread does is in ``jobs.py``, which no first frame waits for.

    prepare    open or make the index, then look at the machine     once
    ask_hub    ask the Hub about a query                            the newest query
    study      learn all of one model, build its commands           the newest model
    tell_tab   answer what one tab asks of a model                  the newest question of each tab
    sync       bring the Hub's list, in a process of its own        one at a time
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import Query

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.launch.subject import Options
    from modelscope_tui.ui.messages import TabAsked
    from modelscope_tui.ui.study import Study


class Work:
    """Starts the threads of one screen."""

    def __init__(self, host: Screen[Any], explorer: Explorer) -> None:
        self._host = host
        self._explorer = explorer

    def _start(self, job: str, *question: object, group: str = "", is_exclusive: bool = True) -> None:
        def _guarded() -> None:
            from modelscope_tui.ui import jobs

            worker = get_current_worker()

            def _post(message: Message) -> None:
                if not worker.is_cancelled:
                    self._host.post_message(message)

            getattr(jobs, job)(_post, self._explorer, *question)

        self._host.run_worker(
            _guarded, name=job, group=group or job, thread=True, exclusive=is_exclusive, exit_on_error=False
        )

    def prepare(self) -> None:
        """Open or make the index, then find out about the machine and the tools."""
        self._start("prepare")

    def ask_hub(self, query: Query, *, refresh: bool = False) -> None:
        """Ask the Hub about a query."""
        self._start("ask_hub", query, refresh)

    def study(self, model: Model, options: Options, *, refresh: bool = False) -> None:
        """Learn all of a model."""
        self._start("study", model, options, refresh)

    def rebuild(self, known: Study, options: Options) -> None:
        """Build a model's commands for other options."""
        self._start("rebuild", known, options)

    def tell_tab(self, event: TabAsked) -> None:
        """Answer what a tab asked; the newest question of a tab replaces the one before it."""
        self._start("tell_tab", event.tab, event.model_id, event.question, group=f"tab-{event.tab}")

    def sync(self) -> None:
        """Bring the Hub's list to this machine."""
        self._start("sync")

    def keep(self, change: Callable[[Explorer], Message]) -> None:
        """Change or read what the person keeps; every change is made, none replaces another."""
        self._start("keep", change, is_exclusive=False)

    def copy(self, text: str, what: str, way: Callable[[str], str]) -> None:
        """Put a text on the clipboard."""
        self._start("copy", text, what, way)
