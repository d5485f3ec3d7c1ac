"""Writes every letter of the screen in ASCII, for a terminal whose locale can draw nothing else.

UPPER FLOOR. The last thing before the terminal: widths stay as they are, so that columns stay straight.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from modelscope_tui.ui.present import width_of

NEAR = str.maketrans(
    {"·": "-", "…": "~", "×": "x", "−": "-", "–": "-", "▸": ">", "→": ">", "←": "<", "↓": "v", "↑": "^"}
)
"""Signs that have a near relative in ASCII."""


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
