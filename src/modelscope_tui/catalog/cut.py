"""From lines to the pieces of a slice: everything that 65,536 rows put into the file, ready to be written.

GROUND FLOOR. Pure, and most of the work of making an index: several processes may each cut a slice. Whatever many rows
share is worked out once: tokens of names, values of numbers, and what rows with the same facts are filed under.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap

from modelscope_tui.catalog.block import BLOCK_BITS, pack
from modelscope_tui.catalog.keys import (
    GONE,
    KNOWN,
    Key,
    Kind,
    facts_shared,
    folded,
    numbers_of,
    overlapping,
    own_facets,
    pieces_of,
    seen_of,
    shared_facets,
)
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.record import decode
from modelscope_tui.catalog.store import CHUNK_BITS
from modelscope_tui.catalog.told import NOTHING_TOLD, Told
from modelscope_tui.catalog.uncollected import uncollected

ToolsOf = Callable[[Model], tuple[str, ...]]

_BLOCK = 1 << BLOCK_BITS
_CHUNK = 1 << CHUNK_BITS


@dataclass(slots=True)
class Slice:
    """The pieces of consecutive rows, none of them beyond one slice."""

    first: int
    """The number of the first row."""
    keys: list[str] = field(default_factory=list)
    """The folded ids."""
    handles: list[str] = field(default_factory=list)
    """The organizations of these rows, each once."""
    organizations: array[int] = field(default_factory=lambda: array("I"))
    """For each row the place of its organization in `handles`."""
    blocks: list[tuple[int, bytes]] = field(default_factory=list)
    """The number of each block, and its lines compressed."""
    ids: list[tuple[int, bytes]] = field(default_factory=list)
    """The number of each chunk of folded ids, and the ids compressed."""
    bitmaps: list[tuple[int, str, bytes]] = field(default_factory=list)
    """Kind, value and serialized rows, in the order of the table."""


class _Cutting:
    """A slice while rows are added to it."""

    def __init__(self, first: int, tools_of: ToolsOf, told: Told) -> None:
        self.slice = Slice(first)
        self._tools_of, self._told = tools_of, told
        self._places: dict[str, int] = {}
        self._tokens: defaultdict[str, array[int]] = defaultdict(_no_rows)
        self._facets: defaultdict[tuple[int, str], array[int]] = defaultdict(_no_rows)
        self._shared: dict[tuple[object, ...], array[int]] = {}
        self._facets_of_shared: list[tuple[list[Key], array[int]]] = []
        self._numbers: defaultdict[str, defaultdict[int, array[int]]] = defaultdict(_no_values)

    def add(self, number: int, line: str) -> None:
        """Take a row."""
        model = decode(line)
        key = folded(model.id)
        self.slice.keys.append(key)
        handle = model.organization
        place = self._places.setdefault(folded(handle), len(self.slice.handles))
        if place == len(self.slice.handles):
            self.slice.handles.append(handle)
        self.slice.organizations.append(place)
        for seen in seen_of(model):
            self._facets[seen].append(number)
        if model.gone:
            self._facets[Kind.GONE, GONE].append(number)
            return
        tokens, facets, numbers = self._tokens, self._facets, self._numbers
        for token in overlapping(key):
            tokens[token].append(number)
        self._shared_by(model).append(number)
        tools = self._told.get(line)
        for facet in own_facets(model, self._tools_of(model) if tools is None else tools):
            facets[facet].append(number)
        for name, value in numbers_of(model).items():
            numbers[name][value].append(number)

    def _shared_by(self, model: Model) -> array[int]:
        """Find the rows that have the same facts as this one, as far as those are shared."""
        facts = facts_shared(model)
        rows = self._shared.get(facts)
        if rows is None:
            rows = self._shared[facts] = _no_rows()
            self._facets_of_shared.append((shared_facets(model), rows))
        return rows

    def finish(self, lines: Sequence[str]) -> Slice:
        """Pack the lines, and turn what was gathered into bitmaps."""
        first = self.slice.first
        self.slice.blocks = [
            ((first + at) >> BLOCK_BITS, pack(lines[at : at + _BLOCK])) for at in range(0, len(lines), _BLOCK)
        ]
        for facets, rows in self._facets_of_shared:
            for facet in facets:
                self._facets[facet].extend(rows)
        keys = self.slice.keys
        self.slice.ids = [
            ((first + at) >> CHUNK_BITS, pack(keys[at : at + _CHUNK])) for at in range(0, len(keys), _CHUNK)
        ]
        pieces: list[tuple[int, str, array[int]]] = [(Kind.GRAM, gram, rows) for gram, rows in self._grams().items()]
        pieces += [(kind, value, rows) for (kind, value), rows in self._facets.items()]
        pieces += [(Kind.NUMBER, name, rows) for name, rows in _bits(self._numbers)]
        pieces.sort(key=lambda piece: piece[:2])
        self.slice.bitmaps = [(kind, value, BitMap(rows).serialize()) for kind, value, rows in pieces]
        return self.slice

    def _grams(self) -> dict[str, array[int]]:
        """Gather the rows of every n-gram from the tokens and tags that have it."""
        grams: defaultdict[str, array[int]] = defaultdict(_no_rows)
        texts = [(token, rows) for token, rows in self._tokens.items()]
        texts += [(tag + "\n", rows) for (kind, tag), rows in self._facets.items() if kind == Kind.TAG]
        for text, rows in texts:
            for gram in pieces_of(text):
                grams[gram].extend(rows)
        return grams


def cut(first: int, lines: Sequence[str], tools_of: ToolsOf, told: Told = NOTHING_TOLD) -> Slice:
    """Cut the pieces of the rows from number ``first`` on; it is the first of a block.

    Args:
        first: the number of the first row.
        lines: the rows.
        tools_of: tells which tools can run a model.
        told: rows of which that is known already.
    """
    with uncollected():
        cutting = _Cutting(first, tools_of, told)
        for number, line in enumerate(lines, first):
            cutting.add(number, line)
        return cutting.finish(lines)


def _no_rows() -> array[int]:
    return array("I")


def _no_values() -> defaultdict[int, array[int]]:
    return defaultdict(_no_rows)


def _bits(numbers: dict[str, defaultdict[int, array[int]]]) -> Iterable[tuple[str, array[int]]]:
    """Give for each bit of each number the rows that have it, from the rows of each value."""
    for name, values in numbers.items():
        known = _no_rows()
        bits = [_no_rows() for _ in range(max(values).bit_length())]
        for value, rows in values.items():
            known.extend(rows)
            for place, bit in enumerate(bits):
                if value >> place & 1:
                    bit.extend(rows)
        yield f"{name}:{KNOWN}", known
        for place, bit in enumerate(bits):
            if bit:
                yield f"{name}:{place}", bit
