"""The model table: any number of rows, of which only those in view are ever asked for or painted.

UPPER FLOOR. It is told how many rows a query has and given a function that fetches a stretch of them; it posts what a
person did. It knows neither the index nor the query language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from modelscope_tui.catalog.model import Model
from modelscope_tui.ui import keymap
from modelscope_tui.ui.present import answer_sign, clean, fitted, glyphs, verdict_glyph, width_of, wrapped
from modelscope_tui.ui.widgets.borders import below
from modelscope_tui.ui.widgets.columns import Column, columns_for
from modelscope_tui.ui.widgets.line_list import LineList, Piece

CHUNK = 60
"""Rows are fetched in stretches of this many."""

KEPT_ROWS = 4000
"""How many fetched rows are kept before all but the newest stretch go."""

_USE_STYLES = {"yes": "good", "conditions": "warn", "no": "bad"}
_FIT_STYLES = {"yes": "good", "tight": "warn", "no": "bad"}

Fetch = Callable[[int, int], Sequence[Model]]
"""Gives the rows from a first to before a last one."""


class ModelTable(LineList):
    """The rows of an answer, with a cursor and marks."""

    HELP = "The models that match, most downloaded first unless sorted otherwise."
    BORDER_TITLE = "5 Models"
    HAS_IDLE_CURSOR = True
    BINDINGS: ClassVar[Any] = list(keymap.TABLE)

    class Highlighted(Message):
        """The cursor is on a model; None when there is none."""

        def __init__(self, model: Model | None) -> None:
            super().__init__()
            self.model = model

    class Opened(Message):
        """A person wants to see all of a model."""

        def __init__(self, model: Model) -> None:
            super().__init__()
            self.model = model

    class SortRequested(Message):
        """A column's head was clicked."""

        def __init__(self, sort: str) -> None:
            super().__init__()
            self.sort = sort

    def __init__(self, *, id: str) -> None:  # noqa: A002 - textual's own word
        super().__init__(id=id, head=1)
        self.marked: set[str] = set()
        """Ids that a person marked; they stay marked when they leave the answer."""
        self._starred: frozenset[str] = frozenset()
        self.notice: tuple[str, ...] = ()
        """What is said where there is no row."""
        self._rows: dict[int, Model] = {}
        self._fetch: Fetch | None = None
        self._sort = ("downloads", False)
        self._fit: Callable[[Model], str] | None = None
        self._use: Callable[[Model], str] | None = None

    # -- what it is given --------------------------------------------------------------------------------------

    def show_rows(
        self, total: int, first: Sequence[Model], fetch: Fetch | None, *, sort: tuple[str, bool], keep: bool = False
    ) -> None:
        """Show the answer to a query: how many rows, the first of them, and where to get the others.

        Args:
            keep: leave the cursor on the model it is on, when that is still where it was or among the first.
        """
        selected = self.selected
        self._rows = dict(enumerate(first))
        self._fetch, self._sort = fetch, sort
        cursor, top = 0, 0
        if keep and selected is not None:
            near = (at for at, model in self._rows.items() if model.id == selected.id)
            cursor, top = next(near, min(self.cursor, max(0, total - 1))), self.top
        self.notice = ()
        self.show_lines(total, cursor=cursor, top=top)
        self._announce()

    def show_notice(self, *lines: str) -> None:
        """Say why there is no row and what helps."""
        self.notice = lines
        self.refresh()

    def show_marks(self, fit: Callable[[Model], str], use: Callable[[Model], str]) -> None:
        """Fill the Fit column, and the mark of what the license allows, from now on."""
        self._fit, self._use = fit, use
        self.forget_strips()
        self.refresh()

    def show_stars(self, starred: frozenset[str]) -> None:
        """Show which models are starred."""
        self._starred = starred
        self.refresh()

    @property
    def selected(self) -> Model | None:
        """The model under the cursor."""
        return self.row(self.cursor) if self.lines else None

    def row(self, line: int) -> Model | None:
        """Give a row, fetching its stretch when it is not here yet."""
        found = self._rows.get(line)
        if found is None and self._fetch is not None and 0 <= line < self.lines:
            start = line - line % CHUNK
            if len(self._rows) > KEPT_ROWS:
                self._rows.clear()
            fetched = self._fetch(start, min(start + CHUNK, self.lines))
            self._rows.update(enumerate(fetched, start))
            found = self._rows.get(line)
        return found

    # -- painting ----------------------------------------------------------------------------------------------

    def key_of(self, line: int) -> Hashable | None:
        """A row's picture depends on the row, its mark, and the column that stays because of the order."""
        model = self.row(line)
        if model is None:
            return None
        is_marked, is_starred = model.id in self.marked, model.id in self._starred
        return model.id, model.as_of, model.downloads, model.updated, is_marked, is_starred, self._sort[0]

    def pieces(self, line: int, width: int) -> list[Piece]:
        """Paint a row: cursor, id, columns."""
        model = self.row(line)
        if model is None:
            return [(" " * width, "muted")]
        signs = glyphs()
        columns, room = columns_for(width, self._sort[0])
        badges = [sign for sign, is_on in (
            (signs.marked, model.id in self.marked), (signs.starred, model.id in self._starred),
            (signs.gated, model.gated not in {None, "no"}),
        ) if is_on]  # fmt: skip
        is_here = line == self.cursor
        owner, name = _shortened(clean(model.id, 400), room)
        painted: list[Piece] = [
            (signs.cursor if is_here else " ", "accent" if self.has_focus else "muted"),
            (fitted("".join(badges[:2]), 2), "accent" if model.id in self.marked else "warn"),
            (owner, "muted"),
            (name, "text"),
        ]
        for column in columns:
            painted += (
                self._license(column, model) if column.title in {"License", "Use"} else [self._cell(column, model)]
            )
        return painted

    def _license(self, column: Column, model: Model) -> list[Piece]:
        """Paint what the license allows, as a sign before its name where there is room for that."""
        answer = self._use(model) if self._use is not None else ""
        sign, style = answer_sign(answer) if answer else " ", _USE_STYLES.get(answer, "muted")
        if column.title == "Use":
            return [("  " + fitted(f" {sign}", column.width), style)]
        return [(f"  {sign} ", style), (fitted(column.text(model), column.width - 2), column.style)]

    def _cell(self, column: Column, model: Model) -> Piece:
        if column.title == "Fit":
            verdict = self._fit(model) if self._fit is not None else ""
            sign = verdict_glyph(verdict) if verdict not in {"", "unknown"} else glyphs().dot
            return "  " + fitted(f" {sign}", column.width), _FIT_STYLES.get(verdict, "muted")
        return "  " + fitted(column.text(model), column.width, right=column.is_right), column.style

    def head_pieces(self, width: int) -> list[Piece]:
        """Paint the head: titles, with an arrow on the one the rows are sorted by."""
        columns, room = columns_for(width, self._sort[0])
        painted: list[Piece] = [("   ", "head"), (fitted(self._titled("Model", "name"), room), "head")]
        for column in columns:
            text = fitted(self._titled(column.title, column.sort), column.width, right=column.is_right)
            painted.append(("  " + text, "accent" if column.sort == self._sort[0] else "head"))
        return painted

    def _titled(self, title: str, sort: str | None) -> str:
        if sort is None or sort != self._sort[0]:
            return title
        arrow = glyphs().up if self._sort[1] else glyphs().down
        return f"{title}{arrow}"

    def render_line(self, y: int) -> Strip:
        """Paint a line; where there are no rows, the notice."""
        room = max(8, self.size.width - 3)
        notice = [part for line in self.notice for part in wrapped(clean(line), room)] if not self.lines else []
        if not 2 <= y < 2 + len(notice):
            return super().render_line(y)
        text = fitted("  " + notice[y - 2], self.size.width - 1)
        return self._painted([(text, "text" if y == 2 else "muted")], self.size.width, "", " ")

    # -- what a person does ------------------------------------------------------------------------------------

    def _announce(self) -> None:
        self._say_id()
        self.post_message(self.Highlighted(self.selected))

    def _say_id(self) -> None:
        """Write the id of the model under the cursor on the border, in full."""
        name = clean(self.selected.id, 96) if self.selected is not None else ""
        upper, lower = below("5 Models", name, self.outer_size.width)
        self.border_title, self.border_subtitle = Content(upper), Content(lower)

    def on_resize(self) -> None:
        """Keep the cursor in view, and the id whole."""
        super().on_resize()
        self._say_id()

    def move_to(self, line: int) -> None:
        """Move, and say which model that is."""
        before = self.cursor
        super().move_to(line)
        if self.cursor != before:
            self._announce()

    def action_open(self) -> None:
        """Open the model under the cursor."""
        if (model := self.selected) is not None:
            self.post_message(self.Opened(model))

    def action_mark(self) -> None:
        """Mark or unmark the model under the cursor and go on to the next."""
        if (model := self.selected) is not None:
            self.marked ^= {model.id}
            self.move_to(self.cursor + 1)
            self.refresh()

    def unmark_all(self) -> bool:
        """Take all marks away; tell whether there were any."""
        had_any = bool(self.marked)
        self.marked.clear()
        if had_any:
            self.refresh()
        return had_any

    def on_click(self, event: events.Click) -> None:
        """Select; open on a double click; sort on a click on the head."""
        line = self.line_at(event)
        offset = event.get_content_offset(self)
        if line is not None:
            self.move_to(line)
            if event.chain == 2:
                self.action_open()
        elif offset is not None and offset.y == 0 and (sort := self._sort_at(offset.x)):
            self.post_message(self.SortRequested(sort))

    def _sort_at(self, x: int) -> str | None:
        columns, room = columns_for(self.size.width - 1, self._sort[0])
        edge = 3 + room
        if x < edge:
            return "name"
        for column in columns:
            edge += 2 + column.width
            if x < edge:
                return column.sort
        return None


def _shortened(model_id: str, room: int) -> tuple[str, str]:
    """Fit an id into exactly `room` cells; the owner gives way first, as the name tells more."""
    owner, slash, name = model_id.partition("/")
    if not slash:
        return "", fitted(owner, room)
    spare = max(min(width_of(owner), 8), room - width_of(name) - 1)
    owner = fitted(owner, min(width_of(owner), spare)) + "/"
    return (owner, fitted(name, room - width_of(owner))) if width_of(owner) < room else ("", fitted(model_id, room))
