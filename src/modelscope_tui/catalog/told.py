"""Which tools can run the bundled rows, as it ships with the package: judging them takes longer than all else.

GROUND FLOOR. The rooms above know the rules; here is only what they said of each row, and by which rules. It is used
for rows that are as they were bundled, and only while the rules are the same. ``python -m modelscope_tui.indexing
tools`` renews it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.packaged import FOLDER, TOOLS_TOLD

ToolsOf = Callable[[Model], tuple[str, ...]]
"""Tells which tools can run a model."""

Told = Mapping[str, tuple[str, ...]]
"""Lines of rows, each with the tools that can run it."""

NOTHING_TOLD: Told = MappingProxyType({})


def made_from(fingerprint: str) -> bool:
    """Tell whether the shipped answers were made from these rows by these rules."""
    return bool(_read()["made_from"] == fingerprint)


def told_of(lines: Sequence[str], fingerprint: str) -> Told:
    """Give the tools of the bundled rows.

    Args:
        lines: all bundled rows in their order.
        fingerprint: what the index is made from; where the answers were made from something else there are none.
    """
    kept = _read()
    if kept["made_from"] != fingerprint or len(kept["rows"]) != len(lines):
        return NOTHING_TOLD
    answers = [tuple(tools) for tools in kept["answers"]]
    return dict(zip(lines, map(answers.__getitem__, kept["rows"]), strict=True))


def write_told(answers: Sequence[tuple[str, ...]], fingerprint: str) -> None:
    """Keep the tools of all bundled rows, in the order of the rows, as package data."""
    numbers = {answer: number for number, answer in enumerate(dict.fromkeys(answers))}
    kept = {
        "source": "the rows of catalog.jsonl.gz, judged by the rules in launch_*.json",
        "made_from": fingerprint,
        "answers": list(numbers),
        "rows": [numbers[answer] for answer in answers],
    }
    (FOLDER / TOOLS_TOLD).write_bytes(gzip.compress(json.dumps(kept, separators=(",", ":")).encode(), 9, mtime=0))


def _read() -> Mapping[str, Any]:
    kept: Mapping[str, Any] = json.loads(gzip.decompress((FOLDER / TOOLS_TOLD).read_bytes()))
    return kept
