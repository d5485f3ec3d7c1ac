"""From what a person asks a sync for to the walk that does it, and what it will cost. Pure.

NORTH WING. A whole walk is walked once; after it only what has changed since is asked for. The costs are estimates,
each with what it is based on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from modelscope_tui.catalog.measure import time_span
from modelscope_tui.catalog.query import Query, format_query
from modelscope_tui.errors import UsageError
from modelscope_tui.hub.listing import PAGE_ROWS, params_of, params_of_question
from modelscope_tui.hub.question import questions
from modelscope_tui.hub.walk import Covered, SyncNote, Walk

TOP = 100_000
"""How many of the most downloaded models are brought when nothing else is said."""

WHOLE_HUB = 2_500_000
"""About how many models the Hub lists in autumn 2026: for estimates only, until a walk has counted them."""

WHOLE_AGAIN_DAYS = 30
"""After so long `--all` walks the whole list anew, because nothing else tells which models have vanished."""

ROW_WIRE_BYTES = 600
"""Of a row, compressed, on the wire: recorded rows have 0.4 to 4 kB before gzip, and about a quarter of it after."""

ANONYMOUS_QUOTA, TOKEN_QUOTA, WINDOW_SECONDS = 500, 1000, 300
"""Requests in a window: the Hub's documentation of its rate limits, September 2025; answers say the true ones."""

MEMORY_BYTES = 150_000_000
"""One page at a time is held, whatever the number of rows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for."""

    everything: bool = False
    limit: int | None = None
    query: Query | None = None
    since: str | None = None
    """ISO 8601; changes from then on."""
    since_text: str = ""
    """The same as it was typed."""
    anew: bool = False
    """Walk the whole list although it is known, and forget a walk under way."""

    @property
    def text(self) -> str:
        """Say it in one line; the same line is the same request."""
        if self.query is not None:
            return f"query {format_query(self.query)} limit {self.limit or TOP}"
        if self.since is not None:
            return (
                f"since {self.since_text or self.since} limit {self.limit}"
                if self.limit
                else f"since {self.since_text}"
            )
        return "all" if self.everything else f"top {self.limit or TOP}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The walk to take, and what it is thought to cost."""

    walk: Walk
    is_resumed: bool
    rows: int | None
    """How many rows are still to come; None where nobody knows."""
    disk_bytes: int | None
    wire_bytes: int | None
    window_requests: int
    least_seconds: float | None
    """How long the Hub's rate limit makes it at least."""

    @property
    def requests(self) -> int | None:
        """How many pages are still to come."""
        return None if self.rows is None else -(-self.rows // PAGE_ROWS)


def since_of(text: str, now: datetime) -> str:
    """Read `7d`, `2w` or a date as the moment from which changes are wanted.

    Raises:
        UsageError: it is neither.
    """
    span = time_span(f"<{text}" if text[-1:].isalpha() else f">={text}", now)
    if span is None or span.low is None:
        raise UsageError(f"Cannot read the date {text!r}.", "Give an age such as 7d, 2w or 3m, or a date: 2026-11-01.")
    moment = datetime.fromtimestamp(span.low, UTC)
    if moment > now:
        raise UsageError(f"{text} lies in the future.", "Give a date of the past, or an age such as 7d.")
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def walk_for(wanted: Wanted, note: SyncNote, *, started: str) -> tuple[Walk, bool]:
    """Choose the walk: go on with the one under way, fetch what has changed, or walk the whole.

    Returns:
        The walk, and whether it goes on where an earlier one was.
    """
    under_way = note.walk
    if under_way is not None and under_way.request == wanted.text and not wanted.anew:
        return under_way, True
    if wanted.query is not None:
        limit = wanted.limit or TOP
        asked = tuple(tuple(params_of_question(one)) for one in questions(wanted.query, limit))
        return Walk(wanted.text, "query", asked, started, limit=limit), False
    if wanted.since is not None:
        return Walk(
            wanted.text, "since", _asked("lastModified"), started, until=wanted.since, limit=wanted.limit
        ), False
    covered = note.covered
    if not wanted.anew and covered is not None and _is_enough(covered, wanted, started):
        changes = Walk(wanted.text, "changes", _asked("lastModified"), started, until=covered.head, head=covered.head)
        return replace(changes, floor=covered.floor, limit=covered.limit), False
    return whole_walk(wanted, started), False


def whole_walk(wanted: Wanted, started: str) -> Walk:
    """Walk the most downloaded, or everything: that in the order of creation, in which nothing moves meanwhile."""
    if wanted.everything:
        return Walk(wanted.text, "all", _asked("createdAt"), started)
    limit = wanted.limit or TOP
    return Walk(wanted.text, "top", _asked("downloads", limit), started, limit=limit)


def _asked(sort: str, limit: int = PAGE_ROWS) -> tuple[tuple[tuple[str, str], ...], ...]:
    return (tuple(params_of(sort, limit=limit)),)


def _is_enough(covered: Covered, wanted: Wanted, started: str) -> bool:
    """Tell whether the changes since are all that is missing."""
    if covered.head is None:
        return False
    if wanted.everything:
        walked = datetime.fromisoformat(covered.walked)
        is_recent = datetime.fromisoformat(started) - walked < timedelta(days=WHOLE_AGAIN_DAYS)
        return covered.kind == "all" and is_recent
    return covered.kind == "all" or (covered.limit or 0) >= (wanted.limit or TOP)


def rows_to_come(walk: Walk, covered: Covered | None) -> int | None:
    """Estimate how many rows a walk still brings; None for changes and queries, of which nobody knows."""
    if walk.kind == "top" and walk.limit is not None:
        whole = min(walk.limit, walk.total) if walk.total is not None else walk.limit
        return max(0, whole - walk.rows)
    if walk.kind == "all":
        known = walk.total or (covered.rows if covered is not None and covered.kind == "all" else WHOLE_HUB)
        return max(0, known - walk.rows)
    return None


def planned(walk: Walk, *, is_resumed: bool, covered: Covered | None, row_bytes: float, has_token: bool) -> Plan:
    """Put a walk together with what it costs.

    Args:
        walk: the walk.
        is_resumed: whether it goes on.
        covered: what is known of earlier walks.
        row_bytes: bytes of the index per row, as measured here.
        has_token: whether the Hub allows more requests.
    """
    rows = rows_to_come(walk, covered)
    quota = TOKEN_QUOTA if has_token else ANONYMOUS_QUOTA
    if rows is None:
        return Plan(walk, is_resumed, None, None, None, quota, None)
    windows = max(0, -(-rows // PAGE_ROWS) - quota) / quota
    return Plan(walk, is_resumed, rows, round(rows * row_bytes), rows * ROW_WIRE_BYTES, quota, windows * WINDOW_SECONDS)


def is_too_long(walk: Walk) -> bool:
    """Tell whether a catch-up has cost as much as walking the most downloaded once more: then that is better."""
    return walk.kind == "changes" and walk.limit is not None and walk.pages >= max(2, -(-walk.limit // PAGE_ROWS))
