"""The index file: rows, and bitmaps of row numbers, in one SQLite database.

GROUND FLOOR. The only reader of the tables; ``builder.py`` and ``writer.py`` fill them.

    meta           key → value: version of the layout, fingerprint, base counts; `note:…` is what others wrote down
    names          leaves of folded ids in their order, each id with the number of its row (``names.py``)
    blocks         facts of 8 rows each, as lines (``record.py``), compressed (``block.py``)
    organizations  number, handle
    chunks         long pieces, compressed: organization numbers of 65,536 rows each, sizes of 65,536 organizations
                   each, the values of the kinds that words are looked for in
    bitmaps        (kind, value, slice) → bitmap of rows from that slice on, up to the next one of the value, as bytes
                   (``piece.py``); long ones stand apart (``filed.py``)

A slice is 65,536 rows. A value with few rows has one bitmap, any other has several, each of one slice or of some more
with few rows. New rows and changes touch only the bitmap of their slice, so one of millions of rows is never rewritten;
whoever reads a value joins its bitmaps and keeps the result for a while.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from pyroaring import BitMap

from modelscope_tui.catalog.block import BLOCK_BITS, IN_BLOCK, Blocks, Damaged, unsqueezed
from modelscope_tui.catalog.column import Column
from modelscope_tui.catalog.kept import Kept
from modelscope_tui.catalog.keys import GONE, KNOWN, RESEMBLED, Kind, folded
from modelscope_tui.catalog.measure import seconds_of
from modelscope_tui.catalog.names import Names
from modelscope_tui.catalog.piece import Pieces
from modelscope_tui.catalog.record import id_of
from modelscope_tui.errors import CatalogError

SLICE_BITS = 16
FEW = 1024
"""A value with no more rows than this has one bitmap for all slices; one with fewer takes in rows of later ones."""

TOGETHER = 4096
"""A bitmap for several slices has no more rows than this when it is made."""

ORGANIZATIONS, SIZES, VOCABULARY = 2, 3, 100
"""The kinds of chunks: organization of each row, rows of each organization; VOCABULARY and a kind of keys: the values
of that kind, one a line, those among them that no row has any more."""

VALUES_AT_ONCE = 1 << 14
"""How many values stand in one piece of a vocabulary, about."""

NOTE = "note:"
"""Before the name of a note among the values about the index."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE names (number INTEGER PRIMARY KEY, first TEXT NOT NULL UNIQUE, numbers BLOB NOT NULL, keys BLOB NOT NULL);
CREATE TABLE blocks (number INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE organizations (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, handle TEXT NOT NULL);
CREATE TABLE chunks (kind INTEGER, number INTEGER, content BLOB, PRIMARY KEY (kind, number)) WITHOUT ROWID;
"""
"""Beside these there are those of ``filed.py``."""

DICTIONARY = "dictionary"
"""What the lines of this file were packed with (``block.py``); that of its names is kept by ``names.py``."""

_BITMAP_BYTES = 8 << 20
_COLUMN_BYTES = 12 << 20
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


def why_broken(error: Exception, connection: sqlite3.Connection) -> str | None:
    """Say why a file could not be used, once that has failed; None where the file is whole, and the mistake is ours.

    Damage shows itself in many ways: what was read is no number, no text, or of another length.
    """
    if isinstance(error, (sqlite3.Error, Damaged)):
        return str(error)
    try:
        is_whole = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.Error:
        is_whole = False
    return None if is_whole else "it is damaged"


class Store:
    """The tables, read with a memory of what was read last."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._bitmaps: Kept[tuple[int, str], BitMap] = Kept(_BITMAP_BYTES, bytes_of)
        self._columns: Kept[str, Column] = Kept(_COLUMN_BYTES, _bytes_of_column)
        self._values: dict[int, tuple[str, ...]] = {}
        self._families: dict[int, dict[str, BitMap]] = {}
        self._vocabularies: dict[int, bytes] = {}
        self._frequent: frozenset[str] | None = None
        self.names = Names(connection)
        """The rows by their ids."""
        self.blocks = blocks_of(connection)
        self._pieces = Pieces()
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
        for memory in (self._bitmaps, self._columns):
            memory.drop()
        self.names.forget()
        self._frequent = None
        for known in (self._values, self._families, self._vocabularies):
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
        return count(self.connection)

    def bitmap(self, kind: int, value: str) -> BitMap:
        """Read one bitmap; empty where nothing has the value. Never change it."""
        key = (kind, value)
        found = self._bitmaps.get(key)
        if found is None:
            pieces = self.connection.execute("SELECT rows FROM filed WHERE kind = ? AND value = ?", key)
            found = self._bitmaps.put(key, self._pieces.joined([piece for (piece,) in pieces]))
        return found

    def values(self, kind: int) -> tuple[str, ...]:
        """List the values that a kind has."""
        found = self._values.get(kind)
        if found is None:
            rows = self.connection.execute("SELECT DISTINCT value FROM bitmaps WHERE kind = ?", (kind,))
            found = self._values[kind] = tuple([value for (value,) in rows])
        return found

    def frequent(self) -> frozenset[str]:
        """List the pieces of text that have bitmaps of their own because so many values have them."""
        if self._frequent is None:
            self._frequent = frozenset(self.values(Kind.PIECE))
        return self._frequent

    def family(self, kind: int) -> dict[str, BitMap]:
        """Read all bitmaps of a kind that has few values: a facet's."""
        found = self._families.get(kind)
        if found is None:
            found = {}
            rows = self.connection.execute("SELECT value, rows FROM filed WHERE kind = ?", (kind,))
            for value, piece in rows:
                read = self._pieces.joined([piece])
                found[value] = found[value] | read if value in found else read
            self._families[kind] = found
        return found

    def column(self, name: str) -> Column:
        """Read one number of every row."""
        found = self._columns.get(name)
        if found is None:
            bits = [self._read(f"{name}:{place}") for place in range(62)]
            while bits and not bits[-1]:
                bits.pop()
            known = self._read(f"{name}:{KNOWN}")
            if name in RESEMBLED:
                alike = self.column(RESEMBLED[name]).bits
                pairs = zip_longest(bits, alike, fillvalue=BitMap())
                bits = [(bit ^ other) & known for bit, other in pairs]
            found = Column(known, tuple(bits))
            self._columns.put(name, found)
        return found

    def _read(self, number: str) -> BitMap:
        pieces = self.connection.execute("SELECT rows FROM filed WHERE kind = ? AND value = ?", (Kind.NUMBER, number))
        return self._pieces.joined([piece for (piece,) in pieces])

    def chunk(self, kind: int, number: int) -> bytes:
        """Read one long piece; empty where there is none."""
        found = self.connection.execute(
            "SELECT content FROM chunks WHERE kind = ? AND number = ?", (kind, number)
        ).fetchone()
        return unsqueezed(found[0]) if found else b""

    def numbers(self, kind: int) -> array[int]:
        """Read whole-number chunks of a kind, one after the other."""
        found = array("I")
        for (content,) in self.connection.execute("SELECT content FROM chunks WHERE kind = ? ORDER BY number", (kind,)):
            found.frombytes(unsqueezed(content))
        return found

    def vocabulary(self, kind: int) -> bytes:
        """Read all values of a kind, one a line, with a line end before and after each."""
        found = self._vocabularies.get(kind)
        if found is None:
            asked = "SELECT content FROM chunks WHERE kind = ? ORDER BY number"
            pieces = [unsqueezed(content) for (content,) in self.connection.execute(asked, (VOCABULARY + kind,))]
            found = self._vocabularies[kind] = b"\n".join([b"", *pieces, b""])
        return found

    def united(self, kind: int, values: Sequence[str]) -> BitMap:
        """Join the bitmaps of many values, without keeping each."""
        found: list[bytes] = []
        for start in range(0, len(values), _AT_ONCE):
            part = values[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            asked = f"SELECT rows FROM filed WHERE kind = ? AND value IN ({marks})"  # noqa: S608 - only question marks
            found += [piece for (piece,) in self.connection.execute(asked, (kind, *part))]
        return self._pieces.joined(found)

    def beginning(self, kind: int, start: str) -> BitMap:
        """Join the bitmaps of all values that begin with a text; kept like one of them."""
        key = (-kind, start)
        found = self._bitmaps.get(key)
        if found is None:
            asked = "SELECT rows FROM filed WHERE kind = ? AND value >= ? AND value < ?"
            pieces = self.connection.execute(asked, (kind, start, start + "\U0010ffff"))
            found = self._bitmaps.put(key, self._pieces.joined([piece for (piece,) in pieces]))
        return found

    def parted(self, kind: int, start: str, wanted: Callable[[str], bool]) -> tuple[BitMap, BitMap]:
        """Join the bitmaps of the values that begin with a text: of those that are wanted, and of the others."""
        asked = "SELECT value, rows FROM filed WHERE kind = ? AND value >= ? AND value < ?"
        read = self.connection.execute(asked, (kind, start, start + "\U0010ffff"))
        found: tuple[list[bytes], list[bytes]] = ([], [])
        for value, rows in read:
            found[not wanted(value)].append(rows)
        return self._pieces.joined(found[0]), self._pieces.joined(found[1])

    def name(self, number: int) -> str:
        """Read the folded id of one row."""
        return next(self.names_of([number]))[1]

    def names_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Read the folded ids of some rows, in the order of their blocks."""
        return ((number, folded(id_of(line))) for number, line in self.facts(numbers))

    def gone(self) -> BitMap:
        """Read which rows the Hub no longer has."""
        return self.bitmap(Kind.GONE, GONE)

    def facts(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Read the lines of some rows, in the order of their blocks."""
        wanted: dict[int, list[int]] = {}
        for number in numbers:
            wanted.setdefault(number >> BLOCK_BITS, []).append(number)
        blocks = list(wanted)
        for start in range(0, len(blocks), _AT_ONCE):
            part = blocks[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            read = self.connection.execute(f"SELECT number, content FROM blocks WHERE number IN ({marks})", part)  # noqa: S608 - only question marks
            for block, content in read:
                lines = self.blocks.unpack(content)
                for number in wanted[block]:
                    yield number, lines[number & IN_BLOCK]

    def number_of(self, key: str) -> int | None:
        """Find the row of a folded id."""
        return self.names.number_of(key)


def blocks_of(connection: sqlite3.Connection) -> Blocks:
    """Get ready to read and write the rows of a file."""
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (DICTIONARY,)).fetchone()
    return Blocks(bytes(found[0]) if found else b"")


def count(connection: sqlite3.Connection) -> int:
    """Count the rows of a file: the last organization number ends the last of them."""
    found = connection.execute(
        "SELECT number, content FROM chunks WHERE kind = ? ORDER BY number DESC LIMIT 1", (ORGANIZATIONS,)
    ).fetchone()
    return (int(found[0]) << SLICE_BITS) + len(unsqueezed(found[1])) // array("I").itemsize if found else 0


def unseen_since(store: Store, moment: str, *, everywhere: bool) -> list[str]:
    """List the ids of rows that the Hub last named before a moment and that are not gone yet.

    Args:
        moment: ISO 8601.
        everywhere: whether rows that only the snapshot knows count as well.
    """
    asked = store.connection.execute("SELECT DISTINCT value FROM bitmaps WHERE kind = ?", (Kind.SEEN,))
    before = seconds_of(moment) or 0
    seen = {when: store.bitmap(Kind.SEEN, when) for (when,) in asked.fetchall()}
    rows = BitMap.union(BitMap(), *[having for when, having in seen.items() if (seconds_of(when) or 0) < before])
    if everywhere:
        unheard = BitMap()
        unheard.add_range(0, store.count())
        rows |= unheard.difference(*seen.values()) if seen else unheard
    return [id_of(line) for _, line in store.facts((rows - store.gone()).to_array())]


def bases(store: Store) -> BitMap:
    """Read which rows others name as what they were made from, but for those that are gone."""
    return BitMap(store.names.numbers_of(store.values(Kind.BASE))) - store.gone()


def _bytes_of_column(column: Column) -> int:
    return sum(map(bytes_of, column.bits))


def bytes_of(bitmap: BitMap) -> int:
    """Say about how much memory a bitmap takes."""
    # A roaring container holds at most 8 KiB per 65,536 rows; sparse ones two bytes a row. Near enough for a bound.
    return min(2 * len(bitmap), ((bitmap.max() >> 16) + 1) * 8192) + 300 if bitmap else 300
