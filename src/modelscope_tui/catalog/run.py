"""Bitmaps and names that wait in a file of their own until all rows are cut, and are then written in one order.

GROUND FLOOR. A tree that is filled in the order of its keys is a third smaller than one that is filled here and there,
and bitmaps of one value that are small are joined on the way. The files lie beside the index and are gone with it.
"""

from __future__ import annotations

import heapq
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from modelscope_tui.catalog.filed import Filed, insert
from modelscope_tui.catalog.names import write_names
from modelscope_tui.catalog.piece import Pieces
from modelscope_tui.catalog.store import FEW

_JOINED_BYTES = 2 * FEW
"""Bitmaps that take no more together hold no more rows than `FEW`."""


def write_run(path: Path, bitmaps: Sequence[Filed], names: Sequence[tuple[str, int]], *, is_large: bool) -> None:
    """Keep what is in order already in a file that is not there yet, for its owner alone."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("CREATE TABLE bitmaps (kind INTEGER, value TEXT, slice INTEGER, rows BLOB)")
        connection.execute("CREATE TABLE names (key TEXT, number INTEGER)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO bitmaps VALUES (?, ?, ?, ?)", _shortened(bitmaps, is_large=is_large))
        connection.executemany("INSERT INTO names VALUES (?, ?)", names)
        connection.execute("COMMIT")


def write_merged(connection: sqlite3.Connection, runs: Sequence[Path], *, is_large: bool) -> None:
    """Write what is in some files to the tables of the index."""
    with ExitStack() as opened:
        files = [opened.enter_context(closing(sqlite3.connect(path))) for path in runs]
        bitmaps = [file.execute("SELECT kind, value, slice, rows FROM bitmaps ORDER BY rowid") for file in files]
        insert(connection, _in_one(bitmaps, is_large=is_large))
        names = [file.execute("SELECT key, number FROM names ORDER BY rowid") for file in files]
        write_names(connection, heapq.merge(*names))


def _in_one(runs: Sequence[Iterator[Filed]], *, is_large: bool) -> Iterator[Filed]:
    pieces = Pieces()
    for _, same in groupby(heapq.merge(*runs, key=itemgetter(0, 1, 2)), key=itemgetter(0, 1)):
        several = list(same)
        if len(several) > 1 and sum(len(rows) for *_, rows in several) <= _JOINED_BYTES:
            kind, value, part, _ = several[0]
            yield kind, value, part, pieces.written(pieces.joined([rows for *_, rows in several]), is_large=is_large)
        elif is_large:
            for kind, value, part, rows in several:
                yield kind, value, part, pieces.shortened(rows) if len(rows) <= _JOINED_BYTES else rows
        else:
            yield from several


def _shortened(bitmaps: Iterable[Filed], *, is_large: bool) -> Iterator[Filed]:
    """Write those in their shortest form that are too long to be joined with others."""
    pieces = Pieces()
    for kind, value, part, rows in bitmaps:
        yield kind, value, part, pieces.shortened(rows) if is_large and len(rows) > _JOINED_BYTES else rows
