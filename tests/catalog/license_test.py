"""Licenses in groups a person can choose by."""

from __future__ import annotations

import pytest

from modelscope_tui.catalog.license import GROUPS, group_label, group_of, license_facts, license_label
from modelscope_tui.catalog.packaged import facts


@pytest.mark.parametrize(
    ("license_id", "name", "group"),
    [
        ("apache-2.0", None, "permissive"),
        ("cc0-1.0", None, "permissive"),
        ("cc-by-4.0", None, "permissive"),
        ("bsd", None, "permissive"),
        ("odc-by", None, "permissive"),
        ("gpl-3.0", None, "copyleft"),
        ("lgpl", None, "copyleft"),
        ("mpl-2.0", None, "copyleft"),
        ("cc-by-sa-4.0", None, "copyleft"),
        ("odbl", None, "copyleft"),
        ("bigscience-bloom-rail-1.0", None, "use-restricted"),
        ("c-uda", None, "use-restricted"),
        ("llama3.1", None, "custom-open"),
        ("gemma", None, "custom-open"),
        ("cc-by-nc-4.0", None, "non-commercial"),
        ("cc-by-nd-4.0", None, "other"),
        ("other", None, "other"),
        ("other", "mrl", "non-commercial"),
        ("other", "MRL", "non-commercial"),
        ("other", "flux-1-dev-non-commercial-license", "non-commercial"),
        ("other", "tongyi-qianwen", "custom-open"),
        ("other", "Tongyi Qianwen License Agreement", "custom-open"),
        ("other", "lfm-open-license-v1.0", "custom-open"),
        ("other", "deepseek", "use-restricted"),
        ("other", "polyform-noncommercial-1.0.0", "non-commercial"),
        ("other", "vetjarvis-model-license-1.0-nc", "non-commercial"),
        ("other", "made-by-us", "other"),
        ("made-by-us", None, "other"),
        ("unknown", None, "unknown"),
        (None, None, "unknown"),
        ("", None, "unknown"),
        ("apache-2.0,mit", None, "permissive"),
        ("llama3.3,gemma", None, "custom-open"),
        ("mit,cc-by-nc-4.0", None, "non-commercial"),
        ("apache-2.0", "mrl", "permissive"),
    ],
)
def test_a_license_is_in_the_group_that_its_terms_put_it_in(
    license_id: str | None, name: str | None, group: str
) -> None:
    assert group_of(license_id, name) == group


def test_every_license_of_the_hub_has_a_group_and_a_source() -> None:
    for item in facts("licenses.json")["items"]:
        found = license_facts(item["id"], None)
        assert found is not None
        assert found.group in GROUPS
        assert found.source
        assert license_label(item["id"]) == item["name"]


def test_no_license_that_forbids_commerce_looks_freer_than_it_is() -> None:
    for item in [*facts("licenses.json")["items"], *facts("licenses.json")["custom_license_names"]]:
        if item["commercial_use"] == "no":
            assert group_of("other", item.get("license_name") or item["id"]) == "non-commercial"


def test_a_name_that_says_it_itself_is_its_own_source() -> None:
    found = license_facts("other", "acme-non-commercial")
    assert found is not None
    assert (found.commercial_use, found.source) == ("no", "the license's own name")


def test_a_card_without_a_license_has_no_facts() -> None:
    assert license_facts(None, None) is None
    assert group_label("unknown") == "Not stated"
