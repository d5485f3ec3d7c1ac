"""Bytes to and from the Hub, within bounds: who waits here never waits longer than told. Imports httpx2.

NORTH WING. Each request runs in a thread of its own and its asker waits with a deadline, because nothing less bounds
a name lookup, a handshake and an answer of one byte a second alike, and because a waiting thread can be called off at
once. A request that is given up has its sockets shut down, so that its thread ends too. A :class:`Line` (a client with
its connections) serves one request at a time and is kept warm between them; a given-up line is never used again.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from modelscope_tui.catalog.units import in_memory
from modelscope_tui.errors import HubNonsense, HubUnreachable, ModelscopeError
from modelscope_tui.hub.answer import Cancelled
from modelscope_tui.hub.bounds import Bounds
from modelscope_tui.hub.line import Line, certificates
from modelscope_tui.hub.secret import Secret

WARM_LINES = 4
"""How many idle lines are kept."""


@dataclass(frozen=True, slots=True)
class Request:
    """One GET and its bounds."""

    url: str
    headers: Mapping[str, str]
    deadline: float
    """When the whole question ends, on the monotonic clock."""
    body_bytes: int
    secret: Secret | None = None
    """The token, for the request's own host only."""
    may_cut: bool = False
    """Whether a longer body is cut instead of refused."""
    may_leave: bool = False
    """Whether a redirect may lead to another host (files do); the token never goes along."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, decoded."""

    status: int
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes
    url: str


class Wire:
    """Fetches; any thread may ask, and any thread may call everything off."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._lock = threading.Lock()
        self._idle: list[Line] = []
        self._busy: set[Exchange] = set()
        self._is_closed = False

    def fetch(self, request: Request) -> Reply:
        """Fetch, or raise HubUnreachable, HubNonsense or Cancelled; never later than the request's deadline."""
        exchange = self._exchanged(request, self._warm_line())
        if isinstance(exchange.outcome, _LostWarmLine):
            exchange.let_go()
            exchange = self._exchanged(request, Line(certificates()))
        outcome = exchange.outcome
        if isinstance(outcome, Reply):
            self._keep(exchange.line)
            return outcome
        exchange.let_go()
        error = outcome if isinstance(outcome, ModelscopeError) else _in_our_words(outcome, request.url, self.bounds)
        # The frames of the carrying thread hold raw headers, and with them the token: a traceback that shows local
        # variables (Textual prints one) must not begin there. What they would tell is in the message.
        raise error.with_traceback(None) from None

    def cancel_all(self) -> None:
        """Call off every request that is under way: its asker gets Cancelled now."""
        with self._lock:
            busy = list(self._busy)
        for exchange in busy:
            exchange.call_off()

    def close(self) -> None:
        """Call everything off and let go of the warm lines."""
        self._is_closed = True
        self.cancel_all()
        with self._lock:
            idle, self._idle = self._idle, []
        for line in idle:
            line.close()

    def _exchanged(self, request: Request, line: Line) -> Exchange:
        exchange = Exchange(request, line, self.bounds)
        with self._lock:
            self._busy.add(exchange)
        try:
            exchange.run()
        finally:
            with self._lock:
                self._busy.discard(exchange)
        return exchange

    def _warm_line(self) -> Line:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Line(certificates())

    def _keep(self, line: Line) -> None:
        with self._lock:
            if len(self._idle) < WARM_LINES and not self._is_closed:
                self._idle.append(line)
                return
        line.close()


class _LostWarmLine(Exception):
    """The Hub had hung up on a warm line before it heard us: a fresh one will do."""


class Exchange:
    """One request on its way, and the thread that carries it."""

    def __init__(self, request: Request, line: Line, bounds: Bounds) -> None:
        self.line = line
        self.outcome: Reply | Exception = HubUnreachable("The Hub was not asked.")
        self._request = request
        self._bounds = bounds
        self._lock = threading.Lock()
        self._connected = threading.Event()
        self._finished = threading.Event()
        self._has_ended = False
        self._is_given_up = False
        self._is_called_off = False

    def run(self) -> None:
        """Carry the request and wait for its outcome, within the bounds."""
        threading.Thread(target=self._carry, name="hub", daemon=True).start()
        try:
            self._wait()
        except BaseException:  # (Ctrl+C while waiting)
            self.let_go()
            raise

    def _wait(self) -> None:
        left = self._request.deadline - time.monotonic()
        told = self._connected.wait(min(self._bounds.connect_seconds, left))
        left = self._request.deadline - time.monotonic()
        if told and self._finished.wait(max(0.0, left)) and not self._is_called_off:
            return
        host = httpx2.URL(self._request.url).host
        if self._is_called_off:
            self.outcome = Cancelled("The question to the Hub was called off.")
        elif not told:
            self.outcome = HubUnreachable(
                f"{host} could not be reached within {self._bounds.connect_seconds:g} s.", "Is the network up?"
            )
        else:
            self.outcome = _too_slow(host, self._bounds)

    def call_off(self) -> None:
        """End the wait now, from another thread."""
        self._is_called_off = True
        self.line.hang_up()
        self._connected.set()
        self._finished.set()

    def let_go(self) -> None:
        """Have the line closed: now when its thread has ended, else by that thread, which is made to end."""
        with self._lock:
            self._is_given_up = True
            has_ended = self._has_ended
        self.line.hang_up()
        if has_ended:
            self.line.close()

    def _carry(self) -> None:
        try:
            outcome: Reply | Exception = self._converse()
        except Exception as error:  # (handed to the asker, who raises it in our words)
            outcome = error
        is_reused = self.line.is_warm and not self.line.has_connected
        if is_reused and isinstance(outcome, httpx2.RemoteProtocolError | httpx2.ReadError | httpx2.WriteError):
            outcome = _LostWarmLine()
        with self._lock:
            self._has_ended = True
            given_up = self._is_given_up
            if not given_up and not self._is_called_off:
                self.outcome = outcome
        self._connected.set()
        self._finished.set()
        if given_up:
            self.line.close()

    def _converse(self) -> Reply:
        url, headers = httpx2.URL(self._request.url), httpx2.Headers(dict(self._request.headers))
        home = _origin(url)
        if self._request.secret is not None:
            headers["authorization"] = self._request.secret.bearer()
        for _ in range(self._bounds.redirects + 1):
            with self.line.sent(url, headers, self._timeouts(), self._note) as response:
                if not response.has_redirect_location:
                    found = {name.lower(): value for name, value in response.headers.items()}
                    return Reply(response.status_code, found, self._body(response), str(url))
                url = self._next(url, response.headers["location"], home)
            if _origin(url) != home:
                headers.pop("authorization", None)
        raise HubNonsense("The Hub sent us round in circles.", "Is HF_ENDPOINT right?")

    def _next(self, url: httpx2.URL, location: str, home: tuple[str, str, int | None]) -> httpx2.URL:
        """Follow a redirect within the Hub; to another host only for files, encrypted unless the Hub itself is not."""
        try:
            target = url.join(location)
        except httpx2.InvalidURL as error:
            raise HubNonsense("The Hub sent us to an address that is none.") from error
        is_plain = target.scheme != "https" and home[0] == "https"
        if _origin(target) == home or _is_upgrade(home, target):
            return target
        if target.scheme not in {"http", "https"} or is_plain or not self._request.may_leave:
            raise HubNonsense(f"The Hub sent us elsewhere, to {target.host or 'nowhere'}.", "Is HF_ENDPOINT right?")
        return target

    def _timeouts(self) -> dict[str, float]:
        left = max(0.001, self._request.deadline - time.monotonic())
        return {"connect": min(left, self._bounds.connect_seconds), "read": left, "write": left, "pool": left}

    def _note(self) -> None:
        self._connected.set()
        if self._is_given_up or self._is_called_off:
            self.line.hang_up()

    def _body(self, response: httpx2.Response) -> bytes:
        """Read and decode here, chunk by chunk: httpx2 would inflate a bomb to its full size."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise HubNonsense(f"The Hub answered in an encoding that nobody asked for ({encoding[:20]!r}).")
        inflate = zlib.decompressobj(47) if encoding not in {"", "identity"} else None
        limit, body, chunk = self._request.body_bytes, bytearray(), b""
        for chunk in response.iter_raw():
            body += inflate.decompress(chunk, limit + 1 - len(body)) if inflate else chunk
            if len(body) > limit and self._request.may_cut:
                return bytes(body[:limit])
            if len(body) > limit:
                raise HubNonsense(f"The Hub answered with more than {in_memory(limit)}.", "Nothing of it was kept.")
            if self._is_given_up or time.monotonic() > self._request.deadline:
                raise _too_slow(response.url.host, self._bounds)
        if inflate is not None and chunk and not inflate.eof:
            raise HubNonsense("The Hub's answer broke off.", "Try again.")
        return bytes(body)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _is_upgrade(home: tuple[str, str, int | None], target: httpx2.URL) -> bool:
    return home[0] == "http" and target.scheme == "https" and home[1] == target.host and home[2] is target.port is None


def _too_slow(host: str, bounds: Bounds) -> HubUnreachable:
    return HubUnreachable(f"{host} did not answer within {bounds.answer_seconds:g} s.", "Try again, or work offline.")


def _in_our_words(error: Exception, url: str, bounds: Bounds) -> ModelscopeError:
    host = httpx2.URL(url).host
    reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
    if isinstance(error, httpx2.TimeoutException):
        return _too_slow(host, bounds)
    if isinstance(error, httpx2.ConnectError) and "CERTIFICATE" in reason.upper():
        return HubUnreachable(f"{host} shows a certificate that is not trusted.", "SSL_CERT_FILE names another list.")
    if isinstance(error, httpx2.RemoteProtocolError) and "disconnected" not in reason and "closed" not in reason:
        return HubNonsense(f"{host} does not speak HTTP.", "Is HF_ENDPOINT right?")
    if isinstance(error, httpx2.RemoteProtocolError | httpx2.ReadError):
        return HubUnreachable(f"{host} hung up before its answer was whole.", "Try again, or work offline.")
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL | zlib.error):
        return HubNonsense(f"The Hub's answer cannot be read ({reason}).")
    reason = reason[:1].lower() + reason[1:].rstrip(".")
    return HubUnreachable(
        f"{host} cannot be reached: {reason}.", "Is the network up? What was seen before stays usable."
    )
