"""Puts facts into short words for a person: sizes, counts, ages. Unknown is an empty cell or a dash."""

from __future__ import annotations

from modelscope_tui.catalog.units import in_memory, on_disk

UNKNOWN = "–"
"""What a table shows for an unknown fact."""


def count(number: int | None) -> str:
    """Write a number with thin groups, as in 26,449."""
    return UNKNOWN if number is None else f"{number:,}"


def params(number: int | None) -> str:
    """Write a number of parameters as people say it: 8.2B, 137M."""
    if number is None:
        return UNKNOWN
    for size, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")):
        if number >= size:
            return f"{number / size:.3g}{letter}" if number < 1000 * size else f"{number // size}{letter}"
    return str(number)


def tokens(number: int | None) -> str:
    """Write a context length: 128k is 131,072."""
    if number is None:
        return UNKNOWN
    if number >= 1024 and number % 1024 == 0:
        return f"{number // 1024}k"
    return f"{number:,}"


def size(number: int | float | None) -> str:
    """Write bytes of files in GB, as the Hub shows them."""
    return UNKNOWN if number is None else on_disk(number)


def memory(number: int | float | None) -> str:
    """Write bytes of memory in GiB."""
    return UNKNOWN if number is None else in_memory(number)


def day(moment: str | None) -> str:
    """Write the date of an ISO time."""
    return UNKNOWN if not moment else moment[:10]


def words(values: tuple[str, ...] | list[str] | None) -> str:
    """Write a list in one cell."""
    return ", ".join(values or ()) or UNKNOWN


def text(value: object) -> str:
    """Write anything, a dash for unknown."""
    if value is None or value == "":
        return UNKNOWN
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
