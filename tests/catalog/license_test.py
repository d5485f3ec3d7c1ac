"""Licenses in groups a person can choose by."""

from __future__ import annotations

import pytest

from modelscope_tui.catalog.license import GROUPS, group_label, group_of, license_facts, license_ids, license_label
from modelscope_tui.catalog.license_names import address_of, linked
from modelscope_tui.catalog.packaged import facts
from modelscope_tui.catalog.query import parse


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
        ("other", "qwen-community-license-1.0", "custom-open"),
        ("other", "mit-and-apache-2.0", "permissive"),
        ("other", "Llama 3.1 Community License", "custom-open"),
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


@pytest.mark.parametrize(
    ("name", "link", "meant"),
    [
        ("llama-3.1-community-license", None, ("llama3.1",)),
        ("Mistral AI Research License", None, ("mrl",)),
        ("nsclv1", None, ("nscl-v1",)),
        ("qwen-community-license-1.0-and-nvidia-open-model-license", None,
         ("qwen-community-1.0", "nvidia-open-model-license")),
        # the name first, then the link
        ("mrl", "https://ai.google.dev/gemma/terms", ("mrl",)),
        ("our-own", "https://mistral.ai/licenses/MRL-0.1.md", ("mrl",)),
        ("custom", "https://ai.google.dev/gemma/terms#top", ("gemma",)),
        (None, "http://www.apache.org/licenses/LICENSE-2.0", ("apache-2.0",)),
        (None, "https://huggingface.co/Qwen/Qwen2.5-3B/resolve/8a1b/LICENSE?download=true", ("qwen-research",)),
        (None, "https://creativecommons.org/licenses/by-nc-sa/4.0/deed.de", ("cc-by-nc-sa-4.0",)),
        (None, "https://choosealicense.com/licenses/mit/", ("mit",)),
        (None, "https://huggingface.co/datasets/choosealicense/licenses/blob/main/markdown/apache-2.0.md",
         ("apache-2.0",)),
        (None, "https://spdx.org/licenses/AGPL-3.0-only.html", ("agpl-3.0",)),
        # nobody knows these, so nothing is made of them
        ("made-by-us", "LICENSE", ("made-by-us",)),
        ("made-by-us", "javascript:alert(1)", ("made-by-us",)),
        ("license", None, ("license",)),
        (None, "https://evil.example/mistral.ai/licenses/MRL-0.1.md", ("other",)),
        (None, None, ("other",)),
    ],
)  # fmt: skip
def test_a_card_that_says_other_means_what_its_name_or_else_its_link_says(
    name: str | None, link: str | None, meant: tuple[str, ...]
) -> None:
    assert license_ids("other", name, link) == meant


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("LICENSE", "https://huggingface.co/lab/m/blob/main/LICENSE"),
        ("./docs/MODEL LICENSE.md", "https://huggingface.co/lab/m/blob/main/docs/MODEL%20LICENSE.md"),
        ("https://lab.example/terms", "https://lab.example/terms"),
        ("../../etc/passwd", None),
        ("a/../../b", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://x.example/a b", None),
        ("https://x.example/\x1b]0;x", None),
        ("", None),
        (None, None),
        ("L" * 600, None),
    ],
)
def test_the_text_of_a_license_has_an_address_only_where_a_browser_may_open_it(
    link: str | None, address: str | None
) -> None:
    assert address_of("lab/m", link) == address


def test_every_spelling_and_every_page_means_a_license_that_is_known() -> None:
    ids = {item["id"] for item in facts("licenses.json")["items"]}
    ids |= {item["license_name"] for item in facts("licenses.json")["custom_license_names"]}
    ids |= {item["license_name"] for item in facts("license_names.json")["licenses"]}
    for item in facts("license_names.json")["names"]:
        assert set(item["means"]) <= ids
        assert not set(item["names"]) & ids, item
    for item in facts("license_names.json")["links"]:
        assert item["means"] in ids
        assert all(linked(link) == item["means"] for link in item["links"]), item


def test_a_typed_license_is_found_under_any_of_its_spellings() -> None:
    assert parse("license:llama-3.1-community-license").terms == parse("license:llama3.1").terms
    assert parse("license:MIT|made-by-us").terms[0].values == ("MIT", "made-by-us")
