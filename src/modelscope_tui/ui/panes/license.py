"""The License tab: may I use it, with the clause; its family's licenses, safety, openness, the AI Act, signals, policy.

UPPER FLOOR. It asks for the lens of the model, which comes from a thread, and writes it; nothing is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from modelscope_tui.catalog.lens import Lens
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui.lens_text import addresses_of, sheet_of
from modelscope_tui.ui.panes.tab import Tab
from modelscope_tui.ui.study import in_words

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model, ModelDetails
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.hub.points import Point
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
        yield Static(id="license-sheet")

    def on_mount(self) -> None:
        """Begin with nothing shown."""
        self._shown: str | None = None
        self._lens: Lens | None = None
        self._known: Study | None = None

    def show_words(self, words: Content) -> None:
        """Say something instead of a license."""
        self._shown = self._known = self._lens = None
        self.query_one(Static).update(words)

    def show(self, model: Model, known: Study | None) -> None:
        """Ask for the lens of the model: at once from its row, then from all that is known."""
        if self._shown != model.id:
            self._lens = None
            self.query_one(Static).update(Content.styled("reading the license …", "$foreground 50%"))
        self._shown, self._known = model.id, known
        self.ask(lambda explorer: _look(explorer, model, known))

    def told(self, answer: object | None, problem: ModelscopeError | None) -> None:
        """Write the lens, or say why there is none."""
        if isinstance(answer, Looked):
            self._lens = answer.lens
            answered = self._known.launch(self.pane.current_tool) if self._known is not None else None
            details = self._known.details if self._known is not None else None
            self.query_one(Static).update(sheet_of(answer.lens, details, answered, self.room, answer.points))
        elif problem is not None:
            self.query_one(Static).update(Content.styled(in_words(problem), "$text-error"))

    def action_links(self) -> None:
        """List where the texts of the license stand."""
        found = addresses_of(self._lens) if self._lens is not None else {}
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
