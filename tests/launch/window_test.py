"""Stories about the context that a tool takes when nobody asks for one."""

from __future__ import annotations

import pytest

from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options
from tests.launch.conftest import MakeSubject

QWEN = "Qwen/Qwen3-8B"


def said(answer: LaunchAnswer) -> str:
    return " ".join(note.text for note in answer.notes if note.text.startswith("Without --context"))


@pytest.mark.parametrize(
    ("machine", "tokens", "words"),
    [
        ("RTX 3060 12GB", 4096, "below 24 GiB"), ("RTX 4090", 32768, "24 to 48 GiB"), ("cpu:64GB", 4096, "below 24"),
        ("4xH100", 40960, "48 GiB and more"),
    ],
)  # fmt: skip
def test_ollama_takes_a_context_by_the_memory_and_never_more_than_the_model_reads(
    subject: MakeSubject, machine: str, tokens: int, words: str
) -> None:
    text = said(plan("ollama", subject(QWEN, machine), Options()))
    assert f"Ollama takes {tokens} tokens here" in text
    assert words in text


def test_how_much_more_would_fit_is_said_with_the_option_that_sets_it(subject: MakeSubject) -> None:
    answer = plan("ollama", subject(QWEN, "RTX 3060 12GB"), Options())
    assert answer.fit is not None
    assert f"up to {answer.fit.max_context} fit: --context sets OLLAMA_CONTEXT_LENGTH" in said(answer)
    assert answer.command is not None
    assert "OLLAMA_CONTEXT_LENGTH" not in answer.command.text


def test_llamacpp_says_whether_the_whole_context_fits(subject: MakeSubject) -> None:
    assert "takes all 40960 tokens" in said(plan("llamacpp", subject(QWEN, "4xH100"), Options()))
    small = plan("llamacpp", subject(QWEN, "8GB"), Options())
    assert small.fit is not None
    assert f"-c {small.fit.max_context}" in said(small)


@pytest.mark.parametrize("tool", ["ollama", "llamacpp"])
def test_whoever_asked_for_a_context_or_has_no_known_machine_is_told_nothing(subject: MakeSubject, tool: str) -> None:
    assert said(plan(tool, subject(QWEN, "RTX 4090"), Options(context=8192))) == ""
    assert said(plan(tool, subject(QWEN, None), Options())) == ""
