"""Work that makes no garbage in circles: the collector only gets in its way.

GROUND FLOOR. Knows nothing of rows.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of garbage away for a while: with many rows at hand, it is a fifth of the work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
