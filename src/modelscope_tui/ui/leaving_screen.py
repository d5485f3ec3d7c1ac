"""What a person takes along from the screen: a comparison, an export, and who an organization is.

UPPER FLOOR. Gathering many models may take a moment and writing a file may fail: both happen in a thread, and what came
of it is said.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from modelscope_tui.catalog.quantization import quantizations_of
from modelscope_tui.catalog.query import Query, Term
from modelscope_tui.exporting import MOST_ROWS, row, text_of
from modelscope_tui.saving import save
from modelscope_tui.ui import messages
from modelscope_tui.ui.kept_screen import KeptScreen
from modelscope_tui.ui.panes.detail import DetailPane
from modelscope_tui.ui.present import clean, grouped
from modelscope_tui.ui.widgets.model_table import ModelTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelscope_tui.catalog.model import Model
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.ui.export_form import Wish

Rows = Callable[["Explorer"], list[dict[str, Any]]]
"""Reads what is exported."""

Lines = Callable[[], list[dict[str, Any]]]
"""Gives the lines of a Markdown table, where they are not the rows."""


class LeavingScreen(KeptScreen):
    """Compare, export, organization."""

    # -- compare -----------------------------------------------------------------------------------------------

    def action_compare(self) -> None:
        """Put the marked models side by side, or the quantizations of the one that is looked at."""
        from modelscope_tui.ui.comparing import MOST, gather

        models = self.chosen_models()
        if not models or not self.explorer.is_ready:
            self.notify(
                "Nothing to compare: mark models with m, then c puts them side by side.", timeout=4, markup=False
            )
            return
        if len(models) > MOST:
            words = f"{len(models)} models are marked; {MOST} have room side by side. esc unmarks all."
            self.notify(words, severity="warning", timeout=4, markup=False)
            return
        if len(models) == 1:
            kept = self.inspection.known
            if kept is None or len(quantizations_of(kept.details)) < 2:
                words = "Mark two to six models with m, then c puts them side by side."
                self.notify(words, timeout=4, markup=False)
                return
        question = gather(models, self.inspection.options)
        self.work.keep(lambda explorer: messages.Compared(question(explorer)))

    def on_compared(self, event: messages.Compared) -> None:
        """Show the comparison."""
        from modelscope_tui.ui.compare import CompareScreen

        self.app.push_screen(CompareScreen(event.comparison))

    # -- export ------------------------------------------------------------------------------------------------

    def action_export(self) -> None:
        """Export the model that is looked into, the marked models, or all that were found."""
        marked = self.query_one(ModelTable).marked
        models = self.chosen_models()
        if isinstance(self.focused, DetailPane) and self.inspection.model is not None and not marked:
            model = self.inspection.model
            self._ask_export(clean(model.id, 80), model.name, partial(_detail, model))
        elif marked:
            self._ask_export(f"{grouped(len(models))} marked models", "models", partial(_rows_of, models))
        elif self.explorer.is_ready:
            total = min(self.query_one(ModelTable).lines, MOST_ROWS)
            self._ask_export(f"{grouped(total)} models", "models", partial(_found, self.search.query, total))

    def on_export_requested(self, event: messages.ExportRequested) -> None:
        """Export what a popup shows."""
        event.stop()
        self._ask_export(event.what, event.stem, event.rows, event.lines)

    def _ask_export(
        self, what: str, stem: str, rows: Rows, lines: Callable[[], list[dict[str, Any]]] | None = None
    ) -> None:
        from modelscope_tui.ui.export_form import ExportForm

        def _write(wish: object) -> None:
            if wish is not None:
                self.work.keep(partial(_exported, cast("Wish", wish), rows, lines))

        self.app.push_screen(ExportForm(what, stem), _write)

    def on_exported(self, event: messages.Exported) -> None:
        """Say where it is, or put it on the clipboard."""
        number = f"{grouped(event.count)} {'model is' if event.count == 1 else 'models are'}"
        if event.path is None:
            self.post_message(messages.CopyRequested(event.text, f"{grouped(event.count)} models"))
        else:
            self.notify(f"{number} in {clean(event.path, 300)}", timeout=5, markup=False)

    # -- organizations -----------------------------------------------------------------------------------------

    def on_organization_requested(self, event: messages.OrganizationRequested) -> None:
        """Show who an organization is."""
        from modelscope_tui.ui.organization import OrganizationScreen

        event.stop()
        if not self.explorer.is_ready:
            return
        handle = event.handle
        page = self.explorer.search(Query(terms=(Term("org", (handle,)),)), 0, 10)

        def _narrow(is_wanted: bool | None) -> None:
            if is_wanted and handle.casefold() not in self.search.query.values("org"):
                self.search.pick("org", handle)
                self.action_go("models")

        popup = OrganizationScreen(handle, page.total, page.models, self.explorer.settings.endpoint)
        self.app.push_screen(popup, _narrow)


def _rows_of(models: Sequence[Model], explorer: Explorer) -> list[dict[str, Any]]:
    return [row(model, explorer.view(model)) for model in models]


def _found(query: Query, total: int, explorer: Explorer) -> list[dict[str, Any]]:
    """Read all rows of a query, in stretches, so that keys are answered meanwhile."""
    found: list[dict[str, Any]] = []
    for start in range(0, total, 500):
        found += _rows_of(explorer.page(query, start, min(start + 500, total)), explorer)
    return found


def _detail(model: Model, explorer: Explorer) -> list[dict[str, Any]]:
    """Give a model with what its page tells, where that was read."""
    kept = explorer.cached_details(model.id)
    known: dict[str, Any] = row(kept.value.model if kept else model, explorer.view(model))
    known |= {
        "architectures": list(model.architectures),
        "base_models": list(model.base_models),
        "revision": model.revision,
    }
    if kept is not None and kept.value.files is not None:
        known["files"] = [f"{file.path} {file.size_bytes}" for file in kept.value.files]
        known["quantizations"] = [f"{one.name} {one.size_bytes}" for one in quantizations_of(kept.value)]
    return [known]


def _exported(wish: Wish, rows: Rows, lines: Lines | None, explorer: Explorer) -> messages.Exported:
    """Write the file, new and whole; without a path, give the text back."""
    records = rows(explorer)
    if wish.form == "md" and lines is not None:
        shown = lines()
        text = text_of(shown, "md", columns=list(shown[0]) if shown else ())
    else:
        text = text_of(records, wish.form)
    if wish.path is not None:
        save(wish.path, text, is_new=True)
    return messages.Exported(str(wish.path) if wish.path is not None else None, len(records), text)
