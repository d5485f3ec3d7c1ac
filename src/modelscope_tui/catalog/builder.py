"""Fills a new index with rows, slice by slice, so that memory stays small however many there are.

GROUND FLOOR. Rows come best-ranked first; row numbers follow. Rows are cut (``cut.py``) in this process, or where there
are many by two others, while this one writes what they have cut; what must be in order waits for the end (``run.py``).
"""

from __future__ import annotations

import heapq
import json
import os
import pickle
import sqlite3
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from modelscope_tui.catalog.block import Blocks, dictionary_of
from modelscope_tui.catalog.filed import FILED
from modelscope_tui.catalog.filed import insert as insert_bitmaps
from modelscope_tui.catalog.keys import LAYOUT, folded
from modelscope_tui.catalog.names import write_names
from modelscope_tui.catalog.piece import LARGE
from modelscope_tui.catalog.record import FIELDS
from modelscope_tui.catalog.run import write_merged, write_run
from modelscope_tui.catalog.store import (
    DICTIONARY,
    ORGANIZATIONS,
    SIZES,
    SLICE_BITS,
    SPOKEN,
    TABLES,
    VALUES_AT_ONCE,
    VOCABULARY,
)
from modelscope_tui.catalog.told import NOTHING_TOLD, Told, ToolsOf
from modelscope_tui.catalog.uncollected import uncollected

if TYPE_CHECKING:
    from modelscope_tui.catalog.cut import Slice

__all__ = ["Progress", "ToolsOf", "fill"]

Progress = Callable[[int, int], None]

_SLICE = 1 << SLICE_BITS
_UNIT = 2 * _SLICE
"""So many rows are cut at a time."""

_CUTTERS = 2
_WORTH_CUTTERS = 2 * _SLICE
"""From so many rows on, other processes are worth their start."""


class Builder:
    """Writes what was cut, one piece after the other."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._organizations: dict[str, int] = {}
        self._sizes = array("I")
        self._runs: list[Path] = []
        self._names: list[list[tuple[str, int]]] = []
        self.count = 0
        """Rows written so far."""

    def write(self, piece: Slice) -> None:
        """Write the next piece."""
        insert = self._connection.executemany
        first = piece.first
        if piece.run is not None:
            self._runs.append(piece.run)
        if piece.names:
            self._names.append(piece.names)
        insert("INSERT INTO blocks VALUES (?, ?)", piece.blocks)
        owners = self._owners(piece)
        for at in range(0, len(owners), _SLICE):
            some = owners[at : at + _SLICE].tobytes()
            insert("INSERT INTO chunks VALUES (?, ?, ?)", [(ORGANIZATIONS, (first + at) >> SLICE_BITS, some)])
        insert_bitmaps(self._connection, piece.bitmaps)
        self.count = first + len(owners)

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
        """Write what waits until the end, and the values about the index itself."""
        write_merged(self._connection, self._runs, is_large=self.count >= LARGE)
        if self._names:
            write_names(self._connection, heapq.merge(*self._names))
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
    beside: Path | None = None,
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
        beside: a file beside which others may lie for a while; the caller takes them away. Without one, all is done
            in this process.
        progress: is told rows done and rows in all.
    """
    connection.executescript(TABLES + FILED)
    connection.execute("BEGIN")
    builder, rest = Builder(connection), iter(lines)
    first = _take(rest)
    dictionary = dictionary_of(first)
    if dictionary:
        connection.execute("INSERT INTO meta VALUES (?, ?)", (DICTIONARY, dictionary))
    with uncollected():
        for piece in _cut_all(chain(first, rest), total, _Knife(tools_of, dictionary, total >= LARGE), told, beside):
            if progress:
                progress(builder.count, total)
            builder.write(piece)
        builder.finish(meta)
    connection.execute("COMMIT")
    if progress:
        progress(total, total)


@dataclass(frozen=True)
class _Knife:
    """What a process is given that cuts."""

    tools_of: ToolsOf
    dictionary: bytes
    is_large: bool


def _cut_all(lines: Iterator[str], total: int, knife: _Knife, told: Told, beside: Path | None) -> Iterator[Slice]:
    from modelscope_tui.catalog.cut import cut  # (numpy comes with it)

    units = _numbered(lines)
    if beside is None or total < _WORTH_CUTTERS:
        blocks = Blocks(knife.dictionary)
        for first, some in units:
            yield cut(first, some, knife.tools_of, told, blocks)
        return
    if (os.cpu_count() or 1) < _CUTTERS or not _can_travel(knife.tools_of):
        _equip(knife)
        for first, some in units:
            yield _cut_apart(first, "\n".join(some), told, _run(beside, first))
        return
    start = partial(ProcessPoolExecutor, _CUTTERS, mp_context=get_context("spawn"))
    with start(initializer=_equip, initargs=(knife,)) as cutters:
        waiting: deque[Future[Slice]] = deque()
        for first, some in units:
            of_these = {line: told[line] for line in some if line in told}
            waiting.append(cutters.submit(_cut_apart, first, "\n".join(some), of_these, _run(beside, first)))
            if len(waiting) > _CUTTERS:  # as few as keep everybody busy: each takes a hundred megabytes
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_equipped: list[tuple[_Knife, Blocks]] = []
"""In a process that cuts: what it was given for all its work."""


def _equip(knife: _Knife) -> None:
    _equipped[:] = [(knife, Blocks(knife.dictionary))]


def _cut_apart(first: int, text: str, told: Told, run: Path) -> Slice:
    from modelscope_tui.catalog.cut import cut

    knife, blocks = _equipped[0]
    piece = cut(first, text.split("\n"), knife.tools_of, told, blocks)
    write_run(run, piece, is_large=knife.is_large)
    piece.few, piece.many, piece.names, piece.run = {}, [], [], run
    return piece


def _run(beside: Path, first: int) -> Path:
    return beside.with_name(f"{beside.name}-run{first >> SLICE_BITS}")


def _numbered(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    first = 0
    for some in iter(partial(_take, lines), []):
        yield first, some
        first += len(some)


def _take(lines: Iterator[str]) -> list[str]:
    return list(islice(lines, _UNIT))


def _can_travel(tools_of: ToolsOf) -> bool:
    """Tell whether another process can be given this function."""
    try:
        pickle.dumps(tools_of)
    except (pickle.PicklingError, AttributeError):
        return False
    return True
