"""What is tidied up while nobody waits: garbage is collected, and memory that is free again goes back to the system.

UPPER FLOOR. A collection of everything takes 40 to 80 ms, and Python begins one in the middle of whatever key it likes.
So one is made when no key has come for a moment; the first of them sets aside what the start has made, which stays
for as long as the program does and is never looked through again: what Python collects by itself is short from then on.

Textual remembers two colours of each widget by the widget's painted lines: the last 1,024 popups and toasts would keep
all their lines after they are closed (a popup's take some 300 KB).

Python and SQLite free what they let go of, but the C library of Linux (glibc) keeps the pages: in a long session the
pieces add up. Measured with `python -m tests.bench soak`: 9 of 110 MB after 4,000 keys. Giving them back takes less
than a millisecond.
"""

from __future__ import annotations

import gc
import sys
import time
from typing import Any

from textual._styles_cache import StylesCache
from textual.app import App

EVERY_SECONDS = 30.0
"""How often, while the program is in use; at rest nothing is done."""

FIRST_SECONDS = 1.5
"""When first, after the start."""

REST_SECONDS = 0.4
"""How long no key has come before."""


class Thrift:
    """Tidies up in one program."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._is_first = True
        self.is_used = True
        """Whether anything was done since it was tidied up."""
        self._used_at = 0.0

    def begin(self) -> None:
        """Come back from time to time."""
        self._app.set_timer(FIRST_SECONDS, self.tidy)
        self._app.set_interval(EVERY_SECONDS, self.tidy)

    def use(self) -> None:
        """Take note of a key."""
        self.is_used, self._used_at = True, time.monotonic()

    def tidy(self) -> None:
        """Tidy up after use, when no key has come for a moment; else look again a moment later."""
        if not self.is_used:
            return
        if time.monotonic() - self._used_at < REST_SECONDS:
            self._app.set_timer(REST_SECONDS, self.tidy)
            return
        self.is_used = False
        forget_closed()
        gc.collect()
        if self._is_first:
            self._is_first = False
            gc.freeze()
        self._app.run_worker(give_back, thread=True, group="thrift", exit_on_error=False)


def forget_closed() -> None:
    """Let go of the painted lines of popups and toasts that are closed. The colours are mixed again when needed."""
    StylesCache.get_inner_outer.cache_clear()


def give_back() -> bool:
    """Give back what is free; False where the system has no such call, or nothing was free."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes  # (at rest in a thread: no frame waits for it)

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # (musl has none, and keeps less)
    return trim is not None and bool(trim(0))
