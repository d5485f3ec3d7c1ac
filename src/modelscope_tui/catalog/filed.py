"""Where bitmaps stand in the file: short ones in the tree that they are found by, long ones in a table beside it.

GROUND FLOOR. A tree whose entries are short is shallow and full; long entries would leave half of each page empty.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

FILED = """
CREATE TABLE bitmaps (
  kind INTEGER, value TEXT, slice INTEGER, rows BLOB, PRIMARY KEY (kind, value, slice)) WITHOUT ROWID;
CREATE TABLE long_bitmaps (number INTEGER PRIMARY KEY, rows BLOB NOT NULL);
CREATE VIEW filed AS
  SELECT kind, value, slice, coalesce(long_bitmaps.rows, bitmaps.rows) AS rows, long_bitmaps.number AS long_number
  FROM bitmaps LEFT JOIN long_bitmaps ON long_bitmaps.number = bitmaps.rows;
"""
"""In `bitmaps` stands a bitmap, or the number of a long one."""

Filed = tuple[int, str, int, bytes]
"""Kind, value, first slice, the bitmap as bytes (``piece.py``)."""

Found = tuple[int, bytes | None, int | None]
"""The first slice of a bitmap, its bytes, and its number among the long ones; no bytes where there is none yet."""

_LONG = 700
"""Longer ones stand apart: twelve short ones still fill a page."""

PAGE_BYTES = 16384
"""Half of what is read stands alone on the last part of its page: the larger the page, the less stays empty."""

_AROUND = 16
"""What a row of a table takes beside its content."""

_AT_ONCE = 4096
_COVERING = """
SELECT slice, rows, long_number FROM filed WHERE kind = ? AND value = ? AND slice <= ? ORDER BY slice DESC LIMIT 1"""


def insert(connection: sqlite3.Connection, bitmaps: Iterable[Filed]) -> None:
    """Write bitmaps that are not there yet; in the order of the table they take the least room."""
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM long_bitmaps").fetchone()
    rest = iter(bitmaps)
    for some in iter(lambda: list(islice(rest, _AT_ONCE)), []):
        short: list[tuple[int, str, int, bytes | int]] = []
        places = _filling([place for place, (*_, rows) in enumerate(some) if len(rows) > _LONG], some)
        for place, (kind, value, part, rows) in enumerate(some):
            short.append((kind, value, part, last + places[place] if place in places else rows))
        long = sorted([(last + number, some[place][3]) for place, number in places.items()])
        last += len(long)
        connection.executemany("INSERT INTO long_bitmaps VALUES (?, ?)", long)
        connection.executemany("INSERT INTO bitmaps VALUES (?, ?, ?, ?)", short)


def _filling(places: Sequence[int], bitmaps: Sequence[Filed]) -> dict[int, int]:
    """Number long bitmaps, from one on, so that those which follow one another fill the pages of the table."""
    sizes = sorted([(len(bitmaps[place][3]) + _AROUND, place) for place in places])
    found: dict[int, int] = {}
    room = PAGE_BYTES
    while sizes:
        fitting = bisect_right(sizes, (room, len(bitmaps)))  # the largest that still fits, or a page of its own
        size, place = sizes.pop(fitting - 1)
        room = room - size if fitting else PAGE_BYTES - size
        found[place] = len(found) + 1
    return found


def covering(connection: sqlite3.Connection, kind: int, value: str, part: int) -> Found:
    """Find the bitmap in which the rows of a slice stand, if there is one."""
    found = connection.execute(_COVERING, (kind, value, part)).fetchone()
    return found or (part, None, None)


def replace(connection: sqlite3.Connection, bitmap: Filed, long_number: int | None) -> None:
    """Write a bitmap in place of the one that was there; without bytes, take that away."""
    kind, value, part, rows = bitmap
    if long_number is not None and len(rows) <= _LONG:
        connection.execute("DELETE FROM long_bitmaps WHERE number = ?", (long_number,))
    if not rows:
        asked = "DELETE FROM bitmaps WHERE kind = ? AND value = ? AND slice = ?"
        connection.execute(asked, (kind, value, part))
    elif len(rows) <= _LONG:
        connection.execute("INSERT OR REPLACE INTO bitmaps VALUES (?, ?, ?, ?)", bitmap)
    elif long_number is not None:
        connection.execute("UPDATE long_bitmaps SET rows = ? WHERE number = ?", (rows, long_number))
    else:
        written = connection.execute("INSERT INTO long_bitmaps (rows) VALUES (?)", (rows,)).lastrowid
        connection.execute("INSERT OR REPLACE INTO bitmaps VALUES (?, ?, ?, ?)", (kind, value, part, written))


def ordered(connection: sqlite3.Connection) -> Iterator[Filed]:
    """Read every bitmap in the order of the table."""
    yield from connection.execute("SELECT kind, value, slice, rows FROM filed ORDER BY kind, value, slice")
