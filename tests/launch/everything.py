"""The whole catalog through every tool, over all processors: what `catalog_test.py` does with a sample.

    LAUNCH_FACTS=FOLDER python -m tests.launch.everything [--rounds 6] [--processes 2] [--windows-every 20]

Each round gives every row another machine and other wishes; six rounds pair every row with every machine. Then every
target and several nodes follow for the stratified rows, with the files checked by their schemas. Bash checks the
syntax of every text; PowerShell and cmd read one command in `--windows-every` back. Ends with 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context

import jsonschema
import kubernetes_validate
import yaml

from modelscope_tui.catalog.maker import snapshot_lines
from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.catalog.record import decode
from modelscope_tui.launch.command import Step
from tests.launch.shell_test import of_cmd, of_powershell
from tests.launch.sweep import CHECKS, Asked, ask, ask_targets, command_of, flags_of, inside, stratified
from tests.launch.target_test import SCHEMA, check_manifest

CHUNK = 100
COMPOSE = jsonschema.Draft7Validator(SCHEMA)
MOST_SHOWN = 60


@dataclass
class Found:
    """What one part of the work came to."""

    rows: int = 0
    plans: Counter[str] = field(default_factory=Counter)
    """By verdict."""
    steps: int = 0
    files: int = 0
    read_by_windows: int = 0
    flags: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By command and flag: how often it was written."""
    problems: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By check, tool and sentence."""
    examples: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def add(self, other: Found) -> None:
        for name in ("plans", "flags", "problems"):
            getattr(self, name).update(getattr(other, name))
        self.rows, self.steps, self.files = self.rows + other.rows, self.steps + other.steps, self.files + other.files
        self.read_by_windows += other.read_by_windows
        self.examples = other.examples | self.examples

    def blame(self, check: str, asked: Asked, problem: str) -> None:
        key = (check, asked.tool, problem)
        self.problems[key] += 1
        self.examples.setdefault(key, asked.row.id)


def look_at(answers: Iterable[Asked], windows_every: int, skip: frozenset[str] = frozenset()) -> Found:
    """Hold every check against every answer."""
    found, texts = Found(), []
    for place, asked in enumerate(answers):
        found.plans[asked.answer.verdict] += 1
        for name, check in CHECKS.items():
            if name not in skip:
                for problem in check(asked):
                    found.blame(name, asked, problem)
        for argv in asked.programs:
            command = command_of(inside(argv))
            found.flags.update((command or argv[0], name) for name, _ in flags_of(inside(argv)) if command)
        for step in asked.steps:
            found.steps += 1
            texts.append(step.text("bash"))
            if place % windows_every == 0:
                found.read_by_windows += 1
                for problem in unread(step):
                    found.blame("windows", asked, problem)
        for problem in wrong_files(asked, found):
            found.blame("files", asked, problem)
    checked = subprocess.run(["bash", "-n"], input="\n".join(texts), text=True, capture_output=True, check=False)
    if checked.returncode:
        found.problems["bash -n", "", checked.stderr[:200]] += 1
    return found


def unread(step: Step) -> Iterator[str]:
    if tuple(of_cmd(step.text("cmd").split("\n")[-1])) != step.argv:
        yield f"cmd reads {step.argv} otherwise"
    if tuple(of_powershell(step.text("powershell"))) != step.argv:
        yield f"PowerShell reads {step.argv} otherwise"


def wrong_files(asked: Asked, found: Found) -> Iterator[str]:
    command = asked.answer.command
    for file in command.files if command and command.target in {"compose", "kubernetes"} else ():
        found.files += 1
        documents = list(yaml.safe_load_all(file.content))
        try:
            for document in documents:
                if command and command.target == "compose":
                    COMPOSE.validate(document)
                else:
                    check_manifest(document)
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
            yield f"{file.path}: {str(error)[:200]}"


@dataclass(frozen=True, slots=True)
class Work:
    """A part of the rows; whole rows stay where they are, as a forked process has them already."""

    start: int
    stop: int
    turn: int
    windows_every: int


_rows: list[Model] = []


def _of_rows(work: Work) -> Found:
    rows = _rows[work.start : work.stop]
    found = look_at(ask(rows, work.start + work.turn), work.windows_every)
    found.rows = len(rows)
    return found


def _of_targets(work: Work) -> Found:
    sample = stratified(_rows)[work.start : work.stop]
    return look_at(ask_targets(sample), work.windows_every, skip=frozenset({"listing"}))


def main(arguments: list[str] | None = None) -> int:
    """Go through everything, and say what was found."""
    asked = argparse.ArgumentParser(description="Every row of the catalog through every tool.")
    asked.add_argument("--rounds", type=int, default=6)
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--windows-every", type=int, default=20)
    asked.add_argument("--rows", type=int, default=None, help="only so many rows")
    wish = asked.parse_args(arguments)
    _rows[:] = [row for row in map(decode, snapshot_lines()) if is_repo_id(row.id)][: wish.rows]
    sample = len(stratified(_rows))
    parts = [
        Work(start, start + CHUNK, turn, wish.windows_every)
        for turn in range(wish.rounds)
        for start in range(0, len(_rows), CHUNK)
    ]
    targets = [Work(start, start + 10, 0, wish.windows_every) for start in range(0, sample, 10)]
    total, started = Found(), time.monotonic()
    with get_context("fork").Pool(wish.processes) as pool:
        for done, part in enumerate(pool.imap_unordered(_of_rows, parts), 1):
            total.add(part)
            _say(f"{total.rows:,} rows, {done}/{len(parts)} parts, {len(total.problems)} problems", done == len(parts))
        for done, part in enumerate(pool.imap_unordered(_of_targets, targets), 1):
            total.add(part)
            _say(f"targets: {done}/{len(targets)} parts, {len(total.problems)} problems", done == len(targets))
    tell(total, len(_rows), sample, time.monotonic() - started)
    return 1 if total.problems else 0


def _say(text: str, is_last: bool) -> None:
    sys.stderr.write(f"\r{text}   " + ("\n" if is_last else ""))
    sys.stderr.flush()


def tell(total: Found, rows: int, sample: int, seconds: float) -> None:
    """Report what was found: rows, plans, steps, flags, problems."""
    verdicts = ", ".join(f"{name} {count:,}" for name, count in total.plans.most_common())
    print(
        f"{rows:,} rows; targets for {sample:,} of them; {total.plans.total():,} plans in {seconds:.0f} s: {verdicts}"
    )
    print(f"{total.steps:,} steps; {total.read_by_windows:,} read back as PowerShell and cmd; {total.files:,} files")
    print(f"{len(total.flags)} distinct flags of {len({command for command, _ in total.flags})} commands:")
    for command in sorted({command for command, _ in total.flags}):
        print(f"  {command}: {' '.join(sorted(flag for name, flag in total.flags if name == command))}")
    print(f"{len(total.problems)} distinct problems")
    for key, count in total.problems.most_common(MOST_SHOWN):
        print(f"  {count} x {' | '.join(key)} (as {total.examples.get(key)})")


if __name__ == "__main__":
    raise SystemExit(main())
