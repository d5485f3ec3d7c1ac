"""Stories over the whole catalog: the Tools pane and the answers agree, and every flag exists."""

from __future__ import annotations

import json
import random
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.command import Step
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.tool import TOOLS, tools_of
from tests.launch.conftest import a_machine

SAMPLE = 1500
MACHINES = (None, "4x80GB", "RTX 4090", "M3 Max 64GB", "cpu:64GB", "8GB")
WISHES = (Options(), Options(context=8192), Options(port=9000, served_name="house", kv_dtype="q8_0", gpus=2))
Answers = list[tuple[Model, str, bool, LaunchAnswer]]
NOT_TOOLS = {"pip"}


@pytest.fixture(scope="module")
def answers(catalog: Mapping[str, Model]) -> list[tuple[Model, str, bool, LaunchAnswer]]:
    """What every tool answers for a sample of rows, over several machines and wishes."""
    rows = random.Random(2026).sample([row for row in catalog.values() if is_repo_id(row.id)], SAMPLE)

    def ask() -> Iterator[tuple[Model, str, bool, LaunchAnswer]]:
        for place, row in enumerate(rows):
            subject = Subject(ModelDetails(row), a_machine(MACHINES[place % len(MACHINES)]))
            for tool in TOOLS:
                wish = WISHES[place % len(WISHES)]
                if wish.context is not None and row.context is not None:  # (more than a model has is refused)
                    wish = replace(wish, context=min(wish.context, row.context))
                yield row, tool.name, tool.can_run(row), tool.plan(subject, wish)

    return list(ask())


def steps_of(answers: Answers) -> Iterator[Step]:
    for _, _, _, answer in answers:
        yield from answer.command.steps if answer.command else ()


def test_a_listed_tool_answers_and_an_unlisted_one_refuses(answers: Answers) -> None:
    wrong = [
        (row.id, tool, answer.reason) for row, tool, listed, answer in answers if listed is (answer.command is None)
    ]
    assert wrong == []


def test_every_answer_without_a_command_gives_its_reason(answers: Answers) -> None:
    for row, tool, _, answer in answers:
        if answer.command is None:
            assert answer.verdict in {"refused", "unknown"}
            assert answer.reason, (row.id, tool)
        elif answer.verdict != "ready":
            assert answer.reason, (row.id, tool)


def test_every_answer_can_be_written_as_json(answers: Answers) -> None:
    for _, _, _, answer in answers:
        shown = json.loads(json.dumps(answer.as_json()))
        assert set(shown) >= {"model", "tool", "verdict", "reason", "alternatives", "command", "flags", "smoke_test"}


def test_every_text_is_right_for_bash_and_splits_back(answers: Answers) -> None:
    texts = []
    for step in steps_of(answers):
        text = step.text("bash")
        given = sum(value is not None for _, value in step.env)
        assert tuple(shlex.split(text))[given:] == step.argv
        texts.append(text)
    checked = subprocess.run(["bash", "-n"], input="\n".join(texts), text=True, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_every_flag_exists_in_the_tool_with_a_value_of_its_type(answers: Answers) -> None:
    known = {name: flags for tool in TOOLS for name, flags in rules(tool.name)["commands"].items()}
    wrong = {
        problem for step in steps_of(answers) if step.argv[0] not in NOT_TOOLS for problem in problems(step, known)
    }
    assert wrong == set()


def inside(argv: tuple[str, ...]) -> tuple[str, ...]:
    """What runs inside a container that is started: TGI is a container by itself."""
    image = next((word for word in argv if "/text-generation-inference:" in word), None)
    return argv if image is None else ("text-generation-launcher", *argv[argv.index(image) + 1 :])


def problems(step: Step, known: Mapping[str, Any]) -> Iterator[str]:
    argv = inside(step.argv)
    if argv[:2] == ("docker", "desktop"):
        return  # (Docker's own, which no rule file lists)
    named = (" ".join(argv[:length]) for length in (3, 2, 1))
    command = next((name for name in named if name in known), None)
    if command is None:
        yield f"no such command: {step.argv}"
        return
    words = list(argv[command.count(" ") + 1 :])
    for place, word in enumerate(words):
        if word.endswith(".py"):
            break  # (what follows are the script's own options)
        if not word.startswith("-") or word[1:].isdigit():
            continue
        if word == "--":  # (what follows are another program's own options)
            break
        flag = known[command].get(word)
        if flag is None:
            yield f"{command} has no {word}"
            continue
        value = words[place + 1] if place + 1 < len(words) else ""
        if flag["type"].startswith("int") and not value.isdigit():
            yield f"{word} {value} is not a number"
        if flag["type"] == "choice" and flag.get("choices") and value not in [str(one) for one in flag["choices"]]:
            yield f"{word} {value} is not one of its choices"
        if flag["type"] == "json":
            json.loads(value)


GONE: Mapping[str, frozenset[str]] = {
    "vllm": frozenset({"--enable-reasoning", "--guided-decoding-backend"}),
    "python": frozenset({"--enable-dp-attention", "--disable-cuda-graph", "--enable-flashinfer-allreduce-fusion"})
    | {"--max-model-len", "--gpu-memory-utilization", "--enable-auto-tool-choice"},
    "sglang": frozenset({"--enable-dp-attention", "--disable-cuda-graph"}),
    "llama-server": frozenset({"--defrag-thold", "--draft-max", "--draft-n-min", "-ngl", "--tools", "--agent"}),
    "hf": frozenset({"--resume-download", "--local-dir-use-symlinks"}),
    "lms": frozenset({"--detailed"}),
    "cog": frozenset({"predict"}),
    "ollama": frozenset({"--context", "--num-ctx", "-c"}),
    "deepspeed": frozenset({"--num-gpus", "--num-nodes"}),
}
"""By program: what is deprecated, removed, another program's, or not safe to write unasked (the tools' own tables)."""


def test_no_removed_flag_is_ever_written(answers: Answers) -> None:
    listed = {"vllm": rules("vllm")["removed_flags"], "llama-server": rules("llamacpp")["removed_flags"]}
    wrong = set()
    for step in steps_of(answers):
        program, *words = step.argv
        wrong |= {(program, word) for word in words if word in GONE.get(program, ()) or word in listed.get(program, ())}
        assert program != "huggingface-cli"
    assert wrong == set()


def test_the_image_of_a_server_gets_no_removed_flag_either(answers: Answers) -> None:
    gone = {"vllm": {*rules("vllm")["removed_flags"], *GONE["vllm"]}, "sglang": GONE["python"]}
    gone["llamacpp"] = {*rules("llamacpp")["removed_flags"], *GONE["llama-server"]}
    inside = [answer.container for _, _, _, answer in answers if answer.container is not None]
    assert {container.tool for container in inside} >= set(gone)
    assert [item.argv for item in inside if gone.get(item.tool, set()) & set(item.argv)] == []


def test_no_secret_has_a_value(answers: Answers) -> None:
    for step in steps_of(answers):
        assert all(value is None for name, value in step.env if name == "HF_TOKEN")


def test_the_tools_pane_counts_what_it_should(catalog: Mapping[str, Model]) -> None:
    offered = dict.fromkeys([tool.name for tool in TOOLS], 0)
    for row in catalog.values():
        for name in tools_of(row):
            offered[name] += 1
    assert offered["huggingface"] > 26000
    assert 13000 < offered["vllm"] < 17000
    assert 4000 < offered["ollama"] <= offered["lmstudio"] < 8000
    assert 4000 < offered["llamacpp"] < 6000
    assert 10000 < offered["sglang"] < offered["vllm"]
