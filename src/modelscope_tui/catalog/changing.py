"""What one transaction changes in the tables, gathered row by row and written at its end.

GROUND FLOOR, the inside of ``writer.py``. Only bitmaps in which a row comes or goes are touched, and of those only the
row's slice.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from pyroaring import BitMap

from modelscope_tui.catalog.keys import Key, folded, keys_of
from modelscope_tui.catalog.model import EMPTY, Model
from modelscope_tui.catalog.record import decode, encode
from modelscope_tui.catalog.store import CHUNK_BITS, IDS, ORGANIZATIONS, SIZES, SLICE_BITS

ToolsOf = Callable[[Model], tuple[str, ...]]


class Changes:
    """The changes of one transaction, gathered before they are written."""

    def __init__(self, connection: sqlite3.Connection, tools_of: ToolsOf) -> None:
        self._connection = connection
        self._tools_of = tools_of
        self._coming: defaultdict[tuple[Key, int], list[int]] = defaultdict(list)
        self._going: defaultdict[tuple[Key, int], list[int]] = defaultdict(list)
        self._new: list[tuple[int, str, int]] = []
        self._taken: set[str] = set()
        self._count = self._number("SELECT coalesce(max(number) + 1, 0) FROM rows") or 0

    def _number(self, statement: str, *values: object) -> int | None:
        found = self._connection.execute(statement, values).fetchone()
        return int(found[0]) if found else None

    def take(self, model: Model) -> bool:
        """Merge one model; tells whether its row is new or knows something else now."""
        from modelscope_tui.catalog.merge import merge_row

        key = folded(model.id)
        if key in self._taken:
            self.write()  # what comes and goes is gathered per row, so a row is gathered once
        self._taken.add(key)
        found = self._connection.execute("SELECT number, facts FROM rows WHERE key = ?", (key,)).fetchone()
        old = decode(found[1]) if found else None
        merged = merge_row(old, model)
        if folded(merged.id) != key:
            merged = replace(merged, id=model.id)
        if merged == old:
            return False
        number = self._add(merged) if found is None else self._change(found[0], merged)
        before = keys_of(old, self._tools_of(old)) if old else set()
        after = keys_of(merged, self._tools_of(merged))
        for gathered, keys in ((self._coming, after - before), (self._going, before - after)):
            for one in keys:
                gathered[one, number >> SLICE_BITS].append(number)
        return old is None or _facts(old) != _facts(merged)

    def _change(self, number: int, model: Model) -> int:
        facts = "UPDATE rows SET facts = ?, is_from_hub = ? WHERE number = ?"
        self._connection.execute(facts, (encode(model), model.source != "catalog", number))
        return number

    def _add(self, model: Model) -> int:
        number, key, handle = self._count, folded(model.id), folded(model.organization)
        organization = self._number("SELECT number FROM organizations WHERE key = ?", handle)
        if organization is None:
            organization = self._number("SELECT coalesce(max(number) + 1, 0) FROM organizations") or 0
            row = (organization, handle, model.organization)
            self._connection.execute("INSERT INTO organizations VALUES (?, ?, ?)", row)
        row_facts = (number, key, organization, model.source != "catalog", encode(model))
        self._connection.execute("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", row_facts)
        self._new.append((number, key, organization))
        self._count += 1
        return number

    def write(self) -> None:
        """Write the bitmaps and chunks of what was taken."""
        for place in sorted({*self._coming, *self._going}):
            self._write_bitmap(place)
        for number, key, _ in self._new:
            ids = self._chunk(IDS, number >> CHUNK_BITS)
            self._save(IDS, number >> CHUNK_BITS, b"\n".join([ids, key.encode()]) if ids else key.encode())
        self._write_organizations()
        if self._coming or self._going:
            self._connection.execute("DELETE FROM meta WHERE key = 'base_counts'")
        for gathered in (self._coming, self._going, self._new, self._taken):
            gathered.clear()

    def _write_bitmap(self, place: tuple[Key, int]) -> None:
        (kind, value), number = place
        where = (kind, value, number)
        found = self._connection.execute(
            "SELECT rows FROM bitmaps WHERE kind = ? AND value = ? AND slice = ?", where
        ).fetchone()
        rows = BitMap.deserialize(found[0]) if found else BitMap()
        rows.update(self._coming.get(place, ()))
        rows.difference_update(BitMap(self._going.get(place, ())))
        if rows:
            self._connection.execute("INSERT OR REPLACE INTO bitmaps VALUES (?, ?, ?, ?)", (*where, rows.serialize()))
        else:
            self._connection.execute("DELETE FROM bitmaps WHERE kind = ? AND value = ? AND slice = ?", where)

    def _write_organizations(self) -> None:
        if not self._new:
            return
        sizes = array("I", self._chunk(SIZES, 0))
        slices: dict[int, array[int]] = {}
        for number, _, organization in self._new:
            sizes.extend([0] * (organization + 1 - len(sizes)))
            sizes[organization] += 1
            piece = number >> SLICE_BITS
            if piece not in slices:
                slices[piece] = array("I", self._chunk(ORGANIZATIONS, piece))
            slices[piece].append(organization)
        self._save(SIZES, 0, sizes.tobytes())
        for piece, organizations in slices.items():
            self._save(ORGANIZATIONS, piece, organizations.tobytes())

    def _chunk(self, kind: int, number: int) -> bytes:
        statement = "SELECT content FROM chunks WHERE kind = ? AND number = ?"
        found = self._connection.execute(statement, (kind, number)).fetchone()
        return bytes(found[0]) if found else b""

    def _save(self, kind: int, number: int, content: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", (kind, number, content))


def _facts(model: Model) -> Model:
    """Leave out who said it and when: those change with every look."""
    return replace(model, source="catalog", as_of=None, provenance=EMPTY)
