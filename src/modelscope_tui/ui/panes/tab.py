"""What every tab of the detail pane is, and the list of them: a new tab is one line in :data:`TABS` and one class.

UPPER FLOOR. A tab is made while nothing is typed, or when it is first shown; the first frame imports none of them. It
writes what it is given, for the width of the pane; what it must ask (a card, a family) it asks the screen for, which
answers from a thread. Until it is seen it writes nothing: whoever turns to it gets all of it in one frame.

    DetailPane ──show(model, study) | show_words──▶ Tab ──TabAsked──▶ screen ──▶ Work (thread) ──TabTold──▶ Tab.told
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content

from modelscope_tui.ui import keymap
from modelscope_tui.ui.widgets.words import room_inside

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model
    from modelscope_tui.errors import ModelscopeError
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.study import Study


class Tab(VerticalScroll, can_focus=False):
    """One tab; a subclass composes its widgets and writes on them."""

    virtual_size = room_inside()
    is_made = False
    """Whether its widgets are there to be written on."""

    def __init__(self, pane: DetailPane, line: TabLine) -> None:
        """Make the tab; ``pane`` tells what was chosen there and is posted to."""
        super().__init__()
        self.set_reactive(Tab.show_vertical_scrollbar, True)
        self.pane = pane
        self.line = line

    def on_mount(self) -> None:
        """Write as soon as there is something to write on."""
        self.is_made = True
        self.rewrite()

    def rewrite(self) -> None:
        """Have the words written anew, if the tab is seen."""
        if self.display:
            self.pane.write()

    def show(self, model: Model, known: Study | None) -> None:
        """Show a model: its row at once, and all that is known of it as soon as it is."""
        raise NotImplementedError

    def show_words(self, words: Content) -> None:
        """Say something instead of a model."""
        raise NotImplementedError

    def think(self, model: Model, known: Study | None) -> bool:  # noqa: ARG002 - for tabs that ask
        """Ask what showing a model will need; tells whether there was anything to ask. A tab may not be seen yet."""
        return False

    def forget(self) -> None:
        """Ask anew the next time: what the answer was for has changed."""

    def ask(self, question: Callable[[Explorer], object]) -> None:
        """Ask the explorer something that may take long; :meth:`told` gets the answer, if the model is still shown."""
        self.pane.ask(self.line.name, question)

    def told(self, answer: object | None, problem: ModelscopeError | None) -> None:
        """Take the answer to :meth:`ask`, or the reason why there is none."""
        raise NotImplementedError

    def scroll_lines(self, lines: int) -> None:
        """Scroll down, or up, by lines."""
        self.scroll_relative(y=lines, animate=False)

    def light(self, *, is_lit: bool) -> None:
        """Show whether the keys come to this tab: for tabs with a cursor."""

    @property
    def keys(self) -> tuple[Binding, ...]:
        """The keys that the footer names now."""
        return self.line.keys

    def can(self, action: str) -> bool:  # noqa: ARG002 - for tabs that cannot always
        """Tell whether a key of the tab means anything now; else it means what it does everywhere."""
        return True

    @property
    def is_offline(self) -> bool:
        """Whether no socket may be opened."""
        return self.pane.is_offline

    @property
    def room(self) -> int:
        """Cells in a line, beside the scroll bar; known before the tab has been laid out."""
        return max(24, self.pane.size.width - 1)


@dataclass(frozen=True, slots=True)
class TabLine:
    """One tab of the strip."""

    name: str
    label: str
    made_by: str
    """`module:class` below ``modelscope_tui.ui.panes``, imported when the tab is first shown."""
    keys: tuple[Binding, ...] = ()
    """Keys that work, and stand in the footer, only while the tab is shown. Their action `tab('NAME', 'do', 1)` calls
    the tab's `action_do(1)`."""

    def load(self) -> type[Tab]:
        """Import the class of the tab."""
        module, _, name = self.made_by.partition(":")
        return cast("type[Tab]", getattr(import_module(f"modelscope_tui.ui.panes.{module}"), name))

    def make(self, pane: DetailPane) -> Tab:
        """Make the tab for a pane."""
        return self.load()(pane, self)


TABS = (
    TabLine("overview", "Overview", "overview:Overview"),
    TabLine("launch", "Launch", "launch:LaunchTab", keymap.LAUNCH),
    TabLine("fit", "Fit", "fit:FitTab", keymap.FIT),
    TabLine("license", "License", "license:LicenseTab", keymap.LICENSE),
    TabLine("files", "Files", "files:FilesTab", keymap.FILES),
    TabLine("card", "Card", "card:CardTab", (*keymap.CARD, *keymap.CARD_FOUND)),
    TabLine("family", "Family", "family:FamilyTab", keymap.FAMILY),
)
"""All tabs in the order of the strip: Overview, Launch, Fit, License, Files, Card, Family."""

NAMES = tuple(line.name for line in TABS)
"""Their names."""


def tab_line(name: str) -> TabLine:
    """Find a tab by its name."""
    return TABS[NAMES.index(name)]
