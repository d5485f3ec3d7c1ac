"""The picture of a result: every model as a dot, what fits lit, the chosen one marked.

UPPER FLOOR. It is given a query and asks the Explorer in a thread; the axes change with keys, and the picture can be
saved as SVG.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import get_current_worker

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import Query, format_query
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.saving import save
from modelscope_tui.ui import keymap
from modelscope_tui.ui.popup import Popup
from modelscope_tui.ui.present import clean, count, glyphs, grouped
from modelscope_tui.ui.scatter import STYLES, Dot, Fits, drawn

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer

MOST = 3000
"""So many models are drawn, the first of the order: more would be a blot, and a second's work."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What a direction of the picture shows."""

    name: str
    of: Callable[[Model], float | None]


ACROSS = (
    Axis("parameters", lambda model: model.params or model.params_estimate),
    Axis("context", lambda model: model.context),
    Axis("downloads", lambda model: model.downloads),
)
"""What can stand across."""

UP = (Axis("downloads", lambda model: model.downloads), Axis("likes", lambda model: model.likes))
"""What can stand upwards."""


class Picture(Popup[str | None]):
    """The picture; gives back the id of the model that a person goes to."""

    CSS_PATH = "styles/popup.tcss"
    BINDINGS: ClassVar[Any] = list(keymap.PICTURE_KEYS)

    def __init__(self, explorer: Explorer, query: Query, chosen: str | None) -> None:
        """Make the picture of a query's result, with one model marked."""
        super().__init__()
        self._explorer = explorer
        self._query = query
        self._chosen = chosen
        self._rows: tuple[tuple[Model, Fits], ...] = ()
        self._total = 0
        self._across = 0
        self._up = 0
        self._problem: str | None = None

    def compose(self) -> ComposeResult:
        """Make the frame."""
        with Vertical(id="picture-frame") as frame:
            frame.border_title = Content("Picture")
            frame.border_subtitle = Content("x d axes · enter next · o open · w SVG · esc close")
            yield Static(Content("reading the rows …"), id="picture-plot")
            yield Static(id="picture-words")

    def on_mount(self) -> None:
        """Read the rows apart."""
        self.run_worker(self._read, thread=True, exit_on_error=False, group="picture")

    def _read(self) -> None:
        worker = get_current_worker()
        try:
            page = self._explorer.search(self._query, 0, MOST)
            rows = tuple((model, cast("Fits", self._explorer.fits(model))) for model in page.models)
        except ModelscopeError as error:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._show_problem, str(error))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_rows, rows, page.total)

    def _show_problem(self, words: str) -> None:
        self._problem = clean(words, 300)
        self._draw()

    def _show_rows(self, rows: tuple[tuple[Model, Fits], ...], total: int) -> None:
        self._rows, self._total = rows, total
        self._draw()

    def on_resize(self) -> None:
        """Draw for the new size."""
        if self._rows:
            self._draw()

    @property
    def dots(self) -> tuple[Dot, ...]:
        """The models that have both numbers."""
        across, up = ACROSS[self._across].of, UP[self._up].of
        found = ((model.id, across(model), up(model), fits) for model, fits in self._rows)
        return tuple(Dot(name, x, y, fits) for name, x, y, fits in found if x and y and x > 0 and y > 0)

    def _draw(self) -> None:
        plot, words = self.query_one("#picture-plot", Static), self.query_one("#picture-words", Static)
        dots = self.dots
        if not dots:
            said = self._problem or "No model of this result has both numbers. x and d choose others; esc closes."
            plot.update(Content(said))
            words.update(Content(""))
            return
        chosen = next((dot for dot in dots if dot.model_id == self._chosen), None)
        size = (self.size.width - 8, self.size.height - 6)
        plot.update(drawn(dots, chosen, (ACROSS[self._across].name, UP[self._up].name), size))
        words.update(self._words(dots, chosen))

    def _words(self, dots: tuple[Dot, ...], chosen: Dot | None) -> Content:
        signs = glyphs()
        kinds = (
            ("yes", f"{signs.yes} fits"),
            ("tight", f"{signs.tight} tight"),
            ("no", f"{signs.no} does not"),
            ("unknown", f"{signs.dot} unknown"),
        )
        parts: list[tuple[str, str]] = []
        if chosen is not None:
            names = f" · {count(chosen.x)} {ACROSS[self._across].name} · {count(chosen.y)} {UP[self._up].name}\n"
            parts += [(clean(chosen.model_id, 96), "bold $text-accent"), (names, "$foreground 70%")]
        for kind, label in kinds:
            number = sum(dot.fits == kind for dot in dots)
            if number:
                parts.append((f"{label} {grouped(number)}   ", STYLES[kind]))
        left = len(self._rows) - len(dots)
        said = f"drawn {grouped(len(dots))} of {grouped(self._total)}"
        said += f" · {grouped(left)} without these numbers" if left else ""
        said += f" · the first {grouped(MOST)} of the order" if self._total > len(self._rows) else ""
        return Content.assemble(*parts, (said, "$foreground 60%"))

    # -- what a person does ------------------------------------------------------------------------------------

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_across(self) -> None:
        """Show something else across."""
        self._across = (self._across + 1) % len(ACROSS)
        self._draw()

    def action_upwards(self) -> None:
        """Show something else upwards."""
        self._up = (self._up + 1) % len(UP)
        self._draw()

    def action_step(self, direction: int) -> None:
        """Mark the next model that fits, the greatest upwards first."""
        able = sorted((dot for dot in self.dots if dot.fits == "yes"), key=lambda dot: -dot.y) or list(self.dots)
        if able:
            at = next((place for place, dot in enumerate(able) if dot.model_id == self._chosen), -direction)
            self._chosen = able[(at + direction) % len(able)].model_id
            self._draw()

    def action_open(self) -> None:
        """Go to the model that is marked."""
        self.dismiss(self._chosen)

    def action_save(self) -> None:
        """Save the picture as SVG in the directory that the program was started in."""
        words = format_query(self._query) or "all"
        name = "".join(letter if letter.isalnum() else "-" for letter in words)[:60].strip("-") or "all"
        path = Path.cwd() / f"modelscope-tui-{name}.svg"
        try:
            save(path, self.app.export_screenshot(title=clean(words, 80)), mode=0o644, is_new=True)
        except ModelscopeError as problem:
            self.notify(clean(str(problem), 200), severity="warning", timeout=3, markup=False)
            return
        self.notify(f"saved as {clean(str(path), 160)}", timeout=3, markup=False)
