"""The screen: it wires the panes to the search, the inspection and the workers, and decides nothing else.

UPPER FLOOR. Who tells whom:

    FilterPane.Edited, FacetPane.Toggled, ModelTable.SortRequested ──▶ Search ──▶ table, facets, filter line
    ModelTable.Highlighted ──▶ Inspection ──▶ Work (thread) ──▶ Studied ──▶ Inspection ──▶ DetailPane
    Search.changed ── 0.3 s of rest ──▶ Work (thread) ──▶ HubAnswered ──▶ Search.again, when it is still the question
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from modelscope_tui.explorer import Explorer
from modelscope_tui.ui import keymap
from modelscope_tui.ui.answered_screen import AnsweredScreen
from modelscope_tui.ui.arrangement import FACETS, PLACES
from modelscope_tui.ui.inspection import Inspection
from modelscope_tui.ui.lesson import Lesson
from modelscope_tui.ui.messages import KeyHandled, LaunchAsked
from modelscope_tui.ui.panes.detail import DetailPane
from modelscope_tui.ui.panes.facets import USES, FacetPane
from modelscope_tui.ui.panes.filter import FilterPane
from modelscope_tui.ui.search import Panes, Search
from modelscope_tui.ui.thrift import share_one_heap
from modelscope_tui.ui.widgets.bars import FooterLine, TitleLine
from modelscope_tui.ui.widgets.choices import Choices
from modelscope_tui.ui.widgets.model_table import ModelTable
from modelscope_tui.ui.work import Work

if TYPE_CHECKING:
    from modelscope_tui.ui.launching import Launching


class MainScreen(AnsweredScreen):
    """The explorer."""

    AUTO_FOCUS = "#models"

    def __init__(self, explorer: Explorer, text: str, put_on_clipboard: Callable[[str], str]) -> None:
        super().__init__()
        self.explorer = explorer
        self.search = Search(explorer, text)
        self.work = Work(self, explorer)
        self._text = text
        self._put_on_clipboard = put_on_clipboard
        self._launching: Launching | None = None

    def compose(self) -> ComposeResult:
        """Make the panes; tabs, popups and all that is not seen yet come later."""
        yield TitleLine()
        yield FilterPane(self._text)
        with Horizontal(id="body"):
            with Vertical(id="facets"):
                for use in USES:
                    yield FacetPane(use)
            yield ModelTable(id="models")
            yield DetailPane()
        yield FooterLine()

    def on_mount(self) -> None:
        """Fill the first frame, and start what the person need not wait for after it."""
        self.detail.is_offline = self.explorer.settings.offline
        self.inspection = Inspection(self.explorer, self.work, self.detail, self)
        self.inspection.put_on_clipboard = self._put_on_clipboard
        facets = {name: self.query_one(f"#{name}", FacetPane) for name in FACETS}
        self.search.attach(Panes(self.query_one(FilterPane), self.query_one(ModelTable), facets))
        self.search.changed = self.follow_answer
        self.lesson = Lesson(self.explorer.settings.cache_dir, self.query_one(FilterPane))
        self.place_panes()
        self.show_title()
        self.show_keys()
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """Go on after the first frame, unless it was enough."""
        if not self.is_attached:
            return
        await self.query_one(FilterPane).bring_field()
        gc.enable()
        share_one_heap()
        self.work.prepare()
        self.read_shortlist()
        self.inspection.look()

    # -- what a person did -------------------------------------------------------------------------------------

    @on(FilterPane.Edited)
    def narrow_by_text(self, event: FilterPane.Edited) -> None:
        """Follow the filter line."""
        self.lesson.learned()
        self.search.type(event.text)

    @on(FacetPane.Toggled)
    def narrow_by_value(self, event: FacetPane.Toggled) -> None:
        """Follow a pane; a chosen tool also shows its command."""
        self.lesson.learned()
        self.search.pick(event.field, event.value, is_excluded=isinstance(event, FacetPane.Excluded))
        if event.field != "tool":
            return
        is_chosen = event.value.casefold() in self.search.query.values("tool")
        self.inspection.choose_tool(event.value if is_chosen else None)
        if is_chosen:
            self.detail.show_tab("launch")

    @on(FacetPane.Cleared)
    def widen(self, event: FacetPane.Cleared) -> None:
        """Take back a pane's choices."""
        self.search.clear(event.field)
        if event.field == "tool":
            self.inspection.choose_tool(None)

    @on(ModelTable.SortRequested)
    def sort(self, event: ModelTable.SortRequested) -> None:
        """Follow a click on a column's head."""
        self.search.sort_by(event.sort)

    @on(ModelTable.Highlighted)
    def turn_to(self, event: ModelTable.Highlighted) -> None:
        """Look into the model under the cursor, once it rests there."""
        self.inspection.select(event.model)

    @on(ModelTable.Opened)
    def open_detail(self, event: ModelTable.Opened) -> None:
        """Look into a model at once, and go there."""
        self.inspection.select(event.model)
        self.inspection.look()
        self.action_go("detail")

    @on(FilterPane.Left)
    @on(DetailPane.WentBack)
    def return_to_models(self) -> None:
        """Go back to the models."""
        self.action_go("models")

    @on(DetailPane.ToolChosen)
    def show_tool(self, event: DetailPane.ToolChosen) -> None:
        """Show another tool's command."""
        self.inspection.choose_tool(event.tool)

    @on(DetailPane.ShellRequested)
    def show_shell(self) -> None:
        """Show the command for the next shell."""
        self.inspection.choose_next_shell()

    @on(LaunchAsked)
    def launch(self, event: LaunchAsked) -> None:
        """Run, save or change the command that is shown."""
        if self._launching is None:
            from modelscope_tui.ui.launching import Launching

            self._launching = Launching(self, self.inspection)
        getattr(self._launching, event.what)()

    @on(Choices.Chosen, "#panes")
    def go_to_pane(self, event: Choices.Chosen) -> None:
        """Follow a click on the strip of panes."""
        self.action_go(event.name)

    @on(DetailPane.Turned)
    @on(events.DescendantFocus)
    def show_keys(self) -> None:
        """Know the pane a person is in, and name the keys that help there."""
        pane = self.focused
        if pane is not None and pane.id in PLACES and pane.id != self.place:
            self.place = pane.id
            self.facet = pane.id if pane.id in FACETS else self.facet
            self.place_panes()
        if isinstance(pane, ModelTable) and pane.selected is not None and pane.selected != self.inspection.model:
            self.inspection.select(pane.selected)  # the detail followed a relative; here the row counts again
        own: tuple[Binding, ...] = ()
        is_typing = hasattr(pane, "KEYS")  # a field: every other key is a letter
        if is_typing:
            own = getattr(pane, "KEYS", ())
        elif isinstance(pane, FacetPane):
            own = keymap.FACET
        elif isinstance(pane, DetailPane):
            own = pane.keys
        elif pane is not None:
            own = keymap.TABLE
        more = () if is_typing else keymap.SCREEN
        keys = self.explorer.settings.keys
        if keys:
            from modelscope_tui.ui.remap import applied

            own, more = applied(own, keys), applied(more, keys)
        taken = {key for binding in own for key in binding.key.split(",")}
        shown = [binding for binding in own if binding.show]
        self.query_one(FooterLine).show(
            [*shown, *(one for one in more if one.show and not taken.issuperset(one.key.split(",")))]
        )

    def on_key_handled(self, event: KeyHandled) -> None:
        """Let the next key come: all that the last one set in motion has been followed."""
        event.stop()
        event.seen.set()

    def on_screen_suspend(self) -> None:
        """Be silent below a popup: it names its own keys."""
        self.query_one(FooterLine).show(())

    def on_screen_resume(self) -> None:
        """Name the keys again."""
        self.show_keys()

    def on_resize(self) -> None:
        """Arrange the panes for the new size."""
        if self.is_mounted:
            self.place_panes()
