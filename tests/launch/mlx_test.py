"""Stories about MLX: which of its servers takes which model, what it converts, and that it is for Macs alone."""

from __future__ import annotations

from typing import Any

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.mlx_support import bits_of
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from tests.launch.conftest import MakeSubject, a_machine, listing

GB = 10**9
MAC = "M3 Max 64GB"


def ask(subject: Subject, **options: Any) -> LaunchAnswer:
    return plan("mlx", subject, Options(**options))


def said(answer: LaunchAnswer) -> str:
    return "\n".join(note.text for note in answer.notes)


def test_what_is_kept_by_hand_is_in_the_lists_of_the_packages() -> None:
    own, about = rules("serving")["mlx"], rules("mlx")
    assert set(own["mxfp4_types"]) <= set(about["text_types"])
    assert set(own["same_types"].values()) <= set(about["vision_types"])


@pytest.mark.parametrize("machine", ["RTX 4090", "cpu:64GB", "8xH100"])
def test_another_machine_than_a_mac_is_too_small_whatever_its_memory(subject: MakeSubject, machine: str) -> None:
    answer = ask(subject("Qwen/Qwen3-8B", machine))
    assert answer.verdict == "too-large"
    assert "Apple silicon" in answer.reason
    assert "GiB or more would do" in answer.reason
    assert answer.command.argv == ("mlx_lm.server", "--model", "Qwen/Qwen3-8B")


def test_a_model_that_does_not_fit_is_made_smaller_first(subject: MakeSubject) -> None:
    answer = ask(subject("meta-llama/Llama-3.3-70B-Instruct", MAC))
    make, serve = answer.command.steps
    folder = "Llama-3.3-70B-Instruct-4bit"
    assert make.argv == (
        "mlx_lm.convert", "--hf-path", "meta-llama/Llama-3.3-70B-Instruct", "-q", "--q-bits", "4", "--mlx-path", folder,
    )  # fmt: skip
    assert make.env == (("HF_TOKEN", None),)
    assert serve.argv == ("mlx_lm.server", "--model", folder)
    assert answer.served_as == folder
    assert answer.verdict in {"ready", "tight"}
    assert ask(subject("Qwen/Qwen3-235B-A22B", MAC)).verdict == "too-large"


def test_the_users_wishes_become_flags_of_the_server_that_has_them(subject: MakeSubject) -> None:
    text = ask(subject("Qwen/Qwen3-8B", MAC), quant="4bit", context=8192, kv_dtype="q8_0", port=9000, gpus=1)
    assert text.command.argv == ("mlx_lm.server", "--model", "Qwen3-8B-4bit", "--kv-bits", "8", "--port", "9000")
    assert "no limit on the context" in said(text)
    assert "no option for --gpus" in said(text)
    picture = ask(subject("Qwen/Qwen2.5-VL-7B-Instruct", MAC), context=8192)
    assert picture.command.argv[-2:] == ("--max-kv-size", "8192")
    assert "image_url" in picture.smoke_test
    assert "http://localhost:8080/v1/" in picture.smoke_test
    assert all(flag.why and flag.source for flag in (*text.flags, *picture.flags))


@pytest.mark.parametrize(
    ("wanted", "bits"), [("4bit", 4), ("q8", 8), ("MLX-6bit", 6), ("4-bit", 4), ("Q4_K_M", None), ("7bit", None)]
)
def test_a_wish_for_bits_is_read(wanted: str, bits: int | None) -> None:
    assert bits_of(wanted) == bits


def test_a_wish_that_it_cannot_have_is_refused(subject: MakeSubject) -> None:
    assert "mlx_lm.convert makes" in ask(subject("Qwen/Qwen3-8B", MAC), quant="Q4_K_M").reason
    stored = "lmstudio-community/gemma-3-270m-it-MLX-8bit"
    assert ask(subject(stored, MAC), quant="8bit").command.argv[-1] == stored
    assert ask(subject(stored, MAC), quant="4bit").verdict == "refused"
    assert "mlx.launch" in ask(subject("Qwen/Qwen3-8B", MAC), nodes=2).reason


def test_pickle_files_are_not_read() -> None:
    row = Model(id="some/llama", task="text-generation", model_type="llama")
    details = ModelDetails(row, files=listing({"pytorch_model.bin": GB, "config.json": 1}))
    assert "pickle" in ask(Subject(details, a_machine(MAC))).reason


def test_each_kind_of_model_is_asked_in_its_own_way(subject: MakeSubject) -> None:
    for model, path in (
        ("BAAI/bge-m3", "/v1/embeddings"),
        ("BAAI/bge-reranker-v2-m3", "/v1/rerank"),
        ("openai/whisper-large-v3", "/v1/audio/transcriptions"),
        ("Qwen/Qwen-Image", "/v1/images/generations"),
        ("Qwen/Qwen3-8B-Base", "/v1/completions"),
    ):
        assert path in ask(subject(model, MAC)).smoke_test, model


def test_other_formats_point_to_the_original(subject: MakeSubject) -> None:
    answer = ask(subject("Qwen/Qwen3-8B-FP8", MAC))
    assert ("mlx", "Qwen/Qwen3-8B") in {(other.tool, other.model) for other in answer.alternatives}
