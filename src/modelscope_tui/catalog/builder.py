"""Fills a new index with rows, in slices, so that memory stays small however many there are.

GROUND FLOOR. Rows come best-ranked first; row numbers follow. Nothing is read back but what makes the base counts.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable

from pyroaring import BitMap

from modelscope_tui.catalog.keys import (
    GONE,
    KNOWN,
    LAYOUT,
    Kind,
    facets_of,
    folded,
    grams_of,
    numbers_of,
    tokens_of,
    words_of,
)
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.record import FIELDS, decode
from modelscope_tui.catalog.store import CHUNK_BITS, IDS, ORGANIZATIONS, SIZES, SLICE_BITS, TABLES

ToolsOf = Callable[[Model], tuple[str, ...]]
Progress = Callable[[int, int], None]

_REPORT_EVERY = 1000
_SLICE = 1 << SLICE_BITS
_CHUNK = 1 << CHUNK_BITS


class Builder:
    """Takes rows one by one and writes them slice by slice."""

    def __init__(self, connection: sqlite3.Connection, tools_of: ToolsOf) -> None:
        self._connection = connection
        self._tools_of = tools_of
        self._count = 0
        self._organizations: dict[str, int] = {}
        self._sizes = array("I")
        self._begin_slice()

    def _begin_slice(self) -> None:
        self._rows: list[tuple[int, str, int, int, str]] = []
        self._tokens: defaultdict[str, array[int]] = defaultdict(_no_rows)
        self._facets: defaultdict[tuple[int, str], array[int]] = defaultdict(_no_rows)
        self._numbers: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)

    def add(self, line: str) -> None:
        """Take the next row."""
        model = decode(line)
        number, key = self._count, folded(model.id)
        words = words_of(model)
        handle = model.organization
        organization = self._organizations.setdefault(folded(handle), len(self._organizations))
        if organization == len(self._sizes):
            self._sizes.append(0)
            row = (organization, folded(handle), handle)
            self._connection.execute("INSERT INTO organizations VALUES (?, ?, ?)", row)
        self._sizes[organization] += 1
        self._rows.append((number, key, organization, model.source != "catalog", line))
        if model.gone:
            self._facets[Kind.GONE, GONE].append(number)
            self._end_row()
            return
        for token in tokens_of(key):
            self._tokens[token].append(number)
        for facet in facets_of(model, self._tools_of(model), words):
            self._facets[facet].append(number)
        for name, value in numbers_of(model).items():
            self._numbers[name].append((number, value))
        self._end_row()

    def _end_row(self) -> None:
        self._count += 1
        if self._count % _SLICE == 0:
            self._write_slice()

    def finish(self, meta: dict[str, str]) -> None:
        """Write what is left, and the values about the index itself."""
        self._write_slice()
        run = self._connection.execute
        run("INSERT INTO chunks VALUES (?, 0, ?)", (SIZES, self._sizes.tobytes()))
        known = {"layout": str(LAYOUT), "fields": json.dumps(FIELDS), **meta}
        self._connection.executemany("INSERT INTO meta VALUES (?, ?)", known.items())

    def _write_slice(self) -> None:
        if not self._rows:
            return
        number = self._rows[0][0] >> SLICE_BITS
        write = self._connection.executemany
        write("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", self._rows)
        chunks = [self._rows[at : at + _CHUNK] for at in range(0, len(self._rows), _CHUNK)]
        ids = [(IDS, chunk[0][0] >> CHUNK_BITS, "\n".join([row[1] for row in chunk]).encode()) for chunk in chunks]
        organizations = array("I", [row[2] for row in self._rows]).tobytes()
        write("INSERT INTO chunks VALUES (?, ?, ?)", [*ids, (ORGANIZATIONS, number, organizations)])
        pieces: list[tuple[int, str, array[int]]] = [(Kind.GRAM, gram, rows) for gram, rows in self._grams().items()]
        pieces += [(kind, value, rows) for (kind, value), rows in self._facets.items()]
        pieces += [(Kind.NUMBER, value, rows) for value, rows in _bits(self._numbers)]
        pieces.sort(key=lambda piece: piece[:2])
        write(
            "INSERT INTO bitmaps VALUES (?, ?, ?, ?)",
            ((kind, value, number, BitMap(rows).serialize()) for kind, value, rows in pieces),
        )
        self._begin_slice()

    def _grams(self) -> dict[str, array[int]]:
        """Gather the rows of every n-gram from the tokens and tags that have it."""
        grams: defaultdict[str, array[int]] = defaultdict(_no_rows)
        texts = [(token, rows) for token, rows in self._tokens.items()]
        texts += [(tag, rows) for (kind, tag), rows in self._facets.items() if kind == Kind.TAG]
        for text, rows in texts:
            for gram in grams_of(text):
                grams[gram].extend(rows)
        return grams


def _no_rows() -> array[int]:
    return array("I")


def _bits(numbers: dict[str, list[tuple[int, int]]]) -> Iterable[tuple[str, array[int]]]:
    for name, pairs in numbers.items():
        yield f"{name}:{KNOWN}", array("I", [row for row, _ in pairs])
        for place in range(max(value for _, value in pairs).bit_length()):
            rows = array("I", [row for row, value in pairs if value >> place & 1])
            if rows:
                yield f"{name}:{place}", rows


def fill(
    connection: sqlite3.Connection,
    lines: Iterable[str],
    total: int,
    *,
    tools_of: ToolsOf,
    meta: dict[str, str],
    progress: Progress | None = None,
) -> None:
    """Make the tables and fill them with rows, in one transaction."""
    connection.executescript(TABLES)
    connection.execute("BEGIN")
    builder = Builder(connection, tools_of)
    for done, line in enumerate(lines):
        if progress and done % _REPORT_EVERY == 0:
            progress(done, total)
        builder.add(line)
    builder.finish(meta)
    connection.execute("COMMIT")
    if progress:
        progress(total, total)
