"""Things that are kept while there is room for them, the longest unused going first.

GROUND FLOOR. A bound in bytes, so that the memory of a long session stays small.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """A mapping with a limit on the size of what it holds."""

    def __init__(self, limit: int, size_of: Callable[[V], int] = lambda _: 1) -> None:
        self._limit = limit
        self._size_of = size_of
        self._size = 0
        self._items: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Give what is kept, and keep it longer."""
        found = self._items.get(key)
        if found is not None:
            self._items.move_to_end(key)
        return found

    def put(self, key: K, value: V) -> V:
        """Keep something; returns it."""
        before = self._items.pop(key, None)
        if before is not None:
            self._size -= self._size_of(before)
        self._items[key] = value
        self._size += self._size_of(value)
        while self._size > self._limit and len(self._items) > 1:
            self._size -= self._size_of(self._items.popitem(last=False)[1])
        return value

    def drop(self) -> None:
        """Let go of everything."""
        self._items.clear()
        self._size = 0

    def __len__(self) -> int:
        return len(self._items)
