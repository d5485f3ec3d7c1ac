"""What units of rows put into the index beside their lines, brought together in one order when all rows are cut.

GROUND FLOOR. A tree that is filled in the order of its keys is a third smaller than one that is filled here and there.
So names, values and bitmaps wait in a file for each unit, beside the index and gone with it; and stretches of them are
brought together one after the other, by this process or by several.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from modelscope_tui.catalog.filed import Filed
from modelscope_tui.catalog.keys import Key
from modelscope_tui.catalog.names import PackedLeaf, leaves
from modelscope_tui.catalog.piece import Pieces
from modelscope_tui.catalog.posted import NAMES, Posted, merged, together

if TYPE_CHECKING:
    from modelscope_tui.catalog.cut import Slice

_TABLES = """
CREATE TABLE few (kind INTEGER, first TEXT, last TEXT, texts TEXT, lengths BLOB, rows BLOB);
CREATE TABLE many (kind INTEGER, value TEXT, slice INTEGER, rows BLOB, PRIMARY KEY (kind, value, slice)) WITHOUT ROWID;
"""
_FEW = """
SELECT kind, texts, lengths, rows FROM few WHERE (kind, last) >= (?, ?) AND (kind, first) < (?, ?) ORDER BY rowid"""
_MANY = """
SELECT kind, value, slice, rows FROM many WHERE (kind, value) >= (?, ?) AND (kind, value) < (?, ?)
ORDER BY kind, value, slice"""
_LAST: Key = (1 << 30, "")
_BLOCKS = 12
"""So many blocks of values are brought together at a time: what comes of it takes a few megabytes."""


class Stretch(NamedTuple):
    """Everything from one key on, up to another one."""

    start: Key
    stop: Key


class Ready(NamedTuple):
    """What a stretch puts into the index, in the order of the tables."""

    names: list[PackedLeaf]
    bitmaps: list[Filed]


def write_run(path: Path, piece: Slice, *, is_large: bool) -> None:
    """Keep the names, values and bitmaps of rows in a file that is not there yet, for its owner alone."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    shortened = Pieces().shortened if is_large else bytes
    few = ((kind, part) for kind, posted in piece.few.items() for part in posted.some_at_a_time())
    many = ((kind, value, part, shortened(rows)) for kind, value, part, rows in piece.many)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("page_size=16384", "journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO few VALUES (?, ?, ?, ?, ?, ?)", (_block(*one) for one in few))
        connection.executemany("INSERT INTO many VALUES (?, ?, ?, ?)", many)
        connection.execute("COMMIT")


def _block(kind: int, part: Posted) -> tuple[int, str, str, str, bytes, bytes]:
    texts = json.dumps(part.values)
    return kind, part.values[0], part.values[-1], texts, part.lengths.tobytes(), part.rows.tobytes()


def stretches(runs: Sequence[Path]) -> list[Stretch]:
    """Part all keys of some files into stretches of about the same size; names stand in stretches of their own."""
    firsts: list[Key] = []
    for run in runs:
        with closing(sqlite3.connect(run)) as file:
            firsts += file.execute("SELECT kind, first FROM few")
    starts = sorted({(NAMES, ""), (NAMES + 1, ""), *sorted(firsts)[_BLOCKS::_BLOCKS]})
    return [Stretch(start, stop) for start, stop in zip(starts, [*starts[1:], _LAST], strict=True)]


def bring_together(runs: Sequence[Path], stretch: Stretch, names_dictionary: bytes, *, is_large: bool) -> Ready:
    """Bring together what some files have of a stretch."""
    bounds = (*stretch.start, *stretch.stop)
    with ExitStack() as opened:
        files = [opened.enter_context(closing(sqlite3.connect(run))) for run in runs]
        few = [_few(file, stretch) for file in files]
        if stretch.start[0] == NAMES:
            return Ready(
                list(leaves(((posted.values, posted.rows) for _, posted in together(few)), names_dictionary)), []
            )
        many = [file.execute(_MANY, bounds) for file in files]
        return Ready([], list(merged(few, many, is_large=is_large)))


def _few(file: sqlite3.Connection, stretch: Stretch) -> Iterator[tuple[int, Posted]]:
    for kind, texts, lengths, rows in file.execute(_FEW, (*stretch.start, *stretch.stop)):
        posted = Posted(json.loads(texts), np.frombuffer(lengths, np.int64), np.frombuffer(rows, np.uint32))
        some = posted.within(*[text if of == kind else None for of, text in stretch])
        if some.values:
            yield kind, some
