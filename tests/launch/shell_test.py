"""What is written for PowerShell and cmd reads back as it was meant, by a grammar and by the rules of Windows.

PowerShell's own text is read with the tree-sitter grammar of PowerShell. For cmd there is no grammar that knows its
carets, so two rules are followed here: what cmd does to a line, and how a Windows program splits what it is given.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

import pytest
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.launch.command import Step, line
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.tool import TOOLS
from tests.launch.conftest import a_machine

POWERSHELL = Parser(Language(tree_sitter_powershell.language()))
WISHES = (Options(), Options(context=8192, port=9000, served_name="house", kv_dtype="fp8", gpus=2))
WORDS = st.lists(st.text().filter(str.isprintable), min_size=1, max_size=5).filter(lambda words: bool(words[0]))


def of_windows(text: str) -> list[str]:
    """Split a command line as the C runtime of Windows does: quotes group, backslashes escape quotes only."""
    words: list[str] = []
    place, end = 0, len(text)
    while place < end:
        if text[place] == " ":
            place += 1
            continue
        word, is_quoted = "", False
        while place < end and (is_quoted or text[place] != " "):
            slashes = len(text[place:]) - len(text[place:].lstrip("\\"))
            place += slashes
            if place < end and text[place] == '"':
                word += "\\" * (slashes // 2)
                if slashes % 2:
                    word += '"'
                else:
                    is_quoted = not is_quoted
                place += 1
                continue
            word += "\\" * slashes
            if place < end and (is_quoted or text[place] != " "):
                word += text[place]
                place += 1
        words.append(word)
    return words


def of_cmd(text: str) -> list[str]:
    """Read a line as cmd does: a caret outside quotes frees the next character, and nothing active may be left."""
    given_on, is_quoted, place = "", False, 0
    while place < len(text):
        char = text[place]
        if char == "^" and not is_quoted:
            place += 1
            char = text[place]
        else:
            assert char != "%" or text.startswith("%USERPROFILE%", place) or text[:place].endswith("%USERPROFILE")
            assert is_quoted or char not in "()&|<>!", text
            is_quoted = is_quoted is not (char == '"')
        given_on += char
        place += 1
    assert not is_quoted
    return [word.replace("%USERPROFILE%", "$HOME") for word in of_windows(given_on)]


def commands_of(node: Node) -> list[Node]:
    return [node] if node.type == "command" else [found for child in node.children for found in commands_of(child)]


def of_powershell(text: str) -> list[str]:
    """Read a text with the grammar: the words of its one command, as a program of Windows gets them."""
    tree = POWERSHELL.parse(text.encode())
    assert not tree.root_node.has_error, text
    (command,) = commands_of(tree.root_node)
    said = command.text.decode().removeprefix("& ")
    words = re.findall(r"'(?:[^']|'')*'|\"[^\"]*\"|[^ ]+", said)
    plain = [word_of(word) for word in words]
    if "$PSNativeCommandArgumentPassing = 'Legacy'" not in text:
        return ["" if word == '""' else word for word in plain]
    line_of = " ".join(f'"{word}"' if " " in word or not word else word for word in plain)
    return of_windows(line_of)


def word_of(word: str) -> str:
    if word.startswith("'"):
        return re.sub("(['\u2018\u2019\u201a\u201b])\\1", r"\1", word[1:-1])
    if word.startswith('"'):
        assert word[1:].startswith("${HOME}"), word
        return word[1:-1].replace("${HOME}", "$HOME")
    return word


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
