"""The access token, wrapped so that no traceback with local variables can show it.

NORTH WING. The library never gets it: `wire.py` adds it to requests for the configured endpoint, and nothing else does.
"""

from __future__ import annotations


class Secret:
    """A text that has no readable form."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(…)"

    @property
    def is_sendable(self) -> bool:
        """Tell whether it can stand in a header without breaking it."""
        return self._text.isascii() and self._text.isprintable() and " " not in self._text

    def bearer(self) -> str:
        """Give the value of an Authorization header."""
        return f"Bearer {self._text}"
