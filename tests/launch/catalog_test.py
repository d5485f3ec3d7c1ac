"""Stories over the catalog: the Tools pane and the answers agree, every text is right, and every flag exists.

The default run asks about rows of every library, task, format, size and class (``sweep.stratified``); README.md says
how the whole catalog goes through the same checks.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.command import LaunchCommand, Step
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.tool import TOOLS, get, tools_of
from tests.launch import everything
from tests.launch.conftest import a_machine
from tests.launch.sweep import CHECKS, Asked, ask, ask_targets, gone, known, stratified, usable


@pytest.fixture(scope="module")
def chosen(catalog: Mapping[str, Model]) -> list[Model]:
    """Rows that stand for the others."""
    return stratified(usable(catalog))


@pytest.fixture(scope="module")
def answers(chosen: list[Model]) -> list[Asked]:
    """What every tool answers for them, over several machines and wishes."""
    return list(ask(chosen))


@pytest.fixture(scope="module")
def targeted(chosen: list[Model]) -> list[Asked]:
    """The same for every target and several nodes, for a few of them."""
    return list(ask_targets(chosen[::25]))


def test_the_chosen_rows_stand_for_all(catalog: Mapping[str, Model], chosen: list[Model]) -> None:
    rows = usable(catalog)
    assert len(chosen) < len(rows) / 50
    for name in ("library", "quantization", "task", "gated", "architectures", "capabilities"):
        assert {getattr(row, name) for row in chosen} == {getattr(row, name) for row in rows}, name


@pytest.mark.parametrize("check", CHECKS)
def test_every_answer_for_the_shell_is_right(check: str, answers: list[Asked]) -> None:
    assert [(asked.row.id, asked.tool, problem) for asked in answers for problem in CHECKS[check](asked)] == []


@pytest.mark.parametrize("check", [name for name in CHECKS if name != "listing"])
def test_every_answer_for_a_target_is_right(check: str, targeted: list[Asked]) -> None:
    assert {asked.answer.container.tool for asked in targeted if asked.answer.container} >= {"vllm", "sglang", "ollama"}
    assert [(asked.row.id, asked.tool, problem) for asked in targeted for problem in CHECKS[check](asked)] == []


def test_every_text_is_right_for_bash(answers: list[Asked], targeted: list[Asked]) -> None:
    texts = [step.text("bash") for asked in (*answers, *targeted) for step in asked.steps]
    assert len(texts) > 2000
    checked = subprocess.run(["bash", "-n"], input="\n".join(texts), text=True, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


def found_in(*argv: str, tool: str = "vllm") -> list[str]:
    """What the checks say of a command that no tool writes."""
    answer = LaunchAnswer("a/b", tool, "ready", command=LaunchCommand((Step("Serve", argv),)))
    asked = Asked(Model("a/b"), tool, True, answer)
    return [name for name, check in CHECKS.items() if any(check(asked))]


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (("vllm", "serve", "a/b", "--port", "8000"), []),
        (("vllm", "serve", "a/b", "--port", "many"), ["flags"]),
        (("vllm", "serve", "a/b", "--runner", "walking"), ["flags"]),
        (("vllm", "serve", "a/b", "--no-such-flag"), ["flags"]),
        (("vllm", "serve", "a/b", "--task", "embed"), ["flags", "removed"]),
        (("vllm", "serve", "a/b", "--disable-cascade-attn"), ["removed"]),
        (("python", "-m", "sglang.launch_server", "--model-path", "a/b", "--enable-dp-attention"), ["removed"]),
        (("python3", "-m", "sglang.launch_server", "--tp-size", "x"), ["flags"]),
        (("lms", "ls", "--detailed"), ["removed"]),
        (("wget", "a/b"), ["flags"]),
    ],
)
def test_the_checks_find_what_is_wrong(argv: tuple[str, ...], found: list[str]) -> None:
    assert found_in(*argv) == found


def test_what_the_facts_call_deprecated_counts_as_removed() -> None:
    assert gone()["python"] >= {"--enable-dp-attention", "--disable-cuda-graph"}
    assert gone()["vllm"] >= {"--task", "--log-config-file", *rules("vllm")["removed_flags"]}
    assert gone()["llama-server"] >= {"--draft-max", "--defrag-thold", "-dt", "--mlock"}
    assert "vllm serve" in known()


def test_the_whole_run_counts_and_reports(chosen: list[Model], capsys: pytest.CaptureFixture[str]) -> None:
    found = everything.look_at(ask(chosen[:6]), windows_every=3)
    found.rows = 6
    assert found.plans.total() == 6 * len(TOOLS)
    assert found.read_by_windows
    assert found.problems == {}
    wrong = Asked(chosen[0], "vllm", True, replace(get("vllm").plan(_subject(chosen[0]), Options()), command=None))
    found.add(everything.look_at([wrong], windows_every=3))
    everything.tell(found, rows=6, sample=0, seconds=1)
    assert f"(as {chosen[0].id})" in capsys.readouterr().out


def _subject(row: Model) -> Subject:
    return Subject(ModelDetails(row), a_machine(None))


def test_the_tools_pane_counts_what_it_should(catalog: Mapping[str, Model]) -> None:
    offered = dict.fromkeys([tool.name for tool in TOOLS], 0)
    for row in catalog.values():
        for name in tools_of(row):
            offered[name] += 1
    assert offered["huggingface"] > 26000
    assert 13000 < offered["vllm"] < 22000
    assert 4000 < offered["ollama"] <= offered["lmstudio"] < 8000
    assert 4000 < offered["llamacpp"] < 6000
    assert 10000 < offered["sglang"] < offered["vllm"]
