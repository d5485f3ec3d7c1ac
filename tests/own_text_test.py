"""Stories of hostile text from this side: pasted arguments, the environment, and files that somebody handed over.

A command line that was copied from a page, a shortlist or policy from a colleague, a settings file: none of their words
reaches the terminal as control, and each is an answer or an error in one line.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from modelscope_tui.__main__ import main
from modelscope_tui.shortlist import Shortlist
from tests import hostile

MODEL = "Qwen/Qwen3-8B"
NASTY = {name: text for name, text in hostile.TEXTS.items() if "\0" not in text and len(text) < 10_000}
ONE_BY_ONE = ("title", "c1", "bidi", "crlf", "textual markup", "option", "substitution", "empty")
ALL = "".join(text for name, text in NASTY.items() if name not in {"option", "short option", "surrogate", "wide"})
STORED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no file of ours holds; what only misleads the eye stays as it was written, and is left out when it is shown."""

Said = tuple[int, str, str]

LINES: tuple[tuple[str, ...], ...] = (
    ("search", "{}"),
    ("search", "org:{}", "license:{}"),
    ("search", "--sort", "{}"),
    ("facets", "{}"),
    ("show", "{}"),
    ("show", "owner/{}"),
    ("fit", MODEL, "--machine", "{}"),
    ("fit", MODEL, "--quant", "{}"),
    ("launch", MODEL, "--tool", "{}"),
    ("launch", MODEL, "--tool", "vllm", "--served-name", "{}"),
    ("launch", MODEL, "--tool", "vllm", "--dtype", "{}"),
    ("launch", MODEL, "--tool", "vllm", "--revision", "{}"),
    ("launch", MODEL, "--shell", "{}"),
    ("policy", "check", MODEL, "--policy", "{}"),
    ("cache", "export", "{}"),
    ("cache", "import", "{}"),
    ("cache", "export", "x", "--models", "{}"),
    ("cache", "export", "x", "--query", "{}"),
    ("cache", "{}"),
    ("shortlist", "import", "{}"),
    ("config", "{}"),
    ("sync", "--since", "{}"),
    ("{}", "--json"),
    ("search", "qwen", "--endpoint", "{}"),
    ("--{}",),
)
"""Everywhere a word can stand."""


@pytest.fixture
def say(
    built_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Run a command line in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def _say(*words: str) -> Said:
        code = main([*words, "--offline", "--cache-dir", str(built_cache)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return _say


def harmless(said: Said, words: object) -> None:
    code, out, err = said
    assert code in {0, 1, 2, 3, 4, 8}, (words, code, err)
    assert not hostile.CONTROLS.search(out + err), words
    assert "Unexpected" not in err
    assert "Traceback" not in err
    if code:
        assert (out + err).strip(), "an error has words"


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_no_argument_becomes_more_than_a_word(say: Callable[..., Said], line: tuple[str, ...]) -> None:
    another = ONE_BY_ONE[LINES.index(line) % len(ONE_BY_ONE)]
    for text in (ALL, NASTY["surrogate"], NASTY[another]):
        words = [word.replace("{}", text) for word in line]
        harmless(say(*words), words)
        if "--json" not in line and text is ALL:
            _code, out, _err = said = say(*words, "--json")
            harmless(said, words)
            if out:
                json.loads(out)


def test_bytes_that_are_no_text_are_a_word_like_any(built_cache: Path) -> None:
    argv: list[str | bytes] = [sys.executable, "-m", "modelscope_tui", "search", b"\xff\xfe\x9b31m", "--offline",
                               "--cache-dir", str(built_cache)]  # fmt: skip
    for form in ([], ["--json"]):
        ran = subprocess.run([*argv, *form], capture_output=True, check=False)
        assert ran.returncode == 0, ran.stderr
        assert b"\xff" not in ran.stdout + ran.stderr
        assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "name", ["HF_ENDPOINT", "HF_HOME", "HF_TOKEN", "MODELSCOPE_TUI_CACHE", "MODELSCOPE_TUI_CONFIG"]
)
def test_no_value_of_the_environment_becomes_more(
    name: str, say: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in (ALL.replace("/", "|"), NASTY["title"], NASTY["up"], NASTY["bidi"]):
        monkeypatch.setenv(name, text)
        for words in (("config", "show"), ("search", "qwen3", "--limit", "1")):
            harmless(say(*words), (name, words))


def toml(text: str) -> str:
    """Write a text as TOML, which knows no surrogates; NUL too, which no file name may hold."""
    return json.dumps(text.replace("\ud800", "").replace("\udfff", ""), ensure_ascii=False).replace("\x7f", "\\u007f")


def test_a_text_as_toml_reads_back() -> None:
    for text in (*NASTY.values(), ALL, "a\0b"):
        if not any("\ud800" <= letter <= "\udfff" for letter in text):
            assert tomllib.loads(f"x = {toml(text)}")["x"] == text


FILES_LINES = (
    "endpoint = {}", "machine = {}", "theme = {}", "region = {}", "policy = {}", "cache_dir = {}", "{} = 1",
    "[keys]\n{} = {}", "[machines]\n{} = {}", "[machines]\n{} = 3", "[keys]\nquit = {}", "not toml {}",
)  # fmt: skip


def test_no_word_of_a_settings_file_becomes_more(
    say: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(path))
    for line in FILES_LINES:
        path.write_text(line.replace("{}", toml(ALL + "\0" * ("cache" in line))), encoding="utf-8")
        for words in (("config", "check"), ("config", "show"), ("search", "qwen3", "--limit", "1"),
                      ("fit", MODEL, "--machine", "x"), ("doctor",)):  # fmt: skip
            harmless(say(*words), (line, words))


def test_no_word_of_a_policy_becomes_more(say: Callable[..., Said], tmp_path: Path) -> None:
    path, text = tmp_path / "policy.toml", toml(ALL)
    lines = ("unknown = {}", "{} = 1", "[licenses]\nallow = [{}]", "[use]\npurpose = {}", "[use]\nregions = [{}]",
             "[publishers]\ndeny = [{}, \"Qwen\"]", "[{}]\nx = 1", "[safety]\nmax_age_days = {}", "{}")  # fmt: skip
    for line in lines:
        path.write_text(line.replace("{}", text), encoding="utf-8")
        code, out, err = said = say("policy", "check", MODEL, "--policy", str(path))
        harmless((0 if code == 9 else code, out, err), line)
        assert said


def test_a_shortlist_that_was_handed_over_holds_words_and_no_more(
    say: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(tmp_path / "own" / "config.toml"))
    texts = [*NASTY.values(), ALL, "a\0b", "x" * 1_000_000]
    for number, text in enumerate(texts):
        document = {
            "schema": 1,
            "models": {f"org/m{number}": {"starred": text, "note": text, "tags": [text], "changed": text}, text: {}},
            "views": {text: {"query": text, "changed": text}, f"v{number}": {"query": text}},
            "seen": {f"org/m{number}": {"at": text, "revision": text, "license": text, "files": text}},
            "recent": [text, f"org/m{number}"],
        }
        (tmp_path / "given.json").write_text(json.dumps(document), encoding="utf-8")
        harmless(say("shortlist", "import", "given.json"), text[:80])
    shortlist = Shortlist(tmp_path / "own" / "shortlist.json")
    assert len(shortlist.starred) > len(texts) // 2
    assert shortlist.problem is None
    for star in shortlist.kept.models.values():
        assert len(star.note) <= 2000
        assert not STORED.search(star.note + " ".join(star.tags))
    for view in shortlist.kept.views.values():
        assert 0 < len(view.name) <= 60
        assert view.name.isprintable()
    for words in (
        ("shortlist",),
        ("shortlist", "--json"),
        ("shortlist", "export", "out.json"),
        ("search", "starred:yes"),
    ):
        harmless(say(*words), words)
    shortlist.toggle([MODEL])
    assert MODEL in Shortlist(shortlist.path).starred, "it can still be changed"
