"""Fills a new index with rows, slice by slice, so that memory stays small however many there are.

GROUND FLOOR. Rows come best-ranked first; row numbers follow. Rows are cut (``cutters.py``) here or by others; this
process writes what they have cut, and at the end what must be in order (``run.py``).
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from modelscope_tui.catalog.block import dictionary_of, squeezed
from modelscope_tui.catalog.filed import FILED
from modelscope_tui.catalog.filed import insert as insert_bitmaps
from modelscope_tui.catalog.keys import LAYOUT, SPOKEN, folded
from modelscope_tui.catalog.names import NAMES_DICTIONARY, names_dictionary_of, write_names
from modelscope_tui.catalog.piece import is_large
from modelscope_tui.catalog.record import FIELDS, id_of
from modelscope_tui.catalog.store import (
    DICTIONARY,
    ORGANIZATIONS,
    SIZES,
    SLICE_BITS,
    TABLES,
    VALUES_AT_ONCE,
    VOCABULARY,
)
from modelscope_tui.catalog.told import NOTHING_TOLD, Told, ToolsOf
from modelscope_tui.catalog.uncollected import uncollected

if TYPE_CHECKING:
    from modelscope_tui.catalog.cut import Slice
    from modelscope_tui.catalog.run import Ready

__all__ = ["Progress", "ToolsOf", "fill"]

Progress = Callable[[int, int], None]

_SLICE = 1 << SLICE_BITS
_LEARNED_FROM = _SLICE // 2
"""From so many of the first rows the dictionaries are made; they are kept at hand until then, some 20 MB."""


class Builder:
    """Writes what was cut, one piece after the other."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._organizations: dict[str, int] = {}
        self._sizes = array("I")
        self.count = 0
        """Rows written so far."""

    def write(self, piece: Slice) -> None:
        """Write the rows of the next piece."""
        insert = self._connection.executemany
        first = piece.first
        insert("INSERT INTO blocks VALUES (?, ?)", piece.blocks)
        piece.blocks = []
        owners = self._owners(piece)
        for at in range(0, len(owners), _SLICE):
            some = squeezed(owners[at : at + _SLICE].tobytes())
            insert("INSERT INTO chunks VALUES (?, ?, ?)", [(ORGANIZATIONS, (first + at) >> SLICE_BITS, some)])
        self.count = first + len(owners)

    def _owners(self, piece: Slice) -> array[int]:
        """Number the organizations of a piece in the order of the whole, and count their rows."""
        known, before = self._organizations, len(self._organizations)
        keys = [folded(handle) for handle in piece.handles]
        numbers = [known.setdefault(key, len(known)) for key in keys]
        new = [(number, *pair) for number, *pair in zip(numbers, keys, piece.handles, strict=True) if number >= before]
        self._connection.executemany("INSERT INTO organizations VALUES (?, ?, ?)", new)
        self._sizes.extend([0] * len(new))
        owners = array("I", map(numbers.__getitem__, piece.organizations))
        for place, count in Counter(piece.organizations).items():
            self._sizes[numbers[place]] += count
        return owners

    def finish(self, ready: Iterable[Ready], meta: dict[str, str]) -> None:
        """Write what waited until the end, and the values about the index itself."""
        from modelscope_tui.catalog.frequent import write_frequent  # (numpy comes with it)

        for number, stretch in enumerate(ready):
            write_names(self._connection, stretch.names, is_first=not number)
            insert_bitmaps(self._connection, stretch.bitmaps)
        write_frequent(self._connection, is_large=is_large(self.count))
        pieces = range(0, len(self._sizes), _SLICE)
        sizes = [(SIZES, at >> SLICE_BITS, squeezed(self._sizes[at : at + _SLICE].tobytes())) for at in pieces]
        insert = partial(self._connection.executemany, "INSERT INTO chunks VALUES (?, ?, ?)")
        insert(sizes)
        for kind in SPOKEN:
            values = self._connection.execute("SELECT DISTINCT value FROM bitmaps WHERE kind = ?", (kind,))
            some = iter(lambda: [value for (value,) in values.fetchmany(VALUES_AT_ONCE)], [])  # noqa: B023 - used up here
            insert([(VOCABULARY + kind, at, squeezed("\n".join(piece).encode())) for at, piece in enumerate(some)])
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
    from modelscope_tui.catalog.cutters import Knife, cutters  # (numpy comes with it)

    connection.executescript(TABLES + FILED)
    connection.execute("BEGIN")
    builder, rest = Builder(connection), iter(lines)
    first = list(islice(rest, _LEARNED_FROM))
    knife = Knife(tools_of, *_learned(connection, first), is_large(total))
    with uncollected(), cutters(knife, total, beside) as helped:
        for piece in helped.cut(_once(first, rest), told):
            if progress:
                progress(builder.count, total)
            builder.write(piece)
        builder.finish(helped.together(), meta)
    connection.execute("COMMIT")
    if progress:
        progress(total, total)


def _learned(connection: sqlite3.Connection, lines: list[str]) -> tuple[bytes, bytes]:
    """Make the dictionaries of rows and names, and keep them in the index."""
    learned = dictionary_of(lines), names_dictionary_of(folded(id_of(line)) for line in lines)
    known = [pair for pair in zip((DICTIONARY, NAMES_DICTIONARY), learned, strict=True) if pair[1]]
    connection.executemany("INSERT INTO meta VALUES (?, ?)", known)
    return learned


def _once(first: list[str], rest: Iterator[str]) -> Iterator[str]:
    """Give lines that are at hand, without keeping them, and then the others."""
    yield from first
    first.clear()
    yield from rest
