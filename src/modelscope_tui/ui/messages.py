"""The few messages that cross rooms: what the workers found out. Facts, in the past tense.

UPPER FLOOR. Each answer carries its question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Literal

from textual.message import Message

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import Query
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui.study import Study
from modelscope_tui.ui.tools import Tools

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.hub.answer import HubState
    from modelscope_tui.launch.subject import Options
    from modelscope_tui.ui.comparing import Comparison


@dataclass(eq=False, repr=False)
class IndexGrew(Message):
    """The index is being made: rows done, rows in all."""

    done: int
    total: int

    def can_replace(self, message: Message) -> bool:
        """Only the newest progress matters."""
        return isinstance(message, IndexGrew)


@dataclass(eq=False, repr=False)
class IndexOpened(Message):
    """Any query can be answered from now on."""

    problem: str | None = None
    """Why it is kept in memory only."""


@dataclass(eq=False, repr=False)
class IndexFailed(Message):
    """No index could be opened or made."""

    problem: ModelscopeError


@dataclass(eq=False, repr=False)
class MachineFound(Message):
    """The machine, and the tools are known."""

    machine: str
    tools: Tools
    state: HubState


@dataclass(eq=False, repr=False)
class ServersFound(Message):
    """Servers answer on this machine; the tools are known with them."""

    tools: Tools


@dataclass(eq=False, repr=False)
class HubAnswered(Message):
    """The Hub was asked about a query; so many rows are new or changed, or it could not be asked."""

    query: Query
    changed: int
    problem: ModelscopeError | None
    state: HubState


@dataclass(eq=False, repr=False)
class Studied(Message):
    """More is known of a model."""

    known: Study
    state: HubState


@dataclass(eq=False, repr=False)
class StudyFailed(Message):
    """A model could not be studied or its commands not be built."""

    model: Model
    problem: ModelscopeError


@dataclass(eq=False, repr=False)
class ModelRequested(Message):
    """Another model is to be shown, whether or not it is among the rows."""

    model_id: str


@dataclass(eq=False, repr=False)
class QueryRequested(Message):
    """A query is to be asked, as if it had been typed."""

    text: str


@dataclass(eq=False, repr=False)
class SyncMoved(Message):
    """A sync in the background has come so far."""

    document: Mapping[str, Any]
    """What it said of itself: `rows`, `rows_to_come`, `seconds_left`, `waiting_seconds`, `why`."""

    def can_replace(self, message: Message) -> bool:
        """Only the newest progress matters."""
        return isinstance(message, SyncMoved)


@dataclass(eq=False, repr=False)
class SyncEnded(Message):
    """A sync in the background is over: its answer, or why it failed; neither when it was stopped."""

    answer: Mapping[str, Any] | None
    problem: ModelscopeError | None


@dataclass(eq=False, repr=False)
class CopyRequested(Message):
    """A text is wanted on the clipboard; `what` names it for the toast."""

    text: str
    what: str


@dataclass(eq=False, repr=False)
class Copied(Message):
    """A text is on the clipboard, and this is how it got there."""

    what: str
    way: str


@dataclass(eq=False, repr=False)
class OptionsWished(Message):
    """A tab wants the model looked at with other options than those that are wished now."""

    change: Callable[[Options], Options]


@dataclass(eq=False, repr=False)
class CopyFailed(Message):
    """A text could not be copied."""

    problem: ModelscopeError


@dataclass(eq=False, repr=False)
class TabAsked(Message):
    """A tab of the detail pane wants to know something of a model that may take long."""

    tab: str
    model_id: str
    question: Callable[[Explorer], object]


@dataclass(eq=False, repr=False)
class TabTold(Message):
    """The answer to what a tab asked of a model, or why there is none."""

    tab: str
    model_id: str
    answer: object | None
    problem: ModelscopeError | None


@dataclass(eq=False, repr=False)
class LaunchAsked(Message):
    """A person wants something done with the command that is shown: `run`, `save`, `edit`, `target`."""

    what: Literal["run", "save", "edit", "target"]


@dataclass(eq=False, repr=False)
class StarsRead(Message):
    """The shortlist was read."""

    starred: frozenset[str]
    problem: str | None


@dataclass(eq=False, repr=False)
class Starred(Message):
    """Models were starred or let go; `starred` are all that are now."""

    ids: tuple[str, ...]
    is_on: bool
    starred: frozenset[str]


@dataclass(eq=False, repr=False)
class Noted(Message):
    """A note was kept."""

    model_id: str


@dataclass(eq=False, repr=False)
class ViewKept(Message):
    """A view was saved or forgotten."""

    name: str
    _: KW_ONLY
    is_saved: bool


@dataclass(eq=False, repr=False)
class Looked(Message):
    """A model was looked at; this has changed since it was looked at before."""

    model_id: str
    changes: tuple[str, ...]


@dataclass(eq=False, repr=False)
class KeepFailed(Message):
    """Something could not be kept."""

    problem: ModelscopeError


@dataclass(eq=False, repr=False)
class OrganizationRequested(Message):
    """A person wants to know who an organization is."""

    handle: str


@dataclass(eq=False, repr=False)
class Compared(Message):
    """Models were put side by side."""

    comparison: Comparison


@dataclass(eq=False, repr=False)
class ExportRequested(Message):
    """What a popup shows is to be exported."""

    what: str
    stem: str
    rows: Callable[[Explorer], list[dict[str, Any]]]
    lines: Callable[[], list[dict[str, Any]]] | None = None
    """The lines of a Markdown table, where that is another one."""


@dataclass(eq=False, repr=False)
class Exported(Message):
    """Models were written to a file; without a path the text is meant for the clipboard."""

    path: str | None
    count: int
    text: str


class KeyHandled(Message):
    """A key has been acted on; this follows the messages that its action sent."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = asyncio.Event()
        """Set when the screen has come this far."""
