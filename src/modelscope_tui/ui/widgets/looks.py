"""The painted styles of line-API widgets, mixed from the theme's own colours.

UPPER FLOOR. Textual works out component classes of every widget anew with each change of focus; five lists with ten
of them each cost a third of the first frame. These are mixed once a theme, when the first line is painted.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

PARTS: Mapping[str, tuple[str, float]] = {
    "text": ("foreground", 1.0),
    "muted": ("foreground", 0.55),
    "accent": ("text-accent", 1.0),
    "good": ("text-success", 1.0),
    "warn": ("text-warning", 1.0),
    "bad": ("text-error", 1.0),
    "head": ("foreground", 0.5),
    "thumb": ("foreground", 0.25),
}
"""A part of a line: the theme's colour and how strongly it stands against the ground."""

GROUNDS: Mapping[str, tuple[str, float]] = {
    "": ("background", 1.0),
    "here": ("accent", 0.18),
    "there": ("foreground", 0.07),
    "found": ("accent", 0.3),
}
"""The ground of a line: plain, under the cursor, under the cursor of a list without focus; and of words that were
looked for."""


class Looks:
    """The styles of one theme."""

    def __init__(self, variables: Mapping[str, str], paper: str = "background") -> None:
        """Mix for a theme's variables; ``paper`` names the colour that everything stands on."""
        self._variables = variables
        self._paper = paper
        self._mixed: dict[tuple[str, str], Style] = {}

    def style(self, part: str, ground: str = "") -> Style:
        """Give the style of a part on a ground."""
        found = self._mixed.get((part, ground))
        if found is None:
            found = self._mixed[part, ground] = self._mix(part, ground)
        return found

    def _mix(self, part: str, ground: str) -> Style:
        paper = self._colour(self._paper)
        name, strength = GROUNDS[ground]
        behind = paper.blend(self._colour(name), strength) if ground else paper
        name, strength = PARTS[part]
        ink = behind.blend(self._colour(name), strength)
        is_bold = ground == "here" and part in {"text", "accent", "muted"}
        return Style(color=ink.rich_color, bgcolor=behind.rich_color, bold=is_bold or part == "head" or None)

    def _colour(self, name: str) -> Color:
        text = self._variables.get(name, "")
        plain = Color.parse(text) if text and not text.startswith("auto") else Color(128, 128, 128)
        return Color.parse("ansi_default") if plain.a == 0 else plain
