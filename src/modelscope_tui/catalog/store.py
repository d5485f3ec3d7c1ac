"""The index file: rows, and bitmaps of row numbers, in one SQLite database.

GROUND FLOOR. The only reader of the tables; ``builder.py`` and ``writer.py`` fill them.

    meta           key → value: version of the layout, fingerprint, base counts; `note:…` is what others wrote down
    rows           number, folded id, organization, whether the Hub gave it, facts as a line (``record.py``)
    organizations  number, handle
    chunks         long pieces: folded ids of 4,096 rows each, organization numbers of 65,536 rows each
    bitmaps        (kind, value, slice) → serialized bitmap

A slice is 65,536 rows. New rows and changes touch only the pieces of their slice, so a bitmap of millions of rows
is never rewritten; whoever reads a bitmap joins its slices and keeps the result for a while.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pyroaring import BitMap

from modelscope_tui.catalog.column import Column
from modelscope_tui.catalog.kept import Kept
from modelscope_tui.catalog.keys import GONE, KNOWN, Kind
from modelscope_tui.catalog.record import FIELDS
from modelscope_tui.errors import CatalogError

SLICE_BITS = 16
CHUNK_BITS = 12
IDS, ORGANIZATIONS, SIZES = 1, 2, 3
"""The kinds of chunks: folded ids, organization of each row, rows of each organization."""

NOTE = "note:"
"""Before the name of a note among the values about the index."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE rows (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL,
  is_from_hub INTEGER NOT NULL, facts TEXT NOT NULL);
CREATE INDEX rows_from_hub ON rows (number) WHERE is_from_hub;
CREATE TABLE organizations (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, handle TEXT NOT NULL);
CREATE TABLE chunks (kind INTEGER, number INTEGER, content BLOB, PRIMARY KEY (kind, number)) WITHOUT ROWID;
CREATE TABLE bitmaps (
  kind INTEGER, value TEXT, slice INTEGER, rows BLOB, PRIMARY KEY (kind, value, slice)) WITHOUT ROWID;
"""

_BITMAP_BYTES = 12 << 20
_ID_CHUNKS = 24
_AT_ONCE = 500
_PAGE_CACHE_KIB = 2048
_BUSY_SECONDS = 5.0


def connect(path: Path | str, *, is_new: bool = False) -> sqlite3.Connection:
    """Open a database file for any thread, in autocommit; the caller keeps threads apart.

    Raises:
        CatalogError: there is no such file, or it cannot be opened.
    """
    try:
        if path != ":memory:" and not is_new and not Path(path).is_file():
            raise CatalogError("There is no index yet.")
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except (sqlite3.Error, OSError) as error:
        raise CatalogError(f"The index {path} cannot be opened: {error}.") from error
    try:
        connection.execute(f"PRAGMA cache_size=-{_PAGE_CACHE_KIB}")
    except sqlite3.Error as error:
        connection.close()
        raise CatalogError(f"The index {path} cannot be opened: {error}.") from error
    return connection


class Store:
    """The tables, read with a memory of what was read last."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._bitmaps: Kept[tuple[int, str], BitMap] = Kept(_BITMAP_BYTES, _bytes_of)
        self._columns: dict[str, Column] = {}
        self._values: dict[int, tuple[str, ...]] = {}
        self._families: dict[int, dict[str, BitMap]] = {}
        self._ids: Kept[int, list[str]] = Kept(_ID_CHUNKS)
        self._version = self._data_version()

    def _data_version(self) -> int:
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def has_changed(self) -> bool:
        """Tell, once, whether somebody else wrote to the file since the last look; forgets what was read then."""
        version = self._data_version()
        if version == self._version:
            return False
        self._version = version
        self.forget()
        return True

    def forget(self) -> None:
        """Drop everything that was read."""
        for memory in (self._bitmaps, self._ids):
            memory.drop()
        for known in (self._columns, self._values, self._families):
            known.clear()

    def meta(self, key: str) -> str | None:
        """Read one value about the index itself."""
        found = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(found[0]) if found else None

    def notes(self, prefix: str) -> dict[str, str]:
        """Read the notes whose names begin so."""
        rows = self.connection.execute("SELECT key, value FROM meta WHERE key GLOB 'note:*'")
        found = {str(key).removeprefix(NOTE): str(value) for key, value in rows}
        return {name: text for name, text in found.items() if name.startswith(prefix)}

    def as_of(self) -> str | None:
        """Read how new the rows are: the later of the snapshot's date and of the note that a sync leaves."""
        return max(filter(None, (self.meta("as_of"), self.meta(f"{NOTE}as_of"))), default=None)

    def count(self) -> int:
        """Count the rows, those included that are gone; they are numbered from zero without gaps."""
        return int(self.connection.execute("SELECT coalesce(max(number) + 1, 0) FROM rows").fetchone()[0])

    def bitmap(self, kind: int, value: str) -> BitMap:
        """Read one bitmap; empty where nothing has the value. Never change it."""
        key = (kind, value)
        found = self._bitmaps.get(key)
        if found is None:
            pieces = self.connection.execute("SELECT rows FROM bitmaps WHERE kind = ? AND value = ?", key)
            found = self._bitmaps.put(key, joined(piece for (piece,) in pieces))
        return found

    def values(self, kind: int) -> tuple[str, ...]:
        """List the values that a kind has."""
        found = self._values.get(kind)
        if found is None:
            rows = self.connection.execute("SELECT DISTINCT value FROM bitmaps WHERE kind = ?", (kind,))
            found = self._values[kind] = tuple([value for (value,) in rows])
        return found

    def family(self, kind: int) -> dict[str, BitMap]:
        """Read all bitmaps of a kind that has few values: a facet's."""
        found = self._families.get(kind)
        if found is None:
            found = {}
            rows = self.connection.execute("SELECT value, rows FROM bitmaps WHERE kind = ?", (kind,))
            for value, piece in rows:
                read = BitMap.deserialize(piece)
                found[value] = found[value] | read if value in found else read
            self._families[kind] = found
        return found

    def column(self, name: str) -> Column:
        """Read one number of every row."""
        found = self._columns.get(name)
        if found is None:
            bits = [self.bitmap(Kind.NUMBER, f"{name}:{place}") for place in range(62)]
            while bits and not bits[-1]:
                bits.pop()
            found = self._columns[name] = Column(self.bitmap(Kind.NUMBER, f"{name}:{KNOWN}"), tuple(bits))
        return found

    def chunk(self, kind: int, number: int) -> bytes:
        """Read one long piece; empty where there is none."""
        found = self.connection.execute(
            "SELECT content FROM chunks WHERE kind = ? AND number = ?", (kind, number)
        ).fetchone()
        return bytes(found[0]) if found else b""

    def numbers(self, kind: int) -> array[int]:
        """Read whole-number chunks of a kind, one after the other."""
        found = array("I")
        for (content,) in self.connection.execute("SELECT content FROM chunks WHERE kind = ? ORDER BY number", (kind,)):
            found.frombytes(content)
        return found

    def ids(self, chunk: int) -> list[str]:
        """Read the folded ids of 4,096 rows."""
        found = self._ids.get(chunk)
        if found is None:
            found = self._ids.put(chunk, self.chunk(IDS, chunk).decode("utf-8").split("\n"))
        return found

    def name(self, number: int) -> str:
        """Read the folded id of one row."""
        return self.ids(number >> CHUNK_BITS)[number & ((1 << CHUNK_BITS) - 1)]

    def gone(self) -> BitMap:
        """Read which rows the Hub no longer has."""
        return self.bitmap(Kind.GONE, GONE)

    def read_ahead(self) -> None:
        """Read the ids of the first rows, as many as are kept."""
        for chunk in range(min(_ID_CHUNKS, (self.count() >> CHUNK_BITS) + 1)):
            self.ids(chunk)

    def unseen_since(self, moment: str, *, everywhere: bool) -> list[str]:
        """List the ids of rows that were last vouched for before a moment and are not gone yet.

        Args:
            moment: ISO 8601.
            everywhere: whether rows that only the snapshot knows count as well.
        """
        said, gone = FIELDS.index("as_of"), FIELDS.index("gone")
        asked = (
            f"SELECT json_extract(facts, '$[0]') FROM rows WHERE (is_from_hub OR ?) "  # noqa: S608 - only numbers
            f"AND coalesce(json_extract(facts, '$[{said}]'), '') < ? AND json_extract(facts, '$[{gone}]') IS NULL"
        )
        return [str(name) for (name,) in self.connection.execute(asked, (everywhere, moment))]

    def facts(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Read the lines of some rows, in any order; one question for many rows is cheaper than one for each."""
        for start in range(0, len(numbers), _AT_ONCE):
            part = numbers[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            yield from self.connection.execute(f"SELECT number, facts FROM rows WHERE number IN ({marks})", part)  # noqa: S608 - only question marks

    def number_of(self, key: str) -> int | None:
        """Find the row of a folded id."""
        found = self.connection.execute("SELECT number FROM rows WHERE key = ?", (key,)).fetchone()
        return found[0] if found else None


def joined(pieces: Iterable[bytes]) -> BitMap:
    """Join the slices of a bitmap."""
    read = [BitMap.deserialize(piece) for piece in pieces]
    return read[0] if len(read) == 1 else BitMap.union(*read) if read else BitMap()


def _bytes_of(bitmap: BitMap) -> int:
    # A roaring container holds at most 8 KiB per 65,536 rows; sparse ones two bytes a row. Near enough for a bound.
    return min(2 * len(bitmap), ((bitmap.max() >> 16) + 1) * 8192) + 100 if bitmap else 100
