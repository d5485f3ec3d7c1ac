"""What a stranger may write on the Hub: nasty texts, ways to plant them in an answer, and what nothing may become.

    for place, page in planted(recorded(…), TEXTS["clipboard"]):   # one place after the other
        check(page, place)                                         # records, tabs, commands: nothing dangerous

A longer run over every place and every text: `python -m tests.fuzz`.
"""

from __future__ import annotations

import copy
import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from modelscope_tui.catalog.lens import lens_of
from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.catalog.permission import Purpose
from modelscope_tui.errors import HubNonsense, ModelscopeError, UsageError
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.outlook import Wish, outlook
from modelscope_tui.hub.translate import details_of, pruned
from modelscope_tui.launch.command import Step
from modelscope_tui.launch.plan import plan_all
from modelscope_tui.launch.subject import Options, Subject
from tests.hub_server import recorded
from tests.launch.windows import POWERSHELL, commands_of, of_cmd, of_powershell

TEXTS: Mapping[str, str] = {
    "colour": "\x1b[31mred\x1b[0m",
    "clear": "\x1b[2J\x1b[H\x1bc",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;b3duZWQ=\x1b\\",
    "hyperlink": "\x1b]8;;https://evil.example/\x1b\\here\x1b]8;;\x1b\\",
    "device": "\x1bP+q544e\x1b\\\x1b_Gf=100;AAAA\x1b\\\x1b[c\x1b[6n",
    "unfinished": "\x1b]0;never ended",
    "c1": "\x9b31m\x9d0;owned\x9c\x90q\x9c\x85",
    "c0": "".join(map(chr, range(1, 32))) + "\x7f",
    "nul": "a\0b",
    "bidi": "\u202egpj.exe\u2066\u2069\u061c\u200f",
    "zero-width": "a\u200bb\u200d\u2060\ufeff\u00ad\U000e0041",
    "wide": "漢字カナ👩‍👩‍👧‍👦" * 20,
    "combining": "Z" + "\u0301" * 300,
    "surrogate": "lone\ud800\udfff",
    "textual markup": "[@click=app.quit]press[/] [/] [red",
    "rich markup": "[link=https://evil.example]x[/link][blink]y[/blink]\\[",
    "html": "<script>alert(1)</script><img src=x onerror=y>&lt;",
    "markdown": "[x](javascript:alert(1)) ![y](file:///etc/passwd) `z`",
    "crlf": "one\r\ntwo\rthree\u2028four",
    "megabyte": "a" * 1_000_000,
    "shell": "'\"; rm -rf ~ #",
    "substitution": "$(touch /tmp/owned)`touch /tmp/owned`${HOME}",
    "pipes": "a | b && c > d < e & f !!",
    "windows": '%PATH% ^& "quoted\\" & calc',
    "powershell": "$env:HF_TOKEN; (iex x) \u2019; y",
    "option": "--upload-pack=evil",
    "short option": "-rf",
    "up": "../../../etc/passwd",
    "absolute": "/etc/passwd",
    "drive": "C:\\Windows\\system32",
    "reserved": "CON",
    "reserved with an ending": "aux.gguf",
    "yaml": "x: !!python/object/apply:os.system [id]\n- &a *a",
    "jinja": "{{ cycler.__init__.__globals__.os }}{% raw %}",
    "format": "%s%n{0.__class__}",
    "json": '"},"is_admin":true,{"x":"',
    "empty": "",
    "blank": " \t ",
    "number": "1e999",
}  # fmt: skip
"""By what they try."""

WAYS = ("instead", "before", "within")
"""How a text is planted: in place of what stands there, before it, or before its ending."""

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal may obey or a person cannot see; line breaks aside."""

OWN_LICENSE = {"license": "other", "license_name": "made-by-us", "license_link": "LICENSE"}
KEEPS = frozenset({"_id", "id", "modelId"})
MACHINES = ("RTX 4090", "4x80GB", "M3 Max 64GB", "cpu:16GB")
WISHES = (
    Options(), Options(shell="powershell"), Options(shell="cmd"), Options(target="docker"), Options(target="compose"),
    Options(target="kubernetes"), Options(target="systemd"),
)  # fmt: skip

Path = tuple[str | int, ...]


def answer(name: str) -> Any:
    """Give a recorded answer, and a license of its own making in it: its name and its link are read as well."""
    page = recorded(name)
    page["cardData"] = {**(page.get("cardData") or {}), **OWN_LICENSE}
    return page


def places(value: Any, here: Path = ()) -> Iterator[Path]:
    """Find where texts stand in an answer; of a list its first and last, and the names of an object as well."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in KEEPS:
                yield (*here, f"name of {name}")
                yield from places(inner, (*here, name))
    elif isinstance(value, list) and value:
        for place in sorted({0, len(value) - 1}):
            yield from places(value[place], (*here, place))
    elif isinstance(value, str):
        yield here


def plant(page: Any, place: Path, text: str, way: str = "instead") -> Any:
    """Give a copy of an answer with a text at one place."""
    found = copy.deepcopy(page)
    holder = found
    for step in place[:-1]:
        holder = holder[step]
    last = place[-1]
    if isinstance(last, str) and last.startswith("name of "):
        old = last.removeprefix("name of ")
        holder[_mixed(old, text, way)] = holder.pop(old)
    else:
        holder[last] = _mixed(holder[last], text, way)
    return found


def everywhere(page: Any, text: str) -> Any:
    """Give a copy of an answer with a text before every other text, so that endings and prefixes still work."""
    for place in list(places(page)):
        if not str(place[-1]).startswith("name of "):
            page = plant(page, place, text, "before")
    return page


def _mixed(old: str, text: str, way: str) -> str:
    if way == "instead":
        return text
    if way == "before":
        return text + old
    stem, dot, ending = old.rpartition(".")
    return f"{stem}{text}{dot}{ending}"


def check(page: Any, config: Any = None, *, place: int = 0) -> list[str]:
    """Go the way of an answer: record, tabs, every tool's command; gives the bash texts, to be read by bash at once.

    Args:
        page: what the Hub said of a model.
        config: its `config.json`.
        place: a number that picks machine and wish.

    Raises:
        AssertionError: something is dangerous.
    """
    try:
        json.dumps(pruned(page))
        details = details_of(page, config, as_of="2026-11-01T00:00:00Z")
    except HubNonsense:
        return []
    machine = parse_machine(MACHINES[place % len(MACHINES)])
    lens_of(details, Purpose("eu", "commercial"), lambda _: None, card="x")
    outlook(details, machine, Wish())
    wish = WISHES[place % len(WISHES)]
    texts: list[str] = []
    for answer in plan_all(Subject(details, machine), wish):
        json.dumps(answer.as_json())
        if answer.command is not None:
            _check_command(answer.command, details)
            texts += [step.text("bash") for step in answer.command.steps] if wish.shell == "bash" else []
        if answer.smoke_test and wish.shell == "bash":
            texts.append(answer.smoke_test)
        if answer.smoke_test and wish.shell == "powershell":
            assert of_powershell(answer.smoke_test)[0] == "curl.exe"
        if answer.smoke_test and wish.shell == "cmd":
            assert of_cmd(answer.smoke_test)[0] == "curl"
        if wish.shell == "bash" and wish.target == "shell":
            texts += [other.text for other in answer.alternatives if other.text]
    return texts


def _check_command(command: Any, details: ModelDetails) -> None:
    assert not CONTROLS.search(command.text), (details.id, command.text)
    for step in command.steps:
        text = step.text("bash")
        given = sum(value is not None for _, value in step.env)
        if "$HOME" not in text:
            assert tuple(shlex.split(text))[given:] == step.argv, text
        assert not any(word.startswith(("--upload-pack", "-rf")) for word in step.argv), step.argv
        _read_back(step, ("powershell", "cmd"))
    for file in command.files:
        assert not CONTROLS.search(file.content), (file.path, file.content)
        path = PurePosixPath(file.path)
        assert not path.is_absolute(), file.path
        assert ".." not in path.parts, file.path


def _read_back(step: Step, shells: tuple[str, ...]) -> None:
    """Read a step as Windows does: its last line is the one program with its words, those before set one variable."""
    for shell in shells:
        try:
            text = step.text(shell)
        except UsageError:
            assert shell == "cmd", "only cmd has values that cannot be written"
            continue
        assert not CONTROLS.search(text), text
        if shell == "cmd":
            *settings, line = text.split("\n")
            assert tuple(of_cmd(line)) == step.argv, text
            assert all(re.fullmatch(r'set "\w+=[^()%!^"<>&|]*"', one) for one in settings), text
            continue
        given = [f"$env:{name}" for name, value in step.env if value is not None]
        assert tuple(of_powershell(text.split("\n", len(given))[-1])) == step.argv, text
        for name, one in zip(given, text.split("\n"), strict=False):
            assert one.startswith(f"{name} = '"), text
            assert commands_of(POWERSHELL.parse(one.encode()).root_node) == [], text


def bash_reads(texts: list[str]) -> None:
    """Hold commands against bash itself.

    Raises:
        AssertionError: bash cannot read one of them.
    """
    ran = subprocess.run(["bash", "-n"], input="\n".join(texts), text=True, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr


__all__ = ["CONTROLS", "TEXTS", "WAYS", "ModelscopeError", "bash_reads", "check", "everywhere", "places", "plant"]
