"""One client with its connections, which can be hung up from another thread. Imports httpx2.

NORTH WING. Proxies (HTTPS_PROXY, NO_PROXY) and certificates (SSL_CERT_FILE, SSL_CERT_DIR) are read from the
environment as the Hub's own library does; REQUESTS_CA_BUNDLE as its older versions did.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import httpx2

from modelscope_tui.errors import HubUnreachable

KEEP_WARM_SECONDS = 30.0
"""How long an idle connection is worth keeping."""


@lru_cache(maxsize=1)
def _trusted(bundle: str | None, file: str | None, folder: str | None) -> ssl.SSLContext:
    if bundle and not file and not folder:
        return ssl.create_default_context(cafile=bundle)
    return httpx2.create_ssl_context(trust_env=True)


def certificates() -> ssl.SSLContext:
    """Load the certificates that are trusted, once: it takes 20 ms.

    Raises:
        HubUnreachable: the environment names a file that is not one of certificates.
    """
    names = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
    bundle, file, folder = (os.environ.get(name) or None for name in names)
    try:
        return _trusted(bundle, file, folder)
    except OSError as error:
        raise HubUnreachable(
            f"The trusted certificates cannot be read ({error}).", f"Look at {', '.join(names)}."
        ) from error


class Line:
    """A client that serves one request at a time."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.is_warm = False
        """Whether it has served a request before."""
        self.has_connected = False
        """Whether the present request needed a new connection."""
        self._sockets: list[socket.socket] = []
        limits = httpx2.Limits(max_keepalive_connections=2, keepalive_expiry=KEEP_WARM_SECONDS)
        try:
            self._client = httpx2.Client(verify=context, trust_env=True, limits=limits, timeout=None)
        except (ImportError, ValueError, httpx2.InvalidURL) as error:
            raise HubUnreachable(f"The proxy settings cannot be used: {error}.", "Look at HTTPS_PROXY.") from error

    @contextlib.contextmanager
    def sent(
        self, url: httpx2.URL, headers: httpx2.Headers, timeouts: Mapping[str, float], note: Callable[[], None]
    ) -> Iterator[httpx2.Response]:
        """Send a GET and lend its answer, unread; `note` hears that the connection stands."""
        self.has_connected = False

        def _trace(name: str, info: Mapping[str, Any]) -> None:
            if name.endswith(("connect_tcp.complete", "start_tls.complete")):
                self.has_connected = True
                held = info["return_value"].get_extra_info("socket")
                self._sockets = [*self._sockets[-8:], held]
                note()
            elif name.endswith("send_request_headers.started"):
                note()

        extensions = {"timeout": dict(timeouts), "trace": _trace}
        request = httpx2.Request("GET", url, headers=headers, extensions=extensions)
        response = self._client.send(request, stream=True)
        try:
            yield response
            self.is_warm = True
        finally:
            response.close()

    def hang_up(self) -> None:
        """Shut the sockets down: whoever reads or writes on them stops now. Any thread may call it."""
        for held in self._sockets:
            with contextlib.suppress(OSError):  # already closed
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connections; only when nobody uses the line any more."""
        self._client.close()
