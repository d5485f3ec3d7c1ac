"""What is written for PowerShell and cmd reads back as it was meant, by a grammar and by the rules of Windows.

How both are read back is in ``windows.py``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.launch.command import Step, line
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.tool import TOOLS
from tests.launch.conftest import a_machine
from tests.launch.windows import of_cmd, of_powershell

WISHES = (Options(), Options(context=8192, port=9000, served_name="house", kv_dtype="fp8", gpus=2))
WORDS = st.lists(st.text().filter(str.isprintable), min_size=1, max_size=5).filter(lambda words: bool(words[0]))


@pytest.fixture(scope="module")
def steps(catalog: Mapping[str, Model]) -> list[Step]:
    """Every step of every tool for a sample of rows."""
    rows = random.Random(7).sample([row for row in catalog.values() if is_repo_id(row.id)], 100)
    found: dict[tuple[str, ...], Step] = {}
    for row in rows:
        for tool in TOOLS:
            for wish in WISHES:
                answer = tool.plan(Subject(ModelDetails(row), a_machine("4xH100")), wish)
                for step in answer.command.steps if answer.command else ():
                    found[step.argv] = step
    assert len(found) > 300
    return list(found.values())


def test_powershell_reads_every_command_as_it_was_meant(steps: list[Step]) -> None:
    for step in steps:
        last = step.text("powershell")
        assert tuple(of_powershell(last)) == step.argv


def test_cmd_reads_every_command_as_it_was_meant(steps: list[Step]) -> None:
    for step in steps:
        last = step.text("cmd").split("\n")[-1]
        assert tuple(of_cmd(last)) == step.argv


@given(WORDS)
def test_cmd_reads_back_whatever_was_meant(words: list[str]) -> None:
    assert of_cmd(line(words, "cmd")) == words


@pytest.mark.parametrize(
    "word", ["$(id)", "`id`", "a;id", "it's", "a|b", "&& id", "@x", "{a,b}", "%PATH%", "#x", "1kb"]
)
def test_powershell_takes_hostile_words_as_data(word: str) -> None:
    assert of_powershell(line(("vllm", "serve", word), "powershell")) == ["vllm", "serve", word]
