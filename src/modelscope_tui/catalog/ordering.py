"""Rows in the order that a query asks for.

GROUND FLOOR. Numbers are ordered by their bits (``column.py``); names by the index on folded ids, whole: `a/z` comes
before `b/a`, as the table shows them. Unknown values are last in both directions.
"""

from __future__ import annotations

from pyroaring import BitMap

from modelscope_tui.catalog.column import Order, leading, place_of
from modelscope_tui.catalog.query import Query
from modelscope_tui.catalog.store import Store

_SORTED_AT_ONCE = 500
"""Up to so many names are read and sorted; of more some stand on every other leaf of names."""


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
        before = 0
        for numbers in self._store.names.rows_in_order(is_reversed=query.is_reversed):
            if row in numbers:
                return before + sum([number in rows for number in numbers[: numbers.index(row)]])
            before += rows.intersection_cardinality(BitMap(numbers))
        raise LookupError(row)

    def _named_page(self, rows: BitMap, start: int, stop: int, *, is_reversed: bool) -> list[int]:
        if len(rows) <= _SORTED_AT_ONCE:
            named = sorted([(name, number) for number, name in self._store.names_of(rows.to_array())])
            found = [number for _, number in named]
            return (found[::-1] if is_reversed else found)[start:stop]
        found, passed = [], 0
        for numbers in self._store.names.rows_in_order(is_reversed=is_reversed):
            here = rows.intersection_cardinality(BitMap(numbers))
            if passed + here > start:
                found += [number for number in numbers if number in rows][max(start - passed, 0) : stop - passed]
            passed += here
            if passed >= stop:
                break
        return found


def _rank(value: int | None, is_descending: bool) -> tuple[bool, int]:
    if value is None:
        return True, 0
    return False, -value if is_descending else value
