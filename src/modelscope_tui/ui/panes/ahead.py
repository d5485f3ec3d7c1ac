"""What is done for the tabs that nobody has turned to yet, while nothing is typed: so that a turn takes one frame.

UPPER FLOOR. Each step is small: one tab is made, asks what it will need, is written aside, or is painted there; a key
comes between any two. The widgets are made for everybody; the rest is done only while a person is in the detail pane.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.timer import Timer

from modelscope_tui.ui.panes.tab import NAMES

if TYPE_CHECKING:
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.panes.tab import Tab

REST_SECONDS = 0.2
"""How long nothing happens in the pane before the first step."""

STEP_SECONDS = 0.03
"""How long a step leaves the thread to others."""


class Ahead:
    """The steps ahead of one detail pane."""

    def __init__(self, pane: DetailPane) -> None:
        self._pane = pane
        self._timer: Timer | None = None

    def rest(self) -> None:
        """Begin when nothing has happened for a moment; once more from now when something does."""
        self._wait(REST_SECONDS)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._pane.set_timer(seconds, self.step) if self._pane.is_mounted else None

    def step(self) -> None:
        """Do one thing, and come back for the next as long as there is one."""
        pane = self._pane
        self._timer = None
        known = pane.known
        if known is None or not known.is_final or not pane.size.width or not pane.is_attached:
            return  # (a program that is about to leave takes no more widgets)
        for name in self._nearest():
            tab = pane.tabs.get(name)
            if tab is None:
                pane.make(name)
            elif not pane.has_focus or not (tab.think(known.model, known) or self._prepare(tab)):
                continue
            self._wait(STEP_SECONDS)
            return

    def _prepare(self, tab: Tab) -> bool:
        """Have a tab written aside, then painted there; tells whether there was anything to do."""
        if tab.is_painted or tab.is_waiting or not tab.is_made:
            return False
        if not tab.is_written or not tab.display:
            tab.put(aside=True)
            tab.display = True
            tab.write()
        elif not tab.paint_more():
            tab.paint()
            tab.display = False
            tab.put(aside=False)
        return True

    def _nearest(self) -> Iterator[str]:
        """Name the other tabs, the one on the right first, then the one on the left, and so on."""
        here = NAMES.index(self._pane.tab)
        places = sorted(range(len(NAMES)), key=lambda at: (abs(at - here), at < here))
        return (NAMES[at] for at in places if at != here)
