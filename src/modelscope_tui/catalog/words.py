"""Words in ids and tags: which rows contain a piece of text.

GROUND FLOOR. One to three characters are a bitmap as they stand. Longer words intersect the bitmaps of their
three-character pieces and are then compared with the text itself, so that the answer equals a plain search of the
text. A word that grew out of a word just answered starts from that answer: this is how people type.
"""

from __future__ import annotations

from pyroaring import BitMap

from modelscope_tui.catalog.kept import Kept
from modelscope_tui.catalog.keys import Kind, folded
from modelscope_tui.catalog.store import CHUNK_BITS, Store

_INSIDE_CHUNK = (1 << CHUNK_BITS) - 1
_WORDS_KEPT = 128


class Words:
    """Answers words from the store, and remembers the last ones."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._answered: Kept[str, BitMap] = Kept(_WORDS_KEPT)
        self._tags: str | None = None

    def forget(self) -> None:
        """Drop what was remembered."""
        self._answered.drop()
        self._tags = None

    def warm(self) -> None:
        """Read ahead the texts that long words are compared with, as far as they are kept."""
        self._store.read_ahead()
        self._tagged("\0")

    def rows(self, word: str) -> BitMap:
        """Select the rows with `word` in the id or a tag; `a|b` is either, and `a:b` is both apart."""
        found = BitMap()
        for choice in folded(word).split("|"):
            pieces = [piece for piece in choice.split(":") if piece]
            if pieces:
                found |= BitMap.intersection(*[self._piece(piece) for piece in pieces])
        return found

    def _piece(self, piece: str) -> BitMap:
        if len(piece) <= 3:
            return self._store.bitmap(Kind.GRAM, piece)
        found = self._answered.get(piece)
        if found is None:
            found = self._answered.put(piece, self._compared(piece))
        return found

    def _compared(self, word: str) -> BitMap:
        pieces = {word[at : at + 3] for at in range(len(word) - 2)}
        shorter = [self._answered.get(word[:-1]), self._answered.get(word[1:])]
        bitmaps = [found for found in shorter if found is not None]
        bitmaps += [self._store.bitmap(Kind.GRAM, piece) for piece in pieces]
        candidates = BitMap.intersection(*sorted(bitmaps, key=len))
        tagged = self._tagged(word) & candidates
        return tagged | self._named(word, candidates - tagged)

    def _named(self, word: str, candidates: BitMap) -> BitMap:
        """Keep the candidates whose id has the word."""
        found: list[int] = []
        numbers = candidates.to_array()
        start = 0
        while start < len(numbers):
            chunk = numbers[start] >> CHUNK_BITS
            stop = start + candidates.range_cardinality(chunk << CHUNK_BITS, (chunk + 1) << CHUNK_BITS)
            ids = self._store.ids(chunk)
            found += [number for number in numbers[start:stop] if word in ids[number & _INSIDE_CHUNK]]
            start = stop
        return BitMap(found)

    def _tagged(self, word: str) -> BitMap:
        """Join the rows of all tags that have the word in them."""
        if self._tags is None:
            self._tags = "\n".join(("", *self._store.values(Kind.TAG), ""))
        tags, found = self._tags, []
        at = tags.find(word)
        while at >= 0:
            end = tags.index("\n", at)
            found.append(self._store.bitmap(Kind.TAG, tags[tags.rindex("\n", 0, at) + 1 : end]))
            at = tags.find(word, end)
        return BitMap.union(*found) if found else BitMap()
