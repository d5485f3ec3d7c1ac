"""Says an error of the house where nobody nearer has: no key and no click ends the program by it.

UPPER FLOOR. An index can break, and a disk can go, at any moment, and nearly every key asks them something.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textual.app import App
from textual.message import Message
from textual.screen import Screen

from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui.present import clean

TOLD_SECONDS = 6.0
"""How long such words stay: nothing else on the screen says them."""


@contextmanager
def telling(app: App[Any]) -> Iterator[None]:
    """Do something; an error of the house that comes of it is said in a toast. Any other one is a bug, and goes on."""
    try:
        yield
    except ModelscopeError as problem:
        app.notify(clean(str(problem), 600), severity="error", timeout=TOLD_SECONDS, markup=False)


class TellingScreen(Screen[None]):
    """A screen that says them, whichever message they come of."""

    async def _on_message(self, message: Message) -> None:
        with telling(self.app):
            await super()._on_message(message)
