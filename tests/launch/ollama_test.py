"""Stories about Ollama: the library's tag, real GGUF files of the Hub, and why there is nothing to run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile
from modelscope_tui.errors import UsageError
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.library import entry_of
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from tests.launch.conftest import MakeSubject, a_machine, listing

GB = 10**9
QUANTS = listing(
    {
        "m-Q2_K.gguf": 3 * GB,
        "m-Q4_K_M.gguf": 5 * GB,
        "m-Q8_0.gguf": 9 * GB,
        "bf16/m-BF16-00001-of-00002.gguf": 8 * GB,
        "bf16/m-BF16-00002-of-00002.gguf": 8 * GB,
        "mmproj-F16.gguf": 1 * GB,
    }
)


def gguf(model_id: str = "bartowski/m-GGUF", files: tuple[ModelFile, ...] = QUANTS, **facts: Any) -> ModelDetails:
    return ModelDetails(Model(id=model_id, quantization="GGUF", **facts), files=files)


def ask(
    details: ModelDetails, machine: str | None = None, related: Mapping[str, ModelDetails] | None = None, **options: Any
) -> LaunchAnswer:
    return plan("ollama", Subject(details, a_machine(machine), related or {}), Options(**options))


def test_a_gguf_repository_runs_with_the_quantization_that_its_files_have() -> None:
    assert ask(gguf()).command.text == "ollama run hf.co/bartowski/m-GGUF:Q4_K_M"
    assert ask(gguf(), quant="q8_0").command.argv[-1] == "hf.co/bartowski/m-GGUF:Q8_0"


def test_the_projector_beside_the_files_counts_as_memory() -> None:
    model = ModelDetails(Model("some/m", task="image-text-to-text", params=8 * GB, gguf_repos=("bartowski/m-GGUF",)))
    seeing = ask(model, "RTX 4090", {"bartowski/m-GGUF": gguf()}, quant="Q4_K_M")
    assert seeing.fit is not None
    assert seeing.fit.weights_bytes == 6 * GB


def test_a_split_quantization_is_refused_and_the_whole_ones_are_named() -> None:
    answer = ask(gguf(), quant="BF16")
    assert answer.verdict == "refused"
    assert "split into several files" in answer.reason
    assert "Q4_K_M" in answer.reason
    assert answer.alternatives[0].tool == "llamacpp"
    assert "-hf bartowski/m-GGUF:BF16" in answer.alternatives[0].text


def test_a_quantization_that_is_not_there_is_never_invented() -> None:
    answer = ask(gguf(), quant="Q6_K")
    assert answer.verdict == "refused"
    assert "no Q6_K" in answer.reason


def test_without_the_usual_quantization_the_nearest_is_taken() -> None:
    files = listing({"m-Q2_K.gguf": 3 * GB, "m-Q5_K_M.gguf": 6 * GB, "m-F16.gguf": 16 * GB})
    assert ask(gguf(files=files)).command.argv[-1].endswith(":Q5_K_M")
    assert ask(gguf(files=files), machine="cpu:64GB").command.argv[-1].endswith(":Q5_K_M")


def test_where_the_usual_quantization_cannot_fit_the_largest_that_does_is_taken() -> None:
    assert ask(gguf(), machine="cpu:6GB").command.argv[-1].endswith(":Q2_K")


def test_unseen_files_are_named_without_a_tag_and_that_is_said() -> None:
    answer = ask(ModelDetails(Model(id="bartowski/m-GGUF", quantization="GGUF")))
    assert answer.command.text == "ollama run hf.co/bartowski/m-GGUF"
    assert any("never seen" in note.text for note in answer.notes)


def test_unseen_files_of_a_very_large_model_are_not_promised_to_ollama() -> None:
    large = Model(id="a/m", task="text-generation", params=300 * 10**9, gguf_repos=("x/m-GGUF",))
    answer = ask(ModelDetails(large))
    assert answer.verdict == "refused"
    assert "about 183 GB" in answer.reason
    assert any(other.text == "llama-server -hf x/m-GGUF" for other in answer.alternatives)
    assert ask(ModelDetails(large), related={"x/m-GGUF": gguf("x/m-GGUF")}).command is not None


@pytest.mark.parametrize("tool", ["ollama", "llamacpp", "lmstudio"])
def test_a_wish_that_no_file_could_have_is_refused_though_the_files_are_unseen(tool: str) -> None:
    unseen = Subject(ModelDetails(Model(id="bartowski/m-GGUF", quantization="GGUF")), a_machine(None), {})
    answer = plan(tool, unseen, Options(quant="Q99"))
    assert answer.verdict == "refused"
    assert answer.reason.count("Q99 is not the name") == 1
    known = plan(tool, unseen, Options(quant="Q5_K_M"))
    assert any("whether Q5_K_M is there" in note.text for note in known.notes if note.level == "warning")


def test_a_gguf_repository_of_the_same_model_stands_in() -> None:
    model = Model(id="some/m", task="text-generation", model_type="llama", gguf_repos=("x/unseen-GGUF", "y/m-GGUF"))
    answer = ask(ModelDetails(model), related={"y/m-GGUF": gguf("y/m-GGUF")})
    assert answer.command.text == "ollama run hf.co/y/m-GGUF:Q4_K_M"
    assert "another repository" in answer.flags[0].why


def test_two_files_of_one_quantization_are_told_apart_by_their_names() -> None:
    files = listing({"a-Q4_K_M.gguf": GB, "b-Q4_K_M.gguf": GB})
    assert ask(gguf(files=files)).command.argv[-1].endswith(":a-Q4_K_M.gguf")


@pytest.mark.parametrize("path", ["$(id)-Q4_K_M.gguf", "a\x1b-Q4_K_M.gguf", "../x-Q4_K_M.gguf", "a;b-Q4_K_M.gguf"])
def test_hostile_file_names_are_not_offered(path: str) -> None:
    answer = ask(gguf(files=listing({path: GB})))
    assert answer.verdict == "refused"
    assert answer.command is None


def test_an_unknown_gguf_architecture_is_refused() -> None:
    answer = ask(replace(gguf(), gguf={"architecture": "nobody-knows"}))
    assert answer.verdict == "refused"
    assert "nobody-knows" in answer.reason


def test_a_namespace_with_a_dot_cannot_be_named_to_ollama() -> None:
    assert "dots" in ask(gguf("a.b/m-GGUF")).reason


def test_the_traps_of_the_library_are_respected(subject: MakeSubject) -> None:
    tags = {name: plan("ollama", subject(name), Options()).command.argv[-1] for name in (
        "Qwen/Qwen3-4B", "Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-235B-A22B", "Qwen/Qwen3-4B-Instruct-2507",
        "Qwen/Qwen3-VL-8B-Instruct", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
        "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B",
    )}  # fmt: skip
    assert tags["Qwen/Qwen3-4B"] == "qwen3:4b-q4_K_M"
    assert tags["Qwen/Qwen3-30B-A3B"] == "qwen3:30b-a3b-q4_K_M"
    assert tags["Qwen/Qwen3-235B-A22B"] == "qwen3:235b-a22b-q4_K_M"
    assert tags["Qwen/Qwen3-4B-Instruct-2507"] == "qwen3:4b-instruct-2507-q4_K_M"
    assert tags["Qwen/Qwen3-VL-8B-Instruct"] == "qwen3-vl:8b-instruct"
    assert tags["deepseek-ai/DeepSeek-R1-Distill-Llama-8B"] == "deepseek-r1:8b-llama-distill-q4_K_M"
    assert tags["deepseek-ai/DeepSeek-R1-0528-Qwen3-8B"] == "deepseek-r1:8b"


def test_a_cloud_tag_is_never_run_here() -> None:
    clouds = [repo for repo, entry in rules("ollama")["library"].items() if entry.get("cloud_only")]
    assert clouds
    for repo in clouds:
        assert entry_of(repo).is_cloud_only
        answer = ask(ModelDetails(Model(id=repo, task="text-generation")))
        assert answer.verdict == "refused"
        assert "cloud" in answer.reason


def test_a_tag_that_two_repositories_claim_is_given_with_a_warning(subject: MakeSubject) -> None:
    answer = plan("ollama", subject("mistralai/Mistral-7B-Instruct-v0.2"), Options())
    warnings = [note.text for note in answer.notes if note.level == "warning"]
    assert any("v0.3" in text for text in warnings)


def test_another_quantization_than_the_tag_holds_comes_from_the_hub(subject: MakeSubject) -> None:
    asked = subject("Qwen/Qwen3-8B", related={"unsloth/Qwen3-8B-GGUF": gguf("unsloth/Qwen3-8B-GGUF")})
    assert plan("ollama", asked, Options(quant="q4_k_m")).command.argv[-1] == "qwen3:8b"
    assert plan("ollama", asked, Options(quant="Q8_0")).command.argv[-1] == "hf.co/unsloth/Qwen3-8B-GGUF:Q8_0"


def test_a_context_belongs_to_the_server_and_makes_two_steps(subject: MakeSubject) -> None:
    answer = plan("ollama", subject("Qwen/Qwen3-8B"), Options(context=32768, kv_dtype="q8_0", port=11500))
    first, second = answer.command.steps
    assert first.argv == ("ollama", "serve")
    assert dict(first.env) == {
        "OLLAMA_CONTEXT_LENGTH": "32768",
        "OLLAMA_FLASH_ATTENTION": "1",
        "OLLAMA_KV_CACHE_TYPE": "q8_0",
        "OLLAMA_HOST": "127.0.0.1:11500",
    }
    assert second.argv == ("ollama", "run", "qwen3:8b")
    assert dict(second.env) == {"OLLAMA_HOST": "127.0.0.1:11500"}
    assert answer.command.argv == second.argv
    assert "localhost:11500" in answer.smoke_test


def test_an_embedding_model_is_pulled_and_tested_with_embed(subject: MakeSubject) -> None:
    answer = plan("ollama", subject("Qwen/Qwen3-Embedding-0.6B"), Options())
    assert answer.command.argv == ("ollama", "pull", "qwen3-embedding:0.6b")
    words = shlex.split(answer.smoke_test)
    assert words[1] == "http://localhost:11434/api/embed"
    assert json.loads(words[-1]) == {"model": "qwen3-embedding:0.6b", "input": "hello"}


def test_a_gated_repository_needs_a_key_because_ollama_ignores_tokens() -> None:
    answer = ask(gguf(gated="manual"))
    assert answer.command.env == {}
    assert any("id_ed25519.pub" in note.text for note in answer.notes)


def test_a_library_pull_needs_no_access_even_where_the_repository_is_gated(subject: MakeSubject) -> None:
    answer = plan("ollama", subject("meta-llama/Llama-4-Scout-17B-16E-Instruct"), Options())
    assert answer.command.text == "ollama run llama4:16x17b"
    assert not any("Gated" in note.text for note in answer.notes)


def test_an_awq_repository_is_refused_with_its_format_and_what_works(subject: MakeSubject) -> None:
    answer = plan("ollama", subject("Qwen/Qwen3-8B-AWQ"), Options())
    assert answer.verdict == "refused"
    assert answer.command is None
    assert "AWQ-4bit" in answer.reason
    texts = {(other.tool, other.text) for other in answer.alternatives}
    assert ("ollama", "ollama run qwen3:8b") in texts
    assert any(tool == "vllm" and text.startswith("vllm serve Qwen/Qwen3-8B-AWQ") for tool, text in texts)


def test_a_served_name_is_a_copy_of_the_model(subject: MakeSubject) -> None:
    answer = plan("ollama", subject("Qwen/Qwen3-8B"), Options(served_name="house"))
    assert [step.argv for step in answer.command.steps] == [
        ("ollama", "pull", "qwen3:8b"),
        ("ollama", "cp", "qwen3:8b", "house"),
        ("ollama", "run", "house"),
    ]


@pytest.mark.parametrize(
    "model_id", ["no-slash", "a/b;c", "a/$(id)", "-x/y", "a/b/c", "a/..", "a/b--c", "a/" + "x" * 100]
)
def test_an_id_that_is_not_a_repository_is_refused_with_words(model_id: str) -> None:
    for tool in ("ollama", "vllm", "llamacpp", "lmstudio", "huggingface"):
        with pytest.raises(UsageError, match="not a repository id"):
            plan(tool, Subject(ModelDetails(Model(id=model_id, quantization="GGUF")), a_machine(None)), Options())
