"""Numbers as bitmaps: one per bit. Comparing and ordering cost a few intersections, however many rows there are.

GROUND FLOOR. Pure. The order is total, so that a page is exact at any place: what is asked for first, unknown values
last, then more downloads, then the lower row number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from modelscope_tui.catalog.measure import Span


@dataclass(frozen=True, slots=True)
class Column:
    """One number of every row."""

    known: BitMap
    bits: tuple[BitMap, ...]
    """Rows whose number has this bit, the lowest bit first."""

    def at_least(self, value: int) -> BitMap:
        """Select the rows whose number is `value` or more."""
        if value <= 0:
            return self.known
        if value.bit_length() > len(self.bits):
            return BitMap()
        larger, equal = BitMap(), self.known
        for place in range(len(self.bits) - 1, -1, -1):
            bit = self.bits[place]
            if value >> place & 1:
                equal = equal & bit
            else:
                larger |= equal & bit
                equal = equal - bit
        return larger | equal

    def within(self, span: Span) -> BitMap:
        """Select the rows whose number lies in a span."""
        rows = self.known if span.low is None else self.at_least(span.low)
        return rows if span.high is None else rows - self.at_least(span.high + 1)

    def value(self, row: int) -> int | None:
        """Read the number of one row."""
        if row not in self.known:
            return None
        return sum(1 << place for place, bit in enumerate(self.bits) if row in bit)


Order = Sequence[tuple[Column, bool]]
"""Columns to order by, each with whether the largest come first."""


def leading(rows: BitMap, count: int, order: Order) -> BitMap:
    """Select the first `count` of `rows` in an order."""
    if count >= len(rows):
        return rows
    if count <= 0:
        return BitMap()
    if not order:
        return rows[:count]
    column, is_descending = order[0]
    contested = rows & column.known
    if len(contested) <= count:
        return contested | leading(rows - contested, count - len(contested), order[1:])
    taken = BitMap()
    for bit in reversed(column.bits):
        ahead = contested & bit if is_descending else contested - bit
        reached = len(taken) + len(ahead)
        if reached > count:
            contested = ahead
        else:
            taken |= ahead
            contested = contested - ahead
            if reached == count:
                return taken
    return taken | leading(contested, count - len(taken), order[1:])


def place_of(row: int, rows: BitMap, order: Order) -> int:
    """Count the rows that stand before `row` in an order."""
    before, equal = 0, rows
    for column, is_descending in order:
        known = equal & column.known
        value = column.value(row)
        if value is None:
            before += len(known)
            equal = equal - known
            continue
        reaching, beyond = column.at_least(value), column.at_least(value + 1)
        before += len(known & beyond) if is_descending else len(known - reaching)
        equal = known & (reaching - beyond)
    return before + equal.rank(row) - (row in equal)
