"""The last thing before the terminal: ASCII where it can draw nothing else, and no colour where none is wanted.

UPPER FLOOR. Widths stay as they are, so that columns stay straight.
"""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from modelscope_tui.ui.present import width_of

NEAR = str.maketrans(
    {"·": "-", "…": "~", "×": "x", "−": "-", "–": "-", "▸": ">", "→": ">", "←": "<", "↓": "v", "↑": "^"}
)
"""Signs that have a near relative in ASCII."""


LIT = 0.07
"""A ground that differs so much in brightness from the one around it stands for a choice: of 0 to 1."""


class NoColour(LineFilter):
    """Takes every colour away; what is told by a lit ground, such as a cursor, is told by reverse instead."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Rewrite one line."""
        around = background.brightness
        return [
            segment if segment.style is None else Segment(segment.text, _bare(segment.style, around), segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=2048)
def _bare(style: Style, around: float) -> Style:
    ground = style.bgcolor
    is_lit = not style.reverse and ground is not None and not ground.is_default
    if is_lit and ground is not None and ground.triplet is not None:  # one of the 16 colours is never half lit
        is_lit = abs(Color(*ground.triplet).brightness - around) > LIT
    return style.without_color + Style(reverse=True) if is_lit else style.without_color


class AsciiOnly(LineFilter):
    """Replaces what is not ASCII by its near relative, or by question marks of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - textual's
        """Rewrite one line."""
        return [
            segment if segment.text.isascii() else Segment(_plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def _plain(text: str) -> str:
    return "".join(letter if letter.isascii() else "?" * width_of(letter) for letter in text.translate(NEAR))
