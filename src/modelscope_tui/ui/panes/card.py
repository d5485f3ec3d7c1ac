"""The Card tab: what the publisher wrote, as text; its links by number.

UPPER FLOOR. The card is read and cut in a thread; only the parts in view are laid out, so a card of any length scrolls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui import keymap, present
from modelscope_tui.ui.card_paint import Painter
from modelscope_tui.ui.card_text import CardText, read_card
from modelscope_tui.ui.panes.find_line import FindLine
from modelscope_tui.ui.panes.tab import Tab
from modelscope_tui.ui.study import in_words
from modelscope_tui.ui.widgets.document import Document, Lines
from modelscope_tui.ui.widgets.words import Words

if TYPE_CHECKING:
    from rich.style import Style
    from textual.binding import Binding

    from modelscope_tui.catalog.model import Model
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.hub.answer import Answer
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.panes.tab import TabLine
    from modelscope_tui.ui.study import Study


@dataclass(frozen=True, slots=True)
class ReadCard:
    """A card that a thread has made ready, and where it came from."""

    answer: Answer[str]
    text: CardText


class CardTab(Tab):
    """The tab."""

    SCROLLS = False

    def compose(self) -> ComposeResult:
        """Make the line of its origin, and the text."""
        yield Words(id="card-head")
        yield Document(_laid, id="card-text")
        yield FindLine(id="card-find")

    def __init__(self, pane: DetailPane, line: TabLine) -> None:
        super().__init__(pane, line)
        self._asked: tuple[str, str | None] | None = None
        self._card: ReadCard | None = None
        self._problem: ModelscopeError | None = None
        self._is_told = False

    def show_words(self, words: Content) -> None:
        """Say something instead of a card."""
        self._asked = self._card = None
        self._write(words, ())

    def show(self, model: Model, known: Study | None) -> None:
        """Write the card, or why there is none."""
        self.think(model, known)
        if self._card is not None:
            self._write(_origin(self._card), self._card.text.parts)
            self.call_after_refresh(self.query_one(Document).lay_ahead)
        elif self._is_told:
            self._write(_why_none(self._problem), ())
        else:
            self._write(Content.styled("reading the card …", "$foreground 50%"), ())

    def think(self, model: Model, known: Study | None) -> bool:
        """Ask for the card; once more when the Hub has told something new of the model."""
        question = (model.id, known.as_of if known is not None and known.is_final else None)
        if question == self._asked:
            return False
        if self._asked is None or self._asked[0] != model.id:
            self._card = self._problem = None
            self._is_told = False
        self._asked = question
        self.ask(_reading(model.id))
        return True

    def told(self, answer: object | None, problem: ModelscopeError | None) -> None:
        """Show the card, or say why there is none."""
        self._is_told = True
        if isinstance(answer, ReadCard):
            self._card = answer
        self._problem = problem
        self.rewrite()

    def paint_more(self) -> bool:
        """Lay out the next part of what will be in view."""
        return self.query_one(Document).lay_ahead()

    def _write(self, head: Content, parts: tuple[str, ...]) -> None:
        self.query_one(Words).update(head)
        self.query_one(Document).show(parts)

    def scroll_lines(self, lines: int) -> None:
        """Scroll the text."""
        self.query_one(Document).scroll_lines(lines)

    # -- finding words -----------------------------------------------------------------------------------------

    @property
    def keys(self) -> tuple[Binding, ...]:
        """Name the keys of a search while there is one."""
        return (*keymap.CARD_FOUND, *keymap.CARD) if self._is_finding else keymap.CARD

    def can(self, action: str) -> bool:
        """Give the keys of a search only while there is one: `n` writes a note otherwise."""
        return self._is_finding or action not in {"step", "end"}

    @property
    def _is_finding(self) -> bool:
        return self.is_made and self.query_one(FindLine).display

    def action_find(self) -> None:
        """Look for words in the card."""
        line = self.query_one(FindLine)
        line.display = True
        line.type_in()

    def action_step(self, direction: int) -> None:
        """Go to the next match, or the one before."""
        self.query_one(Document).step(direction)

    def action_end(self) -> None:
        """Look for nothing any more."""
        line = self.query_one(FindLine)
        line.display = False
        line.clear()
        self.query_one(Document).find("")
        self.pane.post_message(self.pane.Turned())

    @on(FindLine.Edited)
    def find(self, event: FindLine.Edited) -> None:
        """Look for what is typed."""
        event.stop()
        self.query_one(Document).find(event.text)
        if not event.text.strip():
            self.query_one(FindLine).say("")

    @on(FindLine.Pressed)
    def leave_field(self, event: FindLine.Pressed) -> None:
        """Keep what was found and read on, go to another match, or end the search."""
        event.stop()
        if event.what in {"next", "before"}:
            self.action_step(1 if event.what == "next" else -1)
            return
        self.pane.focus()
        if event.what == "end" or self.query_one(Document).finding is None:
            self.action_end()

    @on(Document.Found)
    def tell_found(self, event: Document.Found) -> None:
        """Say at which of how many places one is."""
        event.stop()
        finding = self.query_one(Document).finding
        if finding is not None:
            more = "…" if finding.next_part is not None else ""
            style = "$foreground 60%" if finding.count or more else "$text-warning"
            self.query_one(FindLine).say(f"{finding.number} of {finding.count}{more}", style)

    def action_links(self) -> None:
        """List the addresses of the card."""
        links = self._card.text.links if self._card is not None else ()
        if not links:
            self.notify("This card has no links.", timeout=3, markup=False)
            return
        from modelscope_tui.ui.links import LinksScreen

        self.app.push_screen(LinksScreen(links))


def _reading(model_id: str) -> Callable[[Explorer], ReadCard]:
    def _read(explorer: Explorer) -> ReadCard:
        answer = explorer.card(model_id)
        return ReadCard(answer, read_card(answer.value))

    return _read


def _laid(part: str, width: int, style_of: Callable[[str], Style]) -> Lines:
    return Painter(width, style_of).lines(part)


def _origin(card: ReadCard) -> Content:
    answer = card.answer
    if not card.text.parts:
        return Content("This repository has no card, or an empty one.")
    where = present.origin(answer.source, answer.as_of)
    number = len(card.text.links)
    links = f" · {number} {'link' if number == 1 else 'links'}, enter lists them" if number else ""
    if answer.problem is not None:
        return Content.styled(f"! {where}{links}\n{in_words(answer.problem)}", "$text-warning")
    return Content.styled(where + links, "$foreground 50%")


def _why_none(problem: ModelscopeError | None) -> Content:
    if problem is None:
        return Content("This card could not be read.")
    if problem.kind == "not-cached":
        return Content("The card of this model was never read here. Online, R asks the Hub.")
    return Content.styled(in_words(problem), "$text-warning")
