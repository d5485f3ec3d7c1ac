"""What every tool answers for many rows, and what is held against each answer.

    rows × tools × machines × wishes ─ask─▶ Asked ─CHECKS─▶ problems, each a sentence

`catalog_test.py` asks for the rows that `stratified` chooses, `everything.py` for all of them. With LAUNCH_FACTS (see
README.md) a flag must exist in the gathered facts themselves, and not only in the rules that were made of them.
"""

from __future__ import annotations

import json
import os
import random
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.command import Step
from modelscope_tui.launch.plan import plan_all
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.target import TARGETS
from modelscope_tui.launch.tool import TOOLS, get
from tests.launch.conftest import a_machine

MACHINES = (None, "4x80GB", "RTX 4090", "M3 Max 64GB", "cpu:64GB", "8GB")
WISHES = (Options(), Options(context=8192), Options(port=9000, served_name="house", kv_dtype="q8_0", gpus=2))
NODES = (Options(nodes=2), Options(nodes=2, executor="ray"), Options(nodes=3, target="kubernetes", port=9000))
CONTAINERS = ("2xMI300X", "4x80GB", "cpu:64GB", None)
NOT_TOOLS = frozenset({"pip", "docker run", "docker exec", "docker compose", "docker desktop", "kubectl", "ray"}) | {
    "systemctl", "journalctl", "install", "sudo"
}  # fmt: skip
"""What stands in steps and is no tool of ours, so that no facts list its flags."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one tool answers for one row, and whether the Tools pane offers it there."""

    row: Model
    tool: str
    is_offered: bool
    answer: LaunchAnswer

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.answer.command.steps if self.answer.command else ()

    @property
    def programs(self) -> Iterator[tuple[str, ...]]:
        """The arguments of every program that is started, those inside of containers too."""
        yield from (step.argv for step in self.steps)
        held = self.answer.container
        if held is not None:
            yield from ((*_SERVER_OF[held.tool], *argv) for argv in (held.argv, *held.ranks) if argv)


_SERVER_OF: Mapping[str, tuple[str, ...]] = {
    "vllm": ("vllm", "serve"),
    "sglang": (),
    "llamacpp": ("llama-server",),
    "ollama": ("ollama",),
    "tgi": ("text-generation-launcher",),
}
"""What the entry point of an image is, before the arguments that are written after its name."""


def usable(catalog: Mapping[str, Model]) -> list[Model]:
    return [row for row in catalog.values() if is_repo_id(row.id)]


def stratified(rows: Iterable[Model], seed: int = 2026) -> list[Model]:
    """Choose rows so that each library, task, format, gate, class and size is there once or more, in any order."""
    shuffled = sorted(rows, key=lambda row: row.id)
    random.Random(seed).shuffle(shuffled)
    seen: set[tuple[str, object]] = set()
    chosen = []
    for row in shuffled:
        new = set(_strata(row)) - seen
        if new:
            seen |= new
            chosen.append(row)
    return chosen


def _strata(row: Model) -> Iterator[tuple[str, object]]:
    kind = (row.library, row.quantization)
    yield "library and format", kind
    yield "task and format", (row.task, row.quantization)
    yield "size and format", (len(str(row.params or row.params_estimate or "")), row.quantization)
    yield "class", row.architectures
    yield "gate", row.gated
    yield "capabilities", row.capabilities
    yield "files elsewhere", (min(2, len(row.gguf_repos)), row.task)


def ask(rows: Iterable[Model], first: int = 0) -> Iterator[Asked]:
    """Ask every tool about rows, going round over machines and wishes; `first` says where to begin."""
    for place, row in enumerate(rows, first):
        subject = Subject(ModelDetails(row), a_machine(MACHINES[place % len(MACHINES)]))
        wish = WISHES[(place // len(MACHINES) + place) % len(WISHES)]
        if wish.context is not None and row.context is not None:  # (more than a model has is refused)
            wish = replace(wish, context=min(wish.context, row.context))
        for tool in TOOLS:
            yield Asked(row, tool.name, tool.can_run(row), tool.plan(subject, wish))


def ask_targets(rows: Iterable[Model]) -> Iterator[Asked]:
    """Ask every tool about rows for every target, and for several nodes."""
    for place, row in enumerate(rows):
        subject = Subject(ModelDetails(row), a_machine(CONTAINERS[place % len(CONTAINERS)]))
        wishes = [(subject, Options(target=target, port=9000 if place % 2 else None)) for target in TARGETS[1:]]
        several = Subject(ModelDetails(row), a_machine("8xH100"))
        for asked, wish in (*wishes, *((several, wish) for wish in NODES)):
            for answer in plan_all(asked, wish):
                yield Asked(row, answer.tool, get(answer.tool).can_run(row), answer)


def listing(asked: Asked) -> Iterator[str]:
    if asked.is_offered is (asked.answer.command is None):
        yield f"offered: {asked.is_offered}, and yet {asked.answer.verdict}: {asked.answer.reason}"


def reason(asked: Asked) -> Iterator[str]:
    answer = asked.answer
    if answer.command is None and answer.verdict not in {"refused", "unknown"}:
        yield f"{answer.verdict} without a command"
    if answer.verdict != "ready" and not answer.reason:
        yield f"{answer.verdict} without a reason"


def as_json(asked: Asked) -> Iterator[str]:
    shown = json.loads(json.dumps(asked.answer.as_json()))
    if not set(shown) >= {"model", "tool", "verdict", "reason", "alternatives", "command", "flags", "smoke_test"}:
        yield f"its JSON has only {sorted(shown)}"


def reads_back(asked: Asked) -> Iterator[str]:
    for step in asked.steps:
        given = sum(value is not None for _, value in step.env)
        text = step.text("bash")
        if "$HOME" not in text and tuple(shlex.split(text))[given:] != step.argv:
            yield f"bash reads {text} otherwise"


def secret(asked: Asked) -> Iterator[str]:
    for step in asked.steps:
        if any(name == "HF_TOKEN" and value is not None for name, value in step.env):
            yield "a token has a value"


def flags(asked: Asked) -> Iterator[str]:
    for argv in asked.programs:
        if not NOT_TOOLS & {argv[0], " ".join(argv[:2])} or "text-generation-inference:" in " ".join(argv):
            yield from _wrong_flags(inside(argv))


def removed(asked: Asked) -> Iterator[str]:
    for argv in asked.programs:
        program, *words = inside(argv)
        if program == "huggingface-cli":
            yield f"{program} is no more"
        yield from (f"{program} has no {word} any more" for word in words if word in gone().get(program, ()))


CHECKS: Mapping[str, Callable[[Asked], Iterator[str]]] = {
    check.__name__: check for check in (listing, reason, as_json, reads_back, secret, flags, removed)
}
"""By name: what is held against an answer for the shell. For targets, what is listed is not asked again."""


def inside(argv: tuple[str, ...]) -> tuple[str, ...]:
    """What runs inside a container that is started: TGI is a container by itself."""
    image = next((word for word in argv if "/text-generation-inference:" in word), None)
    if image is not None:
        return ("text-generation-launcher", *argv[argv.index(image) + 1 :])
    return ("python", *argv[1:]) if argv[0] == "python3" else argv


def command_of(argv: tuple[str, ...]) -> str | None:
    """Which command that facts are known of a program is."""
    return next((name for name in (" ".join(argv[:length]) for length in (3, 2, 1)) if name in known()), None)


def flags_of(argv: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The tool's own options in a command, each with the word after it."""
    words = argv[(command_of(argv) or "").count(" ") + 1 :]
    for place, word in enumerate(words):
        if word.endswith(".py") or word == "--":
            return  # (what follows are the script's or another program's own options)
        if word.startswith("-") and not word[1:].isdigit():
            name, _, value = word.partition("=")
            yield name, value or (words[place + 1] if place + 1 < len(words) else "")


def _wrong_flags(argv: tuple[str, ...]) -> Iterator[str]:
    command = command_of(argv)
    if command is None:
        yield f"no such command: {' '.join(argv[:3])}"
        return
    for name, value in flags_of(argv):
        about = known()[command].get(name)
        if about is None:
            yield f"{command} has no {name}"
        else:
            yield from _wrong_value(name, value, about)


def _wrong_value(name: str, value: str, about: Mapping[str, Any]) -> Iterator[str]:
    kind = about["type"]
    if kind.startswith("int") and not value.removeprefix("-").isdigit():
        yield f"{name} {value} is not a number"
    if kind.startswith("float") and not value.removeprefix("-").replace(".", "", 1).isdigit():
        yield f"{name} {value} is not a number"
    if kind == "choice" and about.get("choices") and value not in [str(one) for one in about["choices"]]:
        yield f"{name} {value} is not one of its choices"
    if kind == "json":
        json.loads(value)


@cache
def known() -> Mapping[str, Any]:
    """Every command of every tool, with its flags: from the gathered facts where they are at hand, else the rules."""
    folder = os.environ.get("LAUNCH_FACTS")
    if not folder:
        return {name: about for tool in TOOLS for name, about in rules(tool.name)["commands"].items()}
    found: dict[str, Any] = {}
    for path in sorted(Path(folder, "launchers").glob("*.json")):
        for name, command in json.loads(path.read_text(encoding="utf-8")).get("commands", {}).items():
            listed = found.setdefault(name, {})
            for flag in command["flags"]:
                listed |= dict.fromkeys((flag["name"], *flag.get("aliases", ())), flag)
                listed |= {flag["negated"]: {"type": "flag"}} if flag.get("negated") else {}
    return found


UNASKED: Mapping[str, frozenset[str]] = {
    "llama-server": frozenset({"-ngl", "--tools", "--agent"}),
    "python": frozenset({"--max-model-len", "--gpu-memory-utilization", "--enable-auto-tool-choice"}),
    "vllm": frozenset({"--enable-reasoning", "--guided-decoding-backend"}),
    "hf": frozenset({"--resume-download", "--local-dir-use-symlinks"}),
    "cog": frozenset({"predict"}),
    "ollama": frozenset({"--context", "--num-ctx", "-c"}),
    "deepspeed": frozenset({"--num-gpus", "--num-nodes"}),
}
"""By program: another program's, told in the facts' remarks alone, or not safe to write unasked."""


@cache
def gone() -> Mapping[str, frozenset[str]]:
    """By program: every flag that its facts call removed or deprecated, and those of UNASKED."""
    found: dict[str, set[str]] = {program: set(words) for program, words in UNASKED.items()}
    for tool, program in (("vllm", "vllm"), ("llamacpp", "llama-server")):
        found[program] |= set(rules(tool)["removed_flags"])
    for name, about in known().items():
        old = {flag for flag, told in about.items() if told.get("deprecated")}
        found.setdefault(name.partition(" ")[0], set()).update(old)
    return {program: frozenset(words) for program, words in found.items()}
