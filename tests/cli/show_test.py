"""`show`, `launch` and `fit` for named models, offline, from the catalog alone."""

from __future__ import annotations

import shlex

import pytest

from tests.cli.conftest import Run
from tests.cli.search_test import ROW_FIELDS

NAMED = {
    "Qwen/Qwen3-8B": {"license_group": "permissive", "context": 40960},
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": {"license_group": "custom-open"},
    "mistralai/Mistral-Large-Instruct-2407": {"license_group": "non-commercial"},
    "bigscience/bloom": {"license_group": "use-restricted"},
    "EleutherAI/gpt-neox-20b": {"license_group": "permissive"},
}

DETAIL_FIELDS = {
    "architectures", "model_type", "layers", "heads", "kv_heads", "head_dim", "hidden_size", "vocab", "dtype",
    "quantization", "languages", "tags", "base_models", "files", "quantizations", "card", "license_detail", "safety",
    "evals", "provenance",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_show_has_every_field_of_the_contract(offline: Run, name: str) -> None:
    ran = offline("show", name, "--json")
    found = ran.document
    assert ran.code == 0
    assert set(found) >= ROW_FIELDS | DETAIL_FIELDS
    assert found["id"] == name
    assert found["source"] == "catalog"
    assert found["files"] is None
    assert found["provenance"]
    assert all(set(said) == {"source", "as_of"} for said in found["provenance"].values())
    assert found.items() >= NAMED[name].items()


def test_what_the_catalog_does_not_know_is_null_and_not_empty(offline: Run) -> None:
    found = offline("show", "Qwen/Qwen3-8B", "--json").document
    for field in ("files", "quantizations", "architectures", "dtype", "card", "evals", "active_params"):
        assert found[field] is None, field
    assert found["safety"]["pickle_files"] is None
    assert found["safety"]["custom_code"] is None


def test_every_source_key_is_explained(offline: Run) -> None:
    found = offline("show", "bigscience/bloom", "--json").document
    keys = {said["source"].partition(":")[0] for said in found["provenance"].values()}
    assert keys == set(found["sources"])
    assert all(about["what"] for about in found["sources"].values())


def test_show_finds_a_model_whatever_its_case(offline: Run) -> None:
    assert offline("show", "qwen/qwen3-8b", "--json").document["id"] == "Qwen/Qwen3-8B"


def test_show_piped_is_plain_text_with_the_age_of_facts(offline: Run) -> None:
    ran = offline("show", "Qwen/Qwen3-8B")
    facts = {row.split("\t")[0]: row.split("\t") for row in ran.out.splitlines()}
    assert facts["license"][1] == "apache-2.0"
    assert facts["params"][1] == "8,190,735,360"
    assert facts["params"][2]
    assert "\x1b" not in ran.out


def test_an_unknown_model_offline_was_never_seen_and_near_names_are_offered(offline: Run) -> None:
    ran = offline("show", "Qwen/Qwen3-8C", "--json")
    assert ran.code == 4
    assert ran.document["error"]["kind"] == "not-cached"
    assert "Qwen/Qwen3-8B" in ran.document["error"]["hint"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b/c", "Qwen/$(id)", "Qwen/Qwen3--8B", "Qwen3-8B", "-x/y"])
@pytest.mark.parametrize("command", ["show", "launch", "fit"])
def test_a_name_that_is_no_repository_id_is_a_usage_error(offline: Run, command: str, name: str) -> None:
    ran = offline(command, name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


def test_a_bare_name_is_answered_with_the_full_one(offline: Run) -> None:
    assert "Qwen/Qwen3-8B" in offline("show", "Qwen3-8B").err


@pytest.mark.parametrize("name", NAMED)
def test_launch_answers_for_every_named_model(offline: Run, name: str) -> None:
    ran = offline("launch", name, "--tool", "vllm", "--machine", "8x80GB", "--json")
    answer = ran.document
    assert set(answer) >= {
        "model", "tool", "verdict", "reason", "alternatives", "command", "flags", "smoke_test", "notes", "fit",
    }  # fmt: skip
    assert (answer["model"], answer["tool"]) == (name, "vllm")
    assert answer["verdict"] in {"ready", "tight", "too-large", "unknown"}
    command = answer["command"]
    assert set(command) >= {"text", "argv", "env", "shell", "target", "steps", "files"}
    assert command["argv"][:3] == ["vllm", "serve", name]
    assert ran.code == 0


def test_print_gives_only_the_command_and_it_splits_back(offline: Run) -> None:
    words = ("launch", "Qwen/Qwen3-8B", "--tool", "vllm", "--machine", "RTX 4090")
    argv = offline(*words, "--json").document["command"]["argv"]
    ran = offline(*words, "--print", "-q")
    assert ran.err == ""
    assert shlex.split(ran.out.strip().splitlines()[-1]) == argv or shlex.split(ran.out) == argv


def test_launch_without_a_tool_answers_for_every_tool(offline: Run) -> None:
    found = offline("launch", "Qwen/Qwen3-8B", "--machine", "RTX 4090", "--json").document
    assert found["model"] == "Qwen/Qwen3-8B"
    assert {answer["tool"] for answer in found["answers"]} >= {"ollama", "vllm"}
    assert found["answers"][0]["verdict"] in {"ready", "tight"}


@pytest.mark.parametrize(("name", "tool"), [("black-forest-labs/FLUX.1-dev", "vllm"), ("Qwen/Qwen3-8B-AWQ", "ollama")])
def test_a_tool_that_cannot_is_refused_with_reason_and_what_works(offline: Run, name: str, tool: str) -> None:
    ran = offline("launch", name, "--tool", tool, "--json")
    answer = ran.document
    assert ran.code == 8
    assert answer["verdict"] == "refused"
    assert answer["command"] is None
    assert answer["reason"]
    assert answer["alternatives"]
    told = offline("launch", name, "--tool", tool)
    assert (told.code, told.out) == (8, "")
    assert answer["reason"] in told.err
    assert "instead" in told.err


def test_refused_prints_nothing_into_a_command_substitution(offline: Run) -> None:
    ran = offline("launch", "black-forest-labs/FLUX.1-dev", "--tool", "vllm", "--print", "-q")
    assert (ran.code, ran.out, ran.err) == (8, "", "")


def test_an_unknown_tool_names_the_known_ones(offline: Run) -> None:
    ran = offline("launch", "Qwen/Qwen3-8B", "--tool", "olama")
    assert ran.code == 2
    assert "ollama" in ran.err


@pytest.mark.parametrize("command", ["search", "show", "launch", "fit", "doctor"])
def test_a_machine_that_cannot_be_read_is_a_usage_error(offline: Run, command: str) -> None:
    words = (command, "Qwen/Qwen3-8B") if command in {"show", "launch", "fit"} else (command,)
    ran = offline(*words, "--machine", "RTX 4099", "--json")
    assert ran.code == 2
    assert "4090" in str(ran.document["error"])


def test_fit_has_every_field_of_the_contract(offline: Run) -> None:
    ran = offline("fit", "Qwen/Qwen3-8B", "--machine", "RTX 4090", "--context", "8k", "--json")
    found = ran.document
    assert ran.code == 0
    assert set(found) >= {
        "model", "machine", "quantization", "context", "kv_dtype", "weights_bytes", "kv_bytes_per_token", "kv_bytes",
        "overhead_bytes", "total_bytes", "available_bytes", "fits", "max_context", "gpu_layers", "tensor_parallel",
        "decode_tokens_per_second", "basis", "options",
    }  # fmt: skip
    assert found["model"] == "Qwen/Qwen3-8B"
    assert found["context"] == 8192
    assert found["fits"] in {"yes", "tight", "no", "unknown"}
