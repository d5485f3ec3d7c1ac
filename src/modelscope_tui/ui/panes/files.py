"""The Files tab: what is in the repository with real sizes, and the command that fetches what is marked.

UPPER FLOOR. Shards are one line until they are unfolded; a pickle says that it can run code.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from modelscope_tui.catalog.quantization import is_pickle_only
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui import present
from modelscope_tui.ui.filing import Entry, download_command, entries_of, sum_of
from modelscope_tui.ui.messages import CopyRequested
from modelscope_tui.ui.panes.overview import banner
from modelscope_tui.ui.panes.tab import Tab
from modelscope_tui.ui.present import clean, fitted, glyphs, width_of
from modelscope_tui.ui.study import in_words
from modelscope_tui.ui.widgets.row_list import Row, RowList
from modelscope_tui.ui.widgets.words import Words

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model, ModelDetails
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.panes.tab import TabLine
    from modelscope_tui.ui.study import Study
    from modelscope_tui.ui.widgets.line_list import Piece

SIZE = 8
"""Cells of the column of sizes."""


class FilesTab(Tab):
    """The tab."""

    SCROLLS = False

    def compose(self) -> ComposeResult:
        """Make the head, the list and the command."""
        yield Words(id="files-head")
        yield RowList(id="files-list")
        yield Words(id="files-command")

    def __init__(self, pane: DetailPane, line: TabLine) -> None:
        super().__init__(pane, line)
        self._marked: frozenset[str] = frozenset()
        self._unfolded: frozenset[str] = frozenset()
        self._entries: tuple[Entry, ...] = ()
        self._known: Study | None = None

    def show_words(self, words: Content) -> None:
        """Say something instead of files."""
        self._entries = ()
        self._known = None
        self.query_one("#files-head", Words).update(words)
        self._list.show(())
        self.query_one("#files-command", Words).display = False

    def show(self, model: Model, known: Study | None) -> None:
        """Show the files as soon as they are known."""
        if self._known is None or self._known.model.id != model.id:
            self._marked = self._unfolded = frozenset()
        if known is None or not known.details.files:
            self.show_words(_why_none(known))
            return
        self._known = known
        self._entries = entries_of(known.details, self._unfolded)
        self._relist()

    @property
    def _list(self) -> RowList:
        return self.query_one(RowList)

    def _relist(self) -> None:
        self._list.show([_row(entry, self._sign(entry), entry.name in self._unfolded) for entry in self._entries])
        self._say()

    def _say(self) -> None:
        """Write the head and the command for what is marked, or for the line under the cursor."""
        known = self._known
        if known is None:
            return
        head = Content("\n").join([banner(known), *_totals(known.details, self._marked)])
        self.query_one("#files-head", Words).update(head)
        box = self.query_one("#files-command", Words)
        try:
            words = Content(present.clean_lines(self._command(known)))
        except ModelscopeError as problem:
            words = Content(in_words(problem))
        box.display = bool(words.plain)
        box.update(words)

    def _sign(self, entry: Entry) -> str:
        chosen = sum(file.path in self._marked for file in entry.files)
        return glyphs().marked if chosen == len(entry.files) else glyphs().tight if chosen else " "

    @property
    def _here(self) -> Entry | None:
        return next((entry for entry in self._entries if entry.name == self._list.name_here), None)

    def _command(self, known: Study) -> str:
        files = known.details.files or ()
        if self._marked:
            paths = [file.path for file in files if file.path in self._marked]
        else:
            paths = [file.path for file in self._here.files] if self._here is not None else []
        if not paths:
            return ""
        wanted = [] if len(paths) == len(files) else paths
        revision = known.options.revision or known.model.revision
        return download_command(known.model.id, wanted, revision, known.options.shell)

    # -- what a person does ------------------------------------------------------------------------------------

    def light(self, *, is_lit: bool) -> None:
        """Light the cursor while the keys come here."""
        self._list.light(is_lit=is_lit)

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        self._list.move_to(self._list.cursor + lines)
        self._say()

    def action_mark(self) -> None:
        """Mark what is under the cursor, or unmark it, and go on."""
        entry = self._here
        if entry is None:
            return
        paths = {file.path for file in entry.files}
        self._marked = self._marked - paths if paths <= self._marked else self._marked | paths
        self._relist()
        self.action_move(1)

    def action_unmark(self) -> None:
        """Unmark everything."""
        self._marked = frozenset()
        self._relist()

    def action_unfold(self) -> None:
        """Show or hide the parts of a set."""
        entry = self._here
        if entry is None or not entry.is_set or self._known is None:
            return
        self._unfolded ^= {entry.name}
        self._entries = entries_of(self._known.details, self._unfolded)
        self._relist()

    def action_copy(self) -> None:
        """Copy the command."""
        try:
            command = self._command(self._known) if self._known is not None else ""
        except ModelscopeError as problem:
            self.notify(in_words(problem), severity="warning", timeout=3, markup=False)
            return
        if command:
            self.pane.post_message(CopyRequested(command, "download command"))
        else:
            self.notify("No file of this model is known here.", severity="warning", timeout=3, markup=False)

    @on(RowList.Clicked)
    def follow_click(self, event: RowList.Clicked) -> None:
        """Write the command of the clicked line; a double click marks it."""
        event.stop()
        self.pane.focus()
        if event.is_double:
            self.action_mark()
        else:
            self._say()


def _why_none(known: Study | None) -> Content:
    """Say why there is no list: still asked for, refused, never seen, or an empty repository."""
    if known is None:
        return Content.styled("looking for the files …", "$foreground 50%")
    if known.details.files is not None:
        words = Content.styled("This repository holds no files.", "$foreground 70%")
    elif not known.is_final and known.problem is None:
        words = Content.styled("asking the Hub for the files …", "$foreground 50%")
    else:
        words = Content("The files of this model were never seen here. Online, R asks the Hub.")
    return Content("\n\n").join([banner(known), words])


def _totals(details: ModelDetails, marked: frozenset[str]) -> Iterator[Content]:
    files = details.files or ()
    total = sum_of(files)
    number = f"{present.grouped(len(files))} {'file' if len(files) == 1 else 'files'}"
    words = number + (f" · {present.size(total)}" if total is not None else "")
    chosen = [file for file in files if file.path in marked]
    if chosen:
        size = sum_of(chosen)
        words += f" · {len(chosen)} marked" + (f", {present.size(size)}" if size is not None else "")
    yield Content.styled(words, "$foreground 70%")
    if is_pickle_only(details):
        yield Content.styled("! only pickles: loading them can run code of whoever made them", "$text-warning")


def _row(entry: Entry, sign: str, is_unfolded: bool) -> Row:
    key = (entry.name, entry.label, entry.size_bytes, sign, is_unfolded)
    return Row(entry.name, key, partial(_written, entry, sign, is_unfolded))


def _written(entry: Entry, sign: str, is_unfolded: bool, width: int) -> list[Piece]:
    """Write mark, name, note and size; the note leaves where there is no room."""
    fold = (glyphs().down if is_unfolded else glyphs().pointer) if entry.is_set else " "
    size = present.size(entry.size_bytes) if entry.size_bytes is not None else "?"
    room = width - 4 - SIZE - 1 - 2 * entry.depth
    label, note = clean(entry.label, 400), entry.note if entry.label != entry.note else ""
    if note and width_of(label) + width_of(note) + 2 > room and not entry.is_pickle:
        note = ""
    name_room = max(8, room - (width_of(note) + 2 if note else 0))
    return [
        (sign + " ", "accent"),
        (fold + " " + "  " * entry.depth, "muted"),
        (fitted(label, name_room), "text" if not entry.depth else "muted"),
        (("  " + note) if note else "", "warn" if entry.is_pickle else "muted"),
        (" " + fitted(size, SIZE, right=True), "text"),
    ]
