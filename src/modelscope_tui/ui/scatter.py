"""Draws models as dots: one number against another on logarithmic axes, in braille, or in ASCII where need be.

UPPER FLOOR, pure: from dots to Content of a width and height. The drawing itself is plotille's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from textual.content import Content

from modelscope_tui.ui.present import count, is_ascii_only

Fits = Literal["yes", "tight", "no", "unknown"]

STYLES = {"yes": "$text-success", "tight": "$text-warning", "no": "$foreground 50%", "unknown": "$foreground 50%"}
"""How a dot looks, by whether its model fits."""

_CHOSEN = "$text-accent"
_NAMES = {"yes": "green", "tight": "yellow", "no": "bright_black", "unknown": "bright_black", "chosen": "magenta"}
_MARGIN = 20
"""Cells that plotille takes for the numbers beside the axis and the arrow at its end."""

_FEW = 400
"""Up to so many, each dot is drawn large; more would hide each other."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One model in the picture."""

    model_id: str
    x: float
    y: float
    fits: Fits


def drawn(dots: Sequence[Dot], chosen: Dot | None, names: tuple[str, str], size: tuple[int, int]) -> Content:
    """Draw dots with positive numbers.

    Args:
        dots: what is drawn; those that fit lie on top.
        chosen: the one that is named; drawn last.
        names: what the axes are called, x and y.
        size: columns and lines that there are, the axes among them.
    """
    import plotille

    width, height = max(12, size[0] - _MARGIN - len(names[0])), max(5, size[1] - 4)
    figure = plotille.Figure()
    figure.width, figure.height = width, height
    figure.color_mode = "names"
    figure.x_label, figure.y_label = names
    figure.set_x_limits(*_limits([dot.x for dot in dots]))
    figure.set_y_limits(*_limits([dot.y for dot in dots]))
    figure.x_ticks_fkt = figure.y_ticks_fkt = _tick
    marker = "." if is_ascii_only() else "•" if len(dots) <= _FEW else None
    for fits in ("unknown", "no", "tight", "yes"):
        some = [dot for dot in dots if dot.fits == fits]
        if some:
            xs, ys = [math.log10(dot.x) for dot in some], [math.log10(dot.y) for dot in some]
            figure.scatter(xs, ys, lc=_NAMES[fits], marker=marker)
    if chosen is not None:
        cross = "X" if is_ascii_only() else "✖"
        figure.scatter([math.log10(chosen.x)], [math.log10(chosen.y)], lc=_NAMES["chosen"], marker=cross)
    return _restyled(figure.show())


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """Give the powers of ten around values, with a little room."""
    low, high = math.log10(min(values)), math.log10(max(values))
    room = max(0.1, (high - low) * 0.03)
    return low - room, high + room


def _tick(value: Any, _: Any) -> str:
    return f"{count(10 ** float(value)):>7}"


def _restyled(text: str) -> Content:
    """Turn the colours of a terminal into those of the theme."""
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    found = Text.from_ansi(text)
    styles = {_NAMES[fits]: style for fits, style in STYLES.items()} | {_NAMES["chosen"]: f"bold {_CHOSEN}"}
    numbers = {Color.parse(name).number: styles[name] for name in styles}
    plain = found.plain.replace("\u2800", " ")
    if is_ascii_only():
        plain = "".join(letter if letter.isascii() else "|" for letter in plain)
    made = Content.styled(plain, "$foreground 55%")
    for start, end, style in found.spans:
        colour = style.color if isinstance(style, Style) else None
        if colour is not None and colour.number in numbers:
            made = made.stylize(numbers[colour.number], start, end)
    return made
