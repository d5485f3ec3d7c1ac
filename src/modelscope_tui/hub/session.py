"""Between huggingface_hub and the wire: the library asks, we carry, bound and read. Imports the library.

NORTH WING. Why a transport of our own under `HfApi`, installed with `set_client_factory`:

* `HfApi.list_models` passes `timeout=None` to every request, so a timeout of the client changes nothing;
* `http_backoff` under it repeats a request up to six times within 24 s, and for minutes after a 429, but only for
  httpx2's own errors and for statuses that it sees. It sees none: a refusal leaves the transport as an error of ours;
* it follows a `Link` to any host with the token, which the transport refuses: the library never gets the token,
  `wire.py` adds it to requests for the endpoint alone;
* `ModelInfo` raises KeyError or TypeError at the first field of an unexpected shape and with it loses a whole page.
  So the library is handed the ids alone, and `translate.py` reads the JSON itself, field by field.

What stays the library's: addresses, parameters, paging. A question is known by a context variable, since the
session is one for the whole process and several clients (tests, mirrors) may use it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx2
from huggingface_hub import get_session, set_client_factory

from modelscope_tui.catalog.model import is_repo_id
from modelscope_tui.errors import HubNonsense, ModelscopeError
from modelscope_tui.hub.answer import Cancelled
from modelscope_tui.hub.heard import read_json
from modelscope_tui.hub.refusal import Subject, refusal
from modelscope_tui.hub.secret import Secret
from modelscope_tui.hub.wire import Reply, Request, Wire

ACCEPTED = {"accept-encoding": "gzip"}
"""The one compression that the wire decodes within bounds."""


@dataclass
class Call:
    """One question to the Hub: its deadline, and everything that was heard in answer."""

    wire: Wire
    subject: Subject
    deadline: float
    is_cancelled: Callable[[], bool]
    secret: Secret | None = None
    heard: list[Any] = field(default_factory=list)
    trouble: ModelscopeError | None = None
    """What went wrong with a part of the answer that can be done without."""

    def fetch(self, url: str, headers: dict[str, str], **bounds: Any) -> Reply:
        """Carry one request of this question; it must go to the configured endpoint."""
        if not _is_at(url, self.subject.endpoint):
            raise HubNonsense("The Hub sent us elsewhere for the next page.", "Is HF_ENDPOINT right?")
        if self.is_cancelled():
            raise Cancelled("The question to the Hub was called off.")
        limit = bounds.pop("body_bytes", self.wire.bounds.body_bytes)
        return self.wire.fetch(Request(url, {**headers, **ACCEPTED}, self.deadline, limit, self.secret, **bounds))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request of the library with ids alone; keep the whole JSON in `heard`."""
        reply = self.fetch(str(request.url), {"user-agent": request.headers["user-agent"]})
        if reply.status != 200:
            raise refusal(reply.status, reply.headers, reply.body, self.subject)
        value = read_json(reply.body)
        if isinstance(value, list) != request.url.path.endswith("/api/models"):
            raise HubNonsense(f"The Hub's answer is no {'model' if isinstance(value, list) else 'list'}.")
        self.heard.append(value)
        onward = len(self.heard) < self.wire.bounds.pages
        links = {"link": reply.headers["link"]} if onward and "link" in reply.headers else None
        return httpx2.Response(200, headers=links, json=_ids(value), request=request)

    def rows(self) -> list[dict[str, Any]]:
        """Give the rows of every page heard, in order."""
        pages = [page for page in self.heard if isinstance(page, list)]
        return [row for page in pages for row in page if _has_id(row)]


_call: ContextVar[Call] = ContextVar("call")


@cache
def _install() -> None:
    """Give the library our session before it makes one of its own, which bad proxy settings would let fail."""
    set_client_factory(HubSession)


@contextmanager
def asking(wire: Wire, subject: Subject, *, secret: Secret | None, is_cancelled: Callable[[], bool]) -> Iterator[Call]:
    """Open a question: what the library requests inside belongs to it."""
    _install()
    if not isinstance(get_session(), HubSession):
        set_client_factory(HubSession)
    call = Call(wire, subject, time.monotonic() + wire.bounds.answer_seconds, is_cancelled, secret)
    mark = _call.set(call)
    try:
        yield call
    finally:
        _call.reset(mark)


class _Switchboard(httpx2.BaseTransport):
    """Hands each request of the library to the question that it belongs to."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer within the bounds of the present question."""
        call = _call.get(None)
        if call is None or request.method != "GET":
            raise HubNonsense("The Hub is asked only inside a question, and only to read.")
        return call.answer(request)


class HubSession(httpx2.Client):
    """The session that huggingface_hub uses in this process: every byte goes through the switchboard."""

    def __init__(self) -> None:
        super().__init__(transport=_Switchboard(), timeout=None)


def _ids(value: Any) -> Any:
    if isinstance(value, list):
        return [{"id": row["id"]} for row in value if _has_id(row)]
    if isinstance(value, dict):
        return {"id": "the/model"}
    raise HubNonsense("The Hub's answer is no model.")


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str) and is_repo_id(row["id"])


def _is_at(url: str, endpoint: str) -> bool:
    one, other = httpx2.URL(url), httpx2.URL(endpoint)
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)
