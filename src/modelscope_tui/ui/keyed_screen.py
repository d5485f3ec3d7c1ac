"""What every key of the screen does, each in a line or two; what it means is decided elsewhere.

UPPER FLOOR. The main screen adds the panes and the answers to this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from modelscope_tui.catalog.model import is_repo_id
from modelscope_tui.ui import keymap
from modelscope_tui.ui.arrangement import FACETS, SHORT, TITLES, form_of, neighbour, shown
from modelscope_tui.ui.inspection import Inspection
from modelscope_tui.ui.messages import ModelRequested
from modelscope_tui.ui.panes.detail import DetailPane
from modelscope_tui.ui.panes.facets import FacetPane
from modelscope_tui.ui.panes.filter import FilterPane
from modelscope_tui.ui.search import Search
from modelscope_tui.ui.telling import TellingScreen
from modelscope_tui.ui.widgets.choices import Choice, Choices
from modelscope_tui.ui.widgets.model_table import ModelTable
from modelscope_tui.ui.work import Work

if TYPE_CHECKING:
    from modelscope_tui.catalog.permission import Purpose
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.ui.lesson import Lesson


class KeyedScreen(TellingScreen):
    """The keys, and the pane a person is in."""

    BINDINGS: ClassVar[Any] = list(keymap.SCREEN)

    explorer: Explorer
    search: Search
    inspection: Inspection
    work: Work
    lesson: Lesson
    place = "models"
    """The pane a person is in, or was in before the filter line."""
    facet = "org"
    """The facet pane that was last in use."""

    # -- places ------------------------------------------------------------------------------------------------

    def place_panes(self) -> None:
        """Show the panes that the size and the place call for."""
        if not self.is_attached:  # it is about to leave, and takes no more widgets
            return
        form = form_of(self.size.width, self.size.height)
        names = shown(form, self.place, self.facet)
        self._draw_notice(is_drawn=form == "tiny")
        self._draw_strip(is_drawn=form in {"folded", "single"})
        self._set_drawn("#facets", is_drawn=bool(names & set(FACETS)))
        for name in TITLES:
            self._set_drawn(f"#{name}", is_drawn=name in names)
        for one in ("folded", "single"):
            self.set_class(one == form, f"-{one}")

    def _draw_notice(self, *, is_drawn: bool) -> None:
        """Say that the window is too small, or stop saying so."""
        notices = self.query("#too-small")
        if is_drawn and not notices:
            from textual.widgets import Static

            self.mount(Static("This window is too small.\n60 x 20 is enough.", id="too-small"))
        elif notices:
            self._set_drawn("#too-small", is_drawn=is_drawn)

    def _draw_strip(self, *, is_drawn: bool) -> None:
        """Name all panes above the ones that there is room for; a wide screen never makes the strip."""
        words = tuple(Choice(name, title, short=SHORT.get(name, "")) for name, title in TITLES.items())
        strips = self.query("#panes")
        if is_drawn and not strips:
            self.mount(Choices(words, self.place, is_one_line=True, id="panes"), before="#body")
        elif strips:
            self._set_drawn("#panes", is_drawn=is_drawn)
            strips.only_one(Choices).show(words, self.place)

    def _set_drawn(self, selector: str, *, is_drawn: bool) -> None:
        """Show or hide a widget; saying it again would cost a new layout of the screen."""
        widget = self.query_one(selector)
        if widget.display != is_drawn:
            widget.display = is_drawn

    def action_go(self, place: str) -> None:
        """Go to a pane, bringing it onto the screen when it is not there."""
        self.place = place
        if place in FACETS:
            self.facet = place
        self.place_panes()
        self.set_focus(self.query_one(f"#{place}"), scroll_visible=False)

    def action_step(self, direction: int) -> None:
        """Go to the pane on the right or left."""
        self.action_go(neighbour(self.place, direction))

    def action_go_filter(self) -> None:
        """Type in the filter line."""
        self.query_one(FilterPane).focus_field()

    def action_back(self) -> None:
        """Step back one layer; from the models there is no further back, and never out."""
        pane = self.focused
        if isinstance(pane, FacetPane) and pane.stop_finding():
            return
        if isinstance(pane, ModelTable):
            pane.unmark_all()
        else:
            self.action_go("models")

    # -- the query ---------------------------------------------------------------------------------------------

    def action_toggle_fits(self) -> None:
        """Show only what fits this machine, or all again."""
        query = self.search.query
        has_fits = bool(query.values("fits"))
        self.search.put(query.without("fits") if has_fits else query.toggled("fits", "yes"))

    def action_choose_use(self) -> None:
        """Choose where and what for models would be used; what is allowed is judged anew when the popup closes."""
        from modelscope_tui.ui.use_choice import UseChoice

        def follow(purpose: Purpose | None) -> None:
            """Judge by it from now on."""
            if purpose is None or purpose == self.explorer.purpose:
                return
            self.explorer.choose_purpose(purpose)
            self.query_one(ModelTable).show_marks(self.explorer.fits, self.explorer.allowed)
            if any(term.field == "allowed" for term in self.search.query.terms):
                self.search.again()
            self.detail.write(anew=True)

        self.app.push_screen(UseChoice(self.explorer.purpose), follow)

    def action_next_sort(self) -> None:
        """Order by the next of the orders."""
        self.search.sort_by_next()

    def action_reverse_sort(self) -> None:
        """Turn the order round."""
        self.search.sort_by(self.search.query.sort)

    def action_refresh_from_hub(self) -> None:
        """Ask the Hub about the query and the model, whatever is kept here."""
        if self.explorer.settings.offline:
            self.notify(f"Offline: what is shown is kept here. {self.online_key} goes online.", timeout=3, markup=False)
            return
        self.work.ask_hub(self.search.query, refresh=True)
        self.inspection.look(refresh=True)
        self.notify("asking the Hub …", timeout=3, markup=False)

    @property
    def online_key(self) -> str:
        """The key that goes online again, as the settings have it."""
        from modelscope_tui.ui.remap import key_of

        return key_of("offline", self.explorer.settings.keys)

    def action_sync(self) -> None:
        """Bring the Hub's list to this machine while one goes on exploring; stop that when it is under way."""
        if self.explorer.settings.offline:
            self.notify(
                f"Offline: nothing can be brought from the Hub. {self.online_key} goes online.", timeout=3, markup=False
            )
        elif self.explorer.background_sync.is_running:
            self.explorer.background_sync.stop()
        else:
            self.work.sync()
            self.notify("bringing the Hub's list; you can go on", timeout=3, markup=False)

    # -- the model ---------------------------------------------------------------------------------------------

    def action_copy_command(self) -> None:
        """Copy the launch command."""
        self.inspection.copy_command()

    def action_copy_id(self) -> None:
        """Copy the id."""
        self.inspection.copy_id()

    def action_browse(self) -> None:
        """Open the model's page; only http and https, and only for ids that the Hub would accept."""
        model = self.inspection.model
        if model is None:
            return
        address = f"{self.explorer.settings.endpoint}/{quote(model.id)}"
        if not is_repo_id(model.id) or not address.startswith(("https://", "http://")):
            self.notify("This id is not one that the Hub accepts.", severity="warning", timeout=3, markup=False)
        elif self.open_page(address):
            self.notify(f"opened {address}", timeout=3, markup=False)
        else:
            self.notify(f"No browser here. The page is {address}", severity="warning", timeout=3, markup=False)

    @staticmethod
    def open_page(address: str) -> bool:
        """Hand an address to the system's browser."""
        import webbrowser

        try:
            return webbrowser.open(address)
        except webbrowser.Error:
            return False

    # -- the rest ----------------------------------------------------------------------------------------------

    def action_picture(self) -> None:
        """Draw the result."""
        from modelscope_tui.ui.picture import Picture

        def go(model_id: str | None) -> None:
            if model_id is not None:
                self.post_message(ModelRequested(model_id))
                self.action_go("detail")

        model = self.inspection.model
        self.app.push_screen(Picture(self.explorer, self.search.query, model.id if model else None), go)

    def action_help(self) -> None:
        """Show every key."""
        self.lesson.learned()
        from modelscope_tui.ui.help import HelpScreen

        self.app.push_screen(HelpScreen(self.explorer.settings.keys))

    @property
    def detail(self) -> DetailPane:
        """The detail pane."""
        return self.query_one(DetailPane)
