"""What an index that is to be made anew gives to the next one: the rows that the Hub gave, and the notes.

GROUND FLOOR. The file may be of an older layout or damaged: every piece is read for itself, and what cannot be read is
passed over. Rows are streamed, for there may be millions; nothing but the file's own bytes is believed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from modelscope_tui.catalog.block import BLOCK_BITS, Blocks, Damaged
from modelscope_tui.catalog.keys import LAYOUT, folded
from modelscope_tui.catalog.merge import merge_row
from modelscope_tui.catalog.names import NAMES_DICTIONARY
from modelscope_tui.catalog.record import FIELDS, decode, encode, id_of, reordered
from modelscope_tui.catalog.store import DICTIONARY, NOTE, connect
from modelscope_tui.errors import CatalogError

_AT_ONCE = 64
_HOPELESS = 64
"""After so many pieces of the file without a row, no more are looked for."""


class Salvage:
    """Reads what there is; :attr:`is_broken` tells as well whether something could not be read."""

    def __init__(self, path: Path) -> None:
        self.is_broken = False
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = connect(path) if path.exists() else None
        except CatalogError:
            self.is_broken = True
        self._read("BEGIN")  # a moment's picture, whatever others write meanwhile
        meta = dict(self._read("SELECT key, value FROM meta"))
        dictionary = meta.pop(DICTIONARY, b"")
        self._blocks = Blocks(dictionary if isinstance(dictionary, bytes) else b"")
        meta.pop(NAMES_DICTIONARY, None)
        self._meta = {str(key): str(value) for key, value in meta.items()}
        names = self._meta.get("fields")
        self._names: Sequence[str] = _names(names) if names else FIELDS

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()

    def refuse_newer(self) -> None:
        """Leave the file of a later version of this program alone.

        Raises:
            CatalogError: it is one.
        """
        layout = self._meta.get("layout", "")
        if layout.isdigit() and int(layout) > LAYOUT:
            raise CatalogError(
                "The index was made by a newer version of this program.",
                "Update this one, or choose another --cache-dir.",
            )

    @property
    def notes(self) -> dict[str, str]:
        """What was written down beside the rows."""
        return {key.removeprefix(NOTE): text for key, text in self._meta.items() if key.startswith(NOTE)}

    @property
    def is_empty(self) -> bool:
        """Tell whether there is no file to read."""
        return self._connection is None

    @property
    def count(self) -> int:
        """About how many rows there are."""
        found = self._read("SELECT max(number) FROM blocks") if self._meta.get("layout") != "1" else []
        return (int(found[0][0]) << BLOCK_BITS) if found and isinstance(found[0][0], int) else 0

    def lines(self) -> Iterator[str]:
        """Give the rows that came from the Hub, in today's order of fields."""
        for line in self._all_lines():
            try:
                found = reordered(line, self._names)
                if decode(found).source != "catalog":
                    yield found
            except (ValueError, TypeError, IndexError):
                self.is_broken = True

    def _all_lines(self) -> Iterator[str]:
        if self._meta.get("layout") == "1":
            yield from (str(line) for (line,) in self._read("SELECT facts FROM rows WHERE is_from_hub ORDER BY number"))
            return
        start = empty = 0
        while self._connection is not None and empty < _HOPELESS:
            contents = list(self._contents(start, start + _AT_ONCE))
            empty = 0 if contents else empty + 1
            for content in contents:
                yield from self._unpacked(content)
            start += _AT_ONCE

    def _contents(self, start: int, stop: int) -> Iterator[bytes]:
        asked = "SELECT content FROM blocks WHERE number >= ? AND number < ? ORDER BY number"
        was_broken, self.is_broken = self.is_broken, False
        found = [content for (content,) in self._read(asked, start, stop)]
        if self.is_broken and stop - start > 1:  # one bad page hides its neighbours: ask for each by itself
            found = [content for one in range(start, stop) for content in self._contents(one, one + 1)]
        self.is_broken = was_broken or self.is_broken
        yield from found

    def _unpacked(self, content: bytes) -> list[str]:
        try:
            return self._blocks.unpack(content)
        except Damaged:
            self.is_broken = True
            return []

    def _read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        if self._connection is None:
            return []
        try:
            with closing(self._connection.execute(statement, values)) as read:
                return read.fetchall()
        except (sqlite3.Error, MemoryError):  # (a garbled row may name a length that no machine has room for)
            self.is_broken = True
            return []


def _names(text: str) -> Sequence[str]:
    try:
        names = json.loads(text)
    except ValueError:
        return FIELDS
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else FIELDS


def joined(snapshot: Iterator[str], salvage: Salvage) -> Iterator[str]:
    """Give the rows of the snapshot, each with what the Hub said of it before, then those that only the Hub gave."""
    if salvage.is_empty:
        yield from snapshot
        return
    known = {_key(line): line for line in snapshot}
    heard = {key: line for line in salvage.lines() if (key := _key(line)) in known}
    for key, line in known.items():
        yield encode(merge_row(decode(line), decode(heard[key]))) if key in heard else line
    yield from (line for line in salvage.lines() if _key(line) not in known)


def _key(line: str) -> str:
    return folded(id_of(line))
