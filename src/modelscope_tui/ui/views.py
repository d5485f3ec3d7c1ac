"""The popup of views: saved queries, the stars, and the models looked at last; and the current query to be saved.

UPPER FLOOR. It gives back what is wanted of them, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean, fitted
from modelscope_tui.ui.widgets.field import Field
from modelscope_tui.ui.widgets.row_list import Row, RowList

if TYPE_CHECKING:
    from modelscope_tui.shortlisted import Kept
    from modelscope_tui.ui.widgets.line_list import Piece


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person chose: to ask a query, show a model, save the current query or drop a view."""

    what: str
    """`query`, `model`, `save` or `drop`."""
    name: str
    query: str = ""


class ViewsScreen(Popup["Wanted | None"]):
    """The popup."""

    CSS_PATH = "styles/sheet.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.VIEWS)

    def __init__(self, kept: Kept, query: str) -> None:
        super().__init__(classes="sheet")
        self._query = query
        self._lines = {f"{line.what}:{line.name}": line for line in _lines(kept)}
        self._notes = {one.id: one.note or ", ".join(one.tags) for one in kept.models.values()}

    def compose(self) -> ComposeResult:
        """Make the field and the list."""
        with Vertical(classes="frame") as frame:
            frame.border_title = Content("Views and shortlist")
            frame.border_subtitle = Content("enter opens · ctrl+r forgets a view · esc closes")
            now = f"a name to save this query: {clean(self._query, 60)}" if self._query else "no query to save yet"
            yield Field(placeholder=now, id="view-name", max_length=60)
            yield Static(classes="-hint", id="views-hint")
            yield RowList(id="views-list")

    def on_mount(self) -> None:
        """List what there is."""
        rows = self.query_one(RowList)
        rows.light(is_lit=True)
        rows.styles.height = max(1, min(16, len(self._lines)))
        rows.show([Row(name, name, partial(self._written, line)) for name, line in self._lines.items()])
        if len(self._lines) == 1:
            words = "Nothing is kept yet: * stars a model, n writes a note; a name here saves the query."
            self.query_one("#views-hint", Static).update(Content(words))

    def _written(self, line: Wanted, width: int) -> list[Piece]:
        kind = {"query": "view", "model": "model"}[line.what]
        more = line.query if line.what == "query" else self._notes.get(line.name, "")
        name = max(10, (width - 8) // 2 if more else width - 8)
        return [
            (fitted(kind, 7), "muted"),
            (fitted(clean(line.name, 120), name), "text"),
            (" " + fitted(clean(more, 200), max(0, width - name - 8)), "accent" if line.what == "query" else "muted"),
        ]

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        rows = self.query_one(RowList)
        rows.move_to(rows.cursor + lines)

    @on(Input.Submitted)
    def finish(self, event: Input.Submitted) -> None:
        """Save the query under the typed name; without one, open the line under the cursor."""
        event.stop()
        name = event.value.strip()
        if name and self._query:
            self.dismiss(Wanted("save", name, self._query))
        elif not name:
            self._open()

    def _open(self) -> None:
        here = self.query_one(RowList).name_here
        self.dismiss(self._lines.get(here or ""))

    def action_drop(self) -> None:
        """Forget the view under the cursor."""
        line = self._lines.get(self.query_one(RowList).name_here or "")
        if line is not None and line.what == "query" and line.name != STARRED:
            self.dismiss(Wanted("drop", line.name))

    @on(RowList.Clicked)
    def follow_click(self, event: RowList.Clicked) -> None:
        """Open what was clicked."""
        event.stop()
        self._open()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)


STARRED = "all starred models"
"""The view that is always there."""


def _lines(kept: Kept) -> Iterator[Wanted]:
    yield Wanted("query", STARRED, "starred:yes")
    for view in sorted(kept.views.values(), key=lambda one: one.name.casefold()):
        yield Wanted("query", view.name, view.query)
    noted = [one.id for one in kept.models.values() if one.note or one.tags]
    for model_id in dict.fromkeys([*noted, *kept.recent[:20]]):
        yield Wanted("model", model_id)
