"""What every tab of the detail pane is, and the list of them: a new tab is one line in :data:`TABS` and one class.

UPPER FLOOR. A tab is made while nothing is typed, or when it is first shown; the first frame imports none of them. It
writes what it is given, for the width of the pane; what it must ask (a card, a family) it asks the screen for, which
answers from a thread. Until it is seen it writes nothing, unless ``ahead.py`` has it written and painted aside, where
nobody sees it: whoever turns to it gets all of it in one frame.

    DetailPane ──show(model, study) | show_words──▶ Tab ──TabAsked──▶ screen ──▶ Work (thread) ──TabTold──▶ Tab.told
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from modelscope_tui.ui import keymap
from modelscope_tui.ui.widgets.words import Bar, room_inside

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model
    from modelscope_tui.errors import ModelscopeError
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.study import Study


ASIDE = "aside"
"""The layer of a tab that is laid out and not seen."""

FAR = 1000
"""So many lines below the pane it is there: more than any terminal has."""

STRIP_LINES = 2
"""What the strip of the tabs takes of the pane (screen.tcss), and would not in a layer of its own."""


class Tab(VerticalScroll, can_focus=False):
    """One tab; a subclass composes its widgets and writes on them."""

    SCROLLS: ClassVar[bool] = True
    """Whether the tab scrolls as a whole, else something in it does."""
    virtual_size = room_inside()
    is_made = False
    """Whether its widgets are there to be written on."""
    is_written = False
    """Whether all that is known stands on it."""
    is_painted = False
    """Whether it is also painted, and a turn to it shows what is there."""
    is_waiting = False
    """Whether an answer is awaited."""
    _is_aside = False

    def __init__(self, pane: DetailPane, line: TabLine) -> None:
        """Make the tab; ``pane`` tells what was chosen there and is posted to."""
        super().__init__()
        self.set_reactive(Tab.show_vertical_scrollbar, self.SCROLLS)
        self.pane = pane
        self.line = line

    def on_mount(self) -> None:
        """Write as soon as there is something to write on."""
        self.is_made = True
        self.rewrite()

    @property
    def is_seen(self) -> bool:
        """Whether it is the tab that is shown."""
        return self.pane.tab == self.line.name

    def rewrite(self) -> None:
        """Have the words written anew, if the tab is seen."""
        self.is_written = self.is_painted = False
        if self.is_seen:
            self.write()

    def write(self) -> None:
        """Write what the pane knows, as soon as there is room for it."""
        pane = self.pane
        if not self.is_made or not pane.size.width:
            return
        self.light(is_lit=pane.has_focus)
        if pane.model is None:
            self.show_words(pane.words)
        else:
            self.is_written = True  # (what it is told meanwhile makes it write again)
            self.show(pane.model, pane.known)

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scroll bar, which is there from the beginning."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = Bar(name="vertical", thickness=self.scrollbar_size_vertical)
            self.app._start_widget(self, self._vertical_scrollbar)  # noqa: SLF001 - as Textual starts its own
        return self._vertical_scrollbar

    def show(self, model: Model, known: Study | None) -> None:
        """Show a model: its row at once, and all that is known of it as soon as it is."""
        raise NotImplementedError

    def show_words(self, words: Content) -> None:
        """Say something instead of a model."""
        raise NotImplementedError

    def think(self, model: Model, known: Study | None) -> bool:  # noqa: ARG002 - for tabs that ask
        """Ask what showing a model will need; tells whether there was anything to ask. A tab may not be seen yet."""
        return False

    def turned(self, model: Model, known: Study | None) -> None:
        """Do what is left to do when a person turns to a tab that was written before."""

    def forget(self) -> None:
        """Ask anew the next time: what the answer was for has changed."""

    def ask(self, question: Callable[[Explorer], object]) -> None:
        """Ask the explorer something that may take long; :meth:`told` gets the answer, if the model is still shown."""
        self.is_waiting = True
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

    # -- aside, where nobody sees it ---------------------------------------------------------------------------

    def put(self, *, aside: bool) -> None:
        """Lay it out far below the pane, or where it is seen."""
        if aside is self._is_aside:
            return
        self._is_aside = aside
        self.styles.layer = ASIDE if aside else None
        self.styles.margin = (STRIP_LINES if aside else 0, 0, 0, 0)
        self.styles.offset = (0, FAR if aside else 0)

    def paint_more(self) -> bool:
        """Do a part of the painting that takes long, if there is any; tells whether there was."""
        return False

    def paint(self) -> None:
        """Paint what will be seen, and keep it."""
        bars = [self.vertical_scrollbar] if self.SCROLLS else []
        for widget in [*self.walk_children(Widget), *bars]:
            width, height = widget.outer_size
            if width and height:
                widget.render_lines(Region(0, 0, width, min(height, self.size.height)))
        self.is_painted = True


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
