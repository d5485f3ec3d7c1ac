"""Numbers and times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modelscope_tui.catalog.measure import Span, number_span, seconds_of, time_span

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = 86_400


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("<10b", Span(None, 9_999_999_999)),
        ("<=10b", Span(None, 10_000_000_000)),
        (">1m", Span(1_000_001, None)),
        (">=1.5m", Span(1_500_000, None)),
        ("7b..14b", Span(7_000_000_000, 14_000_000_000)),
        ("1k..", Span(1000, None)),
        ("..1k", Span(None, 1000)),
        ("100", Span(100, 100)),
        ("=100", Span(100, 100)),
        (">1.5", Span(2, None)),
        ("<1.5", Span(None, 1)),
        ("2T", Span(1_500_000_000_000, 2_499_999_999_999)),
    ],
)
def test_numbers_are_read_with_their_suffix(text: str, span: Span) -> None:
    assert number_span(text) == span


def test_a_plain_size_stands_for_what_rounds_to_it() -> None:
    assert number_span("7b") == Span(6_500_000_000, 7_499_999_999)
    assert number_span("1.7b") == Span(1_650_000_000, 1_749_999_999)


def test_a_context_of_128k_is_128000_and_131072() -> None:
    assert number_span(">=128k", is_context=True) == Span(128_000, None)
    assert number_span("<=128k", is_context=True) == Span(None, 131_072)
    assert number_span(">128k", is_context=True) == Span(131_073, None)
    assert number_span("<128k", is_context=True) == Span(None, 127_999)
    assert number_span("128k", is_context=True) == Span(128_000, 131_072)
    assert number_span("32k..128k", is_context=True) == Span(32_000, 131_072)
    assert number_span("40960", is_context=True) == Span(40_960, 40_960)


@pytest.mark.parametrize("text", ["", "<", "x", "10q", "1..2..3", "..", "-5", "1e9", "ten", "٣", "9" * 40])
def test_what_is_no_number_is_not_guessed(text: str) -> None:
    assert number_span(text) is None


def test_an_age_counts_back_from_now() -> None:
    now = int(NOON.timestamp())
    assert time_span("<30d", NOON) == Span(now - 30 * DAY, None)
    assert time_span("30d", NOON) == Span(now - 30 * DAY, None)
    assert time_span(">1y", NOON) == Span(None, now - 365 * DAY - 1)
    assert time_span("2w..6m", NOON) == Span(now - 180 * DAY, now - 14 * DAY)


def test_a_date_is_its_whole_day_month_or_year() -> None:
    midnight = int(datetime(2025, 4, 27, tzinfo=UTC).timestamp())
    assert time_span("2025-04-27", NOON) == Span(midnight, midnight + DAY - 1)
    assert time_span(">2025-04-27", NOON) == Span(midnight + DAY, None)
    december = time_span("2024-12", NOON)
    assert december == Span(
        int(datetime(2024, 12, 1, tzinfo=UTC).timestamp()), int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) - 1
    )
    assert time_span("2024..2025", NOON) == Span(
        int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) - 1
    )


@pytest.mark.parametrize("text", ["", "<", "soon", "30", "2025-13", "2025-02-30", "9999", "0000", "30d..2025", ".."])
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert time_span(text, NOON) is None


def test_times_of_the_hub_are_seconds() -> None:
    assert seconds_of("1970-01-02") == DAY
    assert seconds_of("1970-01-02T00:00:01.000Z") == DAY + 1
    assert seconds_of("yesterday") is None
    assert seconds_of(None) is None
