"""Rows in the order that a query asks for.

GROUND FLOOR. Numbers are ordered by their bits (``column.py``); names by the index on folded ids, whole: `a/z` comes
before `b/a`, as the table shows them. Unknown values are last in both directions.
"""

from __future__ import annotations

from pyroaring import BitMap

from modelscope_tui.catalog.column import Order, leading, place_of
from modelscope_tui.catalog.query import Query
from modelscope_tui.catalog.store import Store

_SORTED_AT_ONCE = 20_000
"""Up to so many names are read and sorted; more are walked in the order of the index on names."""


class Ordering:
    """Orders rows of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def _order(self, query: Query) -> Order:
        downloads = self._store.column("downloads")
        if query.sort == "downloads":
            return [(downloads, not query.is_reversed)]
        return [(self._store.column(query.sort), not query.is_reversed), (downloads, True)]

    def page(self, rows: BitMap, query: Query, start: int, stop: int) -> list[int]:
        """Give the row numbers from one place of the order to another."""
        start, stop = max(start, 0), min(stop, len(rows))
        if start >= stop:
            return []
        if query.sort == "name":
            return self._named_page(rows, start, stop, is_reversed=query.is_reversed)
        order = self._order(query)
        shown = leading(rows, stop, order) - leading(rows, start, order)
        return sorted(shown, key=lambda row: [_rank(column.value(row), descending) for column, descending in order])

    def place(self, row: int, rows: BitMap, query: Query) -> int:
        """Count the rows before a row in the order."""
        if query.sort != "name":
            return place_of(row, rows, self._order(query))
        named, name = self._store.name, self._store.name(row)
        if query.is_reversed:
            return sum([named(other) > name for other in rows])
        return sum([named(other) < name for other in rows])

    def _named_page(self, rows: BitMap, start: int, stop: int, *, is_reversed: bool) -> list[int]:
        if len(rows) <= _SORTED_AT_ONCE:
            return sorted(rows, key=self._store.name, reverse=is_reversed)[start:stop]
        direction = "DESC" if is_reversed else "ASC"
        walk = self._store.connection.execute(f"SELECT number FROM names ORDER BY key {direction}")  # noqa: S608 - a constant
        found: list[int] = []
        passed = 0
        for (number,) in walk:
            if number in rows:
                passed += 1
                if passed > start:
                    found.append(number)
                if passed == stop:
                    break
        return found


def _rank(value: int | None, is_descending: bool) -> tuple[bool, int]:
    if value is None:
        return True, 0
    return False, -value if is_descending else value
