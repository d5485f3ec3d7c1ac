"""The line that teaches the keys to begin with: on the first starts, until one of them was used.

UPPER FLOOR. That it was used is remembered by an empty file beside the index.
"""

from __future__ import annotations

from pathlib import Path

from modelscope_tui.ui.panes.filter import LESSON, FilterPane


class Lesson:
    """The line on the border of the filter."""

    def __init__(self, folder: Path, pane: FilterPane) -> None:
        """Show it, unless a key of it was ever used on this machine."""
        self._mark = folder / "keys-known"
        self._pane = pane
        self._is_shown = not self._mark.exists()
        if self._is_shown:
            pane.teach(LESSON)

    def learned(self) -> None:
        """Take it away for good: one of its keys was used."""
        if not self._is_shown:
            return
        self._is_shown = False
        self._pane.teach("")
        try:
            self._mark.parent.mkdir(parents=True, exist_ok=True)
            self._mark.touch()
        except OSError:
            return  # a folder that cannot be written to: the line is there again at the next start
