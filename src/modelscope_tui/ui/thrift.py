"""What is tidied up while nobody waits: garbage is collected, and memory that is free again goes back to the system.

UPPER FLOOR. A collection of everything takes 40 to 80 ms, and Python begins one in the middle of whatever key it likes.
So one is made when no key has come for a moment; the first of them sets aside what the start has made, which stays
for as long as the program does and is never looked through again: what Python collects by itself is short from then on.

Textual remembers two colours of each widget by the widget's painted lines: the last 1,024 popups and toasts would keep
all their lines after they are closed (a popup's take some 300 KB).

Python and SQLite free what they let go of, but the C library of Linux (glibc) keeps the pages: in a long session the
pieces add up. Measured with `python -m tests.bench soak`: 9 of 110 MB after 4,000 keys. Giving them back takes less
than a millisecond. It also gives each thread a heap of its own, with pieces of its own: with one for all, nine threads
hold 5 MB less, and as Python runs one of them at a time, none waits for another.
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

_ARENA_MAX = -8
"""M_ARENA_MAX in glibc's malloc.h: how many heaps there may be."""


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


def share_one_heap() -> bool:
    """Let all threads that begin later share a heap; False where the system gives each none of its own, or cannot."""
    limit = _of_c_library("mallopt")
    return limit is not None and bool(limit(_ARENA_MAX, 1))


def give_back() -> bool:
    """Give back what is free; False where the system has no such call, or nothing was free."""
    trim = _of_c_library("malloc_trim")
    return trim is not None and bool(trim(0))


def _of_c_library(name: str) -> Any:
    """Find a function of glibc; None elsewhere (musl has neither, and keeps less)."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes  # (after the first frame)

    library = ctypes.CDLL(None)
    return getattr(library, name, None) if hasattr(library, "gnu_get_libc_version") else None
