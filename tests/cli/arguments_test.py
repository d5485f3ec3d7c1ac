"""What a command line means: commands, queries, options on both sides."""

from __future__ import annotations

import argparse

import pytest

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import explore
from modelscope_tui.cli.main import load
from modelscope_tui.errors import UsageError


def read(*words: str) -> tuple[str, argparse.Namespace]:
    line = reading.split(words)
    if not line.command:
        return "", reading.parse(explore.new_parser(), line)
    command = load(line.command)
    parser = reading.new_parser(line.command, examples=command.EXAMPLES)
    command.configure(parser)
    return line.command, reading.parse(parser, line)


def test_words_that_are_no_command_are_the_query_of_the_explorer() -> None:
    command, options = read("qwen3", "coder", "params:<40b")
    assert (command, options.query) == ("", "qwen3 coder params:<40b")


def test_no_word_opens_the_explorer_without_a_query() -> None:
    command, options = read("--offline")
    assert (command, options.query, options.offline) == ("", "", True)


@pytest.mark.parametrize(
    "words",
    [
        ("search", "qwen", "--offline", "--machine", "2x80GB", "-q"),
        ("--offline", "--machine", "2x80GB", "-q", "search", "qwen"),
        ("--machine=2x80GB", "search", "--offline", "qwen", "-q"),
    ],
)
def test_shared_options_stand_before_or_after_the_command(words: tuple[str, ...]) -> None:
    command, options = read(*words)
    assert (command, options.query, options.offline, options.machine, options.quiet) == (
        "search", "qwen", True, "2x80GB", True,
    )  # fmt: skip


def test_the_value_of_an_option_is_never_taken_for_a_command() -> None:
    command, options = read("--cache-dir", "search", "facets")
    assert (command, options.cache_dir) == ("facets", "search")


def test_options_may_stand_between_the_words_of_a_query() -> None:
    _, options = read("search", "qwen", "--limit", "5", "coder", "--json", "org:qwen")
    assert (options.query, options.limit, options.json) == ("qwen coder org:qwen", 5, True)


@pytest.mark.parametrize("term", ["-tag:moe", "-quant:awq", "-quantized", "-hub", "-license:mit|gemma"])
def test_an_excluding_term_is_a_word_and_no_option(term: str) -> None:
    assert read("search", "qwen", term)[1].query == f"qwen {term}"
    assert read("search", term, "--limit", "3")[1].query == term
    assert read(term)[1].query == term


def test_after_two_dashes_every_word_is_the_query() -> None:
    command, options = read("--", "search", "-q", "--json")
    assert (command, options.query, options.quiet, options.json) == ("", "search -q --json", False, False)
    assert read("search", "--", "--json")[1].query == "--json"


def test_a_misspelt_option_is_refused_with_the_place_to_look() -> None:
    with pytest.raises(UsageError, match=r"--limt.* See modelscope-tui search --help") as caught:
        read("search", "--limt", "3")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("action", ["export", "import"])
def test_cache_export_and_import_take_a_file(action: str) -> None:
    assert str(read("cache", action, "file")[1].file) == "file"


@pytest.mark.parametrize(
    "words",
    [
        ("search", "--limit", "0"),
        ("search", "--limit", "many"),
        ("launch",),
        ("launch", "a/b", "--port", "70000"),
        ("launch", "a/b", "--context", "32q"),
        ("launch", "a/b", "--quant", "Q4; rm -rf"),
        ("launch", "a/b", "--quant=--trust"),
        ("launch", "a/b", "--served-name", "$(id)"),
        ("launch", "a/b", "--target", "podman"),
        ("launch", "a/b", "--shell", "fish"),
        ("launch", "a/b", "--gpus", "-1"),
        ("show", "a/b", "c/d"),
        ("cache",),
        ("cache", "burn"),
    ],
)
def test_values_that_cannot_be_used_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        read(*words)


def test_a_context_may_be_said_as_people_say_it() -> None:
    assert read("launch", "a/b", "--context", "32k")[1].context == 32768
    assert read("launch", "a/b", "--context", "1M")[1].context == 1048576
    assert read("launch", "a/b", "--context", "40960")[1].context == 40960


@pytest.mark.parametrize("name", sorted(reading.COMMANDS))
def test_every_command_helps_with_examples_and_exit_codes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        read(name, "--help")
    told = capsys.readouterr().out
    assert left.value.code == 0
    assert f"modelscope-tui {name}" in told.partition("examples:")[2]
    assert "exit codes:" in told
    assert "HF_ENDPOINT" in told


@pytest.mark.parametrize(
    "text",
    ["Qwen/Qwen3-8B", "https://huggingface.co/Qwen/Qwen3-8B", "https://huggingface.co/Qwen/Qwen3-8B/tree/main?x=1",
     "huggingface.co/Qwen/Qwen3-8B", "hf.co/Qwen/Qwen3-8B:Q4_K_M"],
)  # fmt: skip
def test_the_address_of_a_models_page_is_its_id_too(text: str) -> None:
    assert read("show", text)[1].model == "Qwen/Qwen3-8B"


def test_a_dataset_is_not_taken_for_a_model() -> None:
    assert read("show", "https://huggingface.co/datasets/a/b")[1].model == "https://huggingface.co/datasets/a/b"
