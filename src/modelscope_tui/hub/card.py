"""The model card as people read it: README.md without the metadata at its head. Pure.

NORTH WING. The text stays as hostile as it came; the doors make it harmless when they show it.
"""

from __future__ import annotations

import re

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n.*?^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def without_front_matter(text: str) -> str:
    """Cut the YAML block at the head of a card; a card that begins otherwise stays whole."""
    return _FRONT_MATTER.sub("", text, count=1).lstrip("\r\n")
