"""What runs in the threads: each asks the Explorer something that may take long, and posts what came of it.

UPPER FLOOR. Jobs know no widget; they are given a way to post. A problem travels as a message in words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import Query
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui import messages
from modelscope_tui.ui import study as studies
from modelscope_tui.ui.panes.tab import TABS
from modelscope_tui.ui.tools import about_tools

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.launch.subject import Options
    from modelscope_tui.ui.study import Study

Post = Callable[[Message], None]
"""Hands a message to the screen."""


def prepare(post: Post, explorer: Explorer) -> None:
    """Open or make the index, then find out about the machine and the tools."""
    try:
        explorer.prepare(lambda done, total: post(messages.IndexGrew(done, total)), apart=True)
    except ModelscopeError as problem:
        post(messages.IndexFailed(problem))
        return
    post(messages.IndexOpened(explorer.index_problem))
    machine = explorer.machine
    known = about_tools(explorer.tools(), explorer.surroundings.installed)
    post(messages.MachineFound(machine.describe(), known, explorer.hub_state))
    answering = explorer.surroundings.answering()
    if answering:
        post(messages.ServersFound(about_tools(explorer.tools(), explorer.surroundings.installed, answering)))
    for line in TABS:
        line.load()  # here, so that the first turn to a tab does not wait for its imports


def ask_hub(post: Post, explorer: Explorer, query: Query, refresh: bool) -> None:
    """Ask the Hub about a query; new rows are in the index when it is posted."""
    changed, problem = 0, None
    try:
        changed = explorer.ask_hub(query, refresh=refresh)
    except ModelscopeError as error:
        problem = error
    post(messages.HubAnswered(query, changed, problem, explorer.hub_state))


def study(post: Post, explorer: Explorer, model: Model, options: Options, refresh: bool) -> None:
    """Learn all of a model, posting each step."""

    def _tell(known: Study) -> None:
        post(messages.Studied(known, explorer.hub_state))

    try:
        studies.study(explorer, model, options, _tell, refresh=refresh)
    except ModelscopeError as problem:
        post(messages.StudyFailed(model, problem))


def rebuild(post: Post, explorer: Explorer, known: Study, options: Options) -> None:
    """Build a model's commands for other options."""
    try:
        post(messages.Studied(studies.rebuilt(explorer, known, options), explorer.hub_state))
    except ModelscopeError as problem:
        post(messages.StudyFailed(known.model, problem))


def tell_tab(post: Post, explorer: Explorer, tab: str, model_id: str, question: Callable[[Explorer], object]) -> None:
    """Answer what a tab asked of a model."""
    try:
        post(messages.TabTold(tab, model_id, question(explorer), None))
    except ModelscopeError as problem:
        post(messages.TabTold(tab, model_id, None, problem))


def sync(post: Post, explorer: Explorer) -> None:
    """Bring the Hub's list to this machine, telling each page."""
    try:
        answer = explorer.background_sync.run(lambda document: post(messages.SyncMoved(document)))
    except ModelscopeError as problem:
        post(messages.SyncEnded(None, problem))
        return
    post(messages.SyncEnded(answer, None))


def keep(post: Post, explorer: Explorer, change: Callable[[Explorer], Message]) -> None:
    """Change or read what the person keeps, and post what came of it."""
    try:
        post(change(explorer))
    except ModelscopeError as problem:
        post(messages.KeepFailed(problem))


def copy(post: Post, _: Explorer, text: str, what: str, way: Callable[[str], str]) -> None:
    """Put a text on the clipboard; some ways take a moment."""
    try:
        post(messages.Copied(what, way(text)))
    except ModelscopeError as problem:
        post(messages.CopyFailed(problem))
