"""The looks of the house: one accent, muted borders; a dark one and a light one beside Textual's own.

UPPER FLOOR. The only file with colours in it; everything else names what a colour is for.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="modelscope-dark",
    primary="#f6c453",
    secondary="#8b93a7",
    accent="#f6c453",
    foreground="#d5d9e3",
    background="#101319",
    surface="#151922",
    panel="#1c212c",
    success="#85c995",
    warning="#e79a5c",
    error="#e57f84",
    dark=True,
)
"""The look one starts with."""

LIGHT = Theme(
    name="modelscope-light",
    primary="#9a6700",
    secondary="#5b6478",
    accent="#9a6700",
    foreground="#242933",
    background="#faf9f6",
    surface="#f2f0ea",
    panel="#e8e5dc",
    success="#2e7d46",
    warning="#b2560d",
    error="#b3363e",
    dark=False,
)
"""The same by day."""
