"""`search` and `facets`: the contract of their answers, offline, on the real catalog."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from modelscope_tui.shortlist import Shortlist
from tests.cli.conftest import Run

ROW_FIELDS = {
    "id", "organization", "task", "categories", "license", "license_group", "params", "active_params", "context",
    "downloads", "likes", "created", "updated", "gated", "tools", "source", "as_of",
}  # fmt: skip


def test_search_answers_with_every_field_of_the_contract(offline: Run) -> None:
    ran = offline("search", "org:qwen", "license:permissive", "--json")
    found = ran.document
    assert ran.code == 0
    assert ran.err == ""
    assert set(found) >= {
        "query", "total", "shown", "searched", "offline", "as_of", "elapsed_ms", "models", "problems",
    }  # fmt: skip
    assert found["query"] == "org:qwen license:permissive"
    assert found["total"] > 100
    assert found["shown"] == len(found["models"]) == 50
    assert found["searched"] > 26_000
    assert found["offline"] is True
    assert found["problems"] == []
    for model in found["models"]:
        assert set(model) >= ROW_FIELDS
        assert model["organization"] == "Qwen"
        assert model["license_group"] == "permissive"
        assert model["gated"] in {None, False, True, "auto", "manual"}


def test_search_finds_a_model_by_words_in_any_order_and_case(offline: Run) -> None:
    ids = [model["id"] for model in offline("search", "CODER", "qwen3", "--json").document["models"]]
    assert ids
    assert all("coder" in name.lower() or "qwen3" in name.lower() for name in ids[:5])


def test_limit_is_the_number_of_models(offline: Run) -> None:
    found = offline("search", "--limit", "3", "--json").document
    assert found["shown"] == len(found["models"]) == 3
    assert found["total"] == found["searched"]


def test_an_excluding_term_takes_models_away(offline: Run) -> None:
    every = offline("search", "qwen", "--json").document["total"]
    fewer = offline("search", "qwen", "-tool:vllm", "--json").document["total"]
    assert 0 < fewer < every


def test_piped_search_is_one_tab_separated_row_a_model(offline: Run) -> None:
    ran = offline("search", "org:qwen", "--limit", "4", "-q")
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert len(rows) == 4
    assert {len(row) for row in rows} == {10}
    assert all(row[0].startswith("Qwen/") for row in rows)
    assert ran.err == ""


def test_nothing_found_is_an_answer(offline: Run) -> None:
    ran = offline("search", "zzzzqqqqxxxx", "--json")
    assert ran.code == 0
    assert ran.document["models"] == []
    assert ran.document["total"] == 0
    piped = offline("search", "zzzzqqqqxxxx")
    assert (piped.code, piped.out) == (0, "")
    assert "zzzzqqqqxxxx" in piped.err or "Nothing" in piped.err


@pytest.mark.parametrize("command", ["search", "facets"])
def test_an_unreadable_term_is_refused_with_its_position(offline: Run, command: str) -> None:
    ran = offline(command, "qwen", "params:<<tiny")
    assert (ran.code, ran.out) == (2, "")
    assert "params:<<tiny" in ran.err
    assert "character 6" in ran.err
    assert ran.err.count("\n") == 1
    as_json = offline(command, "qwen", "params:<<tiny", "--json")
    assert as_json.code == 2
    assert as_json.document["error"]["kind"] == "query"
    assert "character 6" in as_json.document["error"]["message"]


def test_facets_count_what_search_finds(offline: Run) -> None:
    counts = offline("facets", "category:code", "--json").document
    assert set(counts) >= {"total", "organizations", "categories", "licenses", "tools", "tasks", "elapsed_ms"}
    assert counts["total"] == offline("search", "category:code", "--json").document["total"]
    for facet, term in (("organizations", "org"), ("tools", "tool"), ("licenses", "license"), ("tasks", "task")):
        first = counts[facet][0]
        assert set(first) >= {"value", "label", "count"}
        found = offline("search", "category:code", f"{term}:{first['value']}", "--json").document
        assert found["total"] == first["count"], (facet, first)


def test_piped_facets_name_the_facet_in_every_row(offline: Run) -> None:
    rows = [line.split("\t") for line in offline("facets", "org:qwen", "--limit", "2", "-q").out.splitlines()]
    assert {row[0] for row in rows} == {"organization", "category", "license", "tool", "task"}
    assert all(len(row) == 4 and row[3].isdigit() for row in rows)


@pytest.mark.parametrize(
    ("form", "begins"), [("ids", "Qwen/"), ("csv", "id,organization,"), ("md", "| id |"), ("json", "[")]
)
def test_a_list_leaves_in_four_forms(offline: Run, form: str, begins: str) -> None:
    ran = offline("search", "org:qwen", "--limit", "3", "--format", form)
    assert ran.code == 0
    assert ran.out.startswith(begins)


def test_a_list_is_written_to_a_new_file_and_never_over_another(offline: Run, tmp_path: Path) -> None:
    path = tmp_path / "qwen.csv"
    assert offline("search", "org:qwen", "--limit", "3", "-o", str(path)).code == 0
    written = path.read_text()
    assert written.count("\n") == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = offline("search", "org:qwen", "-o", str(path))
    assert again.code != 0
    assert "is there already" in again.err
    assert path.read_text() == written
    assert offline("search", "qwen", "-o", str(tmp_path / "what.xyz")).code == 2


def test_stars_are_listed_exported_merged_and_asked_for(
    offline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(tmp_path / "config.toml"))
    stars = Shortlist(tmp_path / "shortlist.json")
    stars.toggle(["Qwen/Qwen3-8B"])
    assert offline("shortlist", "list", "--json").document["models"][0]["id"] == "Qwen/Qwen3-8B"
    assert offline("search", "starred:yes", "--format", "ids").out == "Qwen/Qwen3-8B\n"
    assert offline("shortlist", "export", str(tmp_path / "out.json")).code == 0
    stars.toggle(["Qwen/Qwen3-8B"])
    stars.path.unlink()
    assert offline("shortlist", "import", str(tmp_path / "out.json")).code == 0
    assert offline("search", "starred:yes", "--json").document["total"] == 1
    assert offline("shortlist", "import", str(tmp_path / "missing.json")).code == 2


def test_a_list_of_brackets_without_end_is_no_shortlist(offline: Run, tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    ran = offline("shortlist", "import", str(tmp_path / "deep.json"))
    assert ran.code == 2
    assert "Cannot read" in ran.err
