"""The characters, n-grams and tokens of many ids at once.

GROUND FLOOR. What ``keys.py`` says of one id, for a quarter of a million of them in a second: the letters of all ids
stand in one array. Ids are ASCII on the Hub; those that are not are cut one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from modelscope_tui.catalog.keys import SIGNS, TAIL, grams_of, tokens_of
from modelscope_tui.catalog.postings import Rows, bitmap_of, unique

_LETTERS = 128
_LETTER_BITS = 7
_END = ord("\n")
_ABOVE = np.uint64(32)
_IS_SIGN = np.zeros(_LETTERS, dtype=bool)
_IS_SIGN[[ord(sign) for sign in SIGNS]] = True


class Ids:
    """Folded ids, each with the number of its row, and what they are made of."""

    def __init__(self, keys: Sequence[str], numbers: Rows) -> None:
        self.numbers = numbers
        """The rows."""
        text = "\n".join(keys)
        if text.isascii() and text.count("\n") == len(keys) - 1:
            is_plain = [True] * len(keys)
        else:
            is_plain = [key.isascii() and "\n" not in key for key in keys]
        self.odd = [(key, place) for place, (key, plain) in enumerate(zip(keys, is_plain, strict=True)) if not plain]
        """Ids with other letters, or with a line end in them, each with its place."""
        self._keys = [key for key, plain in zip(keys, is_plain, strict=True) if plain] if self.odd else keys
        self._places = np.flatnonzero(is_plain)
        self._numbers = numbers[self._places]
        self._text = "\n".join(self._keys) + "\n" if self._keys else ""
        self._letters = np.frombuffer(self._text.encode("ascii"), dtype=np.uint8)
        lengths = np.fromiter(map(len, self._keys), dtype=np.int64, count=len(self._keys)) + 1
        self._ends = np.cumsum(lengths) - 1
        self._row_of = np.repeat(np.arange(len(self._keys), dtype=np.uint32), lengths)
        self._packed = self._threes()
        self._grams: dict[str, BitMap] = {}

    def _threes(self) -> NDArray[np.uint64]:
        """Give all three letters of each id as numbers, with the place of the id below; ascending, each once."""
        letters = self._letters.astype(np.uint64)
        first, second, third = letters[:-2], letters[1:-1], letters[2:]
        packed = (((first << np.uint64(7) | second) << np.uint64(7) | third) << _ABOVE) | self._row_of[: len(first)]
        return unique(packed[(first != _END) & (second != _END)])

    def packed(self) -> NDArray[np.uint64]:
        """Give every n-gram of three letters above every row that has it, ascending; see :func:`unpacked`."""
        return self._packed >> _ABOVE << _ABOVE | self._numbers[self._packed.astype(np.uint32)]

    def letters(self) -> Iterator[tuple[str, Rows]]:
        """Give each letter with its rows."""
        has = np.zeros((len(self._keys), _LETTERS), dtype=bool)
        has[self._row_of, self._letters] = True
        for letter in np.flatnonzero(has.any(axis=0)).tolist():
            if letter != _END:
                yield chr(letter), self._numbers[has[:, letter]]

    def tokens(self) -> tuple[list[str], Rows]:
        """Give the tokens of the names, as ``keys.tokens_of`` does, and the row of each."""
        starts, stops, rows = self._bounds()
        found = list(map(self._text.__getitem__, map(slice, starts.tolist(), stops.tolist())))
        odd = [(token, place) for key, place in self.odd for token in tokens_of(key)]
        numbers = self.numbers[[place for _, place in odd]]
        return [*found, *[token for token, _ in odd]], np.concatenate([self._numbers[rows], numbers])

    def _bounds(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
        """Find where the tokens begin and end, and in which id they are."""
        ends, begins = self._ends, np.empty_like(self._ends)
        begins[:1], begins[1:] = 0, ends[:-1] + 1
        slashes = np.flatnonzero(self._letters == ord("/"))
        place = np.searchsorted(slashes, begins)
        first_slash = np.append(slashes, len(self._letters))[place]
        names = np.where(first_slash < ends, first_slash + 1, begins)
        is_sign = _IS_SIGN[self._letters]
        inner = np.flatnonzero(is_sign[:-1] & ~is_sign[1:]) + 1
        inner = inner[(inner > names[self._row_of[inner]]) & (inner < ends[self._row_of[inner]])]
        starts = np.sort(np.concatenate([inner, names[names < ends]]))
        rows = self._row_of[starts]
        following = np.append(starts[1:], len(self._letters)) + TAIL
        return starts, np.minimum(following, ends[rows]), rows

    def tried(self, pieces: frozenset[str] | None) -> list[tuple[str, int]]:
        """Give ids that may have one of some folded texts in them, with their places; all that have one are there."""
        if pieces is None or any(len(text) < 3 or not text.isascii() for text in pieces):
            return [*zip(self._keys, self._places.tolist(), strict=True), *self.odd]
        having = BitMap.union(BitMap(), *map(self._having, pieces)).to_array()
        keys, places = self._keys, self._places[np.frombuffer(having, dtype=np.uint32)].tolist()
        return [*zip([keys[place] for place in having], places, strict=True), *self.odd]

    def _having(self, text: str) -> BitMap:
        return BitMap.intersection(*[self._having_gram(text[at : at + 3]) for at in range(len(text) - 2)])

    def _having_gram(self, gram: str) -> BitMap:
        found = self._grams.get(gram)
        if found is None:
            code = 0
            for letter in gram:
                code = code << _LETTER_BITS | ord(letter)
            start, stop = np.searchsorted(self._packed, np.array([code << 32, (code + 1) << 32], dtype=np.uint64))
            found = self._grams[gram] = bitmap_of(self._packed[start:stop].astype(np.uint32))
        return found


def unpacked(packed: NDArray[np.uint64]) -> tuple[list[str], NDArray[np.int64], Rows]:
    """Give the n-grams in ascending order, how many rows each has, and their rows one after the other."""
    codes = packed >> _ABOVE
    starts = np.flatnonzero(np.diff(codes, prepend=np.uint64(1 << 40)))
    each = codes[starts]
    parts = [(each >> np.uint64(shift) & np.uint64(_LETTERS - 1)).astype(np.uint8) for shift in (14, 7, 0)]
    text = np.stack(parts, axis=1).tobytes().decode("ascii")
    grams = [text[at : at + 3] for at in range(0, len(text), 3)]
    return grams, np.diff(starts, append=len(codes)), packed.astype(np.uint32)


def grams_of_odd(ids: Ids) -> Iterator[tuple[str, int]]:
    """Give the n-grams of ids with other letters, each with its row."""
    for key, place in ids.odd:
        for gram in grams_of(key):
            yield gram, int(ids.numbers[place])
