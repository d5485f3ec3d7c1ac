"""The detail pane: one model, in tabs. More tabs join the strip without changing the others.

UPPER FLOOR. It is given a row, then studies of it; it posts what a person chose. A tab is made when it is first shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Union, cast

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from modelscope_tui.catalog.model import Model
from modelscope_tui.ui import keymap
from modelscope_tui.ui.present import clean
from modelscope_tui.ui.widgets.choices import Choice, Choices

if TYPE_CHECKING:
    from modelscope_tui.ui.panes.launch import LaunchTab
    from modelscope_tui.ui.panes.overview import Overview
    from modelscope_tui.ui.study import Study

TABS = ("overview", "launch")
"""The tabs in their order; a later one is one more name here, and one more line in :func:`_tab`."""

Tab = Union["Overview", "LaunchTab"]


def _tab(name: str) -> type[Tab]:
    """Give a tab's class; the first frame needs none of them."""
    if name == "launch":
        from modelscope_tui.ui.panes.launch import LaunchTab

        return LaunchTab
    from modelscope_tui.ui.panes.overview import Overview

    return Overview


def _names() -> tuple[Choice, ...]:
    return tuple(Choice(name, name.capitalize()) for name in TABS)


class DetailPane(Vertical, can_focus=True):
    """The selected model."""

    HELP = "What is known of the selected model, and the command that launches it."
    BINDINGS: ClassVar[Any] = [*keymap.DETAIL, *keymap.LAUNCH]

    class WentBack(Message):
        """A person left to the left of the first tab."""

    class ToolChosen(Message):
        """Another tool's command is wanted."""

        def __init__(self, tool: str) -> None:
            super().__init__()
            self.tool = tool

    class EditRequested(Message):
        """The options of the command are to be changed."""

    class ShellRequested(Message):
        """The command is wanted for the next shell."""

    class Turned(Message):
        """Another tab is shown."""

    def __init__(self) -> None:
        super().__init__(id="detail")
        self.tab = "overview"
        """The tab that is shown."""
        self.model: Model | None = None
        self.known: Study | None = None
        self.tool: str | None = None
        """The tool that a person chose; None is the best one."""
        self._labels: Mapping[str, str] = {}
        self._words = Content("")
        self._tabs: dict[str, Tab] = {}
        self._strip: Choices | None = None

    def on_mount(self) -> None:
        """Write the title of an empty pane."""
        self.border_title = Content("6 Detail")

    # -- what it is given --------------------------------------------------------------------------------------

    def show_nothing(self, words: str) -> None:
        """Say why there is no model here."""
        self.model = self.known = None
        self._words = Content.styled(words, "$foreground 50%")
        self.border_title = Content("6 Detail")
        self._fill()

    def show_row(self, model: Model) -> None:
        """Show a model from its row."""
        if self.known is not None and self.known.asked == model.id:
            return
        self.model, self.known = model, None
        self.border_title = Content(f"6 {clean(model.id, 96)}")
        self._words = Content.styled("building the command …", "$foreground 50%")
        self._fill()

    def show_study(self, known: Study, labels: Mapping[str, str]) -> None:
        """Show what is known now."""
        self.model, self.known, self._labels = known.model, known, labels
        self._fill()

    def show_labels(self, labels: Mapping[str, str]) -> None:
        """Call the tools as people write them."""
        self._labels = labels
        self._write()

    def show_tool(self, tool: str | None) -> None:
        """Show another tool's command."""
        self.tool = tool
        self._fill()

    @property
    def current_tool(self) -> str | None:
        """The tool whose command is shown."""
        if self.known is None:
            return self.tool
        if self.tool is not None and self.known.launch(self.tool) is not None:
            return self.tool
        best = self.known.launch(None)
        return best.tool if best is not None else None

    def show_tab(self, tab: str) -> None:
        """Turn to a tab."""
        self.tab = tab
        if self._strip is not None:
            self._strip.show(_names(), tab)
        self._fill()
        self.post_message(self.Turned())

    # -- the body ----------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Show the current tab, making it when it is not there yet."""
        if not self.is_mounted:
            return
        if self._strip is None:
            self._strip = Choices(_names(), self.tab, id="tabs")
            self.mount(self._strip)
        body = self._body
        for tab in self._tabs.values():
            tab.display = tab is body
        if body is None:
            body = self._tabs[self.tab] = _tab(self.tab)(self._write)
            self.mount(body)
        else:
            self._write()

    @property
    def _body(self) -> Tab | None:
        return self._tabs.get(self.tab)

    def _write(self) -> None:
        body = self._body
        if body is None or not body.size.width:
            return
        if self.model is None:
            body.show_words(self._words)
        elif self.tab == "overview":
            cast("Overview", body).show_model(self.model, self.known)
        elif self.known is None or self.current_tool is None:
            body.show_words(self._words)
        else:
            cast("LaunchTab", body).show_answer(self.known, self.current_tool, self._labels)

    # -- what a person does ------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - textual's
        """Give the keys of the Launch tab only while it is shown."""
        return self.tab == "launch" if action in {"tool", "edit", "shell"} else True

    def action_turn(self, direction: int) -> None:
        """Turn to the next tab; left of the first one, go back."""
        names = TABS
        at = names.index(self.tab) + direction
        if at < 0:
            self.post_message(self.WentBack())
        elif at < len(names):
            self.show_tab(names[at])

    def action_scroll(self, lines: int) -> None:
        """Scroll the tab."""
        if self._body is not None:
            self._body.scroll_relative(y=lines, animate=False)

    def action_tool(self, direction: int) -> None:
        """Go to the next or previous tool."""
        names = [choice.name for choice in self.query_one("#launch-tools", Choices).choices]
        if names:
            current = self.current_tool
            at = names.index(current) if current in names else -1
            self.post_message(self.ToolChosen(names[(at + direction) % len(names)]))

    def action_edit(self) -> None:
        """Ask for the options form."""
        self.post_message(self.EditRequested())

    def action_shell(self) -> None:
        """Ask for the next shell."""
        self.post_message(self.ShellRequested())

    @on(Choices.Chosen, "#tabs")
    def turn(self, event: Choices.Chosen) -> None:
        """Turn to the tab that was clicked."""
        event.stop()
        self.show_tab(event.name)

    @on(Choices.Chosen, "#launch-tools")
    def choose_tool(self, event: Choices.Chosen) -> None:
        """Post the tool that was clicked."""
        event.stop()
        self.post_message(self.ToolChosen(event.name))
