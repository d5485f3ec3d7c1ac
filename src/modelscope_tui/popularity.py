"""Downloads and likes over time as a line of bars, for both doors: what the days on which somebody looked have told.

Pure. Time runs evenly from left to right, so days on which nobody looked are gaps, not zeros. Bars stand between the
smallest and the largest value that was seen: they show the shape, the numbers beside them the size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelscope_tui.hub.points import Point

BARS = "▁▂▃▄▅▆▇█"
"""From the smallest to the largest."""

ASCII_BARS = "_-=+*%#@"
"""The same where only ASCII can be drawn."""

GAP, ASCII_GAP = "·", "."
"""Days on which nobody looked."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One number over the days."""

    name: str
    """`downloads` (of 30 days) or `likes`."""
    days: tuple[date, ...]
    values: tuple[int, ...]

    @property
    def words(self) -> str:
        """Say where it began and where it is: `900,000 on 2026-10-01, 1,200,000 on 2026-11-24 (+33 %)`."""
        first, last = self.values[0], self.values[-1]
        if len(self.days) == 1:
            return f"{last:,} on {self.days[0]}; one look so far, a curve needs two days"
        change = f" ({(last - first) / first * 100:+.0f} %)" if first else ""
        return f"{first:,} on {self.days[0]}, {last:,} on {self.days[-1]}{change}, {len(self.days)} looks"

    def drawn(self, width: int, *, is_ascii: bool = False) -> str:
        """Draw it in at most ``width`` cells; nothing where there is only one day."""
        span = (self.days[-1] - self.days[0]).days
        if not span:
            return ""
        cells = max(2, min(width, span + 1))
        bars, low, high = (ASCII_BARS if is_ascii else BARS), min(self.values), max(self.values)
        drawn = [ASCII_GAP if is_ascii else GAP] * cells
        for day, value in zip(self.days, self.values, strict=True):
            height = (value - low) * (len(bars) - 1) // (high - low) if high > low else 0
            drawn[(day - self.days[0]).days * (cells - 1) // span] = bars[height]
        return "".join(drawn)


def curves_of(points: Sequence[Point]) -> tuple[Curve, ...]:
    """Make a curve of each number that was ever seen; a day that is no date is left out."""
    dated = sorted(((day, point) for point in points if (day := _date(point.day))), key=lambda pair: pair[0])
    found = []
    for name in ("downloads", "likes"):
        seen = [(day, value) for day, point in dated if (value := getattr(point, name)) is not None]
        if seen:
            found.append(Curve(name, tuple(day for day, _ in seen), tuple(value for _, value in seen)))
    return tuple(found)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
