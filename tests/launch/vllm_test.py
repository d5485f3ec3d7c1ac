"""Stories about vLLM: what it serves, with which flags, over how many GPUs, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.fit.machine import Machine
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options, Subject
from tests.launch.conftest import MakeSubject, a_machine, listing

GB = 10**9
LLAMA = Model(
    id="some/llama-8b", task="text-generation", model_type="llama", params=8 * GB, hidden_size=4096, layers=32,
    heads=32, kv_heads=8, head_dim=128, vocab=128256, context=131072,
)  # fmt: skip


def ask(details: ModelDetails, machine: str | None = None, **options: Any) -> LaunchAnswer:
    return plan("vllm", Subject(details, a_machine(machine)), Options(**options))


def flags(answer: LaunchAnswer) -> dict[str, str | None]:
    return {flag.flag: flag.value for flag in answer.flags}


def test_an_unknown_architecture_is_unknown_and_says_which_fact_is_missing() -> None:
    answer = ask(ModelDetails(Model(id="some/thing", task="text-generation")))
    assert answer.verdict == "unknown"
    assert answer.command is None
    assert "config.json" in answer.reason


def test_the_configuration_tells_more_than_the_row() -> None:
    details = ModelDetails(
        Model(id="some/thing", task="text-generation"), config={"architectures": ["LlamaForCausalLM"]}
    )
    assert ask(details).verdict == "ready"
    removed = replace(details, config={"architectures": ["MPTForCausalLM"]})
    assert "0.28.0 was the last release" in ask(removed).reason


def test_a_removed_architecture_names_its_last_release(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("meta-llama/Llama-3.2-11B-Vision-Instruct"), Options())
    assert answer.verdict == "refused"
    assert "MllamaForConditionalGeneration" in answer.reason
    assert "0.10.2" in answer.reason
    assert any(other.text == "ollama run llama3.2-vision:11b" for other in answer.alternatives)


def test_a_quantization_method_that_vllm_does_not_load_is_named() -> None:
    config = {"architectures": ["LlamaForCausalLM"], "quantization_config": {"quant_method": "aqlm"}}
    assert "aqlm" in ask(ModelDetails(LLAMA, config=config)).reason


def test_a_bitsandbytes_repository_needs_the_plugin_and_one_gpu(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "4x80GB"), Options(gpus=2))
    assert answer.command.steps[0].argv == ("pip", "install", "vllm-bnb-plugin")
    assert flags(answer).get("--tensor-parallel-size") is None
    assert flags(answer)["--pipeline-parallel-size"] == "2"


def test_tensor_parallelism_divides_the_heads(subject: MakeSubject) -> None:
    model = "Qwen/Qwen2.5-7B-Instruct"  # 28 heads
    assert flags(plan("vllm", subject(model, "8x80GB"), Options(gpus=4)))["--tensor-parallel-size"] == "4"
    eight = flags(plan("vllm", subject(model, "8x80GB"), Options(gpus=8)))
    assert eight["--tensor-parallel-size"] == "4"
    assert eight["--pipeline-parallel-size"] == "2"


def test_the_fewest_gpus_that_hold_the_model_are_used(subject: MakeSubject) -> None:
    assert "--tensor-parallel-size" not in flags(plan("vllm", subject("Qwen/Qwen3-8B", "8x80GB"), Options()))
    large = plan("vllm", subject("mistralai/Mistral-Large-Instruct-2407", "8x80GB"), Options())
    assert flags(large)["--tensor-parallel-size"] == "4"
    assert large.verdict == "ready"


def test_several_nodes_are_steps_of_vllms_own_run(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("deepseek-ai/DeepSeek-V3.1", "8xH100"), Options(nodes=2, gpus=8))
    head, worker = (step.argv for step in answer.command.steps)
    assert head[-6:] == ("--nnodes", "2", "--node-rank", "0", "--master-addr", "HEAD_NODE_IP")
    assert worker[-7:] == ("--nnodes", "2", "--node-rank", "1", "--master-addr", "HEAD_NODE_IP", "--headless")
    assert flags(answer)["--tensor-parallel-size"] == "8"
    assert flags(answer)["--pipeline-parallel-size"] == "2"
    assert any("NCCL_SOCKET_IFNAME" in note.text for note in answer.notes)


def test_a_huge_context_is_always_bounded(subject: MakeSubject) -> None:
    scout = plan("vllm", subject("meta-llama/Llama-4-Scout-17B-16E-Instruct", "4x80GB"), Options())
    assert 32768 <= int(flags(scout)["--max-model-len"]) < 10485760
    assert flags(scout)["--tool-call-parser"] == "llama4_pythonic"
    assert scout.command.env == {"HF_TOKEN": None}
    assert any("accept the conditions at https://huggingface.co/meta-llama/" in note.text for note in scout.notes)
    unseen = plan("vllm", subject("meta-llama/Llama-4-Scout-17B-16E-Instruct"), Options())
    assert flags(unseen)["--max-model-len"] == "32768"


def test_a_context_that_does_not_fit_is_shortened_to_what_does() -> None:
    answer = ask(ModelDetails(LLAMA), "RTX 4090")
    length = int(flags(answer)["--max-model-len"])
    assert answer.verdict in {"ready", "tight"}
    assert 2048 <= length <= answer.fit.max_context


def test_speech_gets_no_length_and_a_transcription_test(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("openai/whisper-large-v3", "RTX 4090"), Options())
    assert answer.command.argv == ("vllm", "serve", "openai/whisper-large-v3")
    assert "/v1/audio/transcriptions" in answer.smoke_test


def test_a_base_model_gets_no_parser_and_a_completion_test(subject: MakeSubject) -> None:
    for name in ("bigscience/bloom", "EleutherAI/gpt-neox-20b", "Qwen/Qwen3-8B-Base", "meta-llama/Llama-3.1-8B"):
        answer = plan("vllm", subject(name, "8x80GB"), Options())
        assert not any("parser" in flag for flag in flags(answer)), name
        assert "/v1/completions" in answer.smoke_test


def test_a_reranker_made_of_a_language_model_gets_its_overrides(subject: MakeSubject) -> None:
    value = flags(plan("vllm", subject("Qwen/Qwen3-Reranker-0.6B"), Options()))["--hf-overrides"]
    assert json.loads(value) == {
        "architectures": ["Qwen3ForSequenceClassification"],
        "classifier_from_token": ["no", "yes"],
        "is_original_qwen3_reranker": True,
    }
    assert flags(plan("vllm", subject("BAAI/bge-reranker-v2-m3"), Options())) == {}


def test_only_language_models_are_told_to_give_vectors(subject: MakeSubject) -> None:
    assert flags(plan("vllm", subject("Qwen/Qwen3-Embedding-0.6B"), Options()))["--runner"] == "pooling"
    assert flags(plan("vllm", subject("intfloat/e5-mistral-7b-instruct"), Options()))["--runner"] == "pooling"
    for name in ("BAAI/bge-m3", "google/embeddinggemma-300m", "sentence-transformers/all-MiniLM-L6-v2"):
        assert "--runner" not in flags(plan("vllm", subject(name), Options())), name


def test_mistrals_own_format_is_read_only_where_its_files_are() -> None:
    row = Model(id="mistralai/Some-Instruct", task="text-generation", model_type="mistral", tags=("mistral-common",))
    mistral = ("--tokenizer-mode", "--config-format", "--load-format")
    assert all(flags(ask(ModelDetails(row)))[name] == "mistral" for name in mistral)
    other = ModelDetails(row, files=listing({"model.safetensors": GB, "config.json": 1}))
    assert not any(name in flags(ask(other)) for name in mistral)
    own = {"consolidated.safetensors": GB, "params.json": 1, "tekken.json": 1}
    assert flags(ask(ModelDetails(replace(row, tags=()), files=listing(own))))["--load-format"] == "mistral"


def test_code_of_a_repository_is_trusted_only_where_the_family_needs_it(subject: MakeSubject) -> None:
    kimi = plan("vllm", subject("moonshotai/Kimi-K2-Instruct", "8xH100"), Options())
    assert "--trust-remote-code" in flags(kimi)
    assert any("runs Python code" in note.text for note in kimi.notes)
    native = plan("vllm", subject("deepseek-ai/DeepSeek-V3.1", "8xH100"), Options())  # carries code, needs none
    assert "--trust-remote-code" not in flags(native)


def test_the_users_wishes_become_flags(subject: MakeSubject) -> None:
    wishes = Options(
        served_name="house", port=9000, dtype="bf16", kv_dtype="fp8", revision="abc123", context=16384, gpus=2
    )
    found = flags(plan("vllm", subject("Qwen/Qwen3-32B", "2x80GB"), wishes))
    assert found["--served-model-name"] == "house"
    assert (found["--port"], found["--dtype"], found["--kv-cache-dtype"]) == ("9000", "bfloat16", "fp8")
    assert (found["--revision"], found["--max-model-len"]) == ("abc123", "16384")
    assert found["--tensor-parallel-size"] == "2"


def test_a_quantization_is_what_is_stored_or_what_vllm_makes(subject: MakeSubject) -> None:
    made = plan("vllm", subject("Qwen/Qwen3-8B"), Options(quant="fp8"))
    assert flags(made)["--quantization"] == "fp8"
    stored = plan("vllm", subject("Qwen/Qwen3-8B-AWQ"), Options(quant="awq"))
    assert "--quantization" not in flags(stored)
    refused = plan("vllm", subject("Qwen/Qwen3-8B"), Options(quant="Q4_K_M"))
    assert refused.verdict == "refused"
    assert any(other.tool == "ollama" for other in refused.alternatives)


def test_the_machine_decides_the_verdict_and_never_the_command(subject: MakeSubject) -> None:
    name = "Qwen/Qwen3-8B"
    assert plan("vllm", subject(name, "RTX 4090"), Options()).verdict in {"ready", "tight"}
    small = plan("vllm", subject(name, "8GB"), Options())
    assert small.verdict == "too-large"
    assert "GiB too little" in small.reason
    assert small.command is not None
    assert "No GPU" in plan("vllm", subject(name, "cpu:64GB"), Options()).reason
    assert "macOS" in plan("vllm", subject(name, "M3 Max 64GB"), Options()).reason
    unseen = plan("vllm", subject(name), Options())
    assert unseen.verdict == "ready"
    assert any("not checked" in note.text for note in unseen.notes)


def test_windows_is_told_where_to_run_it(subject: MakeSubject) -> None:
    asked = subject("Qwen/Qwen3-8B")
    windows = replace(asked, machine=Machine("pc", ram_bytes=64 * GB, os="windows"))
    assert any("WSL2" in note.text for note in plan("vllm", windows, Options()).notes)


def test_every_flag_can_be_asked_why_and_where_from(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("moonshotai/Kimi-K2-Thinking", "8xH100"), Options(context=8192, nodes=2))
    assert len(answer.flags) >= 6
    assert all(flag.why and flag.source for flag in answer.flags)


@pytest.mark.parametrize(
    ("model_id", "fact"),
    [
        ("black-forest-labs/FLUX.1-dev", "library diffusers"),
        ("unsloth/Llama-3.2-3B-Instruct-GGUF", "GGUF files only"),
        ("google/flan-t5-xl", "T5ForConditionalGeneration"),
        ("timm/resnet50.a1_in1k", "library timm"),
        ("z-lab/Qwen3-4B-DFlash", "draft model"),
        ("facebook/mms-tts-eng", "speech or audio generation"),
    ],
)
def test_a_refusal_names_the_blocking_fact_and_something_that_works(
    subject: MakeSubject, model_id: str, fact: str
) -> None:
    answer = plan("vllm", subject(model_id), Options())
    assert answer.verdict == "refused"
    assert fact in answer.reason
    assert answer.command is None
    assert answer.alternatives
    assert answer.as_json()["command"] is None


def test_a_context_above_the_models_own_is_refused_with_the_most_there_is(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("Qwen/Qwen3-8B", "2x80GB"), Options(context=1 << 20))
    assert answer.verdict == "refused"
    assert "--context 40960" in answer.reason


def test_gpus_that_the_machine_lacks_are_said(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("Qwen/Qwen3-8B", "cpu:64GB"), Options(gpus=3))
    assert answer.verdict == "too-large"
    assert "wants 3 GPUs" in answer.reason


def test_a_gate_that_is_not_known_is_spoken_of_where_the_license_makes_it_likely(subject: MakeSubject) -> None:
    said = [note.text for note in plan("vllm", subject("google/gemma-3-4b-it", "H100"), Options()).notes]
    open_one = [note.text for note in plan("vllm", subject("Qwen/Qwen3-8B", "H100"), Options()).notes]
    assert any("gated is not known" in text for text in said)
    assert not any("gated" in text for text in open_one)


def test_gpus_that_stay_idle_are_said(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("Qwen/Qwen3-14B", "3xRTX 4090"), Options())
    assert any("2 of 3 GPUs" in note.text for note in answer.notes)
    assert not any(
        "of 2 GPUs" in note.text for note in plan("vllm", subject("Qwen/Qwen3-32B", "2x80GB"), Options()).notes
    )


def test_heads_that_do_not_divide_by_three_become_three_stages(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("mistralai/Mistral-Small-24B-Instruct-2501", "3xRTX 4090"), Options())
    assert answer.command is not None
    assert "--pipeline-parallel-size 3" in answer.command.text
    assert "--tensor-parallel-size" not in answer.command.text
    assert answer.verdict in {"ready", "tight"}


def test_a_gpu_that_shares_the_systems_memory_leaves_it_some(subject: MakeSubject) -> None:
    spark = plan("vllm", subject("Qwen/Qwen3-8B", "DGX Spark"), Options())
    card = plan("vllm", subject("Qwen/Qwen3-8B", "RTX 4090"), Options())
    assert [flag.value for flag in spark.flags if flag.flag == "--gpu-memory-utilization"] == ["0.87"]
    assert not any(flag.flag == "--gpu-memory-utilization" for flag in card.flags)


@pytest.mark.parametrize(
    ("model_id", "path"),
    [
        ("baidu/ERNIE-4.5-21B-A3B-PT", "/v1/chat/completions"),
        ("meta-llama/Llama-Guard-3-8B", "/v1/chat/completions"),
        ("ibm-granite/granite-4.1-8b", "/v1/chat/completions"),
        ("codellama/CodeLlama-7b-hf", "/v1/completions"),
        ("mistralai/Mixtral-8x7B-v0.1", "/v1/completions"),
        ("deepseek-ai/DeepSeek-V2-Lite", "/v1/completions"),
        ("google/paligemma-3b-pt-224", "/v1/completions"),
        ("Qwen/Qwen3-8B-Base", "/v1/completions"),
        ("Qwen/Qwen3-Reranker-0.6B", "/v1/rerank"),
        ("BAAI/bge-m3", "/v1/embeddings"),
        ("openai/whisper-large-v3", "/v1/audio/transcriptions"),
    ],
)
def test_the_smoke_test_asks_in_the_way_that_the_model_answers(subject: MakeSubject, model_id: str, path: str) -> None:
    answer = plan("vllm", subject(model_id), Options())
    assert f"http://localhost:8000{path} " in answer.smoke_test


def test_a_wish_for_the_cache_stands_before_what_a_family_or_its_publisher_takes(subject: MakeSubject) -> None:
    model = "nvidia/Qwen3-Coder-480B-A35B-Instruct-NVFP4"
    assert flags(plan("vllm", subject(model, "8xH200"), Options()))["--kv-cache-dtype"] == "fp8"
    asked = plan("vllm", subject(model, "8xH200"), Options(kv_dtype="bf16"))
    assert flags(asked)["--kv-cache-dtype"] == "bfloat16"


def test_a_model_of_which_nothing_is_known_is_not_refused_but_unknown() -> None:
    nobody = ModelDetails(Model(id="nobody/knows"))
    for tool in ("ollama", "llamacpp", "lmstudio"):
        answer = plan(tool, Subject(nobody, a_machine(None)), Options())
        assert answer.verdict == "unknown"
        assert "neither its task nor its architecture" in answer.reason


def test_a_model_that_hears_in_a_conversation_is_not_asked_for_a_transcription(subject: MakeSubject) -> None:
    talks = plan("vllm", subject("microsoft/Phi-4-multimodal-instruct", "H100"), Options())
    assert "/v1/chat/completions" in talks.smoke_test
    writes = plan("vllm", subject("openai/whisper-large-v3", "H100"), Options())
    assert "/v1/audio/transcriptions" in writes.smoke_test
