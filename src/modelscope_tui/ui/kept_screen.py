"""What a person does with models of their own: star, note, save a view, and come back to them.

UPPER FLOOR. The shortlist is a file: reading and changing it happens in a thread, and the screen follows what came of
it. Only the stars are held here, as the table asks for them on every line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import format_query, parse
from modelscope_tui.ui import messages
from modelscope_tui.ui.keyed_screen import KeyedScreen
from modelscope_tui.ui.present import clean
from modelscope_tui.ui.widgets.model_table import ModelTable

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.ui.study import Study
    from modelscope_tui.ui.views import Wanted


class KeptScreen(KeyedScreen):
    """Stars, notes, views."""

    _looked: frozenset[tuple[str, str | None]] = frozenset()

    def chosen_models(self) -> tuple[Model, ...]:
        """Give the marked models where there are any, else the one that is looked at."""
        marked = self.query_one(ModelTable).marked
        found = [self.explorer.model(one) or Model(id=one) for one in sorted(marked)]
        if found:
            return tuple(found)
        return (self.inspection.model,) if self.inspection.model is not None else ()

    # -- keys --------------------------------------------------------------------------------------------------

    def action_star(self) -> None:
        """Star the marked models or the one that is looked at, or let go of them."""
        ids = tuple(model.id for model in self.chosen_models())

        def _star(explorer: Explorer) -> messages.Starred:
            is_on = explorer.shortlist.toggle(ids)
            return messages.Starred(ids, is_on, explorer.shortlist.starred)

        if ids and self.explorer.is_ready:
            self.work.keep(_star)

    def action_note(self) -> None:
        """Write a note and tags for the model that is looked at."""
        from modelscope_tui.ui.note_form import Note, NoteForm

        model = self.inspection.model
        if model is None:
            return
        before = self.explorer.shortlist.star(model.id)

        def _keep(given: object) -> None:
            if given is None:
                return
            note = cast("Note", given)

            def _annotate(explorer: Explorer) -> messages.Noted:
                explorer.shortlist.annotate(model.id, note.text, note.tags)
                return messages.Noted(model.id)

            self.work.keep(_annotate)

        self.app.push_screen(NoteForm(model.id, before), _keep)

    def action_views(self) -> None:
        """Show saved views, stars and the models looked at last."""
        from modelscope_tui.ui.views import ViewsScreen

        kept = self.explorer.shortlist.kept
        self.app.push_screen(ViewsScreen(kept, format_query(self.search.query)), self._follow_view)

    def _follow_view(self, wanted: Wanted | None) -> None:
        """Do what was chosen among the views."""
        if wanted is None:
            return
        name, query = wanted.name, wanted.query
        if wanted.what == "model":
            self.post_message(messages.ModelRequested(name))
            self.action_go("detail")
        elif wanted.what == "query":
            self.search.put(parse(query))
            self.action_go("models")
        else:
            is_saved = wanted.what == "save"

            def _change(explorer: Explorer) -> messages.ViewKept:
                if is_saved:
                    explorer.shortlist.save_view(name, query)
                else:
                    explorer.shortlist.drop_view(name)
                return messages.ViewKept(name, is_saved=is_saved)

            self.work.keep(_change)

    # -- what came of it ---------------------------------------------------------------------------------------

    def read_shortlist(self) -> None:
        """Read the stars in a thread, once the first frame is there."""
        self.work.keep(lambda explorer: messages.StarsRead(explorer.shortlist.starred, explorer.shortlist.problem))

    def on_stars_read(self, event: messages.StarsRead) -> None:
        """Show the stars; say once what is wrong with their file."""
        self.query_one(ModelTable).show_stars(event.starred)
        self._show_kept()
        if event.problem:
            self.notify(clean(event.problem, 300), severity="warning", timeout=6, markup=False)

    def on_starred(self, event: messages.Starred) -> None:
        """Show the stars as they are now."""
        self.query_one(ModelTable).show_stars(event.starred)
        self._show_kept()
        if any(term.field == "starred" for term in self.search.query.terms):
            self.search.again()
        what = clean(event.ids[0], 96) if len(event.ids) == 1 else f"{len(event.ids)} models"
        self.notify(f"{what} {'starred' if event.is_on else 'no longer starred'}", timeout=3, markup=False)

    def on_noted(self, event: messages.Noted) -> None:
        """Show the note."""
        self._show_kept()
        self.notify(f"note on {clean(event.model_id, 96)} kept", timeout=3, markup=False)

    def on_view_kept(self, event: messages.ViewKept) -> None:
        """Say that a view is kept or gone."""
        words = "kept; V shows it" if event.is_saved else "forgotten"
        self.notify(f"view {clean(event.name, 60)} {words}", timeout=3, markup=False)

    def on_keep_failed(self, event: messages.KeepFailed) -> None:
        """Say why nothing was kept."""
        self.notify(clean(str(event.problem), 300), severity="warning", timeout=6, markup=False)

    def remember(self, known: Study) -> None:
        """Remember that a model was looked at, and learn what has changed since the last time."""
        key = (known.model.id, known.as_of)
        if not known.is_final or key in self._looked:
            return
        self._looked |= {key}
        details = known.details
        self.work.keep(lambda explorer: messages.Looked(details.id, explorer.shortlist.look(details)))

    def on_looked(self, event: messages.Looked) -> None:
        """Show what has changed since the model was looked at before."""
        self.detail.changes[event.model_id] = event.changes
        self._show_kept()

    def _show_kept(self) -> None:
        self.detail.show_kept(self.explorer.shortlist.kept.models)
