"""What the north wing hands out: an answer with its age, and the state of the line to the Hub.

NORTH WING. Plain records; importing them costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from modelscope_tui.catalog.model import Origin
from modelscope_tui.errors import HubUnreachable, ModelscopeError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A value, where it came from and how old it is; `problem` says why it is not newer."""

    value: T
    source: Origin
    as_of: str
    """When the Hub said so, ISO 8601 UTC."""
    is_stale: bool
    problem: ModelscopeError | None = None


@dataclass(frozen=True, slots=True)
class HubState:
    """What the status line says of the Hub."""

    kind: Literal["online", "offline", "unknown", "problem"]
    message: str = ""
    """One sentence; empty when all is well."""
    since: str | None = None
    """When it became so, ISO 8601 UTC."""
    retry_at: str | None = None
    """When the Hub may be asked again, where it told us to wait: for a countdown."""


class Cancelled(HubUnreachable):
    """The question was withdrawn before the Hub answered."""

    kind = "cancelled"
