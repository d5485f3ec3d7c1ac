"""Runs the program in this process: one call, its answer, its exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.__main__ import main


@dataclass(frozen=True)
class Ran:
    """What one call left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON answer; one document, nothing before or after it."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def offline(built_cache: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line offline, on an index that is ready."""

    def run(*words: str) -> Ran:
        code = main([*words, "--offline", "--cache-dir", str(built_cache)])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line as it stands."""

    def run(*words: str) -> Ran:
        code = main(list(words))
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run
