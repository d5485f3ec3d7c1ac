"""Downloads and likes over time: a line of bars with its days, from what was seen."""

from __future__ import annotations

from modelscope_tui.hub.points import Point
from modelscope_tui.popularity import ASCII_BARS, BARS, GAP, curves_of

DAYS = (Point("2026-11-01", 100, 7), Point("2026-11-03", 400, None), Point("2026-11-05", 250, 7))


def test_a_rise_and_a_fall_are_drawn_with_gaps_where_nobody_looked() -> None:
    downloads, likes = curves_of(DAYS)
    assert downloads.drawn(40) == f"{BARS[0]}{GAP}{BARS[-1]}{GAP}{BARS[3]}"
    assert downloads.words == "100 on 2026-11-01, 250 on 2026-11-05 (+150 %), 3 looks"
    assert likes.drawn(40) == f"{BARS[0]}{GAP * 3}{BARS[0]}"


def test_a_long_time_is_drawn_in_the_cells_there_are() -> None:
    (curve,) = curves_of([Point(f"2026-{month:02}-01", month * 10, None) for month in range(1, 13)])
    drawn = curve.drawn(20, is_ascii=True)
    assert len(drawn) == 20
    assert (drawn[0], drawn[-1]) == (ASCII_BARS[0], ASCII_BARS[-1])


def test_one_look_is_no_curve_and_says_so() -> None:
    curve, _ = curves_of([Point("2026-11-24", 1200, 3)])
    assert curve.drawn(40) == ""
    assert curve.words == "1,200 on 2026-11-24; one look so far, a curve needs two days"


def test_nothing_seen_and_days_that_are_none_give_no_curve() -> None:
    assert curves_of([]) == ()
    assert curves_of([Point("yesterday", 5, 5), Point("", 1, 1)]) == ()


def test_a_count_that_was_nothing_at_first_has_no_percentage() -> None:
    (curve,) = curves_of([Point("2026-11-01", 0, None), Point("2026-11-02", 5, None)])
    assert curve.words == "0 on 2026-11-01, 5 on 2026-11-02, 2 looks"
