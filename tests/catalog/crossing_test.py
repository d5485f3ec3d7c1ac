"""Words across the signs of many names: the tokens tell the same as the names."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from modelscope_tui.catalog import words
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import Query
from tests.catalog.agreement_test import Scan

TOKENS = ["3.", "1-", "8b", "8b-", "a-", "b-", "a.b-", "c.", "--", "x-", "y-", "z", "-.-", "3.1-8b-", "1", "a"]
WORDS = ["3.1-8b", "b-a-b-", "--x-", "-8b-", "3.1-8", "x-y-", "1-3.", "a.b-c.", "-.-1", "b--a-"]


@pytest.fixture(autouse=True)
def tokens_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MANY", 0)


def found(index: Index, scanned: Scan, word: str) -> list[str]:
    query = Query(words=(word,))
    seen = [model.id for model in scanned(query)]
    assert [model.id for model in index.page(index.matches(query), 0, 5000)] == seen, word
    return seen


def test_any_piece_of_a_name_is_found_where_a_plain_scan_finds_it(index: Index, real_models: list[Model]) -> None:
    dice, scanned = random.Random(5), Scan(real_models)
    for _ in range(60):
        name = dice.choice(real_models).name
        start = dice.randrange(len(name))
        word = name[start : start + dice.choice([4, 5, 6, 8, 12, 20])]
        if word.strip():
            found(index, scanned, word)


def test_the_same_tokens_in_another_order_are_told_apart(index_of: Callable[..., Index]) -> None:
    dice = random.Random(11)
    ids = {"o/" + "".join(dice.choices(TOKENS, k=dice.randrange(1, 7))) for _ in range(2000)}
    models = [Model(one, downloads=9000 - number) for number, one in enumerate(sorted(ids))]
    index, scanned = index_of(*models), Scan(models)
    for word in WORDS:
        assert found(index, scanned, word), word
