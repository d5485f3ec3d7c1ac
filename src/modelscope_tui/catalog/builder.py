"""Fills a new index with rows, slice by slice, so that memory stays small however many there are.

GROUND FLOOR. Rows come best-ranked first; row numbers follow. Nothing is read back. Slices are cut (``cut.py``) in
this process, or where there are many by two others, while this one writes what they have cut.
"""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context

from modelscope_tui.catalog.cut import Slice, ToolsOf, cut
from modelscope_tui.catalog.keys import LAYOUT, folded
from modelscope_tui.catalog.record import FIELDS
from modelscope_tui.catalog.store import (
    IDS,
    ORGANIZATIONS,
    SIZES,
    SLICE_BITS,
    SPOKEN,
    TABLES,
    VALUES_AT_ONCE,
    VOCABULARY,
)
from modelscope_tui.catalog.told import NOTHING_TOLD, Told
from modelscope_tui.catalog.uncollected import uncollected

__all__ = ["Progress", "ToolsOf", "fill"]

Progress = Callable[[int, int], None]

_SLICE = 1 << SLICE_BITS
_CUTTERS = 2
_WORTH_CUTTERS = 3 * _SLICE
"""From so many rows on, other processes are worth their start."""


class Builder:
    """Writes slices one after the other."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._organizations: dict[str, int] = {}
        self._sizes = array("I")
        self.count = 0
        """Rows written so far."""

    def write(self, piece: Slice) -> None:
        """Write the next slice."""
        insert = self._connection.executemany
        keys, first = piece.keys, piece.first
        insert("INSERT INTO names VALUES (?, ?)", sorted(zip(keys, range(first, first + len(keys)), strict=True)))
        insert("INSERT INTO blocks VALUES (?, ?)", piece.blocks)
        ids = [(IDS, number, content) for number, content in piece.ids]
        owners = (ORGANIZATIONS, first >> SLICE_BITS, self._owners(piece).tobytes())
        insert("INSERT INTO chunks VALUES (?, ?, ?)", [*ids, owners])
        number = first >> SLICE_BITS
        insert(
            "INSERT INTO bitmaps VALUES (?, ?, ?, ?)",
            ((kind, value, number, rows) for kind, value, rows in piece.bitmaps),
        )
        self.count = first + len(keys)

    def _owners(self, piece: Slice) -> array[int]:
        """Number the organizations of a slice in the order of the whole, and count their rows."""
        known, numbers = self._organizations, []
        for handle in piece.handles:
            number = known.setdefault(folded(handle), len(known))
            numbers.append(number)
            if number == len(self._sizes):
                self._sizes.append(0)
                row = (number, folded(handle), handle)
                self._connection.execute("INSERT INTO organizations VALUES (?, ?, ?)", row)
        owners = array("I", map(numbers.__getitem__, piece.organizations))
        for owner in owners:
            self._sizes[owner] += 1
        return owners

    def finish(self, meta: dict[str, str]) -> None:
        """Write the values about the index itself."""
        pieces = range(0, len(self._sizes), _SLICE)
        sizes = [(SIZES, at >> SLICE_BITS, self._sizes[at : at + _SLICE].tobytes()) for at in pieces]
        insert = partial(self._connection.executemany, "INSERT INTO chunks VALUES (?, ?, ?)")
        insert(sizes)
        for kind in SPOKEN:
            values = self._connection.execute("SELECT DISTINCT value FROM bitmaps WHERE kind = ?", (kind,))
            some = iter(lambda: [value for (value,) in values.fetchmany(VALUES_AT_ONCE)], [])  # noqa: B023 - used up here
            insert([(VOCABULARY + kind, at, "\n".join(piece).encode()) for at, piece in enumerate(some)])
        known = {"layout": str(LAYOUT), "fields": json.dumps(FIELDS), **meta}
        self._connection.executemany("INSERT INTO meta VALUES (?, ?)", known.items())


def fill(
    connection: sqlite3.Connection,
    lines: Iterable[str],
    total: int,
    *,
    tools_of: ToolsOf,
    meta: dict[str, str],
    told: Told = NOTHING_TOLD,
    progress: Progress | None = None,
) -> None:
    """Make the tables and fill them with rows, in one transaction.

    Args:
        connection: an empty database.
        lines: the rows, best-ranked first.
        total: about how many there are.
        tools_of: tells which tools can run a model; a function of a module where other processes are to help.
        meta: values about the index itself.
        told: rows of which the tools are known already.
        progress: is told rows done and rows in all.
    """
    connection.executescript(TABLES)
    connection.execute("BEGIN")
    builder = Builder(connection)
    with uncollected():
        for piece in _cut_all(iter(lines), total, tools_of, told):
            if progress:
                progress(builder.count, total)
            builder.write(piece)
        builder.finish(meta)
    connection.execute("COMMIT")
    if progress:
        progress(total, total)


def _cut_all(lines: Iterator[str], total: int, tools_of: ToolsOf, told: Told) -> Iterator[Slice]:
    slices = _numbered(lines)
    if total < _WORTH_CUTTERS or (os.cpu_count() or 1) < 2 or not _can_travel(tools_of):
        for first, some in slices:
            yield cut(first, some, tools_of, told)
        return
    with ProcessPoolExecutor(_CUTTERS, mp_context=get_context("spawn")) as cutters:
        waiting: deque[Future[Slice]] = deque()
        for first, some in slices:
            of_these = {line: told[line] for line in some if line in told}
            waiting.append(cutters.submit(cut, first, some, tools_of, of_these))
            if len(waiting) > _CUTTERS:  # as few as keep everybody busy: each slice is tens of megabytes
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _numbered(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    first = 0
    for some in iter(partial(_take, lines), []):
        yield first, some
        first += len(some)


def _take(lines: Iterator[str]) -> list[str]:
    return list(islice(lines, _SLICE))


def _can_travel(tools_of: ToolsOf) -> bool:
    """Tell whether another process can be given this function."""
    try:
        pickle.dumps(tools_of)
    except (pickle.PicklingError, AttributeError):
        return False
    return True
