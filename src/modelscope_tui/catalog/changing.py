"""What one transaction changes in the tables, gathered row by row and written at its end.

GROUND FLOOR, the inside of ``writer.py``. Only bitmaps in which a row comes or goes are touched, and of those only the
row's slice; of the long pieces only those that hold a changed row.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from pyroaring import BitMap

from modelscope_tui.catalog.block import BLOCK_BITS, IN_BLOCK, pack, unpack
from modelscope_tui.catalog.keys import Key, filed, folded, grams_of_all, texts_of
from modelscope_tui.catalog.merge import merge_row
from modelscope_tui.catalog.model import EMPTY, Model
from modelscope_tui.catalog.record import decode, encode
from modelscope_tui.catalog.store import (
    CHUNK_BITS,
    IDS,
    ORGANIZATIONS,
    SIZES,
    SLICE_BITS,
    SPOKEN,
    VALUES_AT_ONCE,
    VOCABULARY,
    count,
)

ToolsOf = Callable[[Model], tuple[str, ...]]


class Changes:
    """The changes of one transaction, gathered before they are written."""

    def __init__(self, connection: sqlite3.Connection, tools_of: ToolsOf) -> None:
        self._connection = connection
        self._tools_of = tools_of
        self._coming: defaultdict[tuple[Key, int], list[int]] = defaultdict(list)
        self._going: defaultdict[tuple[Key, int], list[int]] = defaultdict(list)
        self._new: list[tuple[int, str, int]] = []
        self._first_of_value: defaultdict[int, list[str]] = defaultdict(list)
        self._taken: set[str] = set()
        self._blocks: dict[int, list[str]] = {}
        self._changed_blocks: set[int] = set()
        self._count = count(connection)

    def take(self, model: Model) -> bool:
        """Merge one model; tells whether its row is new or knows something else now."""
        key = folded(model.id)
        if key in self._taken:
            self.write()  # what comes and goes is gathered per row, so a row is gathered once
        self._taken.add(key)
        number = self._number("SELECT number FROM names WHERE key = ?", key)
        old = None if number is None else decode(self._block(number)[number & IN_BLOCK])
        merged = merge_row(old, model)
        if folded(merged.id) != key:
            merged = replace(merged, id=model.id)
        if merged == old:
            return False
        if number is None:
            number = self._add(key, merged)
        self._put(number, merged)
        self._file(number, old, merged)
        return old is None or _facts(old) != _facts(merged)

    def _number(self, statement: str, *values: object) -> int | None:
        found = self._connection.execute(statement, values).fetchone()
        return int(found[0]) if found else None

    def _block(self, number: int) -> list[str]:
        """Read the block of a row, once."""
        block = number >> BLOCK_BITS
        if block not in self._blocks:
            found = self._connection.execute("SELECT content FROM blocks WHERE number = ?", (block,)).fetchone()
            self._blocks[block] = unpack(found[0]) if found else []
        return self._blocks[block]

    def _put(self, number: int, model: Model) -> None:
        lines, line = self._block(number), encode(model)
        if number & IN_BLOCK == len(lines):
            lines.append(line)
        else:
            lines[number & IN_BLOCK] = line
        self._changed_blocks.add(number >> BLOCK_BITS)

    def _file(self, number: int, old: Model | None, new: Model) -> None:
        before = filed(old, self._tools_of(old)) if old else set()
        after = filed(new, self._tools_of(new))
        texts_before, texts_after = texts_of(old) if old else set(), texts_of(new)
        if texts_before != texts_after:
            before |= grams_of_all(texts_before)
            after |= grams_of_all(texts_after)
        for gathered, keys in ((self._coming, after - before), (self._going, before - after)):
            for one in keys:
                gathered[one, number >> SLICE_BITS].append(number)

    def _add(self, key: str, model: Model) -> int:
        number, handle = self._count, folded(model.organization)
        organization = self._number("SELECT number FROM organizations WHERE key = ?", handle)
        if organization is None:
            organization = self._number("SELECT coalesce(max(number) + 1, 0) FROM organizations") or 0
            row = (organization, handle, model.organization)
            self._connection.execute("INSERT INTO organizations VALUES (?, ?, ?)", row)
        self._connection.execute("INSERT INTO names VALUES (?, ?)", (key, number))
        self._new.append((number, key, organization))
        self._count += 1
        return number

    def write(self) -> None:
        """Write what was taken so far."""
        for place in sorted({*self._coming, *self._going}):
            self._write_bitmap(place)
        packed = ((block, pack(self._blocks[block])) for block in sorted(self._changed_blocks))
        self._connection.executemany("INSERT OR REPLACE INTO blocks VALUES (?, ?)", packed)
        self._write_names()
        self._write_vocabularies()
        self._write_organizations()
        if self._coming or self._going:
            self._connection.execute("DELETE FROM meta WHERE key = 'base_counts'")
        for gathered in (self._coming, self._going, self._new, self._first_of_value, self._taken, self._changed_blocks):
            gathered.clear()

    def _write_bitmap(self, place: tuple[Key, int]) -> None:
        (kind, value), number = place
        where = (kind, value, number)
        found = self._connection.execute(
            "SELECT rows FROM bitmaps WHERE kind = ? AND value = ? AND slice = ?", where
        ).fetchone()
        if found is None and kind in SPOKEN and not self._has(kind, value):
            self._first_of_value[kind].append(value)
        rows = BitMap.deserialize(found[0]) if found else BitMap()
        rows.update(self._coming.get(place, ()))
        rows.difference_update(BitMap(self._going.get(place, ())))
        if rows:
            self._connection.execute("INSERT OR REPLACE INTO bitmaps VALUES (?, ?, ?, ?)", (*where, rows.serialize()))
        else:
            self._connection.execute("DELETE FROM bitmaps WHERE kind = ? AND value = ? AND slice = ?", where)

    def _has(self, kind: int, value: str) -> bool:
        asked = "SELECT 1 FROM bitmaps WHERE kind = ? AND value = ? LIMIT 1"
        return self._number(asked, kind, value) is not None

    def _write_vocabularies(self) -> None:
        """Append values that have come; one that was there before may stand twice, which costs nothing."""
        for kind, values in self._first_of_value.items():
            asked = "SELECT max(number) FROM chunks WHERE kind = ?"
            (last,) = self._connection.execute(asked, (VOCABULARY + kind,)).fetchone()
            known = self._chunk(VOCABULARY + kind, last) if last is not None else b""
            is_full = known.count(b"\n") >= VALUES_AT_ONCE
            number = 0 if last is None else last + is_full
            lines = [value.encode() for value in values]
            self._save(VOCABULARY + kind, number, b"\n".join(lines if is_full or not known else [known, *lines]))

    def _write_names(self) -> None:
        chunks: defaultdict[int, list[str]] = defaultdict(list)
        for number, key, _ in self._new:
            chunks[number >> CHUNK_BITS].append(key)
        for chunk, keys in chunks.items():
            before = self._chunk(IDS, chunk)
            self._save(IDS, chunk, pack([*(unpack(before) if before else ()), *keys]))

    def _write_organizations(self) -> None:
        owners = self._numbers(ORGANIZATIONS, (number >> SLICE_BITS for number, _, _ in self._new))
        sizes = self._numbers(SIZES, (owner >> SLICE_BITS for _, _, owner in self._new))
        for number, _, owner in self._new:
            owners[number >> SLICE_BITS].append(owner)
            counted, place = sizes[owner >> SLICE_BITS], owner & ((1 << SLICE_BITS) - 1)
            counted.extend([0] * (place + 1 - len(counted)))
            counted[place] += 1
        for kind, pieces in ((ORGANIZATIONS, owners), (SIZES, sizes)):
            for piece, content in pieces.items():
                self._save(kind, piece, content.tobytes())

    def _numbers(self, kind: int, pieces: Iterable[int]) -> dict[int, array[int]]:
        return {piece: array("I", self._chunk(kind, piece)) for piece in set(pieces)}

    def _chunk(self, kind: int, number: int) -> bytes:
        statement = "SELECT content FROM chunks WHERE kind = ? AND number = ?"
        found = self._connection.execute(statement, (kind, number)).fetchone()
        return bytes(found[0]) if found else b""

    def _save(self, kind: int, number: int, content: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", (kind, number, content))


def _facts(model: Model) -> Model:
    """Leave out who said it and when: those change with every look."""
    return replace(model, source="catalog", as_of=None, provenance=EMPTY)
