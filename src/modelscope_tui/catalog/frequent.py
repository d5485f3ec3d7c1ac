"""Pieces of text that very many values have: `llam` stands in thousands of tokens and organizations.

GROUND FLOOR. Rows that have a word are found by joining the bitmaps of all values that have it. That is quick while
these are hundreds; so every piece of four letters or more that a thousand values have gets a bitmap of its own, once
all values are known. They are some hundreds, and no word that anybody types has more values than that to be joined.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelscope_tui.catalog.filed import Filed, insert
from modelscope_tui.catalog.keys import LONGEST_PIECE, SHORTEST_PIECE, SPOKEN, Kind
from modelscope_tui.catalog.piece import Pieces
from modelscope_tui.catalog.postings import pieces_of_bitmap

FREQUENT = 1000
"""So many values with a piece take three milliseconds to be joined."""

_VALUES = "SELECT DISTINCT kind, value FROM bitmaps WHERE kind IN (?, ?, ?)"
_BITMAPS = "SELECT kind, value, rows FROM filed WHERE kind IN (?, ?, ?)"
_ABOVE = np.uint64(32)
_LINE_END, _UNKNOWN = ord("\n"), ord("?")

Numbers = NDArray[np.int64]


class _Level(NamedTuple):
    """The frequent pieces of one length."""

    places: Numbers
    """Where in the text each of them begins, every time."""
    ranks: Numbers
    """Which of them it is, for each of `places`."""
    owners: list[tuple[int, Numbers]]
    """For each piece one place of it, and the values that have it."""


def frequent_pieces(values: Sequence[str], least: int) -> Iterator[tuple[str, list[int]]]:
    """Give every ASCII piece that at least so many of some values have, with the places of these values.

    A longer piece can be frequent only where both of its parts are that lack one letter, so that each length looks at
    fewer places of the text than the one before it.
    """
    text = "\n".join([*(value.replace("\n", "?") for value in values), ""])  # (a value is one line here)
    letters = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)
    is_end = letters == _LINE_END
    value_of = np.cumsum(is_end) - is_end
    is_good = ~is_end & (letters != _UNKNOWN)
    count, inside = max(len(letters) - SHORTEST_PIECE + 1, 0), range(SHORTEST_PIECE)
    places = np.flatnonzero(np.logical_and.reduce([is_good[shift : count + shift] for shift in inside]))
    codes = np.zeros(len(places), dtype=np.uint64)
    for shift in inside:
        codes = codes << np.uint64(8) | letters[places + shift]
    rank_at = np.full(len(letters) + 1, -1, dtype=np.int64)
    for length in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
        level = _level(places, codes, value_of, least)
        for place, having in level.owners:
            yield text[place : place + length], having.tolist()
        rank_at[:] = -1
        rank_at[level.places] = level.ranks
        places = level.places[rank_at[level.places + 1] >= 0]
        codes = (rank_at[places] * len(level.owners) + rank_at[places + 1]).astype(np.uint64)
        if not len(places):
            return


def _level(places: Numbers, codes: NDArray[np.uint64], value_of: Numbers, least: int) -> _Level:
    """Keep what many values have of some pieces of one length, given by any numbers that tell them apart."""
    kinds, first, of = np.unique(codes, return_index=True, return_inverse=True)
    packed = np.unique(of.astype(np.uint64) << _ABOVE | value_of[places].astype(np.uint64))
    counts = np.bincount((packed >> _ABOVE).astype(np.int64), minlength=len(kinds))
    is_frequent = counts >= least
    rank_of = np.where(is_frequent, np.cumsum(is_frequent) - 1, -1)
    ends = np.cumsum(counts)
    having = packed.astype(np.uint32).astype(np.int64)  # (the lower half)
    owners = [
        (int(places[first[kind]]), having[ends[kind] - counts[kind] : ends[kind]])
        for kind in np.flatnonzero(is_frequent).tolist()
    ]
    ranks = rank_of[of]
    return _Level(places[ranks >= 0], ranks[ranks >= 0], owners)


def write_frequent(connection: sqlite3.Connection, *, is_large: bool) -> None:
    """Write the bitmaps of frequent pieces of an index that has all other bitmaps."""
    keys: list[tuple[int, str]] = connection.execute(_VALUES, SPOKEN).fetchall()
    found = sorted(frequent_pieces([value for _, value in keys], FREQUENT))
    wanted = {place for _, having in found for place in having}
    contents = _contents(connection, {keys[place]: place for place in wanted})
    insert(connection, _bitmaps(found, contents, is_large=is_large))


def _contents(connection: sqlite3.Connection, places: dict[tuple[int, str], int]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {}
    for kind, value, rows in connection.execute(_BITMAPS, SPOKEN):
        place = places.get((kind, value))
        if place is not None:
            found.setdefault(place, []).append(rows)
    return found


def _bitmaps(
    found: Iterable[tuple[str, list[int]]], contents: dict[int, list[bytes]], *, is_large: bool
) -> Iterator[Filed]:
    pieces = Pieces()
    for text, having in found:
        rows = pieces.joined(chain.from_iterable(map(contents.__getitem__, having)))
        for part, plain in pieces_of_bitmap(rows):
            yield Kind.PIECE, text, part, pieces.shortened(plain) if is_large else plain
