"""The question where to save the files of a command; what is there is replaced only when enter is pressed once more.

UPPER FLOOR. It saves, and gives back the folder, or nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from modelscope_tui.errors import ModelscopeError
from modelscope_tui.saving import place_of
from modelscope_tui.starting import in_the_way, store
from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean
from modelscope_tui.ui.widgets.field import Field

if TYPE_CHECKING:
    from modelscope_tui.launch.command import File


class SaveForm(Popup["Path | None"]):
    """The question."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.SAVE_KEYS)

    def __init__(self, files: tuple[File, ...]) -> None:
        super().__init__()
        self._files = files
        self._warned: Path | None = None
        """The folder that a person was warned about."""

    def compose(self) -> ComposeResult:
        """Name the files, and ask for the folder."""
        with Vertical(id="save-frame") as frame:
            frame.border_title = Content("Save the files of the command")
            frame.border_subtitle = Content("enter saves · esc does not")
            yield Static(Content(", ".join(clean(file.path, 100) for file in self._files)))
            yield Field(str(Path.cwd()), placeholder="a folder", id="save-folder")
            yield Static(id="save-problem")

    @on(Input.Submitted)
    def save(self, event: Input.Submitted) -> None:
        """Save them, or say what is in the way."""
        event.stop()
        try:
            folder = place_of(event.value.strip() or ".")
        except ModelscopeError as problem:
            self._complain(str(problem))
            return
        others = in_the_way(self._files, folder)
        if others and self._warned != folder:
            self._warned = folder
            self._complain(f"{', '.join(others)} is there already. Enter replaces it; another folder leaves it.")
            return
        try:
            store(self._files, folder, may_replace=bool(others))
        except ModelscopeError as problem:
            self._complain(str(problem))
            return
        self.dismiss(folder)

    def _complain(self, words: str) -> None:
        self.query_one("#save-problem", Static).update(Content(clean(words, 300)))

    def action_keep(self) -> None:
        """Go back without saving."""
        self.dismiss(None)
