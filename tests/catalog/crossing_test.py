"""Words across the signs of many names: the tokens tell the same as the names."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from modelscope_tui.catalog import words
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import Query
from tests.catalog.agreement_test import scanned

TOKENS = ["3.", "1-", "8b", "8b-", "a-", "b-", "a.b-", "c.", "--", "x-", "y-", "z", "-.-", "3.1-8b-", "1", "a"]
WORDS = ["3.1-8b", "b-a-b-", "--x-", "-8b-", "3.1-8", "x-y-", "1-3.", "a.b-c.", "-.-1", "b--a-"]


@pytest.fixture(autouse=True)
def tokens_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MANY", 0)


def found(index: Index, models: list[Model], word: str) -> set[str]:
    query = Query(words=(word,))
    assert [model.id for model in index.page(index.matches(query), 0, 5000)] == [
        model.id for model in scanned(models, query)
    ], word
    return {model.id for model in scanned(models, query)}


def test_any_piece_of_a_name_is_found_where_a_plain_scan_finds_it(index: Index, real_models: list[Model]) -> None:
    dice = random.Random(5)
    for _ in range(60):
        name = dice.choice(real_models).name
        start = dice.randrange(len(name))
        word = name[start : start + dice.choice([4, 5, 6, 8, 12, 20])]
        if word.strip():
            found(index, real_models, word)


def test_the_same_tokens_in_another_order_are_told_apart(index_of: Callable[..., Index]) -> None:
    dice = random.Random(11)
    ids = {"o/" + "".join(dice.choices(TOKENS, k=dice.randrange(1, 7))) for _ in range(2000)}
    models = [Model(one, downloads=9000 - number) for number, one in enumerate(sorted(ids))]
    index = index_of(*models)
    for word in WORDS:
        assert found(index, models, word), word
