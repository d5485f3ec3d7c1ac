"""What every popup of the house does: a click beside it closes it, as esc does.

UPPER FLOOR. Which keys it has stands on its own last line; the footer below is silent meanwhile.
"""

from __future__ import annotations

from textual import events
from textual.screen import ModalScreen, ScreenResultType


class Popup(ModalScreen[ScreenResultType]):
    """A screen above the explorer."""

    def on_click(self, event: events.Click) -> None:
        """Close it, when nothing of it was clicked."""
        if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
            event.stop()
            self.app.simulate_key("escape")
