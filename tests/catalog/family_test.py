"""What a model was made from, and what was made from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import parse
from modelscope_tui.catalog.relation import bases_of, relation_of

IndexOf = Callable[..., Index]

BASE = Model("a/Base-8B", downloads=50)
TUNED = Model("b/Tuned-8B", tags=("base_model:finetune:a/Base-8B",), downloads=3)
PACKED = Model("c/Base-8B-GGUF", tags=("base_model:quantized:A/base-8b",), quantization="GGUF", downloads=9)
ALSO_PACKED = Model("d/Base-8B-AWQ", base_models=("a/Base-8B",), quantization="AWQ-4bit", downloads=8)
SAID = Model("e/said", base_models=("a/Base-8B",))
GRANDCHILD = Model("f/Tuned-8B-GGUF", base_models=("b/Tuned-8B",), quantization="GGUF")
EVERYBODY = (BASE, TUNED, PACKED, ALSO_PACKED, SAID, GRANDCHILD)


def ids(index: Index, text: str) -> list[str]:
    return [model.id for model in index.page(index.matches(parse(text)), 0, 100)]


def test_children_come_by_the_way_they_were_made_the_most_downloaded_first(index_of: IndexOf) -> None:
    family = index_of(*EVERYBODY).family("A/BASE-8b")
    assert family.id == "a/Base-8B"
    assert [(branch.relation, branch.total) for branch in family.children] == [
        ("quantized", 2),
        ("finetune", 1),
        (None, 1),
    ]
    assert [model.id for model in family.children[0].models] == ["c/Base-8B-GGUF", "d/Base-8B-AWQ"]
    assert family.ancestors == ()


def test_ancestors_are_followed_to_the_first_one(index_of: IndexOf) -> None:
    family = index_of(*EVERYBODY).family("f/Tuned-8B-GGUF")
    assert family.relation == "quantized"
    assert [(one.id, one.descendant, one.relation) for one in family.ancestors] == [
        ("b/Tuned-8B", "f/Tuned-8B-GGUF", "quantized"),
        ("a/Base-8B", "b/Tuned-8B", "finetune"),
    ]
    assert family.ancestors[1].model == BASE


def test_a_base_that_is_no_row_is_still_named_and_has_children(index_of: IndexOf) -> None:
    index = index_of(Model("x/child", base_models=("far/Away",)))
    assert [(one.id, one.model) for one in index.family("x/child").ancestors] == [("far/Away", None)]
    assert [branch.total for branch in index.family("far/away").children] == [1]


def test_cards_that_name_each_other_or_themselves_end(index_of: IndexOf) -> None:
    index = index_of(Model("a/one", base_models=("a/two", "a/one")), Model("a/two", base_models=("a/one",)))
    family = index.family("a/one")
    assert [one.id for one in family.ancestors] == ["a/two"]
    assert [model.id for branch in family.children for model in branch.models] == ["a/two"]


def test_quantizations_of_a_model_are_one_query(index_of: IndexOf) -> None:
    index = index_of(*EVERYBODY)
    assert ids(index, "base:a/base-8b relation:quantized") == ["c/Base-8B-GGUF", "d/Base-8B-AWQ"]
    assert ids(index, "base:a/base-8b relation:quantized format:awq|gptq") == ["d/Base-8B-AWQ"]
    assert ids(index, "base:a/base-8b relation:unknown|finetune") == ["b/Tuned-8B", "e/said"]
    assert ids(index, "base:a/base-8b -relation:quantized sort:name") == ["b/Tuned-8B", "e/said"]


@pytest.mark.parametrize(
    ("model", "relation"),
    [
        (Model("a/x"), None),
        (Model("a/x", quantization="GGUF"), None),
        (Model("a/x", base_models=("b/y",)), None),
        (Model("a/x", base_models=("b/y",), library="peft"), "adapter"),
        (Model("a/x", base_models=("b/y",), tags=("mergekit",)), "merge"),
        (Model("a/x", base_models=("b/y",), quantization="MLX-4bit"), "quantized"),
        (Model("a/y-FP8", base_models=("b/y",), quantization="FP8"), "quantized"),
        (Model("a/DeepSeek-V3", base_models=("a/DeepSeek-V3-Base",), quantization="FP8"), None),
        (Model("a/x", tags=("base_model:b/y", "base_model:merge:b/y")), "merge"),
        (Model("a/x", tags=("base_model:finetune:b/y",), quantization="GGUF"), "finetune"),
    ],
)
def test_a_way_is_told_where_something_tells_it(model: Model, relation: str | None) -> None:
    assert relation_of(model) == relation


def test_a_base_is_named_once_however_it_is_spelled() -> None:
    model = Model("a/x", base_models=("b/Y",), tags=("base_model:b/y", "base_model:quantized:B/y", "base_model:"))
    assert bases_of(model) == ("b/Y",)
