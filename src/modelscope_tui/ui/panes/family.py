"""The Family tab: base, finetunes, quantizations, adapters and merges as a tree; enter goes to any of them.

UPPER FLOOR. The index answers first; online the Hub is asked for further children, and the tree is drawn again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from modelscope_tui.catalog.model import Model
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui import present
from modelscope_tui.ui.kin import Kin, Tree, gather
from modelscope_tui.ui.messages import ModelRequested, QueryRequested
from modelscope_tui.ui.panes.tab import Tab
from modelscope_tui.ui.present import clean, fitted, glyphs, width_of
from modelscope_tui.ui.study import in_words
from modelscope_tui.ui.widgets.row_list import Row, RowList
from modelscope_tui.ui.widgets.words import Words

if TYPE_CHECKING:
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.panes.tab import TabLine
    from modelscope_tui.ui.study import Study
    from modelscope_tui.ui.widgets.line_list import Piece

FIT_STYLES = {"yes": "good", "tight": "warn", "no": "bad"}
"""How a verdict is painted."""


class FamilyTab(Tab):
    """The tab."""

    SCROLLS = False

    def compose(self) -> ComposeResult:
        """Make the head and the tree."""
        yield Words(id="family-head")
        yield RowList(id="family-list")

    def __init__(self, pane: DetailPane, line: TabLine) -> None:
        super().__init__(pane, line)
        self._asked: tuple[str, bool] | None = None
        self._tree: Tree | None = None
        self._written: Tree | None = None
        self._problem: ModelscopeError | None = None
        self._came_by: list[str] = []

    @property
    def _list(self) -> RowList:
        return self.query_one(RowList)

    def show_words(self, words: Content) -> None:
        """Say something instead of a family."""
        self._asked = self._tree = self._written = None
        self.query_one(Words).update(words)
        self._list.show(())

    def show(self, model: Model, known: Study | None) -> None:
        """Ask for the family: at once of the index, then of the Hub when there is a way to it; draw what is known."""
        if self.is_seen:
            self.turned(model, known)
        else:
            self.think(model, known)
        tree, before = self._tree, self._written
        if tree is None:
            words = Content.styled("looking for relatives …", "$foreground 50%")
            if self._problem is not None:
                words = Content.styled(in_words(self._problem), "$text-warning")
            self._list.show(())
            self.query_one(Words).update(words)
        elif tree is not before:
            self._list.show([_row(line) for line in tree.lines] if tree.relatives else [])
            if before is None:
                self._list.move_to(next((at for at, line in enumerate(tree.lines) if line.kind == "self"), 0))
            self.query_one(Words).update(_head(tree, is_offline=self.is_offline))
        self._written = tree

    def turned(self, model: Model, known: Study | None) -> None:
        """Ask the Hub too, when there is a way to it."""
        has_way = known is not None and known.is_final and known.problem is None and not self.is_offline
        self._seek(model.id, online=has_way)

    def think(self, model: Model, known: Study | None) -> bool:  # noqa: ARG002 - the index needs no study
        """Ask the index alone: nobody has turned to the tab yet."""
        return (self._asked is None or self._asked[0] != model.id) and self._seek(model.id, online=False)

    def _seek(self, model_id: str, *, online: bool) -> bool:
        question = (model_id, online)
        if question == self._asked:
            return False
        if self._asked is None or self._asked[0] != model_id:
            self._tree = self._written = self._problem = None
        self._asked = question
        self.ask(gather(model_id, online=online))
        return True

    def told(self, answer: object | None, problem: ModelscopeError | None) -> None:
        """Draw the tree, or say why there is none."""
        if isinstance(answer, Tree):
            self._tree = answer
        self._problem = problem
        self.rewrite()

    # -- what a person does ------------------------------------------------------------------------------------

    def light(self, *, is_lit: bool) -> None:
        """Light the cursor while the keys come here."""
        self._list.light(is_lit=is_lit)

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        self._list.move_to(self._list.cursor + lines)

    def action_open(self) -> None:
        """Go to the model under the cursor; from a branch, list all of it in the models."""
        lines = self._tree.lines if self._tree is not None else ()
        line = lines[self._list.cursor] if self._list.cursor < len(lines) else None
        if line is None or line.kind == "self":
            return
        if line.kind == "branch":
            self.pane.post_message(QueryRequested(line.name))
        else:
            if self.pane.model is not None:
                self._came_by.append(self.pane.model.id)
            self.pane.post_message(ModelRequested(line.name))

    def action_back(self) -> None:
        """Go back to the model that one came from."""
        if self._came_by:
            self.pane.post_message(ModelRequested(self._came_by.pop()))

    @on(RowList.Clicked)
    def follow_click(self, event: RowList.Clicked) -> None:
        """Go to what was clicked twice."""
        event.stop()
        self.pane.focus()
        if event.is_double:
            self.action_open()


def _head(tree: Tree, *, is_offline: bool) -> Content:
    if tree.problem is not None:
        return Content.styled(f"! {in_words(tree.problem)}", "$text-warning")
    source = "this machine and the Hub" if tree.has_asked else "what this machine knows"
    more = " · offline" if is_offline else ""
    if not tree.relatives:
        words = f"No relatives in {source}{more}."
        hint = " Models name their base on their card; this one names none, and none names it."
        return Content.assemble(words, (hint, "$foreground 50%"))
    number = f"{present.grouped(tree.relatives)} {'relative' if tree.relatives == 1 else 'relatives'}"
    return Content.styled(f"{number} in {source}{more}", "$foreground 50%")


def _row(line: Kin) -> Row:
    key = (line.name, line.depth, line.label, line.size, line.fits, line.model.downloads if line.model else None)
    return Row(f"{line.kind}:{line.name}", key, partial(_written, line))


def _written(line: Kin, width: int) -> list[Piece]:
    """Write indent, id, format, size, downloads and fit; what does not fit leaves, the id last."""
    branch = "" if not line.depth else "  " * (line.depth - 1) + ("+ " if present.is_ascii_only() else "└ ")
    if line.kind == "branch":
        return [(branch, "muted"), (fitted(line.label, max(1, width - width_of(branch))), "accent")]
    model = line.model
    form = clean(model.quantization, 12) if model is not None and model.quantization else ""
    downloads = present.count(model.downloads) if model is not None else ""
    sign = present.verdict_glyph(line.fits) if line.fits not in {"", "unknown"} else glyphs().dot
    cells: list[Piece] = [(fitted(line.size, 11, right=True), "text"), (fitted(downloads, 7, right=True), "muted"),
                          (f" {sign}", FIT_STYLES.get(line.fits, "muted"))]  # fmt: skip
    if width >= 64:
        cells.insert(0, (fitted(form, 9), "muted"))
    if width < 40:
        del cells[-2]
    room = max(12, width - width_of(branch) - sum(width_of(text) for text, _ in cells) - 1)
    label = _named(line, room)
    return [(branch, "muted"), (fitted(label, room) + " ", "accent" if line.kind == "self" else "text"), *cells]


def _named(line: Kin, room: int) -> str:
    """Write the id; where there is no room the name alone tells more than the owner."""
    label = clean(line.label, 200)
    if line.model is None and line.kind != "self":
        label += " (not in the catalog)" if width_of(label) + 21 <= room else ""
    return label if width_of(label) <= room else label.partition("/")[2] or label
