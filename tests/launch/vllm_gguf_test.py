"""Stories about GGUF files in vLLM: one file of a tested family, with the original's tokenizer, and never as ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.evaluation import evaluation_of
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.tool import get
from tests.launch.conftest import MakeSubject, a_machine, listing

GB = 10**9
QWEN = "unsloth/Qwen3-8B-GGUF"
TWO = {"Qwen3-8B-Q4_K_M.gguf": 5 * GB, "Qwen3-8B-Q8_0.gguf": 9 * GB}
PARTS = {f"Qwen3-8B-Q8_0-0000{part}-of-00002.gguf": 5 * GB for part in (1, 2)}


def asked(subject: Subject, **wishes: object) -> LaunchAnswer:
    return plan("vllm", subject, Options(**wishes))  # type: ignore[arg-type]


def with_files(subject: Subject, sizes: dict[str, int]) -> Subject:
    return replace(subject, details=replace(subject.details, files=listing(sizes)))


def test_a_tested_family_gets_the_plugin_the_quantization_and_the_tokenizer(subject: MakeSubject) -> None:
    answer = asked(subject(QWEN, "RTX 4090"))
    assert answer.command is not None
    install, serve = (step.argv for step in answer.command.steps)
    assert install == ("pip", "install", "vllm-gguf-plugin")
    assert serve[:5] == ("vllm", "serve", f"{QWEN}:Q4_K_M", "--tokenizer", "Qwen/Qwen3-8B")
    assert answer.command.argv == serve
    assert answer.verdict == "tight"
    assert "experimental" in (answer.reason or "")
    assert answer.served_as == QWEN
    assert f'"model":"{QWEN}"' in (answer.smoke_test or "")
    assert any("never seen" in note.text for note in answer.notes)
    assert get("vllm").can_run(subject(QWEN).model)


def test_a_new_measurement_takes_the_tokenizer_of_the_original(subject: MakeSubject) -> None:
    chosen = subject(QWEN, "RTX 4090")
    evaluation = evaluation_of(chosen.details, asked(chosen))
    assert evaluation is not None
    assert "tokenizer=Qwen/Qwen3-8B," in evaluation.text


def test_the_files_decide_which_quantization(subject: MakeSubject) -> None:
    chosen = with_files(subject(QWEN, "RTX 4090"), TWO)
    assert asked(chosen, quant="q8_0").command.argv[2] == f"{QWEN}:Q8_0"  # type: ignore[union-attr]
    assert "there is no Q5_K_M" in (asked(chosen, quant="Q5_K_M").reason or "")
    assert "no GGUF quantization" not in (asked(chosen).reason or "")


def test_split_files_are_left_to_llama_cpp(subject: MakeSubject) -> None:
    split = with_files(subject(QWEN, "RTX 4090"), PARTS)
    answer = asked(split)
    assert answer.verdict == "refused"
    assert "reads one file" in (answer.reason or "")
    assert answer.alternatives
    one = with_files(subject(QWEN, "RTX 4090"), {"Qwen3-8B-Q4_K_M.gguf": 5 * GB} | PARTS)
    assert asked(one).command.argv[2] == f"{QWEN}:Q4_K_M"  # type: ignore[union-attr]
    assert "Q8_0 is in several files" in (asked(one, quant="Q8_0").reason or "")


def test_a_wish_that_is_no_quantization_is_refused(subject: MakeSubject) -> None:
    assert "not the name of a GGUF quantization" in (asked(subject(QWEN, "RTX 4090"), quant="huge").reason or "")
    assert "several files" in (asked(subject("unsloth/Qwen3-32B-GGUF", "8xH100"), quant="BF16").reason or "")


def test_the_vllm_that_is_installed_says_whether_it_needs_the_plugin(subject: MakeSubject) -> None:
    for version, steps in (("0.23.0", 1), ("0.24.0", 2), ("0.33.0", 2)):
        here = replace(subject(QWEN, "RTX 4090"), versions={"vllm": version})
        assert len(asked(here).command.steps) == steps, version  # type: ignore[union-attr]
    bits = "unsloth/Qwen2.5-Coder-3B-bnb-4bit"
    for version, steps in (("0.27.1", 1), ("0.28.0", 2)):
        here = replace(subject(bits, "RTX 4090"), versions={"vllm": version})
        assert len(asked(here).command.steps) == steps, version  # type: ignore[union-attr]


def test_a_gated_tokenizer_asks_for_the_token(subject: MakeSubject) -> None:
    answer = asked(subject("bartowski/google_gemma-3-1b-it-GGUF", "RTX 4090"))
    assert answer.command is not None
    assert "--tokenizer google/gemma-3-1b-it" in answer.command.text
    assert answer.command.env == {"HF_TOKEN": None}
    assert any("tokenizer is gated" in note.text for note in answer.notes)
    assert asked(subject(QWEN, "RTX 4090")).command.env == {}  # type: ignore[union-attr]


@pytest.mark.parametrize(("architecture", "is_served"), [("qwen3", True), ("llama", False), ("", False)])
def test_the_header_of_a_file_tells_the_family_of_a_derived_model(
    subject: MakeSubject, architecture: str, *, is_served: bool
) -> None:
    bare = subject("somebody/My-Tune-8B-GGUF", "RTX 4090")
    row = replace(bare.model, quantization="GGUF", base_models=("somebody/My-Tune-8B",), task="text-generation")
    details = ModelDetails(row, files=listing({"My-Tune-8B-Q4_K_M.gguf": 5 * GB}), gguf={"architecture": architecture})
    answer = asked(Subject(details, a_machine("RTX 4090")))
    assert (answer.command is not None) is is_served
    if answer.command is not None:
        assert "--tokenizer somebody/My-Tune-8B" in answer.command.text


def test_a_machine_without_gpus_is_sent_to_llama_cpp(subject: MakeSubject) -> None:
    answer = asked(subject(QWEN, "cpu:64GB"))
    assert answer.verdict == "too-large"
    assert "llama.cpp" in (answer.reason or "")


def test_vllms_image_has_no_plugin(subject: MakeSubject) -> None:
    answer = asked(subject(QWEN, "RTX 4090"), target="docker")
    assert answer.verdict == "refused"
    assert "vllm-gguf-plugin" in (answer.reason or "")
