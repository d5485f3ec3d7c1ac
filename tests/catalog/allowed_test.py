"""May this model be used, there, for that: models of the bundled catalog, and `allowed:` over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelscope_tui import indexing
from modelscope_tui.catalog.allowed import rows_allowed
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.inherited import answer_of
from modelscope_tui.catalog.keys import Kind
from modelscope_tui.catalog.license import group_of
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.narrow import Licensed
from modelscope_tui.catalog.permission import ANSWERS, Purpose, permission_of
from modelscope_tui.catalog.policy import Policy, read_policy
from modelscope_tui.catalog.policy_check import check
from modelscope_tui.catalog.query import Query, parse
from modelscope_tui.local import INDEX_NAME

TABLE = [
    line.split("\t")
    for line in (Path(__file__).parent.parent / "data" / "licensed_models.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def index(built_cache: Path) -> Iterator[Index]:
    opened = indexing.open_index(built_cache / INDEX_NAME)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def rows(index: Index) -> list[Model]:
    """Read every row of the catalog once."""
    everything = index.matches(Query())
    return list(index.page(everything, 0, everything.total))


def test_the_table_is_long_and_each_line_has_a_source() -> None:
    assert len({line[0] for line in TABLE}) >= 80
    assert all(len(line) == 7 and line[6] for line in TABLE)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line[0])
def test_a_model_of_the_catalog_may_be_used_as_its_license_says(index: Index, line: list[str]) -> None:
    model_id, license_id, group, eu_product, us_product, us_research, _ = line
    model = index.get(model_id)
    assert model is not None
    assert (model.license_name or model.license or "") == license_id
    assert group_of(*model.license_said) == group
    purposes = Purpose("eu"), Purpose("us"), Purpose("us", "research")
    assert [permission_of(model, one).answer for one in purposes] == [eu_product, us_product, us_research]


@pytest.fixture(scope="module")
def by_id(rows: list[Model]) -> dict[str, Model]:
    return {model.id.casefold(): model for model in rows}


def _marked(
    rows: list[Model], by_id: dict[str, Model], purpose: Purpose, policy: Policy | None = None
) -> dict[str, set[str]]:
    marks: dict[str, set[str]] = {answer: set() for answer in ANSWERS}
    for model in rows:
        marks[answer_of(model, purpose, lambda name: by_id.get(name.casefold()), policy)].add(model.id)
    return marks


def _agree(index: Index, narrowed: dict[str, dict[str, Licensed]], marks: dict[str, set[str]]) -> None:
    """Hold the filter against the marks: every total, and every row but of the most frequent answer: the rest."""
    rest = max(ANSWERS, key=lambda answer: len(marks[answer]))
    for answer in ANSWERS:
        found = index.matches(parse(f"allowed:{answer}"), narrowed=narrowed)
        assert found.total == len(marks[answer]), answer
        if answer != rest:
            assert {model.id for model in index.page(found, 0, found.total)} == marks[answer], answer


@pytest.mark.parametrize("purpose", [Purpose("eu"), Purpose(None), Purpose("us", "internal"), Purpose("uk", "large")])
def test_the_filter_finds_for_every_row_what_its_mark_says(
    index: Index, rows: list[Model], by_id: dict[str, Model], purpose: Purpose
) -> None:
    narrowed = {"allowed": rows_allowed(index.values(Kind.LICENSE), purpose)}
    _agree(index, narrowed, _marked(rows, by_id, purpose))


def test_a_row_of_two_licenses_is_found_under_the_stricter_one(own_cache: Path) -> None:
    opened = indexing.open_index(own_cache / INDEX_NAME)
    opened.upsert([Model("lab/two", license="mit,cc-by-nc-4.0", source="hub"), Model("lab/odd", license="a, b")])
    narrowed = {"allowed": rows_allowed(opened.values(Kind.LICENSE), Purpose("us"))}
    for model_id, answer in (("lab/two", "no"), ("lab/odd", "unclear")):
        for asked in ANSWERS:
            found = opened.matches(parse(f"{model_id} allowed:{asked}"), narrowed=narrowed)
            assert (found.total == 1) == (asked == answer)
    opened.close()


def test_the_filter_can_exclude_and_join_answers(index: Index) -> None:
    narrowed = {"allowed": rows_allowed(index.values(Kind.LICENSE), Purpose("us"))}
    either = index.matches(parse("allowed:yes|conditions"), narrowed=narrowed).total
    neither = index.matches(parse("-allowed:no -allowed:unclear"), narrowed=narrowed).total
    assert either == neither > 10_000
    assert index.matches(parse("allowed:yes"), narrowed=None).problems


@pytest.mark.parametrize(
    "text",
    [
        '[licenses]\nallow = ["permissive", "gemma"]\n',
        'unknown = "allow"\n[licenses]\ndeny = ["custom-open", "agpl-3.0"]\n[publishers]\ndeny = ["Qwen"]\n',
        '[publishers]\nallow = ["qwen", "google"]\n',
        '[use]\nregions = ["eu", "us"]\nconditions = "deny"\n',
        'unknown = "allow"\n[use]\npurpose = "research"\n[safety]\nno_pickle = true\n',
    ],
)
def test_under_a_policy_the_filter_and_the_marks_agree_for_every_row(
    index: Index, rows: list[Model], by_id: dict[str, Model], tmp_path: Path, text: str
) -> None:
    path = tmp_path / "team.toml"
    path.write_text(text, encoding="utf-8")
    policy, purpose = read_policy(path), Purpose("eu")
    marks = _marked(rows, by_id, purpose, policy)
    _agree(index, {"allowed": rows_allowed(index.values(Kind.LICENSE), purpose, policy)}, marks)
    bad = {"fail", "unknown"} if policy.denies_unknown else {"fail"}
    for model in rows[::7]:
        held = check(ModelDetails(model), policy, lambda name: by_id.get(name.casefold()))
        rowwise = [rule for rule in held.rules if rule.rule.startswith(("licenses", "use", "publishers"))]
        if any(rule.verdict in bad for rule in rowwise):
            assert model.id in marks["no"], model.id
    assert marks["no"]


def test_the_mark_of_a_copy_follows_the_stricter_license_of_what_it_was_made_from() -> None:
    known = {
        model.id: model
        for model in (
            Model("lab/first", license="cc-by-nc-4.0"),
            Model("b/second", license="apache-2.0", base_models=("lab/first",)),
            Model("c/third", license="mit", base_models=("b/second",)),
            Model("lab/sealed", license="cc-by-nd-4.0"),
            Model("lab/silent", source="hub"),
            Model("lab/unknown"),
            Model("lab/gone", license="cc-by-nc-4.0", gone="2026-11-01"),
        )
    }
    us = Purpose("us")
    assert answer_of(known["c/third"], us, known.get) == "no"
    assert answer_of(known["c/third"], Purpose("us", "research"), known.get) == "conditions"
    for base, answer in (("lab/sealed", "unclear"), ("lab/silent", "unclear"), ("lab/unknown", "yes"),
                         ("lab/gone", "yes"), ("lab/never-seen", "yes")):  # fmt: skip
        assert answer_of(Model("d/copy", license="mit", base_models=(base,)), us, known.get) == answer, base
    stricter = Model("d/copy", license="cc-by-nc-4.0", base_models=("b/second",))
    assert answer_of(stricter, us, known.get) == "no"


def test_what_the_hub_brings_is_inherited_in_the_filter_as_well(own_cache: Path) -> None:
    opened = indexing.open_index(own_cache / INDEX_NAME)
    opened.upsert([
        Model("lab/first", license="cc-by-nc-4.0", source="hub"),
        Model("b/second", license="apache-2.0", base_models=("lab/first",), source="hub"),
        Model("c/third", license="mit", base_models=("b/second",), source="hub"),
        Model("lab/silent", source="hub"),
        Model("d/copy", license="mit", base_models=("lab/silent",), source="hub"),
        Model("e/one", license="mit", base_models=("e/other",), source="hub"),
        Model("e/other", license="gemma", base_models=("e/one",), source="hub"),
    ])  # fmt: skip
    narrowed = {"allowed": rows_allowed(opened.values(Kind.LICENSE), Purpose("us"))}
    expected = {"b/second": "no", "c/third": "no", "d/copy": "unclear", "e/one": "conditions", "e/other": "conditions"}
    for model_id, answer in expected.items():
        model = opened.get(model_id)
        assert model is not None
        assert answer_of(model, Purpose("us"), opened.get) == answer
        for asked in ANSWERS:
            found = opened.matches(parse(f"{model_id} allowed:{asked}"), narrowed=narrowed)
            assert (found.total == 1) == (asked == answer), (model_id, asked)
    opened.close()
