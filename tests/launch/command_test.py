"""Stories about quoting: what a person pastes is exactly what was meant, in every shell."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelscope_tui.errors import UsageError
from modelscope_tui.launch.command import LaunchCommand, Step, line, option
from modelscope_tui.launch.subject import Options

HOSTILE = [
    "$(id)",
    "`id`",
    "a;id",
    "a b",
    "it's",
    'say "hi"',
    "a|b",
    "&& id",
    "*",
    "~",
    "%PATH%",
    "!x",
    "é",
    "{a,b}",
    "",
]
JSON = '{"architectures":["A"],"n":1}'


def _printable(text: str) -> bool:
    return text.isprintable()


@pytest.mark.parametrize("word", HOSTILE)
def test_bash_reads_back_exactly_the_arguments(word: str) -> None:
    argv = ("vllm", "serve", "--served-model-name", word)
    text = line(argv)
    assert tuple(shlex.split(text)) == argv
    shown = subprocess.run(["bash", "-c", f"printf '%s\\0' {text}"], capture_output=True, check=True).stdout
    assert tuple(shown.decode().split("\0")[:-1]) == argv


@given(st.lists(st.text().filter(_printable), min_size=1, max_size=6).filter(lambda words: bool(words[0])))
def test_bash_reads_back_whatever_was_meant(words: list[str]) -> None:
    assert shlex.split(line(words)) == words


@pytest.mark.parametrize(
    "word", ["a\nb", "a\x1b[2Jb", "a\x00b", "a\u202eb", "a\u200bb", "a\ud800b", "a\u2028b", "a\tb"]
)
def test_control_characters_never_become_part_of_a_command(word: str) -> None:
    with pytest.raises(UsageError, match="cannot be part of a command"):
        Step("Serve", ("vllm", word))
    with pytest.raises(UsageError):
        Step("Serve", ("vllm",), (("NAME", word),))


def test_a_value_with_a_leading_dash_stays_inside_its_option() -> None:
    assert option("--served-model-name", "-x") == ("--served-model-name=-x",)
    assert option("--port", 8000) == ("--port", "8000")


@pytest.mark.parametrize("value", ["-x", "--help", "a b", "a;b", "$(id)", "", "a\n"])
def test_options_refuse_what_could_be_read_as_something_else(value: str) -> None:
    for name in ("quant", "dtype", "kv_dtype", "served_name", "revision"):
        with pytest.raises(UsageError):
            Options(**{name: value})


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (("vllm", "serve", "Qwen/Qwen3-8B"), "vllm serve Qwen/Qwen3-8B"),
        (("vllm", "--x", "it's"), "vllm --x 'it''s'"),
        (("vllm", "it\u2019s"), "vllm 'it\u2019\u2019s'"),
        (("vllm", "$env:X", "`n", "a,b", "@x", "1kb"), "vllm '$env:X' '`n' 'a,b' '@x' '1kb'"),
        (("vllm", "-c.d", "8192"), "vllm '-c.d' 8192"),
        (("my tool", "x"), "& 'my tool' x"),
        (("vllm", ""), "vllm '\"\"'"),
    ],
)
def test_powershell_takes_every_argument_literally(argv: tuple[str, ...], text: str) -> None:
    assert line(argv, "powershell") == text


def test_powershell_keeps_inner_quotes_of_json_in_old_and_new_versions() -> None:
    first, second = line(("vllm", "--hf-overrides", JSON), "powershell").split("\n")
    assert first == "$PSNativeCommandArgumentPassing = 'Legacy'"
    assert second == 'vllm --hf-overrides \'{\\"architectures\\":[\\"A\\"],\\"n\\":1}\''


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("a b", '"a b"'),
        (JSON, '"{\\"architectures\\":[\\"A\\"],\\"n\\":1}"'),
        ("a&calc", '^"a^&calc^"'),
        ("%PATH%", '^"^%PATH^%^"'),
        ('a"&calc', '^"a\\^"^&calc^"'),
        ("a\\", "a\\"),
        ("a b\\", '"a b\\\\"'),
    ],
)
def test_cmd_never_lets_an_argument_end_early(word: str, text: str) -> None:
    assert line(("tool", word), "cmd") == f"tool {text}"


def test_variables_are_written_for_each_shell_and_secrets_only_named() -> None:
    step = Step("Serve", ("ollama", "serve"), (("OLLAMA_CONTEXT_LENGTH", "32768"), ("HF_TOKEN", None)))
    assert step.text("bash") == "OLLAMA_CONTEXT_LENGTH=32768 ollama serve"
    assert step.text("powershell") == "$env:OLLAMA_CONTEXT_LENGTH = '32768'\nollama serve"
    assert step.text("cmd") == 'set "OLLAMA_CONTEXT_LENGTH=32768"\nollama serve'
    assert LaunchCommand((step,)).as_json()["env"] == {"OLLAMA_CONTEXT_LENGTH": "32768", "HF_TOKEN": None}


def test_several_steps_are_titled_and_the_main_one_gives_the_arguments() -> None:
    steps = (Step("Get it", ("lms", "get", "x")), Step("Load it", ("lms", "load", "x")))
    command = LaunchCommand(steps, main=1)
    assert command.text == "# 1. Get it\nlms get x\n# 2. Load it\nlms load x"
    assert command.argv == ("lms", "load", "x")
    assert LaunchCommand(steps, shell="cmd").text.startswith("rem 1. Get it")


def test_a_title_cannot_carry_a_command() -> None:
    with pytest.raises(UsageError):
        Step("Run\nrm -rf /", ("ollama",))


def test_an_unknown_shell_is_said() -> None:
    with pytest.raises(UsageError, match="fish"):
        line(("ollama",), "fish")
