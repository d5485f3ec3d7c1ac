"""What the Hub says later is searchable at once, for whoever has the index open."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import chain

import pytest

from modelscope_tui.catalog.filed import ordered
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.keys import (
    Key,
    differ_in_counted_only,
    facets_of,
    filed,
    grams_of_all,
    pieces_filed,
    texts_of,
)
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.piece import Pieces
from modelscope_tui.catalog.query import Query, parse
from modelscope_tui.catalog.store import Store, connect
from modelscope_tui.errors import CatalogError
from modelscope_tui.launch import tool as rules
from tests.catalog.conftest import as_if_large, make_index, open_index, tools_of

IndexOf = Callable[..., Index]


def heard(model_id: str, **facts: object) -> Model:
    return Model(model_id, source="hub", as_of="2026-11-24T12:00:00Z", **facts)  # type: ignore[arg-type]


def ids(index: Index, text: str) -> list[str]:
    return [model.id for model in index.page(index.matches(parse(text)), 0, 100)]


def test_a_new_model_is_found_by_everything_it_is(index_of: IndexOf) -> None:
    index = index_of(Model("a/old", downloads=5))
    told = heard("new-org/Shiny-GGUF", task="text-generation", license="mit", downloads=9, tags=("gguf", "poetry"))
    assert index.upsert([told]) == 1
    for text in ("shiny", "poetry", "org:new-org", "license:permissive", "downloads:>8", "category:general-purpose"):
        assert ids(index, text) == ["new-org/Shiny-GGUF"], text
    assert ids(index, "") == ["new-org/Shiny-GGUF", "a/old"]
    counts = index.facets(Query())
    assert counts.total == index.total == 2
    assert {value.value: value.count for value in counts.organizations} == {"a": 1, "new-org": 1}
    assert [value.count for value in counts.tools] == [1]


def test_a_known_model_learns_and_is_not_found_by_what_it_was(index_of: IndexOf) -> None:
    index = index_of(Model("a/b", license="mit", downloads=5, tags=("old-tag",)), Model("a/c", downloads=7))
    assert index.upsert([heard("A/b", license="gpl-3.0", downloads=900, tags=("new-tag",))]) == 1
    assert ids(index, "license:mit") == ids(index, "old-tag") == ids(index, "downloads:5") == []
    assert ids(index, "license:copyleft") == ids(index, "new-tag") == ids(index, "downloads:900") == ["A/b"]
    assert ids(index, "") == ["A/b", "a/c"]
    assert index.total == 2


def test_hearing_the_same_again_changes_nothing(index_of: IndexOf) -> None:
    index = index_of(Model("a/b", downloads=5))
    assert index.upsert([heard("a/b", downloads=6)]) == 1
    assert index.upsert([heard("a/b", downloads=6)]) == 0
    assert index.upsert([replace(heard("a/b", downloads=6), as_of="2026-11-25T12:00:00Z")]) == 0
    assert index.upsert([]) == 0


def test_one_answer_may_name_a_model_twice(index_of: IndexOf) -> None:
    index = index_of()
    index.upsert([heard("a/b", tags=("one",)), heard("a/b", tags=("two",)), heard("a/b", tags=("one",))])
    assert index.total == 1
    assert ids(index, "tag:one") == ["a/b"]
    assert ids(index, "tag:two") == []


def test_an_open_reader_sees_what_another_process_wrote(index_of: IndexOf) -> None:
    index = index_of(Model("a/b"))
    assert index.path is not None
    assert ids(index, "late") == []
    with closing(open_index(index.path)) as other:
        other.upsert([heard("x/late-arrival")])
    assert ids(index, "late") == ["x/late-arrival"]
    assert index.facets(parse("late-arr")).total == 1
    assert index.total == 2


def test_many_changes_leave_the_index_as_if_built_from_the_result(
    index_of: IndexOf, real_models: list[Model], tmp_path_factory: pytest.TempPathFactory
) -> None:
    index = index_of(*real_models[:300])
    news = [replace(model, source="hub", downloads=(model.likes or 0) * 7, license="mit") for model in real_models]
    index.upsert(news[250:500])
    rows = sorted(index.page(index.matches(Query()), 0, 1000), key=lambda model: model.id)
    assert len(rows) == 500
    with closing(make_index(tmp_path_factory.mktemp("anew") / "catalog.db", rows)) as anew:
        for text in ("", "qwen", "license:mit", "downloads:>1k", "category:code", "tool:vllm", "instruct -gguf"):
            assert sorted(ids(index, text)) == sorted(ids(anew, text)), text
            ours, theirs = index.facets(parse(text)), anew.facets(parse(text))
            assert ours.total == theirs.total
            assert (ours.categories, ours.tools, ours.tasks) == (theirs.categories, theirs.tools, theirs.tasks)
            assert set(ours.licenses) == set(theirs.licenses)
            assert {(one.value, one.count) for one in ours.organizations} == {
                (one.value, one.count) for one in theirs.organizations
            }


@pytest.mark.parametrize("is_large", [False, True])
def test_after_any_change_a_row_stands_in_its_own_bitmaps_and_in_no_other(
    index_of: IndexOf, real_models: list[Model], monkeypatch: pytest.MonkeyPatch, *, is_large: bool
) -> None:
    if is_large:
        as_if_large(monkeypatch)
    index = index_of(*real_models[:200])
    same = [replace(model, source="hub", as_of="2026-11-24T12:00:00Z") for model in real_models]
    index.upsert([replace(model, downloads=(model.downloads or 0) + 7) for model in same[:60]])
    index.upsert([replace(model, tags=("gguf", "a.b-c"), library="gguf") for model in same[40:120]])
    index.upsert([replace(model, gone="2026-11-24T12:00:00Z") for model in same[100:140]])
    index.upsert([*same[120:130], *same[190:260], replace(same[195], likes=1 << 40, tags=("twice",))])
    assert index.path is not None
    with closing(connect(index.path)) as file:
        store, pieces = Store(file), Pieces()
        stands: dict[int, set[Key]] = {number: set() for number in range(store.count())}
        for kind, value, _, rows in ordered(file):
            for number in pieces.joined([rows]):
                stands[number].add((kind, value))
        frequent = store.frequent()
        names = dict(store.names_of(range(store.count())))
        assert [store.number_of(name) for name in names.values()] == [*names]
        assert sorted(names, key=names.__getitem__) == list(chain.from_iterable(store.names.rows_in_order()))
    assert len(names) == 260
    for number, key in names.items():
        model = index.get(key)
        assert model is not None
        keys = filed(model, tools_of(model))
        assert stands[number] == keys | pieces_filed(keys, frequent) | grams_of_all(texts_of(model)), key
    assert bool(frequent) == is_large


def test_counted_facts_change_no_other_key(real_models: list[Model]) -> None:
    for model in real_models:
        later = replace(model, downloads=3, likes=None, trending=2, created="2020-01-01", updated=None, revision="00")
        later = replace(later, source="hub", as_of="2026-11-24T12:00:00Z", provenance={})
        assert differ_in_counted_only(model, later)
        assert rules.tools_of(later) == rules.tools_of(model)
        assert facets_of(model, ()) == facets_of(later, ())
        assert texts_of(model) == texts_of(later)


def test_a_failure_in_the_middle_changes_nothing(index_of: IndexOf) -> None:
    index = index_of(Model("a/b"))
    with pytest.raises(AttributeError):
        index.upsert([heard("x/first"), heard("x/second", tags=(7,))])
    assert index.total == 1
    assert ids(index, "first") == []


def test_who_is_not_named_any_more_is_gone_until_named_again(index_of: IndexOf) -> None:
    index = index_of(Model("snapshot/only", as_of="2026-10-05"))
    index.upsert([heard("a/b", likes=3), heard("x/y")])
    index.upsert([replace(heard("x/y"), as_of="2026-11-25T00:00:00Z")])
    assert index.unseen_since("2026-11-25T00:00:00Z") == ["a/b"]
    assert index.unseen_since("2026-11-25T00:00:00Z", everywhere=True) == ["snapshot/only", "a/b"]
    index.upsert([Model("a/b", source="hub", as_of="2026-11-25T00:00:00Z", gone="2026-11-25T00:00:00Z")])
    gone = index.get("a/b")
    assert gone is not None
    assert (gone.gone, gone.likes) == ("2026-11-25T00:00:00Z", 3)
    assert index.unseen_since("2026-11-26T00:00:00Z") == ["x/y"]
    index.upsert([replace(heard("a/b"), as_of="2026-11-27T00:00:00Z")])
    back = index.get("a/b")
    assert back is not None
    assert (back.gone, back.likes) == (None, 3)


def test_a_note_is_written_with_the_rows_or_not_at_all(index_of: IndexOf) -> None:
    index = index_of(Model("a/b"))
    index.upsert([heard("x/y")], notes={"sync|here": "page 1", "other": "kept"})
    assert index.notes("sync|") == {"sync|here": "page 1"}
    with pytest.raises(AttributeError):
        index.upsert([heard("x/second", tags=(7,))], notes={"sync|here": "page 2"})
    assert index.notes() == {"sync|here": "page 1", "other": "kept"}
    index.upsert([], notes={"sync|here": None})
    assert index.notes() == {"other": "kept"}


def test_a_file_of_another_version_is_left_alone(index_of: IndexOf) -> None:
    index = index_of(Model("a/b"))
    assert index.path is not None
    with closing(sqlite3.connect(index.path)) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'layout'")
        connection.commit()
    with pytest.raises(CatalogError, match="another version"):
        index.upsert([heard("x/y")])


def test_a_model_that_is_gone_is_not_found_and_still_known(index_of: IndexOf) -> None:
    index = index_of(Model("a/stays", license="mit"), Model("a/goes", license="mit", downloads=5))
    index.upsert([replace(heard("a/goes"), gone="2026-11-24T12:00:00Z")])
    for text in ("", "a", "license:mit", "-license:apache-2.0", "sort:name", "downloads:>1|<1 -x"):
        assert "a/goes" not in ids(index, text), text
    counts = index.facets(Query())
    assert counts.total == index.total == 1
    assert [(one.value, one.count) for one in counts.organizations] == [("a", 1)]
    assert index.facets(parse("-goes")).total == 1
    known = index.get("a/goes")
    assert known is not None
    assert known.downloads == 5
    index.upsert([heard("a/goes", downloads=4)])
    assert ids(index, "license:mit downloads:4") == ["a/goes"]
    assert index.total == index.facets(Query()).total == 2


def test_counts_that_are_made_in_steps_are_those_of_one_moment(index_of: IndexOf) -> None:
    index = index_of(*[Model(f"a/model-{number}", license="mit") for number in range(5)])
    steps = index.counting(parse("model"))
    assert next(steps) is None
    index.upsert([heard("b/model-late", license="mit")])
    *_, counts = steps
    assert counts == index.facets(parse("model"))
    assert counts.total == 6
