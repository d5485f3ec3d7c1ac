"""Stories of what is said for a moment: it covers nothing that one reads, and who goes on has read it."""

from __future__ import annotations

import pytest
from textual.events import MouseDown
from textual.widgets._toast import Toast

from tests.ui.conftest import Open


@pytest.mark.parametrize("size", [(160, 48), (80, 24), (60, 20)])
async def test_it_stands_over_the_names_of_the_keys_and_nothing_else(
    open_explorer: Open, size: tuple[int, int]
) -> None:
    async with open_explorer(size, toasts=True) as stage:
        await stage.press("6", "l")
        before = stage.text().splitlines()
        await stage.press("y")
        await stage.settle()
        after = stage.text().splitlines()
        assert "Ollama command copied with a fake" in after[-1]
        assert after[:-1] == before[:-1]


async def test_the_next_key_or_click_takes_it_away(open_explorer: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_explorer(toasts=True) as stage:
        for go_on in ("key", "click"):
            monkeypatch.setattr("modelscope_tui.ui.app.LEAST_SECONDS", 3600.0)
            await stage.press("y", "j", "k")
            await stage.settle()
            assert stage.said(), "what came this moment has not been read"
            monkeypatch.setattr("modelscope_tui.ui.app.LEAST_SECONDS", 0.0)
            if go_on == "key":
                await stage.press("j")
            else:
                stage.app.post_message(MouseDown(None, 50, 20, 0, 0, 1, False, False, False))
            await stage.settle()
            assert not stage.said()
            assert "? help" in stage.text().splitlines()[-1]


async def test_a_warning_stays_for_its_time(open_explorer: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelscope_tui.ui.app.LEAST_SECONDS", 0.0)
    async with open_explorer((80, 24), toasts=True) as stage:
        stage.app.notify("wort " * 60, severity="warning", markup=False)
        await stage.press("j")
        await stage.settle()
        assert stage.said()
        assert stage.screen.query_one(Toast).region.width == 80
        assert stage.text().count("wort") == 60, "all of it can be read"
