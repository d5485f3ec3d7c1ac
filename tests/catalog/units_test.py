"""One rule of units: files in GB of 10^9 bytes, memory in GiB of 2^30 bytes, and nothing else makes words of bytes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import modelscope_tui
from modelscope_tui.catalog.units import in_memory, on_disk
from modelscope_tui.cli import say
from modelscope_tui.ui import present

HOUSE = Path(modelscope_tui.__path__[0])
MAKERS = {"catalog/units.py", "fit/machine.py"}
"""Who may put a unit behind a number: the rule itself, and the names of machines."""

_UNIT = re.compile(r"^ ?[kKMGT]i?B\b")


@pytest.mark.parametrize(
    ("size_bytes", "files", "memory"),
    [
        (16_381_516_760, "16.4 GB", "15.3 GiB"), (24 << 30, "25.8 GB", "24.0 GiB"), (300 << 20, "315 MB", "300 MiB"),
        (1_342_000_000_000, "1.3 TB", "1250 GiB"), (147_456, "147 kB", "144 KiB"), (7, "7 B", "7 B"), (0, "0 B", "0 B"),
        (999_999_999, "1.0 GB", "954 MiB"), (99_960_000_000, "100 GB", "93.1 GiB"),
    ],
)  # fmt: skip
def test_a_size_is_written_in_its_own_unit(size_bytes: int, files: str, memory: str) -> None:
    assert (on_disk(size_bytes), in_memory(size_bytes)) == (files, memory)


def test_both_front_doors_write_the_same() -> None:
    for size_bytes in (1, 147_456, 300 << 20, 16_381_516_760, 4 << 40):
        assert present.size(size_bytes) == say.size(size_bytes) == on_disk(size_bytes)
        assert present.memory(size_bytes) == say.memory(size_bytes) == in_memory(size_bytes)
    assert (present.size(None), say.size(None)) == (present.memory(None), say.memory(None)) == ("", say.UNKNOWN)


def test_nobody_else_puts_a_unit_behind_a_number() -> None:
    found = [
        f"{path.relative_to(HOUSE).as_posix()}:{node.lineno}"
        for path in sorted(HOUSE.rglob("*.py"))
        if path.relative_to(HOUSE).as_posix() not in MAKERS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr) and _has_unit(node)
    ]
    assert not found


def _has_unit(text: ast.JoinedStr) -> bool:
    """Tell whether a number is followed by a unit: `f"{size / 1e9:.1f} GB"`."""
    pairs = zip(text.values, text.values[1:], strict=False)
    return any(
        isinstance(number, ast.FormattedValue) and isinstance(word, ast.Constant) and _UNIT.match(str(word.value))
        for number, word in pairs
    )


def test_the_scan_sees_a_unit() -> None:
    seen = [ast.parse(text, mode="eval").body for text in ('f"{x / 1e9:.1f} GB free"', 'f"{x}GiB"', 'f"{x} Gibbons"')]
    assert [isinstance(node, ast.JoinedStr) and bool(_has_unit(node)) for node in seen] == [True, True, False]
