"""Words that are looked for in a long text: where they stand in its laid lines, and which of them one is at.

UPPER FLOOR, pure. A part that cannot hold the words is never laid out; the others are looked through a few at a time,
so that no key waits for a card of 200 KB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_SIGNS = re.compile(r"[*_`~\\]")


@dataclass(frozen=True, slots=True)
class Span:
    """Cells of one line, from start to before end."""

    line: int
    start: int
    end: int


Match = tuple[Span, ...]
"""One place: a span for each line that it reaches over."""


class Finding:
    """One search through the parts of a text."""

    def __init__(self, parts: Sequence[str], needle: str, first: int) -> None:
        """Look for words, in any case and with any space between them, from a part on and then from the top."""
        self.needle = needle
        """What is looked for."""
        self._words = needle.split()
        self._pattern = re.compile(r"\s+".join(re.escape(word) for word in self._words), re.IGNORECASE)
        order = [*range(first, len(parts)), *range(first)]
        self._left = [at for at in order if self._words and self._may_hold(parts[at])]
        self._left.reverse()
        self._found: dict[int, list[Match]] = {}
        self.here: tuple[int, int] | None = None
        """The part and the number in it of the match one is at."""

    def _may_hold(self, part: str) -> bool:
        plain = _SIGNS.sub("", unescape(part)).lower()
        return all(_SIGNS.sub("", word).lower() in plain for word in self._words)

    @property
    def next_part(self) -> int | None:
        """The part to be looked through next; None when all are."""
        return self._left[-1] if self._left else None

    def look_through(self, lines: Sequence[Strip]) -> None:
        """Find the words in the lines of the next part."""
        part = self._left.pop()
        if found := [*_matches(self._pattern, [line.text.rstrip() for line in lines])]:
            self._found[part] = found

    @property
    def count(self) -> int:
        """How many there are, as far as was looked."""
        return sum(map(len, self._found.values()))

    @property
    def number(self) -> int:
        """Which of them one is at, from 1; 0 is none."""
        return self._places().index(self.here) + 1 if self.here is not None else 0

    def _places(self) -> list[tuple[int, int]]:
        return [(part, at) for part in sorted(self._found) for at in range(len(self._found[part]))]

    def begin(self, place: tuple[int, int]) -> Match | None:
        """Go to the first match at a part and line or after it; from the end, to the first of all."""
        places = self._places()
        after = [(part, at) for part, at in places if (part, self._found[part][at][0].line) >= place]
        return self._go((after or places)[0]) if places else None

    def step(self, direction: int) -> Match | None:
        """Go to the next match, or the one before; round and round."""
        places = self._places()
        if not places:
            return None
        at = places.index(self.here) if self.here is not None else -1 if direction > 0 else 0
        return self._go(places[(at + direction) % len(places)])

    def _go(self, place: tuple[int, int]) -> Match:
        self.here = place
        return self._found[place[0]][place[1]]

    def spans(self, part: int, line: int) -> Iterator[tuple[Span, bool]]:
        """Give what is to be lit in a line, and whether one is at it."""
        for at, match in enumerate(self._found.get(part, ())):
            for span in match:
                if span.line == line:
                    yield span, (part, at) == self.here


def _matches(pattern: re.Pattern[str], texts: Sequence[str]) -> Iterator[Match]:
    starts, length = [], 0
    for text in texts:
        starts.append(length)
        length += len(text) + 1
    for found in pattern.finditer("\n".join(texts)):
        spans = []
        for line, (begins, text) in enumerate(zip(starts, texts, strict=True)):
            start, end = max(found.start(), begins) - begins, min(found.end(), begins + len(text)) - begins
            if start < end:
                start += len(text[start:end]) - len(text[start:end].lstrip())
                spans.append(Span(line, cell_len(text[:start]), cell_len(text[:end])))
        yield tuple(spans)


def lit(strip: Strip, span: Span, style: Style) -> Strip:
    """Light some cells of a line."""
    before, middle, after = strip.crop(0, span.start), strip.crop(span.start, span.end), strip.crop(span.end)
    painted = [Segment(one.text, (one.style or Style()) + style) for one in middle]
    return Strip.join([before, Strip(painted, middle.cell_length), after])
