"""Times of many rows, read at once, are what each of them is by itself."""

from __future__ import annotations

from modelscope_tui.catalog.measure import seconds_of
from modelscope_tui.catalog.moments import seconds_of_each

TEXTS = [
    "2026-01-31T12:30:59.000Z",
    "2024-02-29T23:59:59.999Z",
    "2023-02-29T00:00:00.000Z",
    "2026-01-31T24:30:59.000Z",
    "2026-01-31T12:60:59.000Z",
    "2026-01-31T12:30:59Z",
    "2026-01-31T12:30:60Z",
    "2026-01-31",
    "1970-01-01T00:00:00.500Z",
    "1969-12-31T23:59:59.500Z",
    "0000-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "2026-01-31 12:30:59.000Z",
    "2026-01-31T12:30:59,000Z",
    "2026-01-31T12:30:59+02:00",
    "\uff12026-01-31T12:30:59.000Z",
    "20260131T123059.0000000Z",
    "never",
    "",
    None,
]


def test_times_read_together_are_what_each_is_by_itself() -> None:
    expected = [seconds_of(text) for text in TEXTS]
    assert len({seconds for seconds in expected if seconds is not None}) > 5
    found = seconds_of_each(TEXTS).tolist()
    assert found == [seconds if seconds is not None and seconds >= 0 else -1 for seconds in expected]
    plain = [text for text in TEXTS if text is not None and text.isascii()]
    assert seconds_of_each(plain).tolist() == [
        seconds for text, seconds in zip(TEXTS, found, strict=True) if text is not None and text.isascii()
    ]
