"""What `7b..14b`, `>=128k`, `<30d` and `2025-04` mean: whole numbers between two ends.

GROUND FLOOR. Knows no index: text goes in, a :class:`Span` comes out, or None where the text cannot be read.

Three readings are chosen, so that a person finds what they mean:

* A bare number with a suffix or a fraction stands for what rounds to it: `params:7b` is 6.5 to 7.5 billion,
  `params:1.7b` is 1.65 to 1.75 billion. Without either it is exact: `likes:100` is one hundred.
* `k` and `m` of a context are said of 1,000 and of 1,024 alike. Both are taken: `context:>=128k` finds 128,000 and
  131,072, `context:<=128k` finds both as well, `context:>128k` neither.
* `updated:<30d` is an age: less than thirty days ago. `created:>2025-04` is a date: after that April.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

_POWERS = {"": 0, "k": 1, "m": 2, "b": 3, "g": 3, "t": 4}
_AMOUNT = re.compile(r"(\d{1,18})?(?:\.(\d{1,9}))?([kmbgt]?)", re.ASCII)
_AGE = re.compile(r"(\d{1,5})([dwmy])", re.ASCII)
_AGE_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_COMPARED = re.compile(r"(<=|>=|<|>|=)?(.+)", re.DOTALL)
_SIGNS = {"<", "<=", ">", ">="}
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """All whole numbers from `low` to `high`, both included; None is an open end."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class _Amount:
    """One number as typed, as fractions over `scale`: its smallest and largest reading, and what rounds to it."""

    low: int
    high: int
    half: int
    scale: int

    @property
    def lowest(self) -> int:
        """The first whole number that it can mean."""
        return -(-self.low // self.scale)

    @property
    def highest(self) -> int:
        """The last whole number that it can mean."""
        return self.high // self.scale


def _amount(text: str, *, is_context: bool) -> _Amount | None:
    found = _AMOUNT.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    fraction = found[2] or ""
    digits = int((found[1] or "") + fraction)
    power = _POWERS[found[3]]
    scale = 2 * 10 ** len(fraction)
    unit = 1000**power
    half = unit if (power or fraction) and not is_context else 0
    largest = 1024**power if is_context else unit
    return _Amount(2 * digits * unit, 2 * digits * largest, half, scale)


def _beside(sign: str | None, first: int, last: int) -> Span:
    """Give what lies before, after or within the stretch that one value stands for."""
    match sign:
        case ">=":
            return Span(first, None)
        case ">":
            return Span(last + 1, None)
        case "<=":
            return Span(None, last)
        case "<":
            return Span(None, first - 1)
    return Span(first, last)


def number_span(text: str, *, is_context: bool = False) -> Span | None:
    """Read `<10b`, `>=128k`, `7b..14b`, `1.5m..` or a plain number."""
    text = text.strip().casefold()
    if ".." in text:
        return _number_range(text, is_context=is_context)
    compared = _COMPARED.fullmatch(text)
    amount = _amount(compared[2].strip(), is_context=is_context) if compared else None
    if compared is None or amount is None:
        return None
    if compared[1] in _SIGNS:
        return _beside(compared[1], amount.lowest, amount.highest)
    if amount.half:
        return Span(-(-(amount.low - amount.half) // amount.scale), -(-(amount.low + amount.half) // amount.scale) - 1)
    return Span(amount.lowest, amount.highest)


def _number_range(text: str, *, is_context: bool) -> Span | None:
    first, _, last = text.partition("..")
    low = _amount(first, is_context=is_context) if first else None
    high = _amount(last, is_context=is_context) if last else None
    if (first and low is None) or (last and high is None) or (low is None and high is None):
        return None
    return Span(low.lowest if low else None, high.highest if high else None)


def _period(text: str) -> tuple[int, int] | None:
    """Give the first and last second of a day, a month or a year."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = date(year, month, day).toordinal()
        if found[3]:
            after = first + 1
        elif found[2]:
            after = date(year + month // 12, month % 12 + 1, 1).toordinal()
        else:
            after = date(year + 1, 1, 1).toordinal()
    except ValueError:
        return None
    return (first - _EPOCH_DAY) * _DAY, (after - _EPOCH_DAY) * _DAY - 1


def _age(text: str) -> int | None:
    found = _AGE.fullmatch(text)
    return int(found[1]) * _AGE_DAYS[found[2]] * _DAY if found else None


def time_span(text: str, now: datetime) -> Span | None:
    """Read an age (`<30d`, `6m..1y`, `2w`) or a date (`>=2025-04-27`, `2024..2025`), as seconds since 1970."""
    text = text.strip().casefold()
    moment = int(now.timestamp())
    if ".." in text:
        return _time_range(text, moment)
    compared = _COMPARED.fullmatch(text)
    if compared is None:
        return None
    sign, value = compared[1], compared[2].strip()
    age = _age(value)
    if age is not None:
        return Span(None, moment - age - (sign == ">")) if sign in {">", ">="} else Span(moment - age, None)
    period = _period(value)
    return _beside(sign, *period) if period else None


def _time_range(text: str, moment: int) -> Span | None:
    first, _, last = text.partition("..")
    ages = _age(first), _age(last)
    if ages[0] is not None and ages[1] is not None:
        return Span(moment - ages[1], moment - ages[0])
    periods = _period(first), _period(last)
    if (first and periods[0] is None) or (last and periods[1] is None) or not (first or last):
        return None
    return Span(periods[0][0] if periods[0] else None, periods[1][1] if periods[1] else None)


def seconds_of(text: str | None) -> int | None:
    """Turn an ISO date or time into seconds since 1970; None when it is not one."""
    if not text:
        return None
    try:
        if len(text) == 10:
            return (date.fromisoformat(text).toordinal() - _EPOCH_DAY) * _DAY
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())
