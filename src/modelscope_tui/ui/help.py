"""The help overlay: every key, grouped by pane, shortened by what is typed.

UPPER FLOOR. It reads the keymap, so that no key can be missing from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import hanging
from modelscope_tui.ui.remap import applied
from modelscope_tui.ui.widgets.field import Field

WORDS = """\
Words in the filter match anywhere in id and tags, in any order. Terms narrow:
  org:qwen  category:code  license:permissive  license:apache-2.0  tool:vllm  task:text-generation  tag:moe
  params:<10b  params:7b..14b  context:>=128k  downloads:>1m  updated:<30d  gated:no  fits:yes  sort:-likes
-term excludes, a|b is either. The mouse works too: wheel, click, double click, heads of columns.
To select text with the mouse in the terminal's own way, hold shift (option on a Mac)."""


class HelpScreen(Popup[None]):
    """The overlay."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.HELP_KEYS)

    def __init__(self, keys: Mapping[str, str]) -> None:
        """Make the overlay; ``keys`` are those that the settings file changed, by name."""
        super().__init__()
        self._own = keys

    def compose(self) -> ComposeResult:
        """Make the frame, the field and the list."""
        with Vertical(id="help-frame") as frame:
            frame.border_title = Content("Every key")
            frame.border_subtitle = Content("type to search · esc closes")
            yield Field(placeholder="search the keys", id="help-find")
            with VerticalScroll(can_focus=False):
                yield Static(id="help-keys")

    def on_resize(self) -> None:
        """List the keys for the room that there is, with a hanging indent."""
        self.call_after_refresh(lambda: self._list(self.query_one(Input).value))

    @on(Input.Changed)
    def shorten(self, event: Input.Changed) -> None:
        """List the keys that have what was typed."""
        event.stop()
        self._list(event.value)

    def _list(self, letters: str) -> None:
        width = self.query_one(VerticalScroll).size.width - 2  # beside the scroll bar
        parts = [*_groups(letters.casefold().strip(), self._own, width)] or [
            Content.styled("No key has that.", "$foreground 50%")
        ]
        if not letters.strip():
            parts.append(Content.styled(WORDS, "$foreground 70%"))
        self.query_one("#help-keys", Static).update(Content("\n\n").join(parts))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Scroll the list."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def _groups(letters: str, own: Mapping[str, str], width: int) -> Iterator[Content]:
    for title, bindings in keymap.HELP.items():
        lines = []
        for binding in applied(bindings, own):
            keys = keymap.written(binding)
            if letters in f"{title} {keys} {binding.id} {binding.description} {binding.tooltip}".casefold():
                lines.append(
                    Content.assemble((f"  {keys:13} ", "bold $text-accent"), hanging(binding.tooltip, width, 16))
                )
        if lines:
            yield Content("\n").join([Content.styled(title, "bold"), *lines])
