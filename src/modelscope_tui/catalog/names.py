"""Which row an id has, and rows in the order of their ids.

GROUND FLOOR. Folded ids stand in leaves in their order, 128 together: neighbours begin alike, so that an id and its
row's number take sixteen bytes. A leaf is found by its first id; the first leaf takes what comes before all others.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from modelscope_tui.catalog.block import Blocks, dictionary_of
from modelscope_tui.catalog.kept import Kept

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES_DICTIONARY = "names_dictionary"
"""What the ids of a file were packed with."""

LEAF = 128
"""So many ids stand in a leaf when the index is made: two kilobytes."""

_MOST = 2 * LEAF
_KEPT = 256
_FIND = "SELECT number, numbers, keys FROM names WHERE first <= ? ORDER BY first DESC LIMIT 1"

Leaf = tuple["array[int]", Sequence[str]]
"""Rows and their folded ids, in the order of the ids."""

PackedLeaf = tuple[str, bytes, bytes]
"""The first folded id of a leaf, the rows, and the ids, packed."""


class Names:
    """Reads and changes the leaves of one file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        found = connection.execute("SELECT value FROM meta WHERE key = ?", (NAMES_DICTIONARY,)).fetchone()
        self._blocks = Blocks(bytes(found[0]) if found else b"")
        self._kept: Kept[int, Leaf] = Kept(_KEPT)

    def forget(self) -> None:
        """Drop what was read."""
        self._kept.drop()

    def number_of(self, key: str) -> int | None:
        """Find the row of a folded id."""
        found = self._at(key)
        if found is None:
            return None
        numbers, keys = found[1]
        place = bisect_left(keys, key)
        return numbers[place] if place < len(keys) and keys[place] == key else None

    def _at(self, key: str) -> tuple[int, Leaf] | None:
        read = self._connection.execute(_FIND, (key,)).fetchone()
        if read is None:
            return None
        leaf = self._kept.get(read[0])
        if leaf is None:
            leaf = self._kept.put(read[0], self._unpacked(read[1], read[2]))
        return read[0], leaf

    def _unpacked(self, numbers: bytes, keys: bytes) -> Leaf:
        return array("I", numbers), self._blocks.unpack(keys)

    def numbers_of(self, keys: Iterable[str]) -> list[int]:
        """Find the rows of many folded ids, in ascending order; ids without a row are passed over."""
        return [number for number in map(self.number_of, sorted(keys)) if number is not None]

    def rows_in_order(self, *, is_reversed: bool = False) -> Iterator[array[int]]:
        """Give all rows in the order of their ids, some hundred at a time."""
        direction = "DESC" if is_reversed else "ASC"
        for (content,) in self._connection.execute(f"SELECT numbers FROM names ORDER BY first {direction}"):  # noqa: S608 - a constant
            numbers = array("I", content)
            if is_reversed:
                numbers.reverse()
            yield numbers

    def add(self, names: Mapping[str, int]) -> None:
        """Put new folded ids and their rows where they belong."""
        by_leaf: dict[int | None, list[tuple[str, int]]] = {}
        for pair in sorted(names.items()):
            found = self._at(pair[0])
            by_leaf.setdefault(found[0] if found else None, []).append(pair)
        for leaf, some in by_leaf.items():
            self._put(leaf, some)
        self._kept.drop()

    def _put(self, leaf: int | None, some: Sequence[tuple[str, int]]) -> None:
        if leaf is None:
            write_names(self._connection, [self._leaf(some[at : at + LEAF]) for at in range(0, len(some), LEAF)])
            return
        asked = "SELECT numbers, keys FROM names WHERE number = ?"
        numbers, keys = self._connection.execute(asked, (leaf,)).fetchone()
        before, known = self._unpacked(numbers, keys)
        every = sorted([*zip(known, before, strict=True), *some])
        step = len(every) if len(every) <= _MOST else LEAF
        head, *others = [every[at : at + step] for at in range(0, len(every), step)]
        changed = "UPDATE names SET numbers = ?, keys = ? WHERE number = ?"
        self._connection.execute(changed, (*self._leaf(head)[1:], leaf))
        for more in others:
            _insert(self._connection, [self._leaf(more)])

    def _leaf(self, some: Sequence[tuple[str, int]]) -> PackedLeaf:
        numbers = array("I", [number for _, number in some]).tobytes()
        return some[0][0], *_packed([key for key, _ in some], numbers, self._blocks)


def write_names(connection: sqlite3.Connection, packed: Sequence[PackedLeaf], *, is_first: bool = True) -> None:
    """Write leaves in ascending order: the first ones of an index, or those that follow."""
    if is_first and packed:
        _insert(connection, [("", *packed[0][1:])])
    _insert(connection, packed[1:] if is_first else packed)


def names_dictionary_of(keys: Iterable[str]) -> bytes:
    """Learn what folded ids are made of."""
    return dictionary_of(sorted(keys), LEAF // 2)


def leaves(names: Iterable[tuple[Sequence[str], NDArray[np.uint32]]], dictionary: bytes) -> Iterator[PackedLeaf]:
    """Pack folded ids and their rows; both come in the order of the ids, many at a time."""
    blocks = Blocks(dictionary)
    for keys, numbers in names:
        for at in range(0, len(keys), LEAF):
            some = keys[at : at + LEAF]
            yield some[0], *_packed(some, numbers[at : at + LEAF].tobytes(), blocks)


def _insert(connection: sqlite3.Connection, packed: Iterable[PackedLeaf]) -> None:
    connection.executemany("INSERT INTO names (first, numbers, keys) VALUES (?, ?, ?)", packed)


def _packed(keys: Sequence[str], numbers: bytes, blocks: Blocks) -> tuple[bytes, bytes]:
    return numbers, blocks.pack([key.replace("\n", " ") for key in keys])
