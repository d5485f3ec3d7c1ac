"""May this model be used, there, for that: models of the bundled catalog, and `allowed:` over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelscope_tui import indexing
from modelscope_tui.catalog.allowed import rows_allowed
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.keys import Kind
from modelscope_tui.catalog.license import group_of
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.permission import ANSWERS, Purpose, permission_of
from modelscope_tui.catalog.policy import read_policy
from modelscope_tui.catalog.policy_check import check
from modelscope_tui.catalog.policy_mark import mark_of
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


@pytest.mark.parametrize("purpose", [Purpose("eu"), Purpose(None), Purpose("us", "internal"), Purpose("uk", "large")])
def test_the_filter_finds_for_every_row_what_its_mark_says(index: Index, purpose: Purpose) -> None:
    narrowed = {"allowed": rows_allowed(index.values(Kind.LICENSE), purpose)}
    everything = index.matches(Query())
    marks: dict[str, set[str]] = {answer: set() for answer in ANSWERS}
    for model in index.page(everything, 0, everything.total):
        marks[permission_of(model, purpose).answer].add(model.id)
    for answer in ANSWERS:
        found = index.matches(parse(f"allowed:{answer}"), narrowed=narrowed)
        assert {model.id for model in index.page(found, 0, found.total)} == marks[answer], answer


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
def test_under_a_policy_the_filter_and_the_marks_agree_for_every_row(index: Index, tmp_path: Path, text: str) -> None:
    path = tmp_path / "team.toml"
    path.write_text(text, encoding="utf-8")
    policy, purpose = read_policy(path), Purpose("eu")
    narrowed = {"allowed": rows_allowed(index.values(Kind.LICENSE), purpose, policy)}
    everything = index.matches(Query())
    marks: dict[str, set[str]] = {answer: set() for answer in ANSWERS}
    for model in index.page(everything, 0, everything.total):
        marks[mark_of(model, purpose, policy)].add(model.id)
        held = check(ModelDetails(model), policy, lambda _: None)
        rowwise = [rule for rule in held.rules if rule.rule.startswith(("licenses", "use", "publishers"))]
        bad = {"fail", "unknown"} if policy.denies_unknown else {"fail"}
        if any(rule.verdict in bad for rule in rowwise):
            assert mark_of(model, purpose, policy) == "no", model.id
    for answer in ANSWERS:
        found = index.matches(parse(f"allowed:{answer}"), narrowed=narrowed)
        assert {model.id for model in index.page(found, 0, found.total)} == marks[answer], answer
    assert marks["no"]
