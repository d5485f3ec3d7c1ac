"""What is written down of a sync: how far the walk under way is, and what earlier walks cover. Pure.

NORTH WING. One note per endpoint beside the rows, written in the transaction of every page; so it says exactly which
rows are there, whatever ends the program. A note that this version cannot read is none.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypeVar, get_type_hints

SCHEMA = 1

Kind = Literal["top", "all", "query", "since", "changes"]


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk over the Hub's list, and the place where it is."""

    request: str
    """What was asked for, in one line: the same request goes on where it was."""
    kind: Kind
    asked: tuple[tuple[tuple[str, str], ...], ...]
    """The lists that are still to be walked, the present one first; each as the Hub's parameters."""
    started: str
    """ISO 8601; every row that is seen is at least this new."""
    cursor: str | None = None
    """Where the next page of the present list begins; None at its start."""
    limit: int | None = None
    """The most rows; None for all."""
    until: str | None = None
    """Rows that were changed before are known: there it ends."""
    floor: int | None = None
    """Rows that are new here count only from so many downloads on."""
    head: str | None = None
    """The newest change on the Hub when the walk began."""
    pages: int = 0
    rows: int = 0
    changed: int = 0
    skipped: int = 0
    """Rows that are outside of what was asked for."""
    bad: int = 0
    total: int | None = None
    """How many rows the Hub says there are."""
    least: int | None = None
    """The fewest downloads seen."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What has been walked as a whole, and until when the changes since are known."""

    kind: Literal["top", "all"]
    limit: int | None
    rows: int
    head: str | None
    floor: int | None
    walked: str
    """When the whole was last walked, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last walk that came to its end."""

    request: str
    kind: Kind
    finished: str
    pages: int
    rows: int
    changed: int
    bad: int
    gone: int


@dataclass(frozen=True, slots=True)
class SyncNote:
    """Everything that is known of syncs with one endpoint."""

    walk: Walk | None = None
    covered: Covered | None = None
    last: Last | None = None
    schema: int = field(default=SCHEMA)

    def text(self) -> str:
        """Write it as one line of JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))


def name_of(endpoint: str) -> str:
    """Name the note of an endpoint."""
    return f"sync|{endpoint}"


def is_newer(text: str | None) -> bool:
    """Tell whether a later version of this program wrote a note."""
    try:
        found = json.loads(text) if text else {}
        return isinstance(found, dict) and isinstance(found.get("schema"), int) and found["schema"] > SCHEMA
    except (ValueError, RecursionError):
        return False


def read(text: str | None) -> SyncNote:
    """Read a note; what cannot be read is as if nothing had been written."""
    try:
        found = json.loads(text) if text else {}
        if not isinstance(found, dict) or found.get("schema") != SCHEMA:
            return SyncNote()
        walk = found.get("walk")
        if walk is not None:
            walk = {**walk, "asked": tuple(tuple((str(n), str(v)) for n, v in asked) for asked in walk["asked"])}
        return SyncNote(_made(Walk, walk), _made(Covered, found.get("covered")), _made(Last, found.get("last")))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return SyncNote()


T = TypeVar("T", Walk, Covered, Last)


def _made(kind: type[T], values: Any) -> T | None:
    if values is None:
        return None
    known = {item.name: values[item.name] for item in fields(kind) if item.name in values}
    hints = get_type_hints(kind)
    for name, value in known.items():
        allowed = _types(hints[name])
        if not isinstance(value, allowed) or isinstance(value, bool):
            raise TypeError(f"{name} is {value!r}")
    return kind(**known)


def _types(hint: Any) -> tuple[type, ...]:
    if hint in {str, int}:
        return (hint,)
    if hint == (int | None):
        return (int, type(None))
    if hint == (str | None):
        return (str, type(None))
    return (str, tuple)
