"""Stories of what a person keeps: stars, notes, views, and what changed since they looked."""

from __future__ import annotations

from dataclasses import replace

from modelscope_tui.catalog.model import ModelDetails
from tests.ui.conftest import Open
from tests.ui.fake_explorer import CATALOG, FakeExplorer

FIRST, SECOND = CATALOG[0].id, CATALOG[1].id


async def test_a_star_is_shown_kept_and_can_be_asked_for(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("asterisk")
        await stage.settle()
        assert "★" in stage.text()
        assert stage.explorer.shortlist.starred == {FIRST}
        assert f"{FIRST} starred" in stage.said()
        await stage.type("/starred:yes")
        assert stage.ids() == [FIRST]
        await stage.press("enter", "asterisk")
        await stage.settle()
        assert stage.ids() == [], "what is let go leaves the answer"


async def test_all_marked_models_are_starred_at_once(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("m", "m", "asterisk")
        await stage.settle()
        assert stage.explorer.shortlist.starred == {FIRST, SECOND}


async def test_a_note_is_written_and_shown(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("n")
        await stage.pause()
        await stage.type("good")
        await stage.press("tab")
        await stage.type("work")
        await stage.press("enter")
        await stage.settle()
        assert "note good" in stage.text()
        assert "tags work" in stage.text()
        await stage.press("n", "escape")
        await stage.settle()
        assert "note good" in stage.text()


async def test_a_query_is_saved_under_a_name_and_asked_again(open_explorer: Open) -> None:
    async with open_explorer(text="org:qwen") as stage:
        await stage.press("V")
        await stage.pause()
        await stage.type("mine")
        await stage.press("enter")
        await stage.settle()
        assert "view mine kept; V shows it" in stage.said()
        await stage.type("/")
        await stage.press("escape", "escape", "V")
        await stage.pause()
        await stage.press("down", "enter")
        await stage.settle()
        assert stage.line == "org:qwen"
        await stage.press("V")
        await stage.pause()
        await stage.press("down", "ctrl+r")
        await stage.settle()
        assert not stage.explorer.shortlist.kept.views


async def test_a_model_looked_at_before_is_one_key_away(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("j")
        await stage.settle()
        await stage.press("V")
        await stage.pause()
        await stage.press("down", "down", "enter")
        await stage.settle()
        assert stage.detail.model is not None
        assert stage.detail.model.id == FIRST


async def test_what_changed_since_one_looked_is_said(open_explorer: Open) -> None:
    explorer = FakeExplorer()
    explorer.shortlist.look(ModelDetails(replace(CATALOG[0], revision="a" * 40, license="mit")))
    async with open_explorer((200, 48), explorer=explorer) as stage:
        assert "changed since you looked: license mit is" in stage.text()


async def test_a_broken_shortlist_is_said_once(open_explorer: Open) -> None:
    explorer = FakeExplorer()
    explorer.shortlist.path.parent.mkdir(parents=True)
    explorer.shortlist.path.write_text("{")
    async with open_explorer(explorer=explorer) as stage:
        assert sum("could not be read" in words for words in stage.said()) == 1
