"""Stories about asking all tools, the order of their answers, and the other three tools with real files."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile
from modelscope_tui.errors import UsageError
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.deferred import Deferred
from modelscope_tui.launch.plan import plan, plan_all, plan_best
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.tool import TOOLS, get
from tests.launch.conftest import MakeSubject, a_machine, listing

GB = 10**9
SPLIT = listing({"Q8_0/m-Q8_0-00001-of-00002.gguf": 40 * GB, "Q8_0/m-Q8_0-00002-of-00002.gguf": 40 * GB})


def ask(tool: str, details: ModelDetails, machine: str | None = None, **options: Any) -> LaunchAnswer:
    return plan(tool, Subject(details, a_machine(machine)), Options(**options))


def gguf(files: tuple[ModelFile, ...], **facts: Any) -> ModelDetails:
    return ModelDetails(Model(id="x/m-GGUF", quantization="GGUF", **facts), files=files)


@pytest.mark.parametrize(
    ("machine", "first"),
    [("4xH100", "vllm"), ("RTX 4090", "vllm"), ("8GB", "ollama"), ("M3 Max 64GB", "ollama"), ("cpu:64GB", "ollama")],
)
def test_the_best_tool_for_the_machine_comes_first_with_the_reason(
    subject: MakeSubject, machine: str, first: str
) -> None:
    answers = plan_all(subject("Qwen/Qwen3-0.6B", machine), Options())
    assert answers[0].tool == first
    assert any(note.text.startswith("First because") for note in answers[0].notes)
    assert {answer.tool for answer in answers} == {tool.name for tool in TOOLS}


def test_what_cannot_run_comes_last_and_fetching_files_before_it(subject: MakeSubject) -> None:
    answers = plan_all(subject("suno/bark", "4xH100"), Options())
    assert answers[0].tool == "huggingface"
    assert all(answer.verdict == "refused" for answer in answers[1:])
    bloom = [answer.tool for answer in plan_all(subject("bigscience/bloom", "4x80GB"), Options())]
    assert bloom[:5] == ["vllm", "docker-model-runner", "tgi", "transformers", "huggingface"]


def test_an_unknown_tool_target_or_shell_is_said(subject: MakeSubject) -> None:
    with pytest.raises(UsageError, match="ollama"):
        get("olama")
    with pytest.raises(UsageError, match="kubernetes"):
        plan("vllm", subject("Qwen/Qwen3-8B"), Options(target="nomad"))
    with pytest.raises(UsageError, match="fish"):
        plan("vllm", subject("Qwen/Qwen3-8B"), Options(shell="fish"))


@pytest.mark.parametrize("shell", ["bash", "powershell", "cmd"])
def test_every_tool_writes_for_every_shell(subject: MakeSubject, shell: str) -> None:
    for answer in plan_all(subject("meta-llama/Llama-3.1-8B-Instruct", "RTX 4090"), Options(shell=shell, context=8192)):
        assert answer.command is not None
        assert answer.command.shell == shell
        assert answer.command.text


def test_powershell_calls_the_real_curl(subject: MakeSubject) -> None:
    answer = plan("ollama", subject("Qwen/Qwen3-8B"), Options(shell="powershell"))
    assert "curl.exe http://localhost:11434" in answer.smoke_test


def test_llamacpp_takes_split_files_that_ollama_cannot() -> None:
    assert ask("llamacpp", gguf(SPLIT)).command.text == "llama-server -hf x/m-GGUF:Q8_0"
    assert ask("ollama", gguf(SPLIT)).verdict == "refused"


def test_llamacpp_names_the_file_where_a_quantization_is_not_enough() -> None:
    two = listing({"a/m-Q4_K_M.gguf": GB, "b/m-Q4_K_M.gguf": GB})
    argv = ask("llamacpp", gguf(two)).command.argv
    assert argv[:3] == ("llama-server", "-hf", "x/m-GGUF")
    assert argv[3] == "--hf-file"
    assert argv[4] in {"a/m-Q4_K_M.gguf", "b/m-Q4_K_M.gguf"}


def test_llamacpp_says_when_pictures_cannot_be_read() -> None:
    blind = gguf(listing({"m-Q4_K_M.gguf": GB}), task="image-text-to-text")
    assert any("mmproj" in note.text for note in ask("llamacpp", blind).notes)
    seeing = gguf(listing({"m-Q4_K_M.gguf": GB, "mmproj-F16.gguf": GB}), task="image-text-to-text")
    assert not any("mmproj" in note.text for note in ask("llamacpp", seeing).notes)


def test_llamacpp_takes_the_users_wishes() -> None:
    details = gguf(listing({"m-Q4_K_M.gguf": GB}))
    argv = ask("llamacpp", details, context=16384, kv_dtype="q8_0", port=9000, served_name="house").command.argv
    assert argv[3:] == (
        "--ctx-size", "16384", "--cache-type-k", "q8_0", "--cache-type-v", "q8_0", "--alias", "house", "--port", "9000",
    )  # fmt: skip


def test_lmstudio_is_given_the_whole_address_and_loads_under_a_name() -> None:
    answer = ask("lmstudio", gguf(listing({"m-Q4_K_M.gguf": GB})), "RTX 4090", context=8192)
    assert [step.argv for step in answer.command.steps] == [
        ("lms", "get", "https://huggingface.co/x/m-GGUF@q4_k_m", "--yes"),
        ("lms", "load", "m", "--identifier", "m", "--context-length", "8192", "--yes"),
        ("lms", "server", "start"),
    ]


def test_mlx_weights_want_a_mac(subject: MakeSubject) -> None:
    name = "lmstudio-community/gemma-3-270m-it-MLX-8bit"
    assert plan("lmstudio", subject(name, "M3 Max 64GB"), Options()).verdict in {"ready", "tight"}
    unseen = plan("lmstudio", subject(name), Options())
    assert any("Apple silicon" in note.text for note in unseen.notes)


def test_a_download_takes_only_what_is_wanted() -> None:
    many = listing({"m-Q4_K_M.gguf": 5 * GB, "m-Q8_0.gguf": 9 * GB})
    assert ask("huggingface", gguf(many), quant="q4_k_m").command.argv[-2:] == ("--include", "m-Q4_K_M.gguf")
    assert ask("huggingface", gguf(SPLIT), quant="Q8_0").command.argv[-2:] == ("--include", "*Q8_0*")
    assert ask("huggingface", gguf(many), quant="Q6_K").verdict == "refused"
    meta = ModelDetails(
        Model(id="meta-llama/x", gated="manual"), files=listing({"original/a.pth": 1, "m.safetensors": 1})
    )
    answer = ask("huggingface", meta, revision="abc")
    assert answer.command.argv[3:] == ("--exclude", "original/*", "--revision", "abc")
    assert answer.command.env == {"HF_TOKEN": None}


def test_a_licence_that_excludes_commerce_is_said(subject: MakeSubject) -> None:
    answer = plan("vllm", subject("mistralai/Mistral-Large-Instruct-2407", "8x80GB"), Options())
    assert any("mrl" in note.text and note.level == "warning" for note in answer.notes)


def test_pickled_weights_are_said_before_the_command() -> None:
    details = ModelDetails(
        Model(id="x/m", model_type="opt", task="text-generation"), files=listing({"pytorch_model.bin": GB})
    )
    assert any("pickle" in note.text for note in ask("vllm", details).notes)


def test_a_download_of_many_quantizations_takes_the_usual_one_and_its_projector() -> None:
    many = listing({"m-Q4_K_M.gguf": 5 * GB, "m-Q8_0.gguf": 9 * GB, "mmproj-F16.gguf": GB})
    assert ask("huggingface", gguf(many)).command.argv[3:] == (
        "--include", "m-Q4_K_M.gguf", "--include", "mmproj-F16.gguf",
    )  # fmt: skip


@pytest.mark.parametrize(
    "model_id",
    [
        "Qwen/Qwen3-8B",
        "deepseek-ai/DeepSeek-V3.2",
        "black-forest-labs/FLUX.1-dev",
        "BAAI/bge-reranker-v2-m3",
        "unsloth/Qwen3-8B-GGUF",
        "timm/resnet50.a1_in1k",
    ],
)
@pytest.mark.parametrize("machine", ["8xH100", "RTX 4090", "M3 Max 64GB", "cpu:16GB", None])
def test_the_best_answer_alone_is_the_first_of_all(subject: MakeSubject, model_id: str, machine: str | None) -> None:
    asked = subject(model_id, machine)
    best, first = plan_best(asked, Options()), plan_all(asked, Options())[0]
    assert (best.tool, best.verdict, best.command) == (first.tool, first.verdict, first.command)


def test_a_tool_that_is_read_late_is_what_the_register_says_of_it() -> None:
    late = [tool for tool in TOOLS if isinstance(tool, Deferred)]
    assert late
    for tool in late:
        file, _, name = tool.place.partition(":")
        real = getattr(import_module(f"modelscope_tui.launch.tools.{file}"), name)()
        assert (real.name, real.label, real.purpose) == (tool.name, tool.label, tool.purpose)
