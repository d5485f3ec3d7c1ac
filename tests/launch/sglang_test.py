"""Stories about SGLang: what it serves, with which of its own names for flags and parsers, and what it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from tests.launch.conftest import MakeSubject, a_machine, listing

GB = 10**9


def flags(answer: LaunchAnswer) -> dict[str, str | None]:
    return {flag.flag: flag.value for flag in answer.flags}


def ask(subject: Subject, **options: Any) -> LaunchAnswer:
    return plan("sglang", subject, Options(**options))


def test_every_rule_of_a_family_names_parsers_and_flags_that_there_are() -> None:
    about, own = rules("sglang"), rules("serving")["sglang"]
    for rule in own["parsers"]:
        re.compile(rule["match"])
        assert rule.get("tool", "qwen") in about["tool_parsers"], rule
        assert rule.get("reasoning", "qwen3") in about["reasoning_parsers"], rule
        assert rule["source"]
    for group in ("cross_encoders", "encoders", "multimodal_off"):
        assert set(own[group]["classes"]) <= set(about["architectures"])
    assert set(own["same_class"].values()) <= set(about["architectures"])
    assert {rule["class"] for rule in own["rerankers"]} <= set(about["architectures"])


def test_the_users_wishes_become_sglangs_own_flags(subject: MakeSubject) -> None:
    wishes = {"served_name": "house", "port": 9000, "dtype": "bf16", "kv_dtype": "fp8", "revision": "abc123"}
    answer = ask(subject("Qwen/Qwen3-32B", "2x80GB"), context=16384, gpus=2, **wishes)
    found = flags(answer)
    assert (found["--served-model-name"], found["--port"], found["--revision"]) == ("house", "9000", "abc123")
    assert (found["--dtype"], found["--kv-cache-dtype"]) == ("bfloat16", "fp8_e4m3")
    assert (found["--context-length"], found["--tp-size"]) == ("16384", "2")
    assert answer.served_as == "house"
    assert "http://localhost:9000/v1/chat/completions" in answer.smoke_test
    assert all(flag.why and flag.source for flag in answer.flags)


def test_several_nodes_divide_every_layer_and_meet_on_the_first(subject: MakeSubject) -> None:
    answer = ask(subject("deepseek-ai/DeepSeek-R1", "8xH100"), nodes=2)
    head, worker = (step.argv for step in answer.command.steps)
    assert head[-6:] == ("--nnodes", "2", "--node-rank", "0", "--dist-init-addr", "HEAD_NODE_IP:5000")
    assert worker[-3:] == ("1", "--dist-init-addr", "HEAD_NODE_IP:5000")
    assert flags(answer)["--tp-size"] == "16"
    assert answer.verdict == "ready"


def test_its_image_listens_for_the_host_and_has_shared_memory(subject: MakeSubject) -> None:
    asked = subject("Qwen/Qwen3-8B", "4x80GB")
    text = ask(asked, target="docker", port=9000).command.text
    assert "--ipc=host -p 9000:30000" in text
    assert "lmsysorg/sglang:latest python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B" in text
    assert text.endswith("--host 0.0.0.0 --port 30000")
    (file,) = ask(asked, target="compose").command.files
    assert yaml.safe_load(file.content)["services"]["qwen3-8b"]["command"][:3] == [
        "python3", "-m", "sglang.launch_server",
    ]  # fmt: skip
    (unit,) = ask(asked, target="systemd").command.files
    assert "ExecStart=/usr/bin/env python -m sglang.launch_server" in unit.content
    group = ask(subject("deepseek-ai/DeepSeek-R1", "8xH100"), target="kubernetes", nodes=2).command.files[0].content
    assert "$(LWS_LEADER_ADDRESS):5000" in group


def test_pictures_have_a_server_of_their_own(subject: MakeSubject) -> None:
    answer = ask(subject("black-forest-labs/FLUX.1-dev", "H100"))
    assert answer.command.steps[0].argv == ("pip", "install", "sglang[diffusion]")
    assert "/v1/images/generations" in answer.smoke_test
    other = ask(subject("stabilityai/stable-diffusion-xl-base-1.0", "H100"))
    assert any("runs through diffusers" in note.text for note in other.notes)
    files = listing({"flux1-dev.safetensors": 20 * GB})
    single = ModelDetails(Model(id="some/flux-single", library="diffusers"), files=files)
    refused = ask(Subject(single, a_machine("H100")))
    assert "model_index.json" in refused.reason
    assert "one machine" in ask(subject("black-forest-labs/FLUX.1-dev", "H100"), nodes=2).reason


def test_an_image_without_what_is_installed_first_is_not_blamed_on_the_machine(subject: MakeSubject) -> None:
    answer = ask(subject("black-forest-labs/FLUX.1-dev", "H100"), target="docker")
    assert answer.verdict == "refused"
    assert "lacks what this model needs (sglang[diffusion])" in answer.reason
    bnb = plan("vllm", subject("unsloth/Qwen2.5-7B-Instruct-bnb-4bit", "H100"), Options(target="docker"))
    assert "vllm-bnb-plugin" in bnb.reason


def test_the_configuration_decides_the_form_of_a_reranker() -> None:
    row = Model(id="some/pair-reranker", task="text-ranking")
    config = {"architectures": ["XLMRobertaForSequenceClassification"], "model_type": "xlm-roberta"}
    found = ask(Subject(ModelDetails(row, config=config), a_machine("H100")))
    assert "--is-embedding" in flags(found)
    assert "/v1/rerank" in found.smoke_test
    causal = {"architectures": ["LlamaForCausalLM"], "model_type": "llama"}
    assert "cross-encoders" in ask(Subject(ModelDetails(row, config=causal), a_machine("H100"))).reason
    labels = Model(id="some/ner", task="token-classification", model_type="bert")
    assert "token-classification" in ask(Subject(ModelDetails(labels), a_machine("H100"))).reason


def test_a_quantization_method_that_it_does_not_load_is_named() -> None:
    config = {"architectures": ["LlamaForCausalLM"], "quantization_config": {"quant_method": "aqlm"}}
    row = Model(id="some/llama", task="text-generation", model_type="llama")
    assert "aqlm" in ask(Subject(ModelDetails(row, config=config), a_machine("H100"))).reason


def test_a_quantization_is_what_is_stored_or_what_it_makes(subject: MakeSubject) -> None:
    assert flags(ask(subject("Qwen/Qwen3-8B"), quant="fp8"))["--quantization"] == "fp8"
    assert "--quantization" not in flags(ask(subject("Qwen/Qwen3-8B-AWQ"), quant="awq"))
    refused = ask(subject("Qwen/Qwen3-8B"), quant="Q4_K_M")
    assert refused.verdict == "refused"
    assert any(other.tool == "ollama" for other in refused.alternatives)


@pytest.mark.parametrize(
    ("machine", "said"), [("M3 Max 64GB", "experimental"), ("cpu:64GB", "No GPU was found"), ("8GB", "GiB too little")]
)
def test_the_machine_decides_the_verdict_and_never_the_command(subject: MakeSubject, machine: str, said: str) -> None:
    answer = ask(subject("Qwen/Qwen3-8B", machine))
    assert answer.verdict == "too-large"
    assert said in answer.reason
    assert answer.command.argv[:3] == ("python", "-m", "sglang.launch_server")


def test_a_context_above_the_models_own_is_refused_with_the_most_there_is(subject: MakeSubject) -> None:
    assert "--context 40960" in ask(subject("Qwen/Qwen3-8B", "2x80GB"), context=1 << 20).reason
