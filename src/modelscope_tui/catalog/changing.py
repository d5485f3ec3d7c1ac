"""What one transaction changes in the tables, gathered row by row and written at its end.

GROUND FLOOR, the inside of ``writer.py``. Only bitmaps in which a row comes or goes are touched, and of those only the
row's slice; of the long pieces only those that hold a changed row.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace
from operator import attrgetter

from pyroaring import BitMap

from modelscope_tui.catalog.block import BLOCK_BITS, IN_BLOCK, squeezed, unsqueezed
from modelscope_tui.catalog.filed import covering
from modelscope_tui.catalog.filed import replace as replace_filed
from modelscope_tui.catalog.keys import (
    SPOKEN,
    Key,
    Kind,
    counted,
    differ_in_counted_only,
    filed,
    folded,
    grams_of_all,
    overlapping,
    pieces_filed,
    pieces_of,
    texts_of,
)
from modelscope_tui.catalog.merge import merge_row
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.names import Names
from modelscope_tui.catalog.piece import Pieces, is_large
from modelscope_tui.catalog.record import decode, encode
from modelscope_tui.catalog.store import (
    FEW,
    ORGANIZATIONS,
    SIZES,
    SLICE_BITS,
    VALUES_AT_ONCE,
    VOCABULARY,
    blocks_of,
    count,
)
from modelscope_tui.catalog.told import ToolsOf

_TOOLS = "SELECT value, rows, max(slice) FROM filed WHERE kind = ? AND slice <= ? GROUP BY value"
"""The bitmaps that rows of a slice stand in; where there is a maximum, SQLite gives the other columns of its row."""

_SAID = frozenset({"source", "as_of", "provenance"})
"""Who said it and when: those change with every look."""

_facts_of = attrgetter(*[field.name for field in fields(Model) if field.name not in _SAID])


class Changes:
    """The changes of one transaction, gathered before they are written."""

    def __init__(self, connection: sqlite3.Connection, tools_of: ToolsOf) -> None:
        self._connection = connection
        self._tools_of = tools_of
        self._coming: defaultdict[tuple[Key, int], list[int]] = defaultdict(list)
        self._going: defaultdict[tuple[Key, int], list[int]] = defaultdict(list)
        self._new_texts: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        self._tools: dict[int, dict[str, BitMap]] = {}
        self._names = Names(connection)
        self._packing = blocks_of(connection)
        self._pieces = Pieces()
        self._new: list[tuple[int, str, int]] = []
        self._first_of_value: defaultdict[int, list[str]] = defaultdict(list)
        self._taken: set[str] = set()
        self._blocks: dict[int, list[str]] = {}
        self._changed_blocks: set[int] = set()
        self._count = count(connection)
        read = connection.execute("SELECT DISTINCT value FROM bitmaps WHERE kind = ?", (Kind.PIECE,))
        self._frequent = frozenset([piece for (piece,) in read])

    def take(self, model: Model) -> bool:
        """Merge one model; tells whether its row is new or knows something else now."""
        key = folded(model.id)
        if key in self._taken:
            self.write()  # what comes and goes is gathered per row, so a row is gathered once
        self._taken.add(key)
        number = self._names.number_of(key)
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
        return old is None or bool(_facts_of(old) != _facts_of(merged))

    def _number(self, statement: str, *values: object) -> int | None:
        found = self._connection.execute(statement, values).fetchone()
        return int(found[0]) if found else None

    def _block(self, number: int) -> list[str]:
        """Read the block of a row, once."""
        block = number >> BLOCK_BITS
        if block not in self._blocks:
            found = self._connection.execute("SELECT content FROM blocks WHERE number = ?", (block,)).fetchone()
            self._blocks[block] = self._packing.unpack(found[0]) if found else []
        return self._blocks[block]

    def _put(self, number: int, model: Model) -> None:
        lines, line = self._block(number), encode(model)
        if number & IN_BLOCK == len(lines):
            lines.append(line)
        else:
            lines[number & IN_BLOCK] = line
        self._changed_blocks.add(number >> BLOCK_BITS)

    def _file(self, number: int, old: Model | None, new: Model) -> None:
        if old and differ_in_counted_only(old, new):
            before, after = counted(old), counted(new)
        else:
            before = filed(old, self._tools_filed(number)) if old else set()
            after = filed(new, () if new.gone else self._tools_of(new))
            texts_before, texts_after = texts_of(old) if old else set(), texts_of(new)
            self._file_grams(number, texts_before, texts_after)
            before |= pieces_filed(before, self._frequent)
            after |= pieces_filed(after, self._frequent)
        part = number >> SLICE_BITS
        for key in after - before:
            self._coming[key, part].append(number)
        for key in before - after:
            self._going[key, part].append(number)

    def _file_grams(self, number: int, before: set[str], after: set[str]) -> None:
        """Gather by text, not by n-gram, what comes with a new row: many new rows share their texts."""
        part = number >> SLICE_BITS
        if not before:
            for text in after:
                for piece in overlapping(text):
                    self._new_texts[piece, part].append(number)
        elif before != after:
            grams_before, grams_after = grams_of_all(before), grams_of_all(after)
            for gram in grams_after - grams_before:
                self._coming[gram, part].append(number)
            for gram in grams_before - grams_after:
                self._going[gram, part].append(number)

    def _tools_filed(self, number: int) -> tuple[str, ...]:
        """Read under which tools a row stands, instead of judging once more what it was."""
        part = number >> SLICE_BITS
        if part not in self._tools:
            read = self._connection.execute(_TOOLS, (Kind.TOOL, part))
            self._tools[part] = {value: self._pieces.joined([rows]) for value, rows, _ in read}
        return tuple([tool for tool, rows in self._tools[part].items() if number in rows])

    def _add(self, key: str, model: Model) -> int:
        number, handle = self._count, folded(model.organization)
        organization = self._number("SELECT number FROM organizations WHERE key = ?", handle)
        if organization is None:
            organization = self._number("SELECT coalesce(max(number) + 1, 0) FROM organizations") or 0
            row = (organization, handle, model.organization)
            self._connection.execute("INSERT INTO organizations VALUES (?, ?, ?)", row)
        self._new.append((number, key, organization))
        self._count += 1
        return number

    def write(self) -> None:
        """Write what was taken so far."""
        for (text, part), numbers in self._new_texts.items():
            for gram in pieces_of(text):
                self._coming[(Kind.GRAM, gram), part] += numbers
        self._write_bitmaps()
        packed = ((block, self._packing.pack(self._blocks[block])) for block in sorted(self._changed_blocks))
        self._connection.executemany("INSERT OR REPLACE INTO blocks VALUES (?, ?)", packed)
        self._names.add({key: number for number, key, _ in self._new})
        self._write_vocabularies()
        self._write_organizations()
        if self._coming or self._going:
            self._connection.execute("DELETE FROM meta WHERE key = 'base_counts'")
        for gathered in (self._coming, self._going, self._new, self._first_of_value, self._taken, self._changed_blocks):
            gathered.clear()
        self._new_texts.clear()
        self._tools.clear()

    def _write_bitmaps(self) -> None:
        kept: dict[tuple[int, str, int], BitMap] = {}
        long: dict[tuple[int, str, int], int | None] = {}
        coming, going = self._coming, self._going
        for place in sorted({*coming, *going}):
            (kind, value), part = place
            start, content, number = covering(self._connection, kind, value, part)
            rows = kept.get((kind, value, start))
            if rows is None:
                rows = self._pieces.joined([content]) if content else BitMap()
                if content is None and kind in SPOKEN and not self._has(kind, value):
                    self._first_of_value[kind].append(value)
            if len(rows) > FEW and rows.max() >> SLICE_BITS < part:
                start, number, rows = part, None, kept.get((kind, value, part)) or BitMap()
            rows.update(coming.get(place, ()))
            if place in going:
                rows.difference_update(BitMap(going[place]))
            kept[kind, value, start] = rows
            long[kind, value, start] = number
        large = is_large(self._count)
        for where, rows in kept.items():
            content = self._pieces.written(rows, is_large=large) if rows else b""
            replace_filed(self._connection, (*where, content), long[where])

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
        return unsqueezed(found[0]) if found else b""

    def _save(self, kind: int, number: int, content: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", (kind, number, squeezed(content)))
