"""Stories of a long table: a hundred thousand rows are never asked for at once."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult

from modelscope_tui.catalog.model import Model
from modelscope_tui.ui.widgets.model_table import CHUNK, KEPT_ROWS, ModelTable
from tests.ui.fake_explorer import a_model


class Bare(App[None]):
    """A table and nothing else."""

    def compose(self) -> ComposeResult:
        yield ModelTable(id="models")


async def test_only_what_is_seen_is_fetched() -> None:
    asked: list[tuple[int, int]] = []

    def fetch(start: int, stop: int) -> Sequence[Model]:
        asked.append((start, stop))
        return [a_model(f"org/model-{place}", downloads=place) for place in range(start, stop)]

    app = Bare()
    async with app.run_test(size=(100, 30)) as pilot:
        table = app.query_one(ModelTable)
        table.focus()
        table.show_rows(100_000, fetch(0, CHUNK), fetch, sort=("downloads", False))
        await pilot.press("G")
        assert table.selected is not None
        assert table.selected.id == "org/model-99999"
        for line in range(0, 100_000, 5000):
            table.move_to(line)
            await pilot.pause()
        assert all(stop - start <= CHUNK for start, stop in asked)
        assert len(asked) < 60
        assert len(table._rows) <= KEPT_ROWS + CHUNK


async def test_the_wheel_scrolls_and_the_cursor_stays() -> None:
    rows = [a_model(f"org/model-{place}") for place in range(200)]
    app = Bare()
    async with app.run_test(size=(100, 30)) as pilot:
        table = app.query_one(ModelTable)
        table.show_rows(200, rows, None, sort=("downloads", False))
        await pilot.pause()
        table.scroll_lines(3)
        assert (table.top, table.cursor) == (3, 0)
        table.scroll_lines(10_000)
        assert table.top == 200 - table.rows_in_view


async def test_new_rows_leave_the_cursor_on_its_model() -> None:
    rows = [a_model(f"org/model-{place}") for place in range(20)]
    app = Bare()
    async with app.run_test(size=(100, 30)):
        table = app.query_one(ModelTable)
        table.show_rows(20, rows, None, sort=("downloads", False))
        table.move_to(7)
        table.show_rows(21, [a_model("new/first"), *rows], None, sort=("downloads", False), keep=True)
        assert table.selected is not None
        assert table.selected.id == "org/model-7"
