"""Lays a part of a card out in the colours of the theme: Markdown to lines of segments.

UPPER FLOOR. ``rich.markdown`` is imported here and nowhere else; this module is loaded when a card is first shown.
Listings are not coloured: their lexers cost more than everything else together.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

_PARTS: Mapping[str, tuple[str, str]] = {
    "markdown.h1": ("accent", "bold"), "markdown.h2": ("accent", "bold"), "markdown.h3": ("text", "bold"),
    "markdown.h4": ("text", "bold"), "markdown.h5": ("text", "bold"), "markdown.h6": ("text", "bold"),
    "markdown.code": ("warn", ""), "markdown.code_block": ("good", ""), "markdown.block_quote": ("muted", ""),
    "markdown.link": ("accent", "underline"), "markdown.link_url": ("muted", ""),
    "markdown.item.bullet": ("accent", ""), "markdown.item.number": ("accent", ""),
    "markdown.hr": ("muted", ""), "markdown.table.border": ("muted", ""),
    "markdown.table.header": ("text", "bold"),
}  # fmt: skip


class _Listing(CodeBlock):
    """Code as it stands."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = Text(str(self.text).rstrip(), style="markdown.code_block")
        yield Padding(code, (0, 0, 0, 2))


class _Title(Heading):
    """A heading on the left, without a box."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text.copy()
        text.justify = "left"
        yield text


class _Card(Markdown):
    """Markdown of a card."""

    elements: ClassVar[dict[str, Any]] = {
        **Markdown.elements,
        "fence": _Listing,
        "code_block": _Listing,
        "heading_open": _Title,
    }


class Painter:
    """Lays parts out for one width and one theme."""

    def __init__(self, width: int, style_of: Callable[[str], Style]) -> None:
        """Prepare; ``style_of`` gives the theme's style of a part of a line, such as `accent`."""
        styles = {name: style_of(part) + Style.parse(more or "none") for name, (part, more) in _PARTS.items()}
        self._console = Console(
            width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor", theme=Theme(styles),
            legacy_windows=False, emoji=False, markup=False, highlight=False,
        )  # fmt: skip
        self._ground = style_of("text")

    def lines(self, part: str) -> list[list[Segment]]:
        """Lay one part out, with an empty line after it."""
        laid = self._console.render_lines(_Card(part, hyperlinks=False), style=self._ground, pad=False)
        return [[segment for segment in line if not segment.control] for line in laid] + [[]]
