"""One page of the Hub's list at a time, for a walk that may last an hour and go on tomorrow.

NORTH WING. Not by way of `HfApi.list_models`: that cannot begin at a page, and loads the library for nothing. The
address of the next page is never followed as it comes: its cursor is taken and asked of the configured endpoint, so
that neither token nor question goes anywhere else.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from modelscope_tui import __version__
from modelscope_tui.catalog.model import Model
from modelscope_tui.errors import AccessDenied, HubNonsense, ModelscopeError, UsageError
from modelscope_tui.hub.bounds import MIB, Bounds
from modelscope_tui.hub.heard import read_json
from modelscope_tui.hub.question import ROW_FACTS
from modelscope_tui.hub.read import moment
from modelscope_tui.hub.refusal import Subject, refusal
from modelscope_tui.hub.secret import Secret
from modelscope_tui.hub.standing import Standing
from modelscope_tui.hub.translate import row_of
from modelscope_tui.hub.wait import rate_limited, wait_seconds
from modelscope_tui.hub.wire import Request, Wire

PAGE_ROWS = 1000
"""The most rows that the Hub gives at once."""

PAGE_BOUNDS = Bounds(connect_seconds=3.0, answer_seconds=60.0, body_bytes=48 * MIB)
"""A page may take its time, and 1,000 rows with their chat templates are some megabytes."""

LONGEST_CURSOR = 2000

Params = Sequence[tuple[str, str]]

_NEXT = re.compile(r"<([^>]{1,8000})>\s*;[^,<]*?rel=\"?next\"?", re.IGNORECASE)
_WIRE_SORTS = {"likes": "likes", "downloads": "downloads", "trending_score": "trendingScore",
               "last_modified": "lastModified", "created_at": "createdAt"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One page."""

    models: tuple[Model, ...]
    bad: int
    """Rows that name no repository."""
    newest: str | None
    """When the first row was changed, as the Hub says it."""
    cursor: str | None
    """Where the next page begins; None at the end."""
    headers: Mapping[str, str]
    total: int | None
    """How many rows there are in all, where the Hub says so."""


class Lister:
    """Asks for pages, each within its own deadline. Any thread may cancel."""

    def __init__(self, *, endpoint: str, token: str | None, standing: Standing, bounds: Bounds = PAGE_BOUNDS) -> None:
        self.endpoint = endpoint
        self.has_token = token is not None
        self._secret = Secret(token) if token is not None else None
        self._standing = standing
        self._bounds = bounds
        self._wire = Wire(bounds)

    def ask(self, params: Params, cursor: str | None, *, as_of: str) -> Listed:
        """Ask for one page.

        Raises:
            ModelscopeError: RateLimited with the seconds to wait, HubUnreachable, HubNonsense, AccessDenied.
        """
        self._standing.check_wait()
        try:
            heard = self._heard(params, cursor, as_of)
        except ModelscopeError as problem:
            self._standing.note(problem)
            raise
        self._standing.note(None)
        return heard

    def cancel(self) -> None:
        """Call off the page that is asked for."""
        self._wire.cancel_all()

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.close()

    def _heard(self, params: Params, cursor: str | None, as_of: str) -> Listed:
        if self._secret is not None and not self._secret.is_sendable:
            words = "The token holds characters that no token has."
            raise AccessDenied(words, "Look at HF_TOKEN.", kind="not-authorised")
        asked = [*params, *([("cursor", cursor)] if cursor else [])]
        agent = f"modelscope-tui/{__version__}; python/{sys.version_info[0]}.{sys.version_info[1]}"
        reply = self._wire.fetch(
            Request(
                f"{self.endpoint}/api/models?{urlencode(asked)}",
                {"user-agent": agent, "accept-encoding": "gzip"},
                time.monotonic() + self._bounds.answer_seconds,
                self._bounds.body_bytes,
                self._secret,
            )
        )
        if reply.status == 503 and "retry-after" in reply.headers:
            raise rate_limited(wait_seconds({"retry-after": reply.headers["retry-after"]}))
        if reply.status != 200:
            raise refusal(reply.status, reply.headers, reply.body, Subject(self.endpoint, self.has_token))
        rows = read_json(reply.body, may_stay=True)
        if not isinstance(rows, list):
            raise HubNonsense("The Hub's answer is no list.", "Is HF_ENDPOINT right?")
        try:
            return _listed(rows, reply.headers, cursor, as_of)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise HubNonsense(f"The Hub's page cannot be read ({type(error).__name__}).") from error


def _listed(rows: list[Any], headers: Mapping[str, str], cursor: str | None, as_of: str) -> Listed:
    onward = next_cursor(headers)
    if onward is not None and onward == cursor:
        raise HubNonsense("The Hub gives the same page again and again.", "Is HF_ENDPOINT right?")
    models = tuple([model for row in rows if (model := row_of(row, as_of=as_of)) is not None])
    if not models and (rows or onward):
        raise HubNonsense("Not one row of the Hub's page can be read.", "Is HF_ENDPOINT right?")
    newest = moment(rows[0].get("lastModified")) if rows and isinstance(rows[0], dict) else None
    said = headers.get("x-total-count", "")
    total = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
    return Listed(models, len(rows) - len(models), newest, onward, headers, total)


def next_cursor(headers: Mapping[str, str]) -> str | None:
    """Read the cursor out of a `Link` header; whatever host or path it names is not looked at.

    Raises:
        HubNonsense: there is a next page, and nothing that says where it begins.
    """
    found = _NEXT.search(headers.get("link", ""))
    if found is None:
        return None
    try:
        cursor = dict(parse_qsl(urlsplit(found[1]).query)).get("cursor")
    except ValueError:
        cursor = None
    if not cursor or len(cursor) > LONGEST_CURSOR:
        raise HubNonsense("The Hub says that there is a next page, and not where.", "Is HF_ENDPOINT right?")
    return cursor


def params_of(sort: str, *, limit: int = PAGE_ROWS, more: Params = ()) -> list[tuple[str, str]]:
    """Give the parameters of a list with all facts of a row, in the Hub's words."""
    facts = [("expand", fact) for fact in ROW_FACTS if fact != "author"]
    return [*more, ("sort", sort), ("limit", str(min(limit, PAGE_ROWS))), *facts]


def params_of_question(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Turn one of :func:`question.questions` into the same."""
    more: list[tuple[str, str]] = []
    for name, value in asked.items():
        if name in {"sort", "limit", "expand"}:
            continue
        if isinstance(value, bool):
            more.append((name, "true" if value else "false"))
        else:
            more += [(name, item) for item in (value if isinstance(value, list) else [value])]
    sort = _WIRE_SORTS.get(asked["sort"])
    if sort is None:  # pragma: no cover - `questions` gives only these
        raise UsageError(f"The Hub does not sort by {asked['sort']}.")
    return params_of(sort, limit=asked["limit"], more=more)
