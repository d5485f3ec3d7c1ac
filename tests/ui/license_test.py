"""Stories of the License tab and the marks: may I use this, here, for that?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modelscope_tui.catalog.policy import read_policy
from modelscope_tui.hub.points import Point
from tests.ui.conftest import Open
from tests.ui.fake_explorer import FakeExplorer, a_model

VISION = a_model("meta-llama/Llama-3.2-11B-Vision", license="llama3.2", task="image-text-to-text", downloads=9)
RELABELLED = a_model("fast/Gemma-Copy", license="apache-2.0", base_models=("google/gemma-3-27b-it",), downloads=8)


def _explorer() -> FakeExplorer:
    fake = FakeExplorer()
    fake.models += [VISION, RELABELLED]
    return fake


async def test_the_tab_says_the_answer_first_with_its_clause_and_that_it_is_no_advice(open_explorer: Open) -> None:
    async with open_explorer(explorer=_explorer(), text="llama-3.1") as stage:
        stage.detail.show_tab("license")
        await stage.settle()
        text = stage.text()
        assert "allowed with conditions" in text
        assert "[llama3.1 §2]" in text
        assert "not legal advice" in text


async def test_choosing_the_eu_changes_the_mark_the_tab_and_what_allowed_finds(open_explorer: Open) -> None:
    async with open_explorer(explorer=_explorer(), text="vision allowed:no") as stage:
        assert stage.ids() == []
        await stage.press("u", "down", "enter", "escape")
        await stage.settle()
        assert stage.explorer.purpose.region == "eu"
        assert stage.ids() == [VISION.id]
        assert "✗ llama3.2" in stage.text()
        stage.detail.show_tab("license")
        await stage.settle()
        assert "not allowed: a commercial product in the" in stage.text()


async def test_a_use_is_chosen_in_the_same_list(open_explorer: Open) -> None:
    async with open_explorer(explorer=_explorer()) as stage:
        await stage.press("u", *["down"] * 6, "enter", "escape")
        assert (stage.explorer.purpose.region, stage.explorer.purpose.use) == (None, "research")


async def test_a_relabelled_copy_shows_the_conflict_with_its_base(open_explorer: Open) -> None:
    async with open_explorer(explorer=_explorer(), text="gemma-copy") as stage:
        stage.detail.show_tab("license")
        await stage.settle()
        stage.detail.action_scroll(18)
        await stage.settle()
        words = " ".join(stage.text().split())
        assert "conflict" in words
        assert "google/gemma-3-27b-it" in words


async def test_where_there_is_no_room_for_the_name_of_a_license_its_mark_stays(open_explorer: Open) -> None:
    async with open_explorer((80, 24), explorer=_explorer()) as stage:
        assert "Use" in stage.text()
        assert "License  " not in stage.text().splitlines()[6]


async def test_a_policy_is_told_rule_by_rule(open_explorer: Open, tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    path.write_text('[licenses]\ndeny = ["custom-open"]\n', encoding="utf-8")
    fake = _explorer()
    fake.policy = read_policy(path)
    async with open_explorer(explorer=fake, text="llama-3.1") as stage:
        stage.detail.show_tab("license")
        await stage.settle()
        stage.detail.action_scroll(8)
        await stage.settle()
        words = " ".join(stage.text().split())
        assert "The policy does not allow it." in words
        assert "licenses.deny" in words


async def test_downloads_over_time_are_drawn_with_their_days_and_whether_it_is_maintained(open_explorer: Open) -> None:
    fake = _explorer()
    days = (Point("2026-10-01", 900_000, 10), Point("2026-11-24", 1_200_000, 40))
    fake.seen = {"Qwen/Qwen3-8B": days}
    fake.models = [replace(model, updated="2026-10-25T00:00:00Z") for model in fake.models]
    async with open_explorer((160, 120), explorer=fake, text="qwen3-8b") as stage:
        stage.detail.show_tab("license")
        await stage.settle()
        words = " ".join(stage.text().split())
        assert "900,000 on 2026-10-01" in words
        assert "▁····" in words
        assert "maintained" in words


async def test_the_texts_of_a_license_are_listed_to_open_or_copy(open_explorer: Open) -> None:
    fake = FakeExplorer([a_model("some/model", license="other", license_name="ours", license_link="docs/TERMS.md")])
    async with open_explorer(explorer=fake) as stage:
        stage.detail.show_tab("license")
        await stage.settle()
        await stage.press("6", "enter")
        await stage.settle()
        assert "https://huggingface.co/some/model/blob/main/docs/TERMS.md" in stage.text()


@pytest.mark.parametrize("hostile", ["[red]x[/]", "\x1b]0;x\x07mit", "a\u202eb"])
async def test_a_hostile_license_name_is_only_text(open_explorer: Open, hostile: str) -> None:
    fake = FakeExplorer([a_model("some/model", license="other", license_name=hostile)])
    async with open_explorer(explorer=fake) as stage:
        stage.detail.show_tab("license")
        await stage.settle()
        painted = stage.painted()
        assert "\x1b" not in painted
        assert "\u202e" not in painted
