"""A team's policy in a pipeline: what passes, what does not, why, and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

QWEN, GEMMA, LLAMA_VISION = "Qwen/Qwen3-8B", "google/gemma-3-4b-it", "meta-llama/Llama-3.2-11B-Vision-Instruct"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "team.toml"
    path.write_text('[licenses]\nallow = ["permissive", "llama3.2"]\n[use]\nregions = ["us", "eu"]\n', encoding="utf-8")
    return path


def test_a_model_that_passes_every_rule_is_an_answer(offline: Run, policy: Path) -> None:
    ran = offline("policy", "check", QWEN, "--policy", str(policy), "--json")
    assert ran.code == 0
    assert ran.document["allowed"] is True
    (model,) = ran.document["models"]
    assert [(rule["rule"], rule["verdict"]) for rule in model["rules"]] == [
        ("licenses.allow", "pass"),
        ("use.regions us", "pass"),
        ("use.regions eu", "pass"),
    ]


def test_one_model_of_several_that_fails_is_exit_code_9_with_the_rule_and_the_clause(
    offline: Run, policy: Path
) -> None:
    ran = offline("policy", "check", QWEN, GEMMA, LLAMA_VISION, "--policy", str(policy), "--json")
    assert ran.code == 9
    assert [model["allowed"] for model in ran.document["models"]] == [True, False, False]
    failed = [rule for rule in ran.document["models"][2]["rules"] if rule["verdict"] == "fail"]
    assert [rule["rule"] for rule in failed] == ["use.regions eu"]
    assert failed[0]["source"] == "llama3.2 Acceptable Use Policy, last paragraph"


def test_a_person_reads_each_rule_on_a_line_and_the_verdict_beside_it(offline: Run, policy: Path) -> None:
    ran = offline("policy", "check", GEMMA, "--policy", str(policy))
    assert f"{GEMMA}\tlicenses.allow\tfail\tlicense gemma (custom-open)\tcard" in ran.out
    assert f"{GEMMA}: not allowed" in ran.err


def test_what_is_unknown_counts_as_the_policy_says(offline: Run, tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    for word, code in (("deny", 9), ("allow", 0)):
        path.write_text(f'unknown = "{word}"\n[safety]\nno_pickle = true\n', encoding="utf-8")
        ran = offline("policy", "check", QWEN, "--policy", str(path), "--json")
        assert ran.code == code
        assert ran.document["models"][0]["verdict"] == "unknown"


def test_launch_gives_no_command_for_a_model_that_the_policy_does_not_allow(offline: Run, policy: Path) -> None:
    ran = offline("launch", GEMMA, "--tool", "vllm", "--policy", str(policy), "--print")
    assert (ran.code, ran.out) == (9, "")
    assert "licenses.allow fail" in ran.err
    ran = offline("launch", GEMMA, "--tool", "vllm", "--policy", str(policy), "--json")
    assert ran.code == 9
    assert ran.document["error"]["kind"] == "policy"
    assert offline("launch", QWEN, "--tool", "vllm", "--policy", str(policy), "--print").code == 0


def test_a_relabelled_copy_is_held_against_what_it_was_made_from(offline: Run, tmp_path: Path) -> None:
    path = tmp_path / "team.toml"
    path.write_text('[licenses]\ndeny = ["Llama-3.2-Community-License"]\n', encoding="utf-8")
    copied = "canopylabs/orpheus-3b-0.1-ft"  # (apache-2.0 on its card)
    ran = offline("policy", "check", copied, "--policy", str(path))
    assert ran.code == 9
    assert "license llama3.2 (custom-open), of meta-llama/Llama-3.2-3B-Instruct that it was made from" in ran.out
    assert offline("launch", copied, "--tool", "vllm", "--policy", str(path), "--print").code == 9
    assert offline("search", "orpheus-3b org:canopylabs", "--policy", str(path)).code == 9
    assert offline("search", f"{copied} allowed:conditions", "--json").document["total"] == 1


def test_before_the_command_stands_what_the_base_takes_back(offline: Run) -> None:
    ran = offline("launch", "ali-vilab/In-Context-LoRA", "--tool", "huggingface")
    assert ran.code == 0
    assert "Made from black-forest-labs/FLUX.1-dev: FLUX.1 [dev] Non-Commercial License excludes commercial" in ran.err


def test_search_marks_each_row_and_fails_when_one_is_not_allowed(offline: Run, policy: Path) -> None:
    ran = offline("search", "org:google gemma-3", "--limit", "3", "--policy", str(policy), "--json")
    assert ran.code == 9
    assert {model["policy"]["verdict"] for model in ran.document["models"]} == {"fail"}
    ran = offline("search", "org:qwen license:apache-2.0", "--limit", "3", "--policy", str(policy))
    assert ran.code == 0
    assert all(line.endswith("\tpass") for line in ran.out.splitlines())


def test_the_settings_file_can_name_the_policy(
    offline: Run, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'policy = "{policy}"\n', encoding="utf-8")
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(settings))
    assert offline("policy", "check", GEMMA).code == 9
    assert offline("show", QWEN, "--json").document["policy"]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[licenses]\ndeny = ["apache-2.O"]\n', 2, "did you mean 'apache-2.0'"),
        ("[safety]\n\nno_pickel = true\n", 3, "Did you mean `no_pickle`?"),
        ('[use]\nregions = ["mars"]\n', 2, "knows the regions eu"),
        ("[safety]\nmax_age_days = -1\n", 2, "`safety.max_age_days` must be a number of days"),
        ('unknown = "maybe"\n', 1, "`unknown` must be one of deny, allow"),
        ("[publishers]\nallow = 3\n", 2, "`publishers.allow` must be a list of texts"),
        ("[license]\n", 1, "Did you mean `licenses`?"),
        ("safety = true\n", 1, "unknown key `safety`"),
    ],
)
def test_a_policy_that_cannot_be_read_is_a_usage_error_with_file_line_and_key(
    offline: Run, tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = tmp_path / "team.toml"
    path.write_text(text, encoding="utf-8")
    ran = offline("policy", "check", QWEN, "--policy", str(path))
    assert ran.code == 2
    assert f"{path}:{line}" in ran.err
    assert words in ran.err


def test_no_policy_a_missing_file_and_broken_toml_are_usage_errors(offline: Run, tmp_path: Path) -> None:
    assert offline("policy", "check", QWEN).code == 2
    assert offline("policy", "check", QWEN, "--policy", str(tmp_path / "none.toml")).code == 2
    broken = tmp_path / "broken.toml"
    broken.write_text("[licenses\n", encoding="utf-8")
    ran = offline("search", "qwen", "--policy", str(broken))
    assert ran.code == 2
    assert "line 1" in ran.err
    assert offline("policy", "explain", QWEN).code == 2


def test_an_unknown_model_keeps_its_own_exit_code(offline: Run, policy: Path) -> None:
    assert offline("policy", "check", "nobody/nothing", "--policy", str(policy)).code == 4
    assert offline("policy", "check", "--policy", str(policy)).code == 2
    assert offline("policy", "check", "nothing", "--policy", str(policy)).code == 2


def test_search_finds_what_may_be_used_in_a_region(offline: Run) -> None:
    query = "llama-3.2 vision org:meta-llama"
    assert offline("search", f"{query} allowed:no", "--region", "eu", "--json").document["total"] > 0
    assert offline("search", f"{query} allowed:no", "--region", "us", "--json").document["total"] == 0
    assert offline("search", "allowed:perhaps").code == 2
