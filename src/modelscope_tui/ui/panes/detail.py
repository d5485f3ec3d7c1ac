"""The detail pane: one model, in tabs. Which there are stands in ``tab.py``; this shows one of them at a time.

UPPER FLOOR. It is given a row, then studies of it; it posts what a person chose. A tab is made when it is first shown,
or before that by ``ahead.py`` while nothing is typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import Query
from modelscope_tui.ui import keymap
from modelscope_tui.ui.messages import TabAsked, TabTold
from modelscope_tui.ui.panes.ahead import Ahead
from modelscope_tui.ui.panes.tab import NAMES, TABS, tab_line
from modelscope_tui.ui.present import clean
from modelscope_tui.ui.widgets.borders import beside
from modelscope_tui.ui.widgets.choices import Choice, Choices

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.shortlisted import Star
    from modelscope_tui.ui.panes.tab import Tab
    from modelscope_tui.ui.study import Study


STRIP = tuple(Choice(line.name, line.label) for line in TABS)
"""The words of the strip."""


class DetailPane(Vertical, can_focus=True):
    """The selected model."""

    HELP = "What is known of the selected model, and the command that launches it."
    BINDINGS: ClassVar[Any] = [*(binding for line in TABS for binding in line.keys), *keymap.DETAIL]

    class WentBack(Message):
        """A person left to the left of the first tab."""

    class ToolChosen(Message):
        """Another tool's command is wanted."""

        def __init__(self, tool: str) -> None:
            super().__init__()
            self.tool = tool

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
        self.is_offline = False
        """Whether no socket may be opened."""
        self.listed = Query()
        """What was asked for the list that the model is looked at in."""
        self.kept: Mapping[str, Star] = {}
        """What the person keeps of models, by id."""
        self.changes: dict[str, tuple[str, ...]] = {}
        """What has changed since a model was looked at before, by id."""
        self.labels: Mapping[str, str] = {}
        """Tool names as people write them."""
        self.words = Content("")
        """What is said instead of a model."""
        self.tabs: dict[str, Tab] = {}
        """The tabs that are made, by name."""
        self.ahead = Ahead(self)
        """Makes the others while nothing is typed."""
        self._strip: Choices | None = None

    def on_mount(self) -> None:
        """Write the title of an empty pane."""
        self._say_id()

    # -- what it is given --------------------------------------------------------------------------------------

    def show_nothing(self, words: str) -> None:
        """Say why there is no model here."""
        self.model = self.known = None
        self.words = Content.styled(words, "$foreground 50%")
        self._say_id()
        self._fill()

    def _say_id(self) -> None:
        """Write the id of the model on the border, in full."""
        name = clean(self.model.id, 96) if self.model is not None else "Detail"
        upper, lower = beside("6", name, self.outer_size.width)
        self.border_title, self.border_subtitle = Content(upper), Content(lower)

    def on_resize(self) -> None:
        """Keep the id whole, and write for the new width."""
        self._say_id()
        self.write()

    def show_row(self, model: Model) -> None:
        """Show a model from its row."""
        if self.known is not None and self.known.asked == model.id:
            return
        self.model, self.known = model, None
        self._say_id()
        self.words = Content.styled("building the command …", "$foreground 50%")
        self._fill()

    def show_study(self, known: Study, labels: Mapping[str, str]) -> None:
        """Show what is known now."""
        self.model, self.known, self.labels = known.model, known, labels
        self._fill()
        if known.is_final:
            self.ahead.rest()

    def show_labels(self, labels: Mapping[str, str]) -> None:
        """Call the tools as people write them."""
        self.labels = labels
        self.write()

    def show_kept(self, kept: Mapping[str, Star]) -> None:
        """Show what the person keeps of the model."""
        self.kept = kept
        self.write()

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
        if self._body is not None:
            self._body.is_painted = self._body.is_written
        self.tab = tab
        self.post_message(self.Turned())
        if self._strip is not None:
            self._strip.show(STRIP, tab)
        self._fill(is_turn=True)

    # -- the body ----------------------------------------------------------------------------------------------

    def _fill(self, *, is_turn: bool = False) -> None:
        """Show the current tab, making it when it is not there yet; what stands on it is known after a turn alone."""
        if not self.is_mounted or not self.is_attached:
            return
        if self._strip is None:
            self._strip = Choices(STRIP, self.tab, is_one_line=True, id="tabs")
            self.mount(Widget(id="aside"), self._strip)
        body = self._body
        for tab in self.tabs.values():
            tab.put(aside=False)
            if tab.display != (tab is body):
                tab.display = tab is body
        if body is None:
            self.make(self.tab)
        elif is_turn and body.is_written and self.model is not None:
            body.light(is_lit=self.has_focus)
            body.turned(self.model, self.known)
            self.ahead.rest()
        else:
            self.write()
            self.ahead.rest()

    def make(self, name: str) -> None:
        """Make a tab; it is seen only if it is the one that is shown."""
        tab = self.tabs[name] = tab_line(name).make(self)
        tab.display = name == self.tab
        self.mount(tab)

    @property
    def _body(self) -> Tab | None:
        return self.tabs.get(self.tab)

    def write(self, *, anew: bool = False) -> None:
        """Have the tab that is shown write what is known, when there is room for it; ``anew``, after asking anew."""
        for tab in self.tabs.values():
            tab.is_written = tab.is_painted = False
            if anew:
                tab.forget()
        if self._body is not None:
            self._body.write()

    def ask(self, tab: str, question: Callable[[Explorer], object]) -> None:
        """Ask the explorer something for a tab."""
        if self.model is not None:
            self.post_message(TabAsked(tab, self.model.id, question))

    def tell(self, event: TabTold) -> None:
        """Hand an answer to the tab that asked, unless another model is shown by now."""
        if self.model is not None and event.model_id == self.model.id and event.tab in self.tabs:
            tab = self.tabs[event.tab]
            tab.is_waiting = False
            tab.told(event.answer, event.problem)
            self.ahead.rest()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Light or dim the cursor of the tab that is shown."""
        super().watch_has_focus(has_focus)
        self.ahead.rest()
        if self._body is not None and self._body.is_made:
            self._body.light(is_lit=has_focus)

    # -- what a person does ------------------------------------------------------------------------------------

    @property
    def keys(self) -> tuple[Binding, ...]:
        """The keys of the tab that is shown, then those of every tab."""
        body = self._body
        return (tab_line(self.tab).keys if body is None else body.keys) + keymap.DETAIL

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Give the keys of a tab only while it is shown."""
        if action != "tab":
            return True
        body = self._body
        return self.tab == parameters[0] and body is not None and body.can(str(parameters[1]))

    def action_tab(self, tab: str, action: str, *parameters: object) -> None:
        """Do what a key of a tab asks for."""
        getattr(self.tabs[tab], f"action_{action}")(*parameters)

    def action_turn(self, direction: int) -> None:
        """Turn to the next tab; left of the first one, go back."""
        at = NAMES.index(self.tab) + direction
        if at < 0:
            self.post_message(self.WentBack())
        elif at < len(NAMES):
            self.show_tab(NAMES[at])

    def action_scroll(self, lines: int) -> None:
        """Scroll the tab."""
        if self._body is not None:
            self._body.scroll_lines(lines)

    @on(Choices.Chosen, "#tabs")
    def turn(self, event: Choices.Chosen) -> None:
        """Turn to the tab that was clicked."""
        event.stop()
        self.show_tab(event.name)
