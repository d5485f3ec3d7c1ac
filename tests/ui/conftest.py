"""A terminal for stories: an explorer on a fake, keys, and the text of the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from modelscope_tui.ui.app import ExplorerApp
from modelscope_tui.ui.main_screen import MainScreen
from modelscope_tui.ui.panes.detail import DetailPane
from modelscope_tui.ui.panes.facets import FacetPane
from modelscope_tui.ui.panes.filter import FilterPane
from modelscope_tui.ui.present import is_ascii_only
from modelscope_tui.ui.widgets.model_table import ModelTable
from tests.ui import waiting
from tests.ui.fake_explorer import FakeExplorer

NAMES = {" ": "space", ":": "colon", "/": "slash", "-": "minus", "<": "less_than_sign", ".": "full_stop"}


class Stage:
    """The running program, as a person at the keys has it."""

    def __init__(self, app: ExplorerApp, pilot: object, explorer: FakeExplorer) -> None:
        self.app = app
        self.pilot = pilot
        self.explorer = explorer
        self.copied: list[str] = []

    @property
    def screen(self) -> MainScreen:
        found = self.app.screen_stack[0]
        assert isinstance(found, MainScreen)
        return found

    @property
    def table(self) -> ModelTable:
        return self.screen.query_one(ModelTable)

    @property
    def detail(self) -> DetailPane:
        return self.screen.query_one(DetailPane)

    @property
    def line(self) -> str:
        return self.screen.query_one(FilterPane).text

    def facet(self, name: str) -> FacetPane:
        return self.screen.query_one(f"#{name}", FacetPane)

    def ids(self) -> list[str]:
        rows = [self.table.row(line) for line in range(self.table.lines)]
        return [row.id for row in rows if row is not None]

    def text(self) -> str:
        """Everything that stands on the terminal."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    def painted(self) -> str:
        """What is sent to the terminal, after the last filters."""
        lines = []
        for widget in [self.app.screen, *self.app.screen.query("*")]:
            if widget.size and widget.visible:
                lines += widget.render_lines(widget.size.region)
        return "".join("".join(segment.text for segment in line) for line in lines)

    def said(self) -> list[str]:
        """The toasts of the last seconds."""
        return [notification.message for notification in self.app._notifications]

    async def press(self, *keys: str) -> None:
        await waiting.press(self.app, *keys)

    async def pause(self) -> None:
        """Wait until the program has done what it does at once; threads may still work."""
        await waiting.quiet(self.app)

    async def type(self, text: str) -> None:
        """Type as fast as a terminal can: all letters are there before the first is looked at."""
        await waiting.press_at_once(self.app, *(NAMES.get(letter, letter) for letter in text))

    async def settle(self) -> None:
        """Wait until what rests for a moment has been looked into, no thread works and everything is painted."""
        await waiting.quiet(self.app)
        inspection = self.screen.inspection
        if inspection._timer is not None:
            inspection.look()
        await waiting.at_rest(self.app)


Open = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture(autouse=True, scope="session")
def nothing_by_the_clock() -> Iterator[None]:
    """Paint when a story waits, make no tabs ahead unless it asks, and let no key overtake another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.screen.UPDATE_PERIOD", 3600.0)
        patch.setattr("modelscope_tui.ui.panes.ahead.REST_SECONDS", 3600.0)
        patch.setattr("modelscope_tui.ui.app.MOST_SECONDS_A_KEY", 3600.0)
        patch.setattr("modelscope_tui.ui.app.LEAST_SECONDS", 3600.0)
        yield


@pytest.fixture
def ascii_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A terminal that can draw nothing but ASCII, for every module alike, whenever it is imported."""
    monkeypatch.setenv("MODELSCOPE_TUI_ASCII", "1")
    is_ascii_only.cache_clear()
    yield
    monkeypatch.undo()
    is_ascii_only.cache_clear()


@pytest.fixture
def open_explorer() -> Open:
    """Open the program on a terminal of a size; closed again at the end."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (160, 48),
        *,
        text: str = "",
        explorer: FakeExplorer | None = None,
        wait: bool = True,
        toasts: bool = False,
    ) -> AsyncIterator[Stage]:
        fake = explorer or FakeExplorer()
        copied: list[str] = []

        def clipboard(words: str) -> str:
            copied.append(words)
            return "a fake"

        app = ExplorerApp(fake, text, clipboard=clipboard)  # type: ignore[arg-type]
        async with app.run_test(size=size, notifications=toasts) as pilot:
            stage = Stage(app, pilot, fake)
            stage.copied = copied
            await stage.pause()
            if wait:
                await stage.settle()
            try:
                yield stage
            finally:
                fake.gate.set()

    return opened
