"""Turns facts into the text that a person reads, and makes strangers' text harmless.

UPPER FLOOR, and the only file that decides how a number, an age or a verdict looks. Text of the Hub is hostile until
it went through :func:`clean`; it is then shown as plain content, never as markup. Pure: no widget comes in here.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from rich.cells import cell_len, set_cell_size

from modelscope_tui.catalog.units import in_memory, on_disk

LONGEST = 4096
"""No line of the Hub is read further than this; a megabyte in a name must not cost a frame."""


@cache
def _harmful() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Give the patterns of terminal sequences, line breaks and invisible characters; made when first needed."""
    sequences = re.compile(
        r"\x1b\[[0-?]*[ -/]*[@-~]?|\x9b[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*"
        r"(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?"
    )
    breaks = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
    invisible = re.compile(
        "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
        "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
    )
    return sequences, breaks, invisible


def clean(text: str | None, limit: int = LONGEST) -> str:
    """Make one harmless line of anything: no control, no invisible or reordering character, no line break."""
    if not text:
        return ""
    if len(text) > limit:
        text = text[:limit] + "…"
    if text.isascii() and text.isprintable():
        return text
    sequences, breaks, invisible = _harmful()
    return invisible.sub("", breaks.sub(" ", sequences.sub("", text)))


def letter_for_letter(text: str) -> str:
    """Put a dot in the place of each letter that a terminal may obey or nobody sees; the length stays, for a cursor."""
    if text.isascii() and text.isprintable():
        return text
    _, breaks, invisible = _harmful()
    return invisible.sub("·", breaks.sub(lambda found: "·" * len(found[0]), text))


def clean_lines(text: str | None, limit: int = LONGEST * 4) -> str:
    """Clean a text of several lines and keep its lines."""
    lines = (text or "")[:limit].replace("\r\n", "\n").split("\n")
    return "\n".join(clean(line) for line in lines)


def width_of(text: str) -> int:
    """Measure a text in terminal cells; wide letters take two."""
    return len(text) if text.isascii() else cell_len(text)


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Cut or pad a clean text to exactly ``width`` cells; a cut text ends in an ellipsis."""
    size = width_of(text)
    if size > width:
        return set_cell_size(text, width - 1) + glyphs().more if width > 1 else set_cell_size(text, max(width, 0))
    return " " * (width - size) + text if right else text + " " * (width - size)


def wrapped(text: str, width: int) -> list[str]:
    """Break a clean text into lines of at most ``width`` cells, between words where it can."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        rest = word
        while width_of(rest) > width:
            head = set_cell_size(rest, width).rstrip() or rest[:1]
            lines += [line, head] if line else [head]
            line, rest = "", rest[len(head) :]
        joined = f"{line} {rest}".strip()
        if width_of(joined) > width:
            lines.append(line)
            joined = rest
        line = joined
    return [*lines, line] if line or not lines else lines


def hanging(text: str, width: int, indent: int) -> str:
    """Break a clean text for a place that begins ``indent`` cells from the left; further lines begin there too."""
    return ("\n" + " " * indent).join(wrapped(text, max(12, width - indent)))


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs of this program; each has a meaning that colour only underlines."""

    yes: str = "✓"
    tight: str = "~"
    no: str = "✗"
    unknown: str = "?"
    cursor: str = "▌"
    chosen: str = "✓"
    excluded: str = "−"
    marked: str = "◆"
    starred: str = "★"
    gated: str = "⚿"
    online: str = "●"
    offline: str = "○"
    down: str = "▼"
    up: str = "▲"
    more: str = "…"
    dot: str = "·"
    thumb: str = "▐"
    pointer: str = "▸"


ASCII = Glyphs(
    yes="+", tight="~", no="x", cursor=">", chosen="+", excluded="-", marked="#", starred="*", gated="!", online="*",
    offline="o", down="v", up="^", more="~", dot="-", thumb="|", pointer=">",
)  # fmt: skip
"""The same signs for a terminal whose locale knows only ASCII."""


@cache
def is_ascii_only() -> bool:
    """Tell whether the terminal's encoding cannot draw boxes and ticks, or the person wants none."""
    if os.environ.get("MODELSCOPE_TUI_ASCII", "") not in {"", "0"}:
        return True
    encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
    try:
        "✓▌─".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def glyphs() -> Glyphs:
    """Give the signs that this terminal can draw."""
    return ASCII if is_ascii_only() else _UNICODE


_UNICODE = Glyphs()

VERDICT_STYLES = {"yes": "$text-success", "ready": "$text-success", "tight": "$text-warning", "no": "$text-error",
                  "too-large": "$text-error", "refused": "$text-error"}  # fmt: skip
"""The colour beside each verdict's glyph."""


def verdict_glyph(verdict: str) -> str:
    """Give the sign of a fit or launch verdict."""
    signs = glyphs()
    known = {"yes": signs.yes, "ready": signs.yes, "tight": signs.tight, "no": signs.no, "too-large": signs.no,
             "refused": signs.no}  # fmt: skip
    return known.get(verdict, signs.unknown)


def answer_sign(answer: str) -> str:
    """Give the sign of what a license answers: allowed, with conditions, not, unclear."""
    signs = glyphs()
    return {"yes": signs.yes, "conditions": signs.tight, "no": signs.no}.get(answer, signs.unknown)


def count(number: float | None) -> str:
    """Write a large number in three digits: `1.2M`, `30.5B`; nothing for unknown."""
    if number is None:
        return ""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= size * 0.9995:
            value = number / size
            return f"{value:.0f}{letter}" if value >= 99.95 else f"{value:.1f}{letter}"
    return str(int(number))


def grouped(number: int) -> str:
    """Write a number in full: `26,449`."""
    return f"{number:,}"


def tokens(number: int | None) -> str:
    """Write a context length as people say it: `256k` is 256 × 1024, `200k` is 200,000."""
    if number is None:
        return ""
    if number % 1000 == 0 and number % 1024:
        return f"{number / 1e6:g}M" if number >= 1_000_000 else f"{number // 1000}k"
    if number >= 1 << 20:
        return f"{number / (1 << 20):.3g}M"
    return f"{number / 1024:.3g}k" if number >= 1024 else str(number)


def size(size_bytes: float | None) -> str:
    """Write a size of files, in GB as the Hub shows them; nothing for unknown."""
    return "" if size_bytes is None else on_disk(size_bytes)


def memory(size_bytes: float | None) -> str:
    """Write a size of memory, in GiB; nothing for unknown."""
    return "" if size_bytes is None else in_memory(size_bytes)


def part_of(size_bytes: float, whole_bytes: float) -> str:
    """Write memory against memory, the unit once where it is the same: `17.7 of 22.1 GiB`."""
    part, unit = memory(size_bytes).split(" ")
    whole = memory(whole_bytes)
    return f"{part if whole.endswith(f' {unit}') else f'{part} {unit}'} of {whole}"


def moment(text: str | None) -> datetime | None:
    """Read an ISO date or time as UTC; None when it is none."""
    try:
        when = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def age(text: str | None, now: datetime | None = None, *, is_short: bool = False) -> str:
    """Say how long ago: `2 h ago`, or `2 h` where room is short; nothing when unknown."""
    when = moment(text)
    if when is None:
        return ""
    seconds = max(0.0, ((now or datetime.now(UTC)) - when).total_seconds())
    if seconds < 60:
        return "now" if is_short else "just now"
    steps = ((31_557_600, "y"), (2_629_800, "mo"), (86_400, "d"), (3600, "h"), (60, "min"))
    length, unit = next(step for step in steps if seconds >= step[0])
    return f"{seconds // length:.0f} {unit}" + ("" if is_short else " ago")


def day(text: str | None) -> str:
    """Give the day of an ISO time."""
    return clean(text or "")[:10]


def origin(source: str, as_of: str | None) -> str:
    """Say where a fact comes from and how old it is: `catalog 2026-10-05`, `Hub, 2 h ago`."""
    name = {"hub": "Hub", "cache": "kept here", "catalog": "catalog"}.get(source, clean(source))
    if source == "catalog" and as_of:
        return f"{name} {day(as_of)}"
    since = age(as_of)
    return f"{name}, {since}" if since else name
