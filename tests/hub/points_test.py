"""Downloads and likes over time, as far as somebody looked."""

from __future__ import annotations

from pathlib import Path

from modelscope_tui.catalog.model import Model
from modelscope_tui.hub.points import MOST, Point, keep_point, points_of
from modelscope_tui.hub.shelf import Shelf


def test_each_day_on_which_a_model_was_seen_is_a_point(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    assert points_of(shelf, "lab/m") == ()
    keep_point(shelf, Model("lab/m", downloads=10, likes=1), "2026-11-20T08:00:00Z")
    keep_point(shelf, Model("lab/m", downloads=11, likes=1), "2026-11-20T20:00:00Z")
    keep_point(shelf, Model("Lab/M", downloads=15, likes=None), "2026-11-24T08:00:00Z")
    keep_point(shelf, Model("lab/m"), "2026-11-25T08:00:00Z")
    assert points_of(shelf, "lab/m") == (Point("2026-11-20", 11, 1), Point("2026-11-24", 15, None))
    shelf.close()


def test_old_points_go_and_damaged_ones_are_left_out(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    shelf.put("points:lab/m", [["2020-01-01", "many", 1], "x", ["2020-01-02", 3, 4]])
    assert points_of(shelf, "lab/m") == (Point("2020-01-02", 3, 4),)
    for day in range(MOST + 5):
        keep_point(shelf, Model("lab/m", downloads=day), f"{2000 + day}-01-01")
    assert len(points_of(shelf, "lab/m")) == MOST
    shelf.close()
