"""Which panes are on the screen at which size, and which pane is left and right of which.

UPPER FLOOR. Pure arithmetic of names, so that a drawing of every size can be tested without a screen.

    wide    120 columns and more   four facets | models | detail
    folded   90 to 119             the facet in use | models | detail, and a strip of all panes
    single   below 90              one pane at a time, and the strip
    tiny    below 60 x 20          a notice
"""

from __future__ import annotations

from typing import Literal

Form = Literal["wide", "folded", "single", "tiny"]

FACETS = ("org", "category", "license", "tool")
"""The facet panes, top down."""

PLACES = (*FACETS, "models", "detail")
"""All panes in the order of their keys 1 to 6."""

TITLES = {
    "org": "1 Organizations", "category": "2 Categories", "license": "3 Licenses", "tool": "4 Tools",
    "models": "5 Models", "detail": "6 Detail",
}  # fmt: skip
"""What the strip calls the panes."""

SHORT = {"org": "1 Orgs", "category": "2 Categ.", "license": "3 Lic."}
"""What it calls those with long titles where there is no room."""


def form_of(width: int, height: int) -> Form:
    """Choose the form for a size."""
    if width < 60 or height < 20:
        return "tiny"
    if width < 90:
        return "single"
    return "folded" if width < 120 else "wide"


def shown(form: Form, place: str, facet: str) -> frozenset[str]:
    """Name the panes that are drawn.

    Args:
        form: the form of the screen.
        place: the pane a person is in.
        facet: the facet pane that was last in use.
    """
    if form == "wide":
        return frozenset(PLACES)
    if form == "folded":
        return frozenset({facet, "models", "detail"})
    return frozenset({place})


def neighbour(place: str, direction: int) -> str:
    """Name the pane after or before one, going round."""
    return PLACES[(PLACES.index(place) + direction) % len(PLACES)]
