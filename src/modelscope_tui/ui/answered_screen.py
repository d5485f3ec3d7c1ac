"""What the screen does with what the workers found out, and when it asks them.

UPPER FLOOR. Every answer is compared with the question of now; a late one changes nothing but the status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.catalog.query import parse
from modelscope_tui.errors import ModelscopeError, UsageError
from modelscope_tui.ui.hub_words import hub_words, seconds_left
from modelscope_tui.ui.leaving_screen import LeavingScreen
from modelscope_tui.ui.panes.facets import FacetPane
from modelscope_tui.ui.present import clean, day, grouped
from modelscope_tui.ui.sync_words import sync_words
from modelscope_tui.ui.widgets.bars import TitleLine
from modelscope_tui.ui.widgets.model_table import ModelTable

if TYPE_CHECKING:
    from modelscope_tui.hub.answer import HubState
    from modelscope_tui.ui import messages
    from modelscope_tui.ui.app import ExplorerApp

HUB_REST_SECONDS = 0.3
"""How long typing rests before the Hub is asked."""

SAID_SECONDS = 3.0
"""How long a toast stays."""


class AnsweredScreen(LeavingScreen):
    """The answers, and the title line that tells their state."""

    machine = ""
    """The machine in words; empty until it is known."""
    hub_state: HubState | None = None
    """What is known of the way to the Hub."""
    _hub_timer: Timer | None = None
    _countdown: Timer | None = None
    _has_told_loss = False
    _syncing = ""
    """How far a sync in the background is, in words; empty when there is none."""

    # -- the Hub's state ---------------------------------------------------------------------------------------

    def follow_answer(self) -> None:
        """After a new answer: tell the totals, and ask the Hub too once typing rests."""
        self.show_title()
        self.detail.listed = self.search.query
        if self._hub_timer is not None:
            self._hub_timer.stop()
            self._hub_timer = None
        if self.explorer.settings.offline or self.search.query.is_empty or not self.explorer.is_ready:
            return
        self._hub_timer = self.set_timer(HUB_REST_SECONDS, lambda: self.work.ask_hub(self.search.query))

    def show_hub(self, state: HubState) -> None:
        """Show the state of the way to the Hub; say once when kept answers were lost or cannot be used."""
        self.hub_state = state
        self.show_title()
        if self.explorer.lost and not self._has_told_loss:
            self._has_told_loss = True
            self.notify(clean(self.explorer.lost, 400), severity="warning", timeout=SAID_SECONDS * 3, markup=False)

    def show_title(self) -> None:
        """Write the title line."""
        as_of = day(self.search.as_of)
        catalog = f"{grouped(self.search.total)} models" + (f" · catalog {as_of}" if as_of else "")
        is_offline = self.explorer.settings.offline
        said = hub_words(self.hub_state, is_offline=is_offline)
        words, style = (self._syncing, "$text-accent") if self._syncing else said
        self.query_one(TitleLine).show(catalog=catalog, hub=words, hub_style=style, machine=self.machine)
        if self._countdown is not None:
            self._countdown.stop()
        left = 0 if is_offline else seconds_left(self.hub_state)
        self._countdown = self.set_timer(1, self.show_title) if left else None

    def action_offline(self) -> None:
        """Ask nothing of the Hub from now on, or ask it again, at once for what is shown."""
        is_offline = not self.explorer.settings.offline
        try:
            self.explorer.set_offline(is_offline)
        except UsageError as problem:
            self.notify(str(problem), severity="warning", timeout=SAID_SECONDS * 2, markup=False)
            return
        self.detail.is_offline = is_offline
        self.show_hub(self.explorer.hub_state)
        self.detail.write()
        self.follow_answer()
        if not is_offline:
            self.inspection.look(refresh=True)
        offline = f"Offline: what is kept here is shown. {self.online_key} goes online."
        words = offline if is_offline else "Online: the Hub is asked again."
        self.notify(words, timeout=SAID_SECONDS, markup=False)

    # -- what the workers found out ----------------------------------------------------------------------------

    def on_index_grew(self, event: messages.IndexGrew) -> None:
        """Say how far the index is."""
        self.search.say_indexing(event.done, event.total)

    def on_index_opened(self, event: messages.IndexOpened) -> None:
        """Answer the query that was typed meanwhile; say once when nothing can be kept."""
        if event.problem:
            self.notify(clean(event.problem, 300), severity="warning", timeout=SAID_SECONDS * 2, markup=False)
        self.search.again()
        self.inspection.look()

    def on_index_failed(self, event: messages.IndexFailed) -> None:
        """Say why nothing can be searched."""
        self.search.fail(event.problem)

    def on_machine_found(self, event: messages.MachineFound) -> None:
        """Show the machine, what fits it, and the tools."""
        self.machine = event.machine
        self.inspection.labels = event.tools.labels
        self.detail.show_labels(event.tools.labels)
        self.query_one("#tool", FacetPane).show_tools(event.tools)
        self.query_one(ModelTable).show_marks(self.explorer.fits, self.explorer.allowed)
        self.show_hub(event.state)

    def on_servers_found(self, event: messages.ServersFound) -> None:
        """Mark the tools whose servers answer here."""
        self.query_one("#tool", FacetPane).show_tools(event.tools)

    def on_hub_answered(self, event: messages.HubAnswered) -> None:
        """Show the rows that the Hub added, if its question is still ours."""
        self.show_hub(event.state)
        if event.changed and event.query == self.search.query:
            self.search.again()

    def on_sync_moved(self, event: messages.SyncMoved) -> None:
        """Say in the title line how far the sync is."""
        self._syncing = sync_words(event.document)
        self.show_title()

    def on_sync_ended(self, event: messages.SyncEnded) -> None:
        """Say what came, and answer the query anew with it."""
        self._syncing = ""
        self.show_title()
        if event.problem is not None:
            self.notify(clean(str(event.problem), 400), severity="warning", timeout=SAID_SECONDS * 2, markup=False)
        elif event.answer is None:
            self.notify("The sync was stopped; what came is kept.", timeout=SAID_SECONDS, markup=False)
        else:
            changed = event.answer.get("changed")
            self.notify(f"The catalog is up to date: {changed} rows are new.", timeout=SAID_SECONDS, markup=False)
        if self.explorer.is_ready:
            self.search.again()

    def on_studied(self, event: messages.Studied) -> None:
        """Show what is known of the model."""
        self.show_hub(event.state)
        self.inspection.learn(event.known)
        self.remember(event.known)

    def on_study_failed(self, event: messages.StudyFailed) -> None:
        """Say why a model cannot be looked into."""
        if self.inspection.model is not None and event.model.id == self.inspection.model.id:
            self.detail.show_nothing(clean(str(event.problem), 600))

    def on_tab_asked(self, event: messages.TabAsked) -> None:
        """Ask for a tab."""
        event.stop()
        self.work.tell_tab(event)

    def on_tab_told(self, event: messages.TabTold) -> None:
        """Hand the answer to the tab that asked."""
        self.detail.tell(event)

    @on(Worker.StateChanged)
    def say_broken(self, event: Worker.StateChanged) -> None:
        """Say that a worker ended in a bug; the screen goes on."""
        if event.state is not WorkerState.ERROR or event.worker.error is None:
            return
        bug = event.worker.error
        words = ModelscopeError(cast("ExplorerApp", self.app).reported(bug))
        if event.worker.group == "prepare" and not self.explorer.is_ready:
            self.search.fail(words)
        elif event.worker.group == "study":
            self.detail.show_nothing(clean(str(words), 600))
        self.notify(clean(str(words), 300), severity="error", timeout=SAID_SECONDS, markup=False)

    def on_model_requested(self, event: messages.ModelRequested) -> None:
        """Show a model that another one led to."""
        event.stop()
        model = self.explorer.model(event.model_id)
        if model is None and not is_repo_id(event.model_id):
            self.notify("This id is not one that the Hub accepts.", severity="warning", timeout=3, markup=False)
            return
        self.inspection.select(model or Model(id=event.model_id))
        self.inspection.look()

    def on_query_requested(self, event: messages.QueryRequested) -> None:
        """Ask a query that another place led to, and go to its models."""
        event.stop()
        self.search.put(parse(event.text))
        self.action_go("models")

    def on_copy_requested(self, event: messages.CopyRequested) -> None:
        """Put a text on the clipboard."""
        event.stop()
        self.work.copy(event.text, event.what, self.inspection.put_on_clipboard)

    def on_options_wished(self, event: messages.OptionsWished) -> None:
        """Look at the model with other options."""
        event.stop()
        self.inspection.choose_options(event.change(self.inspection.options))

    def action_machine(self) -> None:
        """Choose the machine that everything is judged for."""
        from modelscope_tui.ui.machine_choice import MachineScreen

        def _follow(is_another: bool | None) -> None:
            if is_another:
                self.follow_machine()

        self.app.push_screen(MachineScreen(self.explorer), _follow)

    def follow_machine(self) -> None:
        """Judge everything for the machine that was chosen: title, column, `fits:`, and the commands."""
        self.machine = self.explorer.machine.describe()
        self.query_one(ModelTable).show_marks(self.explorer.fits, self.explorer.allowed)
        self.show_title()
        if self.search.query.values("fits"):
            self.search.again()
        self.inspection.rebuild()

    def on_copied(self, event: messages.Copied) -> None:
        """Say what is on the clipboard, and how it got there."""
        self.lesson.learned()
        self.notify(f"{event.what} copied with {event.way}", timeout=SAID_SECONDS, markup=False)

    def on_copy_failed(self, event: messages.CopyFailed) -> None:
        """Say why nothing was copied."""
        self.notify(clean(str(event.problem), 300), severity="warning", timeout=SAID_SECONDS, markup=False)
