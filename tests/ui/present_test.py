"""Stories of numbers, ages and sizes as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modelscope_tui.ui import present

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, ""), (0, "0"), (999, "999"), (1234, "1.2k"), (999_960, "1.0M"), (30_532_122_624, "30.5B"), (138e6, "138M")],
)
def test_counts(number: float | None, text: str) -> None:
    assert present.count(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, ""), (512, "512"), (4096, "4k"), (40_960, "40k"), (200_000, "200k"), (262_144, "256k"), (1_048_576, "1M"),
     (10_000_000, "10M")],
)  # fmt: skip
def test_contexts(number: int | None, text: str) -> None:
    assert present.tokens(number) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, ""), ("nonsense", ""), ("2026-11-24T11:59:50Z", "just now"), ("2026-11-24T10:00:00+00:00", "2 h ago"),
     ("2026-11-20", "4 d ago"), ("2026-06-01", "5 mo ago"), ("2021-08-30", "5 y ago"), ("2030-01-01", "just now")],
)  # fmt: skip
def test_ages(text: str | None, said: str) -> None:
    assert present.age(text, NOW) == said


def test_files_are_in_gb_and_memory_in_gib() -> None:
    assert (present.size(24 * 10**9), present.memory(24 * 2**30)) == ("24.0 GB", "24.0 GiB")
    assert (present.size(None), present.memory(None)) == ("", "")
    assert present.part_of(17.7 * 2**30, 22.1 * 2**30) == "17.7 of 22.1 GiB"
    assert present.part_of(512 * 2**20, 2 * 2**30) == "512 MiB of 2.0 GiB"


def test_origins_name_source_and_age() -> None:
    assert present.origin("catalog", "2026-10-05T00:00:00Z") == "catalog 2026-10-05"
    assert present.origin("hub", None) == "Hub"
