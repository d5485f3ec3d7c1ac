"""Words in ids and tags: which rows contain a piece of text.

GROUND FLOOR. One to three characters are bitmaps as they stand. A longer word without signs stands inside one token of
the name, inside the organization or inside a tag: those that have it are found in the list of all of them, and their
bitmaps are joined, or were joined when the index was made where they are very many (``frequent.py``); no row is looked
at, so it is exact and quick at any size. A word that crosses signs of the name (`llama-3.1-8b`) is compared with the
ids that have its pieces, or where those are many, put together from tokens (``crossing.py``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pyroaring import BitMap

from modelscope_tui.catalog.crossing import told_by_tokens
from modelscope_tui.catalog.kept import Kept
from modelscope_tui.catalog.keys import SIGNS, SPOKEN, Kind, folded
from modelscope_tui.catalog.lines import lines_with
from modelscope_tui.catalog.piece import is_large
from modelscope_tui.catalog.store import Store, bytes_of
from modelscope_tui.catalog.suggestion import slip_in

_VALUES_KEPT = 100_000
"""So many values that have a word in them are kept for the next letter: some ten megabytes."""

_LISTS_WEIGH = 10
"""The lists of a word, full or empty, take as much room as so many values."""

_ANSWER_BYTES = 4 << 20
MANY = 200
"""From so many ids on it is quicker to ask the tokens than to look at each."""

_LOOKED_AT = 20_000
"""So many values with half of a mistyped word are looked at; more would take longer than a person waits."""

_SIGN = re.compile(f"[{re.escape(SIGNS)}]")


class Words:
    """Answers words from the store, and remembers the last ones."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._answered: Kept[str, BitMap] = Kept(_ANSWER_BYTES, bytes_of)
        self._values: Kept[str, dict[int, list[str]]] = Kept(_VALUES_KEPT, _weight_of)
        self._is_large = is_large(store.count())

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
            if piece in self._store.frequent():
                found = self._store.bitmap(Kind.PIECE, piece)
            else:
                found = self._united(self._values_with(piece))
            if _SIGN.search(piece):
                found |= self._crossing(piece, found)
            self._answered.put(piece, found)
        return found

    def _united(self, values: Mapping[int, Sequence[str]]) -> BitMap:
        return BitMap.union(*[self._store.united(kind, values[kind]) for kind in SPOKEN])

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
            later = [slip_in(value, first, last) for value in self._with(first, lines)]
            values = self._with(last, lines)
            sooner = [one[::-1] for value in values if (one := slip_in(value[::-1], *turned))]
            found.update([*filter(None, later), *sooner])
        return [spelling for spelling, _ in found.most_common()]

    def _with(self, text: str, lines: bytes) -> list[str]:
        return lines_with(text.encode(), lines, _LOOKED_AT, is_large=self._is_large)

    def _values_with(self, word: str) -> dict[int, list[str]]:
        """Find the tokens, organizations and tags that have a word in them."""
        for shorter in (word, word[:-1], word[1:]):
            known = self._values.get(shorter)
            if known is not None and shorter == word:
                return known
            if known is not None:
                found = {kind: [value for value in values if word in value] for kind, values in known.items()}
                return self._values.put(word, found)
        letters = word.encode()
        lists = [(kind, self._store.vocabulary(kind)) for kind in SPOKEN]
        found = {kind: lines_with(letters, lines, is_large=self._is_large) for kind, lines in lists}
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
