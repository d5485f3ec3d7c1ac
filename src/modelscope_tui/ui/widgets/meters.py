"""Bars of memory, written as text: one bar of parts against a whole, and one bar a line for a curve.

UPPER FLOOR. Each part has a glyph and a colour; ASCII where the terminal knows nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from modelscope_tui.ui.present import is_ascii_only, memory, part_of, width_of

_FILLS = ("█", "▓", "▒")
_ASCII_FILLS = ("#", "=", "-")
_DIM = "$foreground 50%"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar."""

    name: str
    size_bytes: int
    style: str


def _signs() -> tuple[tuple[str, ...], str, str, str]:
    """Give the fills, the empty cell, the limit inside a bar, and the limit past its end."""
    return (_ASCII_FILLS, ".", "|", "!") if is_ascii_only() else (_FILLS, "░", "┃", "┃")


def cells(sizes: Sequence[int], whole: int, room: int) -> list[int]:
    """Share ``room`` cells out by size so that none that is not empty vanishes and the sum is right to a cell."""
    found: list[int] = []
    done = used = 0
    for one in sizes:
        done += one
        end = min(room, round(done * room / whole)) if whole else 0
        end = max(end, used + 1) if one else end
        found.append(max(0, min(end, room) - used))
        used += found[-1]
    return found


def meter(parts: Sequence[Part], available: int | None, width: int) -> Content:
    """Draw parts against what is there; what goes beyond it is drawn beyond a mark."""
    fills, empty, mark, _ = _signs()
    total = sum(part.size_bytes for part in parts)
    whole = max(total, available or 0)
    counts = cells([part.size_bytes for part in parts], whole, width)
    line = [(fill, part.style) for part, count, fill in zip(parts, counts, fills, strict=False) for _ in range(count)]
    line += [(empty, "$foreground 20%")] * (width - len(line))
    if available is not None and total > available:
        line[min(width - 1, round(available * width / whole))] = (mark, "$text-error")
    bar = Content.assemble(*line)
    words = part_of(total, available) if available is not None else f"{memory(total)} in all"
    legend: list[Content] = [Content.styled(words, "bold")]
    room = width - width_of(words)
    for part, fill in zip(parts, fills, strict=False):
        text = f" {part.name} {memory(part.size_bytes)}"
        lead = "\n" if width_of(text) + 3 > room else "  "
        room = (width if lead == "\n" else room) - width_of(text) - 3
        legend.append(Content.assemble(lead, (fill, part.style), (text, "$foreground 70%")))
    return Content.assemble(bar, "\n", *legend)


def curve(points: Sequence[tuple[str, int]], available: int | None, width: int) -> Content:
    """Draw one bar a point, all on one scale, with a mark where the memory ends."""
    fills, _, mark, _ = _signs()
    label = max(width_of(name) for name, _ in points)
    number = max(width_of(memory(total)) for _, total in points)
    room = max(4, width - label - number - 2)
    most = max(*(total for _, total in points), available or 0, 1)
    limit = None if available is None else min(room - 1, round(available * room / most))
    lines = []
    for name, total in points:
        is_over = available is not None and total > available
        filled = max(1, round(total * room / most))
        bar = [(fills[0], "$text-error" if is_over else "$accent")] * min(filled, room)
        bar += [(" ", "")] * (room - len(bar))
        if limit is not None:
            bar[limit] = (mark, "$foreground 60%")
        words = [(name.rjust(label) + " ", _DIM), *bar, (" " + memory(total).rjust(number), "")]
        lines.append(Content.assemble(*words))
    return Content("\n").join(lines)
