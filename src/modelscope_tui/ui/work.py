"""The threads behind the screen: every blocking question runs in one of these, and none touches a widget.

UPPER FLOOR. An answer names its question; the screen compares and drops what came too late. In a group the newest
question replaces the one before it. A problem travels as a message in words, never as a crash.

    prepare    open or make the index, then look at the machine     once
    hub        ask the Hub about a query                            the newest query
    study      learn all of one model, build its commands           the newest model
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import Query
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui import messages
from modelscope_tui.ui.study import Study, rebuilt, study
from modelscope_tui.ui.tools import about_tools

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.launch.subject import Options


class Work:
    """Starts the threads of one screen."""

    def __init__(self, host: Screen[Any], explorer: Explorer) -> None:
        self._host = host
        self._explorer = explorer

    def _start(self, group: str, work: Callable[[Callable[[Message], None]], None]) -> None:
        def guarded() -> None:
            worker = get_current_worker()

            def post(message: Message) -> None:
                if not worker.is_cancelled:
                    self._host.post_message(message)

            work(post)

        self._host.run_worker(guarded, name=group, group=group, thread=True, exclusive=True, exit_on_error=False)

    def prepare(self) -> None:
        """Open or make the index, then find out about the machine and the tools."""

        def work(post: Callable[[Message], None]) -> None:
            try:
                self._explorer.prepare(lambda done, total: post(messages.IndexGrew(done, total)))
            except ModelscopeError as problem:
                post(messages.IndexFailed(problem))
                return
            post(messages.IndexOpened())
            machine = self._explorer.machine
            labels, badges = about_tools(self._explorer.tools())
            post(messages.MachineFound(machine.describe(), labels, badges, self._explorer.hub_state))

        self._start("prepare", work)

    def ask_hub(self, query: Query, *, refresh: bool = False) -> None:
        """Ask the Hub about a query."""

        def work(post: Callable[[Message], None]) -> None:
            changed, problem = 0, None
            try:
                changed = self._explorer.ask_hub(query, refresh=refresh)
            except ModelscopeError as error:
                problem = error
            post(messages.HubAnswered(query, changed, problem, self._explorer.hub_state))

        self._start("hub", work)

    def study(self, model: Model, options: Options, *, refresh: bool = False) -> None:
        """Learn all of a model."""

        def work(post: Callable[[Message], None]) -> None:
            def tell(known: Study) -> None:
                post(messages.Studied(known, self._explorer.hub_state))

            try:
                study(self._explorer, model, options, tell, refresh=refresh)
            except ModelscopeError as problem:
                post(messages.StudyFailed(model, problem))

        self._start("study", work)

    def rebuild(self, known: Study, options: Options) -> None:
        """Build a model's commands for other options."""

        def work(post: Callable[[Message], None]) -> None:
            try:
                post(messages.Studied(rebuilt(self._explorer, known, options), self._explorer.hub_state))
            except ModelscopeError as problem:
                post(messages.StudyFailed(known.model, problem))

        self._start("rebuild", work)

    def copy(self, text: str, what: str, way: Callable[[str], str]) -> None:
        """Put a text on the clipboard; some ways take a moment."""
        self._start("copy", partial(_copy, text, what, way))


def _copy(text: str, what: str, way: Callable[[str], str], post: Callable[[Message], None]) -> None:
    try:
        post(messages.Copied(what, way(text)))
    except ModelscopeError as problem:
        post(messages.CopyFailed(problem))
