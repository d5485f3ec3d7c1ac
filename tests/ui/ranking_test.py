"""Stories of the bars in the overview: the place in the list, and reported scores."""

from __future__ import annotations

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.ui.ranking import Ranking, bar, eval_lines, ranked_lines
from tests.ui.conftest import Open


def test_a_bar_is_as_long_as_its_share() -> None:
    assert bar(0, 4) == "    "
    assert bar(1, 4) == "████"
    assert bar(0.5, 4) == "██  "
    assert [len(bar(share / 100, 12)) for share in range(101)] == [12] * 101


def test_the_place_in_the_list_is_said_beside_its_bar() -> None:
    lines = [line.plain for line in ranked_lines(Ranking("a/b", 200, (0.98, None)), 14, 46)]
    assert len(lines) == 1
    assert lines[0].startswith("downloads")
    assert lines[0].endswith("above 98% of 200")


def test_scores_have_bars_where_they_are_shares_and_say_who_did_not_check() -> None:
    evals = ({"dataset": "MMLU", "metric": "acc", "value": 71.2}, {"dataset": "elo", "value": 1250}, {"value": "n/a"})
    lines = [line.plain for line in eval_lines(ModelDetails(Model("a/b"), evals=evals), 14, 44)]
    assert "MMLU acc" in lines[0]
    assert "█" in lines[0]
    assert "█" not in lines[1]
    assert len(lines) == 3


async def test_the_overview_draws_where_the_model_stands(open_explorer: Open) -> None:
    async with open_explorer((200, 48)) as stage:
        assert "of 8" in stage.text()
        assert "above " in stage.text()


def test_the_bar_is_shorter_where_there_is_no_room() -> None:
    (line,) = ranked_lines(Ranking("a/b", 26_449, (0.98, None)), 14, 38)
    assert len(line.plain) == 38
