"""What licenses allow and ask, and whether they may be used: a table of them, each line with where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelscope_tui.catalog.license import group_of
from modelscope_tui.catalog.packaged import facts
from modelscope_tui.catalog.permission import ANSWERS, REGIONS, USES, Purpose, may_use
from modelscope_tui.catalog.terms import RIGHTS, terms_of

TABLE = [
    line.split("\t")
    for line in (Path(__file__).parent.parent / "data" / "licenses.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
PLACES = (("eu", "commercial"), ("us", "commercial"), ("us", "internal"), ("us", "research"), ("us", "large"))


def _named(license_id: str) -> tuple[str, str | None]:
    is_hub_id = any(item["id"] == license_id for item in facts("licenses.json")["items"])
    return (license_id, None) if is_hub_id else ("other", license_id)


def test_the_table_is_long_and_each_line_has_a_source() -> None:
    assert len({line[0] for line in TABLE}) >= 60
    assert all(len(line) == 14 and line[13] for line in TABLE)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line[0])
def test_a_license_allows_and_asks_what_its_text_says(line: list[str]) -> None:
    license_id, group, commercial, modify, distribute, outputs, asks, thresholds = line[:8]
    terms = terms_of(license_id)
    assert group_of(*_named(license_id)) == group
    told = {name: terms.right(name).value for name in ("commercial", "modify", "distribute", "outputs")}
    assert told == {"commercial": commercial, "modify": modify, "distribute": distribute, "outputs": outputs}
    assert {ask.kind for ask in terms.asks} == set(filter(None, asks.split(",")))
    assert ",".join(f"{limit.counted}:{limit.above}" for limit in terms.thresholds) == thresholds


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line[0])
def test_a_license_may_be_used_where_and_for_what_its_text_says(line: list[str]) -> None:
    given = _named(line[0])
    told = tuple(may_use(*given, Purpose(region, use), True).answer for region, use in PLACES)
    assert told == tuple(line[8:13])


def test_every_answer_names_its_license_and_where_the_text_was_read_the_section() -> None:
    for line in TABLE:
        terms = terms_of(line[0])
        for region in REGIONS:
            for use in USES:
                found = may_use(*_named(line[0]), Purpose(region, use), None)
                assert found.reasons
                assert found.answer == min((one.answer for one in found.reasons), key=ANSWERS.index)
                if terms.read_as == "text":
                    assert all(one.clause for one in found.reasons), (line[0], region, use)


def test_what_was_read_names_its_version_and_address_and_knows_only_known_words() -> None:
    kinds: set[str] = set()
    for item in facts("license_terms.json")["items"]:
        assert item["version"]
        assert item["text"].startswith("https://")
        assert set(item["allows"]) <= set(RIGHTS)
        assert {said[0] for said in item["allows"].values()} <= {"yes", "no", "conditional", "unsaid", "unknown"}
        kinds |= {ask[0] for ask in item["asks"]}
        if item["read_as"] == "text":
            assert all(clause for _, _, clause in item["asks"]), item["id"]
        assert terms_of(item["id"]).id == item["id"]
    assert {"use-policy", "naming", "share-alike", "network", "register"} <= kinds


def test_a_text_model_of_a_family_that_excludes_the_eu_for_images_only_may_be_used_there() -> None:
    purpose = Purpose("eu", "commercial")
    assert may_use("llama3.2", None, purpose, False).answer == "conditions"
    assert may_use("llama3.2", None, purpose, True).answer == "no"
    assert may_use("llama3.2", None, purpose, None).answer == "unclear"


def test_an_exclusion_is_unclear_until_a_region_is_chosen() -> None:
    assert may_use("other", "tencent-hunyuan-community", Purpose(None), False).answer == "unclear"
    assert may_use("other", "tencent-hunyuan-community", Purpose("uk"), False).answer == "no"
    assert may_use("other", "tencent-hunyuan-community", Purpose("other"), False).answer == "unclear"  # South Korea
    assert may_use("other", "tencent-hunyuan-community", Purpose("china"), False).answer == "conditions"


def test_of_several_licenses_the_strictest_counts() -> None:
    assert may_use("mit,cc-by-nc-4.0", None, Purpose("us"), False).answer == "no"
    assert may_use("llama3.3,gemma", None, Purpose("us"), False).answer == "conditions"
    assert may_use(None, None, Purpose("us"), False).answer == "unclear"
