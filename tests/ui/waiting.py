"""How a story waits: for the program to be quiet, never for a time, and never for luck.

    quiet      every message is answered and everything is painted; threads may still work
    at_rest    quiet, and no thread works any more

Textual's own pilot looks at the clock instead: on a busy machine a program that gets no processor looks idle to it.
A thread that a newer one replaced was given up on purpose and is no failure; a thread that ended in a bug is one.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.worker import WorkerCancelled

LOOKS = 5_000
"""More looks than any story needs: a program that never rests fails here instead of hanging."""

PATIENCE_SECONDS = 60
"""No message takes so long: one that is never answered fails here."""

TURNS = 5
"""So many turns of the event loop without work: tasks that are no messages, as the end of a popup, have had theirs."""


async def press(app: App[Any], *keys: str) -> None:
    """Press keys, each when the program has done what the one before it does at once."""
    for key in keys:
        await press_at_once(app, key)


async def press_at_once(app: App[Any], *keys: str) -> None:
    """Press keys without a look at the screen between them."""
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 else key
        event = Key(name, key if len(key) == 1 else _character(name))
        event.set_sender(app)
        app.post_message(event)
    await quiet(app)


def _character(name: str) -> str | None:
    with suppress(KeyError):
        return unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    return None


async def at_rest(app: App[Any]) -> None:
    """Wait until the program does nothing any more.

    Raises:
        WorkerFailed: a thread ended in a bug while it was waited for.
    """
    await quiet(app)
    while workers := list(app.workers):
        for worker in workers:
            with suppress(WorkerCancelled):
                await worker.wait()
        await quiet(app)


async def quiet(app: App[Any]) -> None:
    """Wait until no message waits and nothing is left to paint; return at once when the program left or broke."""
    calm = 0
    for _ in range(LOOKS):
        if _has_ended(app):
            return
        busy = [pump for pump in _pumps(app) if _is_busy(pump)]
        calm = 0 if busy or _paints(app) else calm + 1
        if calm == TURNS:
            return
        if busy:
            await _answered(app, busy)
        else:
            await app.animator.wait_until_complete()
            await asyncio.sleep(0)
    raise AssertionError("the program is never quiet")


def _has_ended(app: App[Any]) -> bool:
    return app._exception is not None or app._exit or not app.screen_stack


def _pumps(app: App[Any]) -> Iterator[MessagePump]:
    yield app
    for screen in app.screen_stack:
        yield from screen.walk_children(with_self=True)


def _is_busy(pump: MessagePump) -> bool:
    """Tell whether a widget has something to do: it is anywhere but waiting at its empty queue."""
    if pump._closing or pump._closed:
        return False
    queue = pump._message_queue
    is_waiting = bool(queue.ready_event._waiters)  # type: ignore[attr-defined]
    return not is_waiting or not queue.empty() or pump._pending_message is not None or bool(pump._next_callbacks)


def _paints(app: App[Any]) -> bool:
    """Paint what is to be painted, without waiting for the next frame; tell whether there was any."""
    if app._resize_event is not None:
        app._check_resize()
        return True
    owing = [screen for screen in app.screen_stack if screen.is_current and _owes(screen)]
    for screen in reversed(owing):  # what lies under a popup is painted too
        screen._on_timer_update()
    return bool(owing)


def _owes(screen: Screen[Any]) -> bool:
    owed = screen._layout_required or screen._scroll_required or screen._dirty_widgets or screen._callbacks
    if screen.app.screen is not screen:
        return bool(owed)  # under a popup, "repaint" is never taken back
    return bool(owed or screen._repaint_required)


async def _answered(app: App[Any], busy: list[MessagePump]) -> None:
    """Wait until these have done all that they were asked until now."""
    done = asyncio.Event()
    left = 0

    def _count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            done.set()

    for pump in busy:
        left += pump.call_later(_count)
    for _ in range(PATIENCE_SECONDS):
        if left == 0 or _has_ended(app) or all(pump._closed for pump in busy):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await done.wait()
    raise AssertionError(f"no answer from {busy}")
