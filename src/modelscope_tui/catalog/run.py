"""Bitmaps and names that wait in a file of their own until all rows are cut, and are then written in one order.

GROUND FLOOR. A tree that is filled in the order of its keys is a third smaller than one that is filled here and there,
and bitmaps of one value that are small are joined on the way. The files lie beside the index and are gone with it.
"""

from __future__ import annotations

import heapq
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from modelscope_tui.catalog.store import FEW, joined

Bitmap = tuple[int, str, int, bytes]
"""Kind, value, first slice, serialized rows."""

_JOINED_BYTES = 2 * FEW
"""Bitmaps that take no more together hold no more rows than `FEW`."""


def write_run(path: Path, bitmaps: Sequence[Bitmap], names: Sequence[tuple[str, int]]) -> None:
    """Keep what is in order already in a file that is not there yet, for its owner alone."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("CREATE TABLE bitmaps (kind INTEGER, value TEXT, slice INTEGER, rows BLOB)")
        connection.execute("CREATE TABLE names (key TEXT, number INTEGER)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO bitmaps VALUES (?, ?, ?, ?)", bitmaps)
        connection.executemany("INSERT INTO names VALUES (?, ?)", names)
        connection.execute("COMMIT")


def write_merged(connection: sqlite3.Connection, runs: Sequence[Path]) -> None:
    """Write what is in some files to the tables of the index."""
    with ExitStack() as opened:
        files = [opened.enter_context(closing(sqlite3.connect(path))) for path in runs]
        bitmaps = [file.execute("SELECT kind, value, slice, rows FROM bitmaps ORDER BY rowid") for file in files]
        connection.executemany("INSERT INTO bitmaps VALUES (?, ?, ?, ?)", _in_one(bitmaps))
        names = [file.execute("SELECT key, number FROM names ORDER BY rowid") for file in files]
        connection.executemany("INSERT INTO names VALUES (?, ?)", heapq.merge(*names))


def _in_one(runs: Sequence[Iterator[Bitmap]]) -> Iterator[Bitmap]:
    for _, same in groupby(heapq.merge(*runs, key=itemgetter(0, 1, 2)), key=itemgetter(0, 1)):
        several = list(same)
        if len(several) > 1 and sum(len(rows) for *_, rows in several) <= _JOINED_BYTES:
            kind, value, part, _ = several[0]
            yield kind, value, part, joined(rows for *_, rows in several).serialize()
        else:
            yield from several
