"""Stories about the rule files: dated, sourced, consistent with each other, and built the same way every time."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from modelscope_tui.catalog.packaged import FOLDER
from modelscope_tui.launch.library import entry_of
from modelscope_tui.launch.recipe import config_rule
from modelscope_tui.launch.rulebook import NAMES, rules, rules_version, served_by_vllm
from modelscope_tui.launch.rules import build, main


def test_every_rule_file_says_its_source_and_date() -> None:
    for name in NAMES:
        about = rules(name)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", about["as_of"])
        assert about.get("source") or about.get("sources")


def test_the_version_of_the_rules_names_the_newest_date() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]{12}", rules_version())


def test_every_parser_of_a_recipe_exists() -> None:
    vllm = rules("vllm")
    for rule in rules("recipes")["parsers"]:
        re.compile(rule["match"])
        assert rule.get("tool", vllm["tool_parsers"][0]) in vllm["tool_parsers"]
        assert rule.get("reasoning", vllm["reasoning_parsers"][0]) in vllm["reasoning_parsers"]
        assert rule["source"]


def test_every_flag_of_a_recipe_exists() -> None:
    known = rules("vllm")["commands"]["vllm serve"]
    for rule in rules("recipes")["parsers"]:
        for flag, value in (*rule.get("flags", ()), *rule.get("multi_gpu", ())):
            assert flag in known
            if known[flag].get("choices"):
                assert value in known[flag]["choices"]


def test_every_class_named_by_hand_is_known_to_a_tool_or_said_to_be_unserved() -> None:
    families, vllm, llamacpp = rules("families"), rules("vllm"), rules("llamacpp")
    known = {*vllm["architectures"], *vllm["removed"], *llamacpp["architectures"], *rules("sglang")["architectures"]}
    for names in families["architectures"].values():
        assert known.intersection(names), names
    assert {name for _, name in families["by_name"]} <= served_by_vllm()
    assert not served_by_vllm().intersection(families["unserved"].values())


def test_configurations_that_are_code_are_those_that_no_library_has() -> None:
    known = rules("configs")
    for name in ("transformers", "vllm", "sglang"):
        assert known[name] == sorted(set(known[name])), name
    assert config_rule("vllm", None) is None
    assert config_rule("vllm", "qwen3") is None
    assert config_rule("vllm", "internlm2")
    assert config_rule("transformers", "exaone")
    assert config_rule("sglang", "exaone") is None
    trusted = {kind for rule in rules("recipes")["trust"] for kind in rule.get("types", ())}
    assert {kind for kind in trusted if config_rule("vllm", kind)} >= {"internvl_chat", "minicpmv", "phi4mm"}


def test_the_library_is_found_whatever_the_case_and_marks_doubtful_tags() -> None:
    assert entry_of("qwen/qwen3-8b").tag == "qwen3:8b"
    assert entry_of("nobody/nothing") is None
    assert entry_of("mistralai/Mistral-7B-Instruct-v0.2").shared_with == ("mistralai/Mistral-7B-Instruct-v0.3",)


def test_the_same_facts_always_give_the_same_files(tmp_path: Path) -> None:
    source = tmp_path / "facts"
    (source / "launchers").mkdir(parents=True)
    flag = {
        "name": "--port",
        "aliases": ["-p"],
        "type": "int",
        "default": 1,
        "help": "the port",
        "first_seen_in": "<=0.16.0",
    }
    head = {"version": "1", "source": "a source", "commands": {"vllm serve": {"flags": [flag]}}}
    facts = {
        "vllm": head | {
            "removed_flags": {"--task": {"use_instead": "--runner"}}, "architectures": {"A": ["text-generation"]},
            "architectures_removed": {}, "architectures_via_plugin": {}, "quantization_methods": [],
            "quantization_plugins": {}, "tool_call_parsers": [], "reasoning_parsers": [],
        },
        "ollama": head | {
            "safetensors_import_architectures": [], "gguf_architectures": [], "env": {},
            "hf_rule": {"tag": "", "sharded": "", "private_or_gated": "", "names": ""},
        },
        "ollama_library": {"as_of": "2026-08-21", "traps": [], "entries": {"a/b": {
            "ollama": "b:1b", "default_quant": None, "download_bytes": 1, "context": None, "cloud_only": True,
            "source": ["model card name match + Ollama registry dump"],
        }}},
        "llamacpp": head | {
            "hf_architectures_text": [], "hf_architectures_mmproj": [], "gguf_architectures": [],
            "not_convertible": [], "docker_image": {}, "removed_flags": {"--mlock": "x", "note": "y"},
        },
        "lmstudio": head,
        "huggingface": head | {"tgi_supported_model_types": ["llama"]},
        "sglang": head | {
            "architectures": {}, "tool_call_parsers": [], "reasoning_parsers": [], "quantization_methods": [],
        },
        "mlx": head | {"mlx_lm_model_types": [], "mlx_lm_remap": {}, "mlx_vlm_model_types": []},
        "docker-model-runner": head | {"backends": [], "hf_rule": {}},
        "replicate": head | {"cog_yaml": {}},
        "deepspeed": head | {"config_keys": {}},
        "unsloth": head,
        "axolotl": head,
    }  # fmt: skip
    for name, content in facts.items():
        (source / "launchers" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    written = []
    for name in ("one", "two"):
        target = tmp_path / name
        target.mkdir()
        written.append([(path.name, path.read_bytes()) for path in build(source, target)])
    assert written[0] == written[1]
    vllm = json.loads(dict(written[0])["launch_vllm.json"])
    assert vllm["commands"]["vllm serve"]["-p"] == {"type": "int", "since": "0.16.0"}
    assert vllm["removed_flags"] == {"--task": "--runner"}
    assert json.loads(dict(written[0])["launch_ollama.json"])["library"]["a/b"]["cloud_only"] is True


def test_the_builder_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "SOURCE_DIR" in capsys.readouterr().err


def test_the_packaged_rules_are_what_the_gathered_facts_give(tmp_path: Path) -> None:
    """For maintainers: only where the folder of facts is at hand can the files be made again."""
    folder = os.environ.get("LAUNCH_FACTS")
    if not folder:
        pytest.skip("LAUNCH_FACTS does not name the folder that launch/rules.py reads")
    for path in build(Path(folder), tmp_path):
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name
