"""The explorer in a browser: textual-serve on 127.0.0.1, behind a key that only the printed address holds.

A page of any other site can make a browser speak to this machine, and so can any other user of it. So three things are
asked of every request: the Host is this one (no name may be pointed here), the Origin is this page's, if there is
one, and the key of this run, first in the address and then as a cookie.
"""

from __future__ import annotations

import hmac
import secrets
import shlex
import sys
from collections.abc import Callable, Sequence

from aiohttp import typedefs, web
from textual_serve.server import Server

from modelscope_tui.catalog.packaged import FOLDER

HOST = "127.0.0.1"
"""Where it listens: nobody outside this machine can reach it."""

_COOKIE = "modelscope-tui"


class ExplorerServer(Server):
    """One explorer for each page that is opened."""

    def __init__(self, words: Sequence[str], port: int, say: Callable[[str], None]) -> None:
        """Make the server; nothing listens before :meth:`serve`.

        Args:
            words: what the explorer's command line gets.
            port: where it listens.
            say: tells the person the address.
        """
        argv = [sys.executable, "-m", "modelscope_tui", *words]
        super().__init__(
            shlex.join(argv),  # (textual-serve takes a shell's line; each word is quoted)
            host=HOST,
            port=port,
            title="modelscope-tui",
            templates_path=FOLDER / "web",
        )
        self.key = secrets.token_urlsafe(16)
        self._say = say  # (called once, when it listens)

    @property
    def address(self) -> str:
        """What a person opens."""
        return f"{self.public_url}/?key={self.key}"

    def serve(self, debug: bool = False) -> None:  # noqa: ARG002 - textual-serve's
        """Listen until it is interrupted; the address is said once it answers."""
        web.run_app(
            self._make_app(), host=self.host, port=self.port, access_log=None, print=lambda _: self._say(self.address)
        )

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet: it does not listen."""

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guarded())
        return app

    def _guarded(self) -> typedefs.Middleware:
        own = {f"{HOST}:{self.port}", f"localhost:{self.port}"}

        @web.middleware
        async def guard(request: web.Request, handler: typedefs.Handler) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            if request.host not in own or (origin is not None and origin.removeprefix("http://") not in own):
                raise web.HTTPForbidden(text="This page is opened by its own address alone.")
            given = request.query.get("key", "")
            if hmac.compare_digest(given.encode(), self.key.encode()):
                response = web.HTTPFound("/")
                response.set_cookie(_COOKIE, self.key, httponly=True, samesite="Strict")
                return response
            if not hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), self.key.encode()):
                raise web.HTTPForbidden(text="Open the address that `modelscope-tui web` printed: it holds a key.")
            return await handler(request)

        return guard
