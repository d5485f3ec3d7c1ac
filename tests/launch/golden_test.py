"""Each tool answers for real rows of the catalog what its publisher, its documentation or the Hub says.

The tables are the modules of ``golden/``, and rows in ``golden_*.py`` beside this file; all are gathered here.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from modelscope_tui.catalog.model import Model
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options
from tests.launch import golden
from tests.launch.conftest import MakeSubject
from tests.launch.golden.case import SOURCES, Case, from_table

TABLES = [importlib.import_module(found.name) for found in pkgutil.iter_modules(golden.__path__, f"{golden.__name__}.")]
ROWS = [
    importlib.import_module(f"tests.launch.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("golden_*.py"))
    if path != Path(__file__)
]
CASES: list[Case] = [case for table in TABLES for case in getattr(table, "CASES", ())]
CASES += [case for table in ROWS for case in from_table(table)]
COMMANDS = [case for case in CASES if not case.is_refused]
REFUSALS = [case for case in CASES if case.is_refused]


def hold(parts: tuple[str, ...], text: str) -> None:
    for part in parts:
        if part.startswith("!"):
            assert part[1:] not in text
        else:
            assert part in text


@pytest.mark.parametrize("case", COMMANDS, ids=lambda case: case.id)
def test_a_model_gets_the_command_that_its_publisher_and_tool_say(
    subject: MakeSubject, catalog: Mapping[str, Model], case: Case
) -> None:
    assert case.model in catalog
    answer = plan(case.tool, subject(case.model, case.machine), Options(**case.options))
    assert answer.command is not None, answer.reason
    written = [f"{file.path}\n{file.content}" for file in answer.command.files]
    steps = [step.text("bash") for step in answer.command.steps]
    hold(case.expected, "\n".join([*steps, *written, *answer.command.env, answer.smoke_test or ""]))


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.id)
def test_a_model_that_cannot_run_is_refused_with_the_fact(
    subject: MakeSubject, catalog: Mapping[str, Model], case: Case
) -> None:
    assert case.model in catalog
    answer = plan(case.tool, subject(case.model, case.machine), Options(**case.options))
    assert answer.verdict == "refused"
    assert answer.command is None
    hold(case.expected, answer.reason)
    assert answer.alternatives, "nothing is offered instead"


def test_the_tables_are_large_enough_to_mean_something() -> None:
    assert len(COMMANDS) >= 150
    assert len(REFUSALS) >= 60


def test_every_expectation_names_its_source_and_stands_once() -> None:
    assert [case.id for case in CASES if case.source not in SOURCES and len(case.source) < 20] == []
    twice = [
        who
        for who, count in Counter(
            (case.id, case.machine, case.expected, *case.options.items()) for case in CASES
        ).items()
        if count > 1
    ]
    assert twice == []
