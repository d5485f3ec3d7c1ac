"""SOUTH WING: what is found out about a row is kept until another row is asked about.

The index asks fourteen tools about each of millions of rows, and each tool asks the same things first. A row never
changes, so its answers do not either.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from modelscope_tui.catalog.model import Model

Answer = TypeVar("Answer")


def per_row(ask: Callable[[Model], Answer]) -> Callable[[Model], Answer]:
    """Keep the answer for the row that was asked about last; safe to call from several threads."""
    kept: tuple[Model, Answer] | None = None

    @wraps(ask)
    def asked(model: Model) -> Answer:
        nonlocal kept
        last = kept  # (another thread may replace it, never change it)
        if last is not None and last[0] is model:
            return last[1]
        found = ask(model)
        kept = model, found
        return found

    return asked
