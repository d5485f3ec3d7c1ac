"""The command palette: every key of the screen as a sentence, and every order of the rows.

UPPER FLOOR. It reads the keymap; what is chosen runs the same action as the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from modelscope_tui.catalog.query import SORTS
from modelscope_tui.ui import keymap
from modelscope_tui.ui.remap import applied

if TYPE_CHECKING:
    from modelscope_tui.ui.main_screen import MainScreen

_SKIPPED = frozenset({"palette", "back", "next", "previous", "left", "right"})


class Commands(Provider):
    """What the palette offers."""

    def _all(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        screen = cast("MainScreen", self.screen)
        for binding in applied(keymap.SCREEN, screen.explorer.settings.keys):
            if binding.id not in _SKIPPED:
                yield binding.tooltip, f"key {keymap.written(binding)}", partial(screen.run_action, binding.action)
        for sort in SORTS:
            yield f"Sort by {sort}", "", partial(screen.search.sort_by, sort)

    async def discover(self) -> Hits:
        """Offer everything before a letter is typed."""
        for text, help_text, command in self._all():
            yield DiscoveryHit(text, command, help=help_text or None)

    async def search(self, query: str) -> Hits:
        """Offer what has the typed letters."""
        matcher = self.matcher(query)
        for text, help_text, command in self._all():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), command, help=help_text or None)
