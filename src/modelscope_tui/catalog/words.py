"""Words in ids and tags: which rows contain a piece of text.

GROUND FLOOR. One to three characters are bitmaps as they stand. A longer word without signs stands inside one token of
the name, inside the organization or inside a tag: those that have it are found in the list of all of them, and their
bitmaps are joined; no row is looked at, so it is exact and quick at any size. A word that crosses signs of the name
(`llama-3.1-8b`) is compared with the ids that have its pieces, or where those are many, put together from tokens
(``crossing.py``). A word that grew out of a word just answered starts
from that answer: this is how people type.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from pyroaring import BitMap

from modelscope_tui.catalog.crossing import told_by_tokens
from modelscope_tui.catalog.kept import Kept
from modelscope_tui.catalog.keys import SIGNS, Kind, folded, texts_of
from modelscope_tui.catalog.record import decode
from modelscope_tui.catalog.store import SPOKEN, Store, bytes_of
from modelscope_tui.catalog.suggestion import slip_in

_VALUES_KEPT = 100_000
"""So many values that have a word in them are kept for the next letter: some ten megabytes."""

_LISTS_WEIGH = 10
"""The lists of a word, full or empty, take as much room as so many values."""

_ANSWER_BYTES = 4 << 20
MANY = 200
"""From so many ids on it is quicker to ask the tokens than to look at each."""

_GRAM = 3
_LOOKED_INTO = 300
"""So many rows are looked at in full; more take longer than asking for all values that have a word."""

_LOOKED_AT = 20_000
"""So many values with half of a mistyped word are looked at; more would take longer than a person waits."""

_SIGN = re.compile(f"[{re.escape(SIGNS)}]")


class Words:
    """Answers words from the store, and remembers the last ones."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._answered: Kept[str, BitMap] = Kept(_ANSWER_BYTES, bytes_of)
        self._values: Kept[str, dict[int, list[str]]] = Kept(_VALUES_KEPT, _weight_of)

    def forget(self) -> None:
        """Drop what was remembered."""
        self._answered.drop()
        self._values.drop()

    def warm(self) -> None:
        """Read ahead the lists that long words are looked for in."""
        for kind in SPOKEN:
            self._store.vocabulary(kind)

    def rows(self, word: str) -> BitMap:
        """Select the rows with `word` in the id or a tag; `a|b` is either, and `a:b` is both apart."""
        found = BitMap()
        for choice in folded(word).split("|"):
            pieces = [piece for piece in choice.split(":") if piece]
            if pieces:
                found |= BitMap.intersection(*[self._piece(piece) for piece in pieces])
        return found

    def _piece(self, piece: str) -> BitMap:
        if len(piece) == 2:
            return self._store.beginning(Kind.GRAM, piece)
        if len(piece) <= 3:
            return self._store.bitmap(Kind.GRAM, piece)
        found = self._answered.get(piece)
        if found is None:
            found = self._longer(piece)
            if found is None:
                found = self._united(self._values_with(piece))
            if _SIGN.search(piece):
                found |= self._crossing(piece, found)
            self._answered.put(piece, found)
        return found

    def _united(self, values: Mapping[int, Sequence[str]]) -> BitMap:
        return BitMap.union(*[self._store.united(kind, values[kind]) for kind in SPOKEN])

    def _longer(self, word: str) -> BitMap | None:
        """Answer a word without signs from the answer to it without its last letter; None where that takes longer.

        Rows that have the shorter word have the longer one too, but for those with a value that has the shorter one
        only. Mostly these are few, and of them those with the last three letters are looked at.
        """
        shorter = word[:-1]
        before = self._store.bitmap(Kind.GRAM, shorter) if len(shorter) == _GRAM else self._answered.get(shorter)
        if before is None or _SIGN.search(word):
            return None
        known = self._values_with(shorter)
        values = self._values_with(word)
        others = {kind: [value for value in known[kind] if word not in value] for kind in SPOKEN}
        if 2 * _count_of(others) > _count_of(values):
            return None
        doubtful = self._united(others)
        possible = doubtful & before & self._store.bitmap(Kind.GRAM, word[-_GRAM:])
        if len(possible) > _LOOKED_INTO:
            return None
        return (before - doubtful) | self._having(word, possible)

    def _having(self, word: str, rows: BitMap) -> BitMap:
        """Look at all texts of some rows."""
        read = self._store.facts(rows.to_array())
        return BitMap([number for number, line in read if any(word in text for text in texts_of(decode(line)))])

    def alike(self, word: str) -> list[str]:
        """Give spellings one slip away from a word that tokens, organizations and tags have, the most frequent first.

        A slip leaves one half of the word as it was: only values with either half are looked at.
        """
        word = folded(word)
        first, last = word[: len(word) // 2], word[len(word) // 2 :]
        turned = last[::-1], first[::-1]
        found: Counter[str] = Counter()
        for kind in SPOKEN:
            lines = self._store.vocabulary(kind)
            later = [slip_in(value, first, last) for value in _lines_with(first.encode(), lines, _LOOKED_AT)]
            values = _lines_with(last.encode(), lines, _LOOKED_AT)
            sooner = [one[::-1] for value in values if (one := slip_in(value[::-1], *turned))]
            found.update([*filter(None, later), *sooner])
        return [spelling for spelling, _ in found.most_common()]

    def _values_with(self, word: str) -> dict[int, list[str]]:
        """Find the tokens, organizations and tags that have a word in them."""
        for shorter in (word, word[:-1], word[1:]):
            known = self._values.get(shorter)
            if known is not None and shorter == word:
                return known
            if known is not None:
                found = {kind: [value for value in values if word in value] for kind, values in known.items()}
                return self._values.put(word, found)
        found = {kind: _lines_with(word.encode(), self._store.vocabulary(kind)) for kind in SPOKEN}
        return self._values.put(word, found)

    def _crossing(self, word: str, known: BitMap) -> BitMap:
        """Find the ids that have a word across a sign, beyond the rows that are known to have it."""
        bitmaps = [
            found for found in (self._answered.get(word[:-1]), self._answered.get(word[1:])) if found is not None
        ]
        bitmaps += [
            self._store.bitmap(Kind.GRAM, piece) for piece in {word[at : at + 3] for at in range(len(word) - 2)}
        ]
        candidates = BitMap.intersection(*sorted(bitmaps, key=len)) - known
        sure = BitMap()
        if len(candidates) > MANY and "/" not in word:
            sure, doubtful = told_by_tokens(word, lambda text: self._values_with(text)[Kind.TOKEN], self._store)
            candidates &= doubtful
        return sure | self._compared(word, candidates)

    def _compared(self, word: str, candidates: BitMap) -> BitMap:
        """Look at the ids of rows that may have a word."""
        return BitMap([number for number, name in self._store.names_of(candidates.to_array()) if word in name])


def _count_of(values: Mapping[int, Sequence[str]]) -> int:
    return 1 + sum(map(len, values.values()))


def _weight_of(values: Mapping[int, Sequence[str]]) -> int:
    return _LISTS_WEIGH + _count_of(values)


def _lines_with(word: bytes, lines: bytes, most: int = sys.maxsize) -> list[str]:
    """Give the lines that have a word in them, the first so many."""
    found: list[str] = []
    at = lines.find(word)
    while at >= 0 and len(found) < most:
        end = lines.index(b"\n", at)
        found.append(lines[lines.rindex(b"\n", 0, at) + 1 : end].decode())
        at = lines.find(word, end)
    return found
