"""Values, bitmaps and names that wait in a file of their own until all rows are cut, and are then written in one order.

GROUND FLOOR. A tree that is filled in the order of its keys is a third smaller than one that is filled here and there,
and what units have of one value is brought together on the way. The files lie beside the index and are gone with it.
"""

from __future__ import annotations

import heapq
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from modelscope_tui.catalog.filed import insert
from modelscope_tui.catalog.names import write_names
from modelscope_tui.catalog.piece import Pieces
from modelscope_tui.catalog.posted import Posted, merged

if TYPE_CHECKING:
    from modelscope_tui.catalog.cut import Slice

_TABLES = """
CREATE TABLE few (kind INTEGER, "values" TEXT, lengths BLOB, rows BLOB);
CREATE TABLE many (kind INTEGER, value TEXT, slice INTEGER, rows BLOB);
CREATE TABLE names (key TEXT, number INTEGER);
"""


def write_run(path: Path, piece: Slice, *, is_large: bool) -> None:
    """Keep the values, bitmaps and names of rows in a file that is not there yet, for its owner alone."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    shortened = Pieces().shortened if is_large else bytes
    some = ((kind, part) for kind, posted in piece.few.items() for part in posted.some_at_a_time())
    few = ((kind, json.dumps(part.values), part.lengths.tobytes(), part.rows.tobytes()) for kind, part in some)
    many = ((kind, value, part, shortened(rows)) for kind, value, part, rows in piece.many)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO few VALUES (?, ?, ?, ?)", few)
        connection.executemany("INSERT INTO many VALUES (?, ?, ?, ?)", many)
        connection.executemany("INSERT INTO names VALUES (?, ?)", piece.names)
        connection.execute("COMMIT")


def write_merged(connection: sqlite3.Connection, runs: list[Path], *, is_large: bool) -> None:
    """Write what is in some files to the tables of the index."""
    with ExitStack() as opened:
        files = [opened.enter_context(closing(sqlite3.connect(path))) for path in runs]
        many = [file.execute("SELECT kind, value, slice, rows FROM many ORDER BY rowid") for file in files]
        insert(connection, merged([_few(file) for file in files], many, is_large=is_large))
        names = [file.execute("SELECT key, number FROM names ORDER BY rowid") for file in files]
        write_names(connection, heapq.merge(*names))


def _few(file: sqlite3.Connection) -> Iterator[tuple[int, Posted]]:
    for kind, values, lengths, rows in file.execute('SELECT kind, "values", lengths, rows FROM few ORDER BY rowid'):
        yield kind, Posted(json.loads(values), np.frombuffer(lengths, np.int64), np.frombuffer(rows, np.uint32))
