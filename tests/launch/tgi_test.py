"""Stories about TGI: a container in every target, its own list of models, and how it is told the weights' format."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from tests.launch.conftest import MakeSubject

QWEN = "Qwen/Qwen2.5-7B-Instruct"


def ask(subject: Subject, **options: Any) -> LaunchAnswer:
    return plan("tgi", subject, Options(**options))


def test_its_rules_name_what_the_launcher_has() -> None:
    own, table = rules("serving")["tgi"], rules("tgi")["commands"]["text-generation-launcher"]
    assert {*own["quantize"].values(), *own["online"]} <= set(table["--quantize"]["choices"])
    assert {*own["vision_types"], *own["trust_types"], *own["completes"]} <= set(rules("tgi")["model_types"])


def test_the_command_for_a_shell_is_the_container(subject: MakeSubject) -> None:
    answer = ask(subject(QWEN, "4x80GB"))
    assert answer.command.target == "shell"
    assert answer.command.text == (
        'docker run --rm --gpus all --shm-size 1g -p 8080:80 -v "$HOME/.cache/huggingface:/data"'
        f" ghcr.io/huggingface/text-generation-inference:latest --model-id {QWEN} --num-shard 1"
    )
    assert "http://localhost:8080/v1/chat/completions" in answer.smoke_test
    assert any("maintenance mode" in note.text for note in answer.notes)


def test_a_token_is_passed_on_where_nobody_knows_of_a_gate(subject: MakeSubject) -> None:
    answer = ask(subject("google/medgemma-4b-it", "RTX 4090"))
    assert "-e HF_TOKEN ghcr.io/" in answer.command.text
    assert answer.command.env == {}  # (it need not be set)


def test_the_users_wishes_become_flags(subject: MakeSubject) -> None:
    wishes = {"context": 8192, "gpus": 4, "port": 9000, "dtype": "f16", "kv_dtype": "fp8", "revision": "abc"}
    answer = ask(subject(QWEN, "8x80GB"), served_name="house", **wishes)
    text = answer.command.text
    for part in (
        "--gpus 4 ", "-p 9000:80 ", "--num-shard 4", "--max-total-tokens 8192 --max-input-tokens 7168",
        "--dtype float16", "--kv-cache-dtype fp8_e4m3fn", "--revision abc",
    ):  # fmt: skip
        assert part in text
    assert any("no option for --served-name" in note.text for note in answer.notes)
    assert answer.served_as == QWEN
    assert "--quantize eetq" in ask(subject(QWEN), quant="eetq").command.text
    assert all(flag.why and flag.source for flag in answer.flags)


def test_it_is_the_same_server_in_compose_kubernetes_and_systemd(subject: MakeSubject) -> None:
    asked = subject(QWEN, "4x80GB")
    service = yaml.safe_load(ask(asked, target="compose").command.files[0].content)["services"]["qwen2-5-7b-instruct"]
    assert service["command"] == ["--model-id", QWEN, "--num-shard", "1"]
    assert service["ports"] == ["8080:80"]
    manifest = ask(asked, target="kubernetes").command.files[0].content
    assert "containerPort: 80" in manifest
    unit = ask(asked, target="systemd").command.files[0].content
    assert "ExecStart=/usr/bin/env docker run --rm --gpus all" in unit
    assert "%h/.cache/huggingface:/data" in unit


@pytest.mark.parametrize(
    ("machine", "verdict", "image"),
    [
        ("MI300X", "ready", "latest-rocm"), ("cpu:64GB", "tight", "latest-intel-cpu"),
        ("M3 Max 64GB", "too-large", "latest-intel-cpu"), ("8GB", "too-large", "latest "),
    ],
)  # fmt: skip
def test_the_machine_decides_the_image_and_the_verdict(
    subject: MakeSubject, machine: str, verdict: str, image: str
) -> None:
    answer = ask(subject(QWEN, machine))
    assert answer.verdict == verdict
    assert f"text-generation-inference:{image}" in answer.command.text


def test_heads_that_do_not_divide_leave_gpus_idle(subject: MakeSubject) -> None:
    answer = ask(subject(QWEN, "3x80GB"), gpus=3)  # 28 heads
    assert "--num-shard 1" in answer.command.text
    assert any("do not divide over 3 GPUs" in note.text for note in answer.notes)


def test_an_encoder_decoder_is_asked_to_complete(subject: MakeSubject) -> None:
    assert "/v1/completions" in ask(subject("google-t5/t5-base")).smoke_test


def test_several_machines_are_for_other_servers(subject: MakeSubject) -> None:
    answer = ask(subject(QWEN, "8x80GB"), nodes=2)
    assert answer.verdict == "refused"
    assert "vLLM" in answer.reason
