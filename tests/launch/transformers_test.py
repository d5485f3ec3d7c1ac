"""Stories about transformers serve: what the library generates with, which packages it needs, one GGUF file by name."""

from __future__ import annotations

from typing import Any

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options, Subject
from tests.launch.conftest import MakeSubject, a_machine, listing

GB = 10**9
QWEN = "Qwen/Qwen2.5-7B-Instruct"
GGUF = Model(id="some/Qwen3-8B-GGUF", task="text-generation", quantization="GGUF", params=8 * GB)


def ask(subject: Subject, **options: Any) -> LaunchAnswer:
    return plan("transformers", subject, Options(**options))


def said(answer: LaunchAnswer) -> str:
    return "\n".join(note.text for note in answer.notes)


def gguf(files: dict[str, int], architecture: str = "qwen3") -> Subject:
    details = ModelDetails(GGUF, files=listing(files), gguf={"architecture": architecture})
    return Subject(details, a_machine("H100"))


def test_the_packages_that_a_format_needs_are_named(subject: MakeSubject) -> None:
    assert 'pip install "transformers[serving]"' in said(ask(subject(QWEN)))
    assert "gptqmodel" in said(ask(subject("Qwen/Qwen2.5-7B-Instruct-AWQ")))
    assert "bitsandbytes" in said(ask(subject(QWEN), quant="bnb-4bit"))


def test_the_users_wishes_become_flags(subject: MakeSubject) -> None:
    wishes = {"dtype": "bf16", "port": 9000, "gpus": 1, "quant": "bnb-4bit", "revision": "abc"}
    answer = ask(subject(QWEN, "2x80GB"), context=8192, **wishes)
    assert answer.command.argv == (
        "transformers", "serve", f"{QWEN}@abc", "--quantization", "bnb-4bit", "--dtype", "bfloat16",
        "--device", "cuda:0", "--port", "9000",
    )  # fmt: skip
    assert "no option for --context" in said(answer)
    assert "9000" in answer.smoke_test
    assert all(flag.why and flag.source for flag in answer.flags)


def test_one_gguf_file_is_named_and_split_ones_are_refused() -> None:
    answer = ask(gguf({"Qwen3-8B-Q4_K_M.gguf": 5 * GB, "Qwen3-8B-Q8_0.gguf": 9 * GB}))
    assert answer.command.argv[2] == "some/Qwen3-8B-GGUF:Qwen3-8B-Q4_K_M.gguf"
    assert answer.served_as == "some/Qwen3-8B-GGUF:Qwen3-8B-Q4_K_M.gguf"
    assert "full precision" in said(answer)
    split = ask(gguf({"Q8_0/a-Q8_0-00001-of-00002.gguf": 40 * GB, "Q8_0/a-Q8_0-00002-of-00002.gguf": 40 * GB}))
    assert split.verdict == "refused"
    assert "split" in split.reason
    assert "glm4moe" in ask(gguf({"a-Q4_K_M.gguf": GB}, "glm4moe")).reason


def test_a_gguf_repository_whose_files_were_never_seen_is_unknown(subject: MakeSubject) -> None:
    answer = ask(subject("unsloth/Qwen3-8B-GGUF"))
    assert answer.verdict == "unknown"
    assert {other.tool for other in answer.alternatives} & {"ollama", "llamacpp"}


def test_speech_is_asked_to_transcribe_and_a_base_model_to_complete(subject: MakeSubject) -> None:
    assert "/v1/audio/transcriptions" in ask(subject("openai/whisper-large-v3")).smoke_test
    assert "/v1/completions" in ask(subject("EleutherAI/gpt-neo-2.7B")).smoke_test


def test_code_of_a_repository_that_is_too_old_is_said(subject: MakeSubject) -> None:
    row = Model(id="zai-org/chatglm-old", task="text-generation", model_type="chatglm", architectures=("ChatGLMModel",))
    answer = ask(Subject(ModelDetails(row), a_machine("H100")))
    assert answer.verdict == "refused"
    assert "-hf" in answer.reason
    assert "--trust-remote-code" in ask(subject("baichuan-inc/Baichuan2-13B-Chat")).command.argv


def test_nvfp4_is_read_only_as_compressed_tensors_writes_it() -> None:
    row = Model(id="some/Llama-NVFP4", task="text-generation", model_type="llama")
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"]}
    for method, verdict in (("compressed-tensors", "ready"), ("modelopt", "refused")):
        settings = config | {"quantization_config": {"quant_method": method, "format": "nvfp4-pack-quantized"}}
        assert ask(Subject(ModelDetails(row, config=settings), a_machine("H100"))).verdict == verdict


def test_a_processor_is_enough_for_a_trial_and_a_container_is_not_its_way(subject: MakeSubject) -> None:
    assert ask(subject(QWEN, "cpu:64GB")).verdict == "tight"
    assert ask(subject(QWEN, "M3 Max 64GB")).verdict == "ready"
    assert "no image of its own" in ask(subject(QWEN, "H100"), target="docker").reason
    unit = ask(subject(QWEN, "H100"), target="systemd").command.files[0].content
    assert f"ExecStart=/usr/bin/env transformers serve {QWEN}" in unit
    assert "vLLM" in ask(subject(QWEN, "H100"), nodes=2).reason
