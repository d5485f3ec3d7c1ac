"""The License tab: may I use it, with the clause; its family's licenses, safety, openness, the AI Act, signals, policy.

UPPER FLOOR. It asks for the lens of the model, which comes from a thread, and writes it; nothing is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content

from modelscope_tui.catalog.lens import Lens
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui.lens_text import addresses_of, sheet_of
from modelscope_tui.ui.panes.tab import Tab
from modelscope_tui.ui.study import in_words
from modelscope_tui.ui.widgets.words import Words

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model, ModelDetails
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.hub.points import Point
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.panes.tab import TabLine
    from modelscope_tui.ui.study import Study


@dataclass(frozen=True, slots=True)
class Looked:
    """What the tab asks for: the lens, and downloads and likes over time."""

    lens: Lens
    points: tuple[Point, ...]


class LicenseTab(Tab):
    """The tab."""

    def compose(self) -> ComposeResult:
        """Make the sheet."""
        yield Words(id="license-sheet")

    def __init__(self, pane: DetailPane, line: TabLine) -> None:
        super().__init__(pane, line)
        self._asked: tuple[str, object] | None = None
        self._looked: Looked | None = None
        self._problem: ModelscopeError | None = None

    def show_words(self, words: Content) -> None:
        """Say something instead of a license."""
        self._asked = self._looked = None
        self.query_one(Words).update(words)

    def show(self, model: Model, known: Study | None) -> None:
        """Write the lens of the model, or say why there is none."""
        self.think(model, known)
        if self._looked is not None:
            answered = known.launch(self.pane.current_tool) if known is not None else None
            details = known.details if known is not None else None
            words = sheet_of(self._looked.lens, details, answered, self.room, self._looked.points)
        elif self._problem is not None:
            words = Content.styled(in_words(self._problem), "$text-error")
        else:
            words = Content.styled("reading the license …", "$foreground 50%")
        self.query_one(Words).update(words)

    def think(self, model: Model, known: Study | None) -> bool:
        """Ask for the lens: at once from the row, then from all that is known."""
        if self._asked is not None and self._asked[0] == model.id and self._asked[1] is known:
            return False
        if self._asked is None or self._asked[0] != model.id:
            self._looked = self._problem = None
        self._asked = (model.id, known)
        self.ask(lambda explorer: _look(explorer, model, known))
        return True

    def forget(self) -> None:
        """Ask anew: for another use."""
        self._asked = None if self._asked is None else (self._asked[0], self)

    def told(self, answer: object | None, problem: ModelscopeError | None) -> None:
        """Write the lens, or say why there is none."""
        if isinstance(answer, Looked):
            self._looked, self._problem = answer, None
        elif problem is not None:
            self._looked, self._problem = None, problem
        self.rewrite()

    def action_links(self) -> None:
        """List where the texts of the license stand."""
        found = addresses_of(self._looked.lens) if self._looked is not None else {}
        if not found:
            self.notify("No address of a license is known here.", timeout=3, markup=False)
            return
        from modelscope_tui.ui.card_text import Link
        from modelscope_tui.ui.links import LinksScreen

        links = [Link(number, name, address) for number, (address, name) in enumerate(found.items(), 1)]
        self.app.push_screen(LinksScreen(links, "Texts of the license"))


def _look(explorer: Explorer, model: Model, known: Study | None) -> Looked:
    details = known.details if known is not None else explorer.kept_details(model)
    card = _card(explorer, details) if known is not None and known.is_final else None
    return Looked(explorer.lens(details, card), explorer.points(details.id))


def _card(explorer: Explorer, details: ModelDetails) -> str | None:
    """Read the card where it can be had; without it fewer things are established."""
    if details.card is not None:
        return details.card
    try:
        return explorer.card(details.id).value
    except ModelscopeError:
        return None
