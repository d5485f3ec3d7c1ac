"""Categories, tasks and organizations of real models."""

from __future__ import annotations

from collections import Counter

import pytest

from modelscope_tui.catalog.maker import snapshot_lines
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.packaged import facts
from modelscope_tui.catalog.record import decode
from modelscope_tui.catalog.taxonomy import (
    categories,
    categories_of,
    category_label,
    language_code,
    language_label,
    modality_of,
    organization,
    task_label,
)


@pytest.fixture(scope="module")
def catalog() -> dict[str, Model]:
    return {model.id: model for model in map(decode, snapshot_lines())}


def test_every_example_of_the_rules_is_sorted_as_they_say(catalog: dict[str, Model]) -> None:
    wrong = [
        (example["id"], example["rule_says"], categories_of(catalog[example["id"]]))
        for item in facts("categories.json")["items"]
        for example in item["examples"]
        if sorted(categories_of(catalog[example["id"]])) != sorted(example["rule_says"])
    ]
    # Phi-4's card tags itself `math` and `code`; the example was taken before the tags were known.
    assert [found[0] for found in wrong] == ["microsoft/phi-4"]


def test_as_many_models_match_as_the_rules_counted(catalog: dict[str, Model]) -> None:
    counted = Counter(category for model in catalog.values() for category in categories_of(model))
    for item in facts("categories.json")["items"]:
        if item["id"] != "general-purpose":  # counted when more rows had a task
            assert abs(counted[item["id"]] - item["matched_in_catalog"]) <= 1, item["id"]


def test_a_model_may_be_in_several_categories_and_the_most_telling_is_first() -> None:
    both = Model(id="x/medical-coder", task="text-generation")
    assert categories_of(both) == ("healthcare", "code")


def test_encoders_are_not_coders() -> None:
    assert categories_of(Model(id="x/text-encoder", task="text-generation")) == ("general-purpose",)


def test_six_languages_make_a_model_multilingual() -> None:
    spoken = ("en", "de", "fr", "es", "it", "pt")
    assert categories_of(Model(id="x/y", languages=spoken)) == ("multilingual",)
    assert categories_of(Model(id="x/y", languages=spoken[:5])) == ()


def test_a_model_of_unknown_task_gets_no_category_by_guess() -> None:
    assert categories_of(Model(id="x/y")) == ()


def test_labels_are_for_people() -> None:
    assert category_label("healthcare") == "Domain Specific: Healthcare"
    assert len(categories()) == 7
    assert task_label("text-generation") == "Text Generation"
    assert task_label("made-up-task") == "Made up task"
    assert modality_of("text-to-speech") == "audio"
    assert modality_of(None) is None
    assert modality_of("made-up-task") is None


def test_organizations_are_found_whatever_the_case() -> None:
    found = organization("qwen")
    assert found is not None
    assert (found.handle, found.country) == ("Qwen", "CN")
    assert organization("nobody-knows") is None


def test_languages_meet_in_one_code() -> None:
    assert language_code("eng") == language_code("English") == language_code("EN") == "en"
    assert language_code("sat") == "sat"
    assert language_label("de") == "German"
