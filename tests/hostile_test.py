"""Stories of a hostile Hub, the whole way: its words are letters on the screen and data in commands, never more."""

from __future__ import annotations

import base64
import json
import random
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.__main__ import main
from tests import hostile
from tests.bench import programs
from tests.bench.terminal import ESCAPE, Terminal
from tests.hub_server import HubServer, recorded

NAME = "nasty/zyzzyva-7b"
PAGES = (
    "synthetic_info_qwen3_8b",
    "synthetic_info_qwen3_8b_gguf",
    "synthetic_info_awq",
    "model_info_bert_base_uncased",
)
SAMPLE = 60
EVERYTHING = "".join(text for name, text in hostile.TEXTS.items() if name not in {"megabyte", "surrogate", "wide"})


def everywhere(text: str, page: str = "synthetic_info_qwen3_8b") -> dict[str, Any]:
    """A page whose every text begins with a hostile one; named so that its row can be found."""
    return {**hostile.everywhere(hostile.answer(page), text), "id": NAME, "modelId": NAME}


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


def every_case() -> list[tuple[str, hostile.Path, str, str]]:
    """Each place of each recorded answer, with each text, planted in each way."""
    return [
        (page, place, text, way)
        for page in PAGES
        for place in hostile.places(hostile.answer(page))
        for text in hostile.TEXTS
        for way in hostile.WAYS
    ]


def test_no_text_at_any_place_of_an_answer_becomes_more_than_data() -> None:
    cases = random.Random(2026).sample(every_case(), SAMPLE)
    config = recorded("synthetic_config_qwen3_8b")
    texts: list[str] = []
    for number, (page, place, text, way) in enumerate(cases):
        texts += hostile.check(
            hostile.plant(hostile.answer(page), place, hostile.TEXTS[text], way), config, place=number
        )
    assert texts
    hostile.bash_reads(sorted(set(texts)))


def test_no_text_at_any_place_of_a_configuration_becomes_more_than_data() -> None:
    config = recorded("synthetic_config_qwen3_8b")
    page = hostile.answer("synthetic_info_qwen3_8b")
    texts: list[str] = []
    for number, place in enumerate(hostile.places(config)):
        text = list(hostile.TEXTS.values())[number % len(hostile.TEXTS)]
        texts += hostile.check(page, hostile.plant(config, place, text), place=number)
    hostile.bash_reads(sorted(set(texts)))


COMMANDS = (
    ("search", "zyzzyva"),
    ("show", NAME, "--card"),
    ("fit", NAME),
    ("launch", NAME),
    ("launch", NAME, "--tool", "vllm"),
    ("launch", NAME, "--tool", "vllm", "--target", "kubernetes"),
    ("launch", NAME, "--tool", "axolotl"),
    ("facets", "zyzzyva"),
    ("doctor",),
    ("cache", "info"),
)


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_command_lets_a_control_through(
    hub: HubServer, own_cache: Path, capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    hub.add_model(everywhere(EVERYTHING), config=hostile.everywhere(recorded("synthetic_config_qwen3_8b"), EVERYTHING),
                  card=EVERYTHING)  # fmt: skip
    for words in COMMANDS:
        code = main([*words, *form, "--endpoint", hub.url, "--cache-dir", str(own_cache), "--machine", "RTX 4090"])
        said = capsys.readouterr()
        assert code in {0, 8}, (words, said.err)
        assert not hostile.CONTROLS.search(said.out + said.err), words
        assert "Unexpected" not in said.err
        if form:
            json.loads(said.out)


@pytest.mark.parametrize("status", ["401", "403", "404", "500", "503", "418"])
def test_no_error_message_of_the_hub_lets_a_control_through(
    hub: HubServer, own_cache: Path, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    words = re.sub(r"[^\x01-\x09\x0b-\x0c\x0e-\xff]", "", EVERYTHING)  # (as much of it as a header can hold)
    for code in ("GatedRepo", "RepoNotFound", "DisabledRepo", words):
        hub.fault(status, code=code, message=words)
        for form in ((), ("--json",)):
            ended = main(["show", NAME, *form, "--endpoint", hub.url, "--cache-dir", str(own_cache)])
            said = capsys.readouterr()
            assert ended in {3, 5, 7}
            assert not hostile.CONTROLS.search(said.out + said.err)
            assert said.err.count("\n") == (0 if form else 1)


def test_what_is_carried_to_another_host_is_as_harmless_there(
    hub: HubServer, own_cache: Path, built_cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add_model(everywhere(EVERYTHING), card=EVERYTHING)
    parcel, other = tmp_path / "out" / "hub.parcel", Path(shutil.copytree(built_cache, tmp_path / "other"))
    parcel.parent.mkdir()
    shared = ("--endpoint", hub.url, "-q")
    assert main(["cache", "export", str(parcel), "--models", NAME, "--cache-dir", str(own_cache), *shared]) == 0
    assert [path.name for path in parcel.parent.iterdir()] == ["hub.parcel"]
    assert main(["cache", "import", str(parcel), "--cache-dir", str(other), "--offline"]) == 0
    for words in (("show", NAME, "--card"), ("launch", NAME), ("launch", NAME, "--tool", "huggingface", "--print")):
        capsys.readouterr()
        assert main([*words, "--cache-dir", str(other), "--offline"]) == 0
        said = capsys.readouterr()
        assert not hostile.CONTROLS.search(said.out + said.err)
    assert shlex.split(said.out)[:3] == ["hf", "download", NAME]
    hostile.bash_reads([said.out])


# -- the explorer, on the raw bytes of a terminal --------------------------------------------------------------

SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]",
    re.DOTALL,
)
MOVES = re.compile(rb"\x1b\[[\d;]*[mHABCDGKJ]")
"""Colours and places, which follow what is on the screen."""

PASTED = "paste"
TOUR = ("\r", "l", "l", "l", "l", "l", "l", "l", "y", ESCAPE, "v", ESCAPE, ":", "zyz", ESCAPE, "?", ESCAPE, "V", ESCAPE,
        "M", ESCAPE, "n", PASTED, ESCAPE, "/zyzzyva")  # fmt: skip


def own_files(folder: Path, text: str) -> dict[str, str]:
    """What a person keeps, with a text in it: machines by name, notes, tags and views; gives the environment."""
    folder.mkdir(exist_ok=True)
    named = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    (folder / "config.toml").write_text(f'theme = {named}\n[machines]\n{named} = "4xH100"\nodd = {named}\n')
    kept = {
        "schema": 1,
        "models": {NAME: {"starred": text, "note": text, "tags": [text], "changed": text}},
        "views": {text: {"query": text, "changed": text}},
        "seen": {NAME: {"at": text, "revision": text, "license": text, "files": text}},
    }
    (folder / "shortlist.json").write_text(json.dumps(kept), encoding="utf-8")
    return {"MODELSCOPE_TUI_CONFIG": str(folder / "config.toml")}


def seen_while_touring(start: Callable[..., Terminal], hub: HubServer, size: tuple[int, int], text: str) -> bytes:
    """Walk through every tab and popup, and paste a text; gives all bytes that reached the terminal."""
    terminal = start("--endpoint", hub.url, NAME, columns=size[0], lines=size[1])
    terminal.wait_for(lambda screen: "zyzzyva-7b" in screen.replace("nasty/zyzzyva-7b ", "", 1) and "1 of" in screen)
    for keys in TOUR:
        terminal.send(f"\x1b[200~{text}\x1b[201~" if keys is PASTED else keys)
        terminal.settle(0.1)
    assert terminal.is_alive()
    terminal.send("\x11")  # ctrl+q leaves from anywhere
    assert terminal.wait_for_end() == 0
    return bytes(terminal.raw)


def test_the_terminal_is_told_nothing_that_harmless_words_do_not_tell_it(own_cache: Path, tmp_path: Path) -> None:
    started: list[Terminal] = []

    def told(text: str, size: tuple[int, int]) -> tuple[bytes, set[bytes]]:
        env = own_files(tmp_path / "own", text)

        def start(*words: str, columns: int, lines: int) -> Terminal:
            started.append(programs.explorer(own_cache, "--refresh", *words, columns=columns, lines=lines, env=env))
            return started[-1]

        with HubServer() as hub:
            hub.add_model(everywhere(text), card=f"# {text}\n\n{text}\n")
            raw = seen_while_touring(start, hub, size, text)
        copied = [found for found in SEQUENCE.findall(raw) if found.startswith(b"\x1b]52;c;")]
        for one in copied:  # what `y` copies is a command of ours
            assert base64.b64decode(one[7:-1]).decode().isprintable()
        return raw, {found for found in SEQUENCE.findall(raw) if not MOVES.fullmatch(found) and found not in copied}

    try:
        _, harmless = told("harmless ", (160, 48))
        assert len(harmless) > 5
        for size in ((160, 48), (80, 24)):
            raw, sequences = told(EVERYTHING, size)
            assert sequences - harmless == set()
            for name in ("colour", "title", "clipboard", "hyperlink", "device", "unfinished"):
                assert hostile.TEXTS[name].encode() not in raw
            assert b"owned\x07" not in raw
            assert b"\xc2\x9b" not in raw
    finally:
        for terminal in started:
            terminal.close()
