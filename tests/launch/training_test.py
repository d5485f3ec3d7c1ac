"""Stories about training and packing: what fits decides, files are whole and right, and no base that cannot be used."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.fit.machine import GIB, Gpu, Machine
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from tests.launch.conftest import MakeSubject, a_machine, listing
from tests.launch.training_cases import COMMANDS, REFUSALS

GB = 1_000_000_000
TYPES = {"bool": bool, "int": int, "float": float, "str": str}


def content(answer: LaunchAnswer, path: str) -> str:
    assert answer.command is not None, answer.reason
    return {file.path: file.content for file in answer.command.files}[path]


def axolotl_file(answer: LaunchAnswer) -> dict[str, Any]:
    return yaml.safe_load(content(answer, "axolotl.yaml"))


@pytest.mark.parametrize(("tool", "model_id", "expected", "source"), COMMANDS, ids=lambda value: str(value)[:50])
def test_a_model_gets_the_form_that_its_tool_documents(  # noqa: PLR0917
    subject: MakeSubject, catalog: Mapping[str, Model], tool: str, model_id: str, expected: str, source: str
) -> None:
    assert model_id in catalog
    answer = plan(tool, subject(model_id, "8xH100"), Options())
    assert answer.command is not None, answer.reason
    text = answer.command.steps[answer.command.main].text("bash")
    for part in expected.split("|"):
        assert (part.removeprefix("-") not in text) if part.startswith("---") else (part in text)


@pytest.mark.parametrize(("tool", "model_id", "fact", "source"), REFUSALS, ids=lambda value: str(value)[:50])
def test_a_base_that_cannot_be_used_is_refused_with_the_fact(  # noqa: PLR0917
    subject: MakeSubject, catalog: Mapping[str, Model], tool: str, model_id: str, fact: str, source: str
) -> None:
    assert model_id in catalog
    answer = plan(tool, subject(model_id, "8xH100"), Options())
    assert (answer.verdict, answer.command) == ("refused", None)
    assert fact in (answer.reason or "")


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert len(COMMANDS) >= 45
    assert len(REFUSALS) >= 15


@pytest.mark.parametrize("tool", ["unsloth", "axolotl", "deepspeed", "replicate"])
def test_a_quantized_base_is_answered_with_the_model_that_it_was_made_from(subject: MakeSubject, tool: str) -> None:
    answer = plan(tool, subject("unsloth/Qwen3-8B-GGUF", "RTX 4090"), Options())
    assert answer.alternatives[0].tool == tool
    assert answer.alternatives[0].model.endswith("/Qwen3-8B")


# -- what fits decides -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "adapter"), [("80GB", None), ("RTX 4090", "lora"), ("16GB", "qlora"), ("RTX 3060 12GB", "qlora")]
)
def test_a_smaller_gpu_gets_a_smaller_way_of_training(subject: MakeSubject, machine: str, adapter: str | None) -> None:
    answer = plan("axolotl", subject("Qwen/Qwen3-8B", machine), Options())
    assert axolotl_file(answer).get("adapter") == adapter
    assert any("weights in" in note.text and "GiB" in note.text for note in answer.notes)


def test_what_no_gpu_holds_is_spread_over_several(subject: MakeSubject) -> None:
    answer = plan("axolotl", subject("meta-llama/Llama-3.3-70B-Instruct", "8xH100"), Options())
    keys = axolotl_file(answer)
    assert (keys["adapter"], keys["deepspeed"]) == ("lora", "deepspeed_configs/zero3_bf16.json")
    assert answer.command is not None
    assert answer.command.steps[0].argv == ("axolotl", "fetch", "deepspeed_configs")
    assert answer.command.env == {"HF_TOKEN": None}


def test_a_wish_stands_and_is_judged(subject: MakeSubject) -> None:
    one = subject("Qwen/Qwen3-8B", "RTX 4090")
    assert axolotl_file(plan("axolotl", one, Options(quant="QLoRA")))["load_in_4bit"] is True
    whole = plan("unsloth", one, Options(quant="full"))
    assert whole.verdict == "too-large"
    assert "GiB too little" in (whole.reason or "")
    other = plan("unsloth", one, Options(quant="Q4_K_M"))
    assert other.verdict == "refused"
    assert "full, lora or qlora" in (other.reason or "")


def test_an_unknown_machine_gets_what_needs_least_and_is_told(subject: MakeSubject) -> None:
    answer = plan("unsloth", subject("Qwen/Qwen3-8B"), Options())
    assert "--load-in-4bit" in answer.command.argv
    assert any("Memory was not checked" in note.text for note in answer.notes)


def test_a_machine_without_a_gpu_is_told_which_ones_are_used(subject: MakeSubject) -> None:
    for tool, name in (("axolotl", "NVIDIA"), ("unsloth", "Intel"), ("deepspeed", "has none")):
        answer = plan(tool, subject("Qwen/Qwen3-8B", "cpu:64GB"), Options())
        assert answer.verdict == "too-large"
        assert name in (answer.reason or "")
    assert plan("unsloth", subject("Qwen/Qwen3-8B", "M3 Max 64GB"), Options()).verdict == "ready"


def deepspeed_stage(answer: LaunchAnswer) -> tuple[int, bool, bool]:
    settings = json.loads(content(answer, "ds_config.json"))["zero_optimization"]
    return settings["stage"], "offload_optimizer" in settings, "offload_param" in settings


def with_ram(gpus: int, ram_gib: int) -> Machine:
    return Machine("box", (Gpu("NVIDIA H100 80 GB", 80 * GIB, "nvidia"),) * gpus, ram_gib * GIB, source="given")


@pytest.mark.parametrize(
    ("model_id", "gpus", "ram", "expected", "verdict"),
    [
        ("Qwen/Qwen3-1.7B", 1, 64, (2, False, False), "ready"),
        ("Qwen/Qwen3-8B", 1, 512, (2, True, False), "tight"),
        ("Qwen/Qwen3-8B", 8, 512, (2, False, False), "ready"),
        ("EleutherAI/gpt-neox-20b", 8, 512, (3, False, False), "ready"),
        ("Qwen/Qwen3-32B", 8, 2000, (2, True, False), "tight"),
        ("meta-llama/Llama-3.3-70B-Instruct", 1, 4000, (3, True, True), "tight"),
        ("meta-llama/Llama-3.3-70B-Instruct", 8, 512, (3, True, False), "too-large"),
    ],
)
def test_the_fastest_stage_of_zero_that_fits_is_taken(  # noqa: PLR0917
    subject: MakeSubject, model_id: str, gpus: int, ram: int, expected: tuple[int, bool, bool], verdict: str
) -> None:
    row = subject(model_id).details
    answer = plan("deepspeed", Subject(row, with_ram(gpus, ram)), Options())
    assert (deepspeed_stage(answer), answer.verdict) == (expected, verdict), answer.reason


def test_several_nodes_are_named_in_a_file(subject: MakeSubject) -> None:
    answer = plan("deepspeed", subject("Qwen/Qwen3-8B", "8xH100"), Options(nodes=2))
    assert content(answer, "hostfile") == "HEAD_NODE_IP slots=8\nNODE_1_IP slots=8\n"
    assert answer.command.argv[:5] == ("deepspeed", "--hostfile", "hostfile", "--num_nodes", "2")
    spread = plan("axolotl", subject("Qwen/Qwen3-8B", "8xH100"), Options(nodes=2)).command
    assert spread.argv[3:10] == ("--launcher", "torchrun", "--", "--nnodes", "2", "--nproc_per_node", "8")


# -- files -------------------------------------------------------------------------------------------------------


def of_all(subject: MakeSubject, tool: str) -> Iterator[tuple[str, LaunchAnswer]]:
    for name, model_id, _, _ in COMMANDS:
        if name == tool:
            for machine in ("8xH100", "RTX 4090", None):
                yield model_id, plan(tool, subject(model_id, machine), Options(context=1024))


def test_every_key_of_axolotl_exists_with_a_value_of_its_type(subject: MakeSubject) -> None:
    known = rules("axolotl")["commands"]["axolotl train"]
    nested = {"datasets", "model_quantization_config_kwargs", "lora_target_modules"}
    for model_id, answer in of_all(subject, "axolotl"):
        for key, value in axolotl_file(answer).items():
            about = known.get(f"--{key.replace('_', '-')}")
            assert about is not None, (model_id, key)
            assert key in nested or not isinstance(value, list | dict), (model_id, key)
            wanted = TYPES.get(about["type"])
            assert wanted is None or isinstance(value, wanted), (model_id, key, value)
        keys = axolotl_file(answer)
        assert {"base_model", "datasets", "output_dir", "micro_batch_size", "learning_rate"} <= set(keys)
        assert not (keys.get("quantize_moe_experts") and keys.get("lora_target_linear"))
        assert keys.get("load_in_4bit", False) is (keys.get("adapter") == "qlora")


def paths(value: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from paths(inner, f"{before}{key}.")
        else:
            yield f"{before}{key}"


def test_every_key_of_deepspeed_and_of_cog_exists(subject: MakeSubject) -> None:
    known = set(rules("deepspeed")["config_keys"])
    for model_id, answer in of_all(subject, "deepspeed"):
        assert set(paths(json.loads(content(answer, "ds_config.json")))) <= known, model_id
    cog = set(rules("replicate")["cog_yaml"])
    for model_id, answer in of_all(subject, "replicate"):
        assert set(paths(yaml.safe_load(content(answer, "cog.yaml")))) <= cog, model_id


def test_unsloth_reads_its_settings(subject: MakeSubject) -> None:
    flags = rules("unsloth")["commands"]["unsloth train"]
    for model_id, answer in of_all(subject, "unsloth"):
        document = yaml.safe_load(content(answer, "unsloth.yaml"))
        assert set(document) <= {"data", "training", "lora"}
        for section in document.values():  # (each key of the file is an option of the command as well)
            assert all(f"--{key.replace('_', '-')}" in flags for key in section), model_id


def test_every_python_file_is_python(subject: MakeSubject) -> None:
    for tool in ("deepspeed", "replicate"):
        for _, answer in of_all(subject, tool):
            for file in answer.command.files:
                if file.path.endswith(".py"):
                    tree = ast.parse(file.content)
                    compile(tree, file.path, "exec")
    script = ast.parse(content(plan("deepspeed", subject("google-bert/bert-base-uncased"), Options()), "train.py"))
    assert "AutoModelForMaskedLM" in ast.unparse(script)


def test_every_option_for_the_script_is_one_that_it_reads(subject: MakeSubject) -> None:
    for _, answer in of_all(subject, "deepspeed"):
        script = content(answer, "train.py")
        words = answer.command.argv[answer.command.argv.index("train.py") :]
        assert all(f'"{word}"' in script for word in words if word.startswith("--"))


# -- cog ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model_id", "words"),
    [
        ("Qwen/Qwen3-8B", "TextIteratorStreamer"),
        ("Qwen/Qwen2.5-VL-7B-Instruct", "image-text-to-text"),
        ("openai/whisper-large-v3", "automatic-speech-recognition"),
        ("Qwen/Qwen3-Embedding-0.6B", "SentenceTransformer"),
        ("BAAI/bge-reranker-v2-m3", "CrossEncoder"),
        ("stabilityai/stable-diffusion-xl-base-1.0", "DiffusionPipeline"),
    ],
)
def test_each_kind_of_model_is_run_in_its_own_way(subject: MakeSubject, model_id: str, words: str) -> None:
    script = content(plan("replicate", subject(model_id), Options(revision="abc")), "run.py")
    assert words in script
    assert "class Runner(BaseRunner)" in script
    assert f"MODEL = {model_id!r}\nREVISION = 'abc'" in script


def test_a_hosted_copy_is_run_and_pushing_is_left_to_the_person(subject: MakeSubject) -> None:
    answer = plan("replicate", subject("openai/gpt-oss-20b"), Options())
    first, *others = answer.command.steps
    assert first.env == (("REPLICATE_API_TOKEN", None),)
    assert all(step.is_later for step in others)
    own = plan("replicate", subject("Qwen/Qwen3-8B"), Options(port=9000))
    assert [step.is_later for step in own.command.steps] == [False, False, False, True, True]
    assert own.command.argv == ("cog", "serve", "-p", "9000")
    assert "http://localhost:9000/predictions" in own.smoke_test
    assert any("No copy of Qwen/Qwen3-8B" in note.text for note in own.notes)


# -- downloads ---------------------------------------------------------------------------------------------------


def download(files: Mapping[str, int], machine: str | None = None, **facts: Any) -> tuple[str, ...]:
    details = ModelDetails(Model(id="x/m", **facts), files=listing(files))
    return plan("huggingface", Subject(details, a_machine(machine)), Options()).command.argv[3:]


def test_one_quantization_of_many_is_fetched() -> None:
    many = {"m-Q4_K_M.gguf": 5 * GB, "m-Q8_0.gguf": 9 * GB, "mmproj-F16.gguf": GB, "README.md": 1}
    assert download(many, "RTX 4090") == ("--include", "m-Q4_K_M.gguf", "--include", "mmproj-F16.gguf")


def test_nothing_is_fetched_twice() -> None:
    twice = {
        "model.safetensors": GB,
        "pytorch_model.bin": GB,
        "tf_model.h5": GB,
        "onnx/model.onnx": GB,
        "spiece.bin": 1,
    }
    assert download(twice) == ("--exclude", "pytorch_model*.bin", "--exclude", "*.h5", "--exclude", "onnx/*")
    assert download({"pytorch_model.bin": GB, "config.json": 1}) == ()
    assert download({"consolidated.safetensors": GB, "params.json": 1}) == ()
    mistral = {"consolidated.safetensors": GB, "model-00001-of-00001.safetensors": GB}
    assert download(mistral) == ("--exclude", "consolidated*.safetensors")


def test_a_pipeline_is_fetched_without_its_single_file() -> None:
    files = {
        "model_index.json": 1,
        "sdxl.safetensors": GB,
        "unet/diffusion.safetensors": GB,
        "unet/diffusion.fp16.safetensors": GB,
        "unet/diffusion.bin": GB,
    }
    argv = download(files, library="diffusers")
    assert argv[1::2] == ("sdxl.safetensors", "*.fp16.*", "*.bin")
