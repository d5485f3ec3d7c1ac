"""Hundreds of random queries: the index answers what reading every row would answer."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import repeat
from math import inf

import pytest

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.keys import words_of
from modelscope_tui.catalog.license import GROUPS, group_of, license_ids
from modelscope_tui.catalog.measure import number_span, seconds_of, time_span
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import SORTS, Query, Term, parse
from modelscope_tui.catalog.relation import bases_of, relation_of
from modelscope_tui.catalog.taxonomy import categories_of, language_code
from tests.catalog.conftest import TODAY, tools_of

ROUNDS = 360
FACET_FIELDS = (
    "org", "category", "license", "tool", "task", "tag", "language", "library", "base", "relation", "format", "gated",
)  # fmt: skip


class Scan:
    """Answers a query by looking at every row; what is read of a row is kept, for there are hundreds of queries."""

    def __init__(self, models: list[Model]) -> None:
        self.models = models
        self._place = {model.id: number for number, model in enumerate(models)}
        self._texts = {model.id: [text.casefold() for text in (model.id, *words_of(model))] for model in models}
        self._values: dict[str, dict[str, set[str]]] = {}

    def values(self, model: Model, field: str) -> set[str]:
        if field not in self._values:
            self._values[field] = {one.id: values_of(one, field) for one in self.models}
        return self._values[field][model.id]

    def __call__(self, query: Query) -> list[Model]:
        words, excluded = [[word.casefold() for word in some] for some in (query.words, query.excluded_words)]
        terms = [(term, self._ids(term)) for term in query.terms]
        found = [
            model
            for model in self.models
            if all(self._contains(model, word) for word in words)
            and not any(self._contains(model, word) for word in excluded)
            and all((model.id in ids) != term.is_excluded for term, ids in terms)
        ]
        if query.sort == "name":
            return sorted(found, key=lambda model: model.id.casefold(), reverse=query.is_reversed)

        def rank(model: Model) -> tuple[bool, int, bool, int, int]:
            value = getattr(model, query.sort)
            value = seconds_of(value) if isinstance(value, str) else value
            first = (value is None, 0 if value is None else value if query.is_reversed else -value)
            return (*first, model.downloads is None, -(model.downloads or 0), self._place[model.id])

        return sorted(found, key=rank)

    def _contains(self, model: Model, word: str) -> bool:
        return any(word in text for text in self._texts[model.id])

    def _ids(self, term: Term) -> set[str]:
        if term.field in {"params", "context", "downloads", "likes", "created", "updated"}:
            return {model.id for model in self.models if is_in(getattr(model, term.field), term)}
        wanted = {value.casefold() for value in term.values}
        return {model.id for model in self.models if wanted & self.values(model, term.field)}


@pytest.fixture(params=["index", "large_index"])
def either(request: pytest.FixtureRequest) -> Index:
    """An index as it is written for thousands of rows, and for millions."""
    found: Index = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def scanned(real_models: list[Model]) -> Scan:
    return Scan(real_models)


def is_in(value: str | int | None, term: Term) -> bool:
    """Tell whether a time or a number lies in one of the spans of a term."""
    if value is None:
        return False
    number = seconds_of(value) if isinstance(value, str) else value
    return any(low <= number <= high for low, high in map(_span, term.values, repeat(term.field)))


@cache
def _span(text: str, field: str) -> tuple[float, float]:
    is_time = field in {"created", "updated"}
    span = time_span(text, TODAY) if is_time else number_span(text, is_context=field == "context")
    assert span is not None
    return span.low or 0, inf if span.high is None else span.high


def values_of(model: Model, field: str) -> set[str]:
    """Every value of a field that a term may name for this row."""
    licenses = set(license_ids(model.license, model.license_name)) - set(GROUPS)
    found = {
        "org": {model.organization},
        "category": set(categories_of(model)),
        "license": licenses | {group_of(model.license, model.license_name)},
        "tool": set(tools_of(model)),
        "task": {model.task},
        "library": {model.library},
        "tag": words_of(model) | set(model.tags) | {f"base_model:{base}" for base in bases_of(model)},
        "language": {language_code(language) for language in model.languages},
        "base": set(bases_of(model)),
        "relation": {relation_of(model) or "unknown"} if bases_of(model) else set(),
        "format": {model.quantization, (model.quantization or "").partition("-")[0]},
        "gated": {model.gated or "unknown"} | ({"yes"} if model.gated not in (None, "no") else set()),
    }[field]
    return {value.casefold() for value in found if value}


def random_query(scanned: Scan, dice: random.Random) -> Query:
    parts, models = [], scanned.models
    for _ in range(dice.choice([0, 1, 1, 2, 2, 3])):
        text = dice.choice([dice.choice(models).id, *sorted(words_of(dice.choice(models)))])
        start, length = dice.randrange(len(text)), dice.choice([1, 2, 3, 4, 5, 8])
        word = text[start : start + length].strip(' -":|')
        if word:
            parts.append(("-" if dice.random() < 0.15 else "") + f'"{word}"')
    for _ in range(dice.choice([0, 0, 1, 1, 2])):
        field = dice.choice(FACET_FIELDS)
        values = sorted({value for model in dice.sample(models, 8) for value in scanned.values(model, field)})
        if values:
            chosen = "|".join(f'"{value}"' for value in dice.sample(values, min(len(values), dice.choice([1, 1, 2]))))
            parts.append(("-" if dice.random() < 0.2 else "") + f"{field}:{chosen}")
    if dice.random() < 0.3:
        parts.append(dice.choice(["params:<8b", "params:1b..9b", "likes:>50", "context:>=128k", "downloads:<1k|>1m"]))
    if dice.random() < 0.15:
        parts.append(dice.choice(["created:<1y", "updated:>2025", "-created:2024..2025", "created:2025-04"]))
    return parse(" ".join(parts)).with_sort(dice.choice(SORTS), dice.random() < 0.4)


@pytest.mark.parametrize("seed", range(6))
def test_rows_order_and_counts_agree_with_a_plain_scan(either: Index, scanned: Scan, seed: int) -> None:
    index, dice = either, random.Random(seed)
    for _ in range(ROUNDS // 6):
        query = random_query(scanned, dice)
        expected = [model.id for model in scanned(query)]
        matches = index.matches(query)
        assert matches.total == len(expected), query
        start = dice.randrange(len(expected) + 1)
        stop = start + dice.choice([1, 20, 200])
        assert [model.id for model in index.page(matches, start, stop)] == expected[start:stop], query
        assert [model.id for model in index.page(matches, 0, 48)] == expected[:48], query
        if expected:
            place = dice.randrange(len(expected))
            assert index.position(matches, expected[place]) == place, query


@pytest.mark.parametrize("seed", range(4))
def test_facet_counts_agree_with_a_plain_scan(index: Index, scanned: Scan, seed: int) -> None:
    dice = random.Random(100 + seed)
    for _ in range(12):
        query = replace(random_query(scanned, dice), sort="downloads", is_reversed=False)
        counts = index.facets(query)
        panes = {
            "org": counts.organizations,
            "category": counts.categories,
            "license": counts.licenses,
            "tool": counts.tools,
            "task": counts.tasks,
        }
        assert counts.total == len(scanned(query))
        for field, shown in panes.items():
            seen = scanned(query.without(field))
            expected = Counter(value for model in seen for value in scanned.values(model, field))
            found = {value.value.casefold(): value.count for value in shown if value.count}
            if field == "org":
                assert counts.organizations_found == len(expected), query
                assert sorted(found.values(), reverse=True)[:300] == sorted(expected.values(), reverse=True)[:300]
                expected = Counter({value: expected[value] for value in found})
            assert found == dict(expected), (field, query)


def test_typing_letter_by_letter_gives_the_same_as_asking_at_once(either: Index, scanned: Scan) -> None:
    index = either
    for text in ("instruct gguf", "qwen3 coder", "license:apache-2.0 embedding", "mistral -instruct"):
        for end in range(1, len(text) + 1):
            query = parse(text[:end])
            expected = scanned(query) if not query.problems else None
            if expected is not None:
                assert index.matches(query).total == len(expected), text[:end]
