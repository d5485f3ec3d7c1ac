"""The form of a command's options: what a person may set, checked before it is used.

UPPER FLOOR. It gives back Options or nothing; what is wrong is said in the form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from modelscope_tui.errors import UsageError
from modelscope_tui.ui import keymap
from modelscope_tui.ui.present import clean, tokens

if TYPE_CHECKING:
    from modelscope_tui.launch.subject import Options

FIELDS: Mapping[str, str] = {
    "quant": "Q4_K_M, Q8_0, awq …",
    "context": "tokens: 8192, 32k, 128k",
    "gpus": "how many GPUs",
    "port": "8000, 11434 …",
    "served_name": "the name that clients send",
    "kv_dtype": "fp8, q8_0 …",
    "revision": "a commit, branch or tag",
}
"""The options of the form, each with an example."""

_NUMBERS = frozenset({"context", "gpus", "port"})
_AMOUNT = re.compile(r"(\d{1,9})\s*([kKmM]?)")


class OptionsForm(ModalScreen["Options | None"]):
    """The form."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.FORM_KEYS)

    def __init__(self, options: Options) -> None:
        super().__init__()
        self._options = options

    def compose(self) -> ComposeResult:
        """Make one field for each option."""
        with Vertical(id="form-frame") as frame:
            frame.border_title = Content("Options of the command")
            frame.border_subtitle = Content("enter applies · esc keeps the old ones")
            for name, example in FIELDS.items():
                value = getattr(self._options, name)
                text = "" if value is None else tokens(value) if name == "context" else str(value)
                with Horizontal(classes="form-line"):
                    yield Label(name.replace("_", " "))
                    yield Input(text, placeholder=example, compact=True, id=f"form-{name}")
            yield Static(id="form-problem")

    @on(Input.Submitted)
    def apply(self, event: Input.Submitted) -> None:
        """Give the options back, or say what is wrong with them."""
        event.stop()
        try:
            options = self._chosen()
        except UsageError as problem:
            self.query_one("#form-problem", Static).update(Content(clean(str(problem), 300)))
            return
        self.dismiss(options)

    def _chosen(self) -> Options:
        values: dict[str, Any] = {name: self._read(name) for name in FIELDS}
        return replace(self._options, **values)

    def _read(self, name: str) -> str | int | None:
        text = self.query_one(f"#form-{name}", Input).value.strip()
        if not text:
            return None
        if name not in _NUMBERS:
            return text
        found = _AMOUNT.fullmatch(text)
        if found is None:
            raise UsageError(f"{clean(text, 40)} is no number for {name}.", "Write 8192 or 32k.")
        return int(found[1]) * {"": 1, "k": 1024, "m": 1024 * 1024}[found[2].lower()]

    def action_keep(self) -> None:
        """Go back without a change."""
        self.dismiss(None)
