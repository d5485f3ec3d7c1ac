"""An index of more than one slice: rows that change later are found as if they had always been so."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import parse
from tests.catalog.conftest import make_index, tools_of

ROWS = 66_000
"""A slice is 65,536 rows."""


def rows() -> list[Model]:
    """Rows of which few have one tag, in both slices, and most have another."""
    return [
        Model(
            f"o{number % 40}/row-{number}",
            task="text-generation" if number % 3 else None,
            tags=("rare",) if number % 6000 == 5000 else ("common",) if number % 9 else (),
            downloads=10_000_000 - number,
        )
        for number in range(ROWS)
    ]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterable[tuple[Index, list[Model]]]:
    models = rows()
    folder: Path = tmp_path_factory.mktemp("large")
    with closing(make_index(folder / "catalog.db", models)) as index:
        yield index, models


def test_rows_of_every_slice_are_found_before_and_after_they_change(large: tuple[Index, list[Model]]) -> None:
    index, before = large
    assert index.total == ROWS
    check(index, before)
    changed = [
        replace(before[number], license="mit", tags=("rare", "new")) for number in (3, 17_000, 65_535, 65_536, 65_999)
    ]
    changed += [replace(before[number], task="fill-mask", tags=("neither",)) for number in (5_000, 65_000, 100, 65_600)]
    late = [Model(f"late/row-{number}", tags=("rare", "common"), downloads=number) for number in range(50)]
    news = [replace(model, source="hub", as_of="2026-11-24T12:00:00Z") for model in (*changed, *late)]
    assert index.upsert(news[:3]) + index.upsert(news[3:]) == len(news)
    check(index, list(({model.id: model for model in before} | {model.id: model for model in news}).values()))


def check(index: Index, models: list[Model]) -> None:
    """Hold the index against a plain look at every row."""
    models = sorted(models, key=lambda one: -(one.downloads or 0))
    for tag in ("rare", "common", "new", "neither"):
        expected = [model.id for model in models if tag in model.tags]
        found = index.matches(parse(f"tag:{tag}"))
        assert found.total == len(expected), tag
        shown = [model.id for model in index.page(found, 0, 30)]
        assert (
            shown
            == [model.id for model in sorted(models, key=lambda one: -(one.downloads or 0)) if tag in model.tags][:30]
        )
    counts = index.facets(parse("row"))
    assert {value.value: value.count for value in counts.tools} == {
        "vllm": sum("vllm" in tools_of(one) for one in models)
    }
    assert index.matches(parse("license:mit")).total == sum(one.license == "mit" for one in models)
    assert index.matches(parse("w-655")).total == sum("w-655" in one.id for one in models)
    assert index.matches(parse("org:late")).total == sum(one.organization == "late" for one in models)
