"""The form of a command's options: what a person may set, checked before it is used, followed while it is typed.

UPPER FLOOR. It gives back Options or nothing; what is wrong is said in the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static

from modelscope_tui.errors import UsageError
from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean, tokens
from modelscope_tui.ui.widgets.field import Field

if TYPE_CHECKING:
    from modelscope_tui.launch.subject import Options

FIELDS: Mapping[str, str] = {
    "quant": "Q4_K_M, Q8_0, awq … PgDn chooses from the files",
    "context": "tokens: 8192, 32k, 128k",
    "gpus": "how many GPUs a node",
    "nodes": "how many machines",
    "port": "8000, 11434 …",
    "served_name": "the name that clients send",
    "dtype": "bfloat16, float16 …",
    "kv_dtype": "fp8, q8_0 …",
    "revision": "a commit, branch or tag",
    "executor": "mp, ray (PgDn chooses)",
    "target": "shell, docker, compose … (PgDn chooses)",
    "shell": "bash, powershell, cmd (PgDn chooses)",
}
"""The options of the form, each with an example."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "executor": ("mp", "ray"),
    "target": ("shell", "docker", "compose", "kubernetes", "systemd"),
    "shell": ("bash", "powershell", "cmd"),
}
"""Options with a few values; an empty executor is the tool's own."""

_NEEDED = frozenset({"target", "shell"})
_NUMBERS = frozenset({"context", "gpus", "nodes", "port"})
_AMOUNT = re.compile(r"(\d{1,9})\s*([kKmM]?)")


class OptionsForm(Popup["Options | None"]):
    """The form."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.FORM_KEYS)

    def __init__(
        self,
        options: Options,
        quantizations: tuple[str, ...] = (),
        follow: Callable[[Options], None] = lambda _: None,
    ) -> None:
        """Make the form.

        Args:
            options: what is set now.
            quantizations: the names that the real files carry.
            follow: is told every change that can be used, at once.
        """
        super().__init__()
        self._options = options
        self._told = options
        self._follow = follow
        self._choices = {**CHOICES, "quant": quantizations}

    def compose(self) -> ComposeResult:
        """Make one field for each option."""
        with Vertical(id="form-frame") as frame:
            frame.border_title = Content("Options of the command")
            frame.border_subtitle = Content("enter keeps them · esc brings the old ones back")
            for name, example in FIELDS.items():
                value = getattr(self._options, name)
                text = "" if value is None else tokens(value) if name == "context" else str(value)
                with Horizontal(classes="form-line"):
                    yield Label(name.replace("_", " "))
                    yield Field(text, placeholder=example, id=f"form-{name}")
            yield Static(self._listed(), id="form-choices")
            yield Static(id="form-problem")

    def _listed(self) -> Content:
        names = self._choices["quant"]
        words = f"quantizations in the files: {', '.join(clean(name, 40) for name in names[:24])}" if names else ""
        return Content.styled(words, "$foreground 60%")

    @on(Input.Submitted)
    def apply(self, event: Input.Submitted) -> None:
        """Give the options back, or say what is wrong with them."""
        event.stop()
        try:
            options = self._chosen()
        except UsageError as problem:
            self._complain(clean(str(problem), 300))
            return
        self.dismiss(options)

    @on(Input.Changed)
    def tell(self, event: Input.Changed) -> None:
        """Have the command follow what can be used already."""
        event.stop()
        try:
            options = self._chosen()
        except UsageError:
            return  # (half a number is no mistake yet; enter says what is wrong)
        self._complain("")
        if options != self._told:
            self._told = options
            self._follow(options)

    def _complain(self, words: str) -> None:
        self.query_one("#form-problem", Static).update(Content(words))

    def _chosen(self) -> Options:
        values: dict[str, Any] = {name: self._read(name) for name in FIELDS}
        return replace(self._options, **values)

    def _read(self, name: str) -> str | int | None:
        text = self.query_one(f"#form-{name}", Input).value.strip()
        if not text:
            return str(CHOICES[name][0]) if name in _NEEDED else None
        if name in _NEEDED and text not in CHOICES[name]:
            raise UsageError(f"{clean(text, 40)} is no {name}.", f"There are {', '.join(CHOICES[name])}.")
        if name not in _NUMBERS:
            return text
        found = _AMOUNT.fullmatch(text)
        if found is None:
            raise UsageError(f"{clean(text, 40)} is no number for {name}.", "Write 8192 or 32k.")
        return int(found[1]) * {"": 1, "k": 1024, "m": 1024 * 1024}[found[2].lower()]

    def action_choose(self, direction: int) -> None:
        """Put the next choice into the field, where it has choices."""
        field = self.focused
        choices = self._choices.get((field.id or "").removeprefix("form-"), ()) if field is not None else ()
        if isinstance(field, Input) and choices:
            at = choices.index(field.value) if field.value in choices else -1 if direction > 0 else 0
            field.value = choices[(at + direction) % len(choices)]
            field.cursor_position = len(field.value)

    def action_keep(self) -> None:
        """Go back without a change."""
        self.dismiss(None)
