"""Rows whose tools were judged before the index is made."""

from __future__ import annotations

from modelscope_tui.catalog.cut import Slice, cut
from modelscope_tui.catalog.keys import Kind
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.record import encode


def judged_now(_: Model) -> tuple[str, ...]:
    return ("judged-now",)


def tools_in(piece: Slice) -> set[str]:
    return {value for kind, value, *_ in piece.bitmaps if kind == Kind.TOOL}


def test_a_row_as_it_was_bundled_is_not_judged_again() -> None:
    line = encode(Model(id="a/b", downloads=1))
    assert tools_in(cut(0, [line], judged_now, {line: ("shipped",)})) == {"shipped"}
    assert tools_in(cut(0, [line], judged_now, {line: ()})) == set()


def test_a_row_that_has_changed_since_is_judged_by_the_rules() -> None:
    bundled, changed = encode(Model(id="a/b", downloads=1)), encode(Model(id="a/b", library="mlx"))
    assert tools_in(cut(0, [changed], judged_now, {bundled: ("shipped",)})) == {"judged-now"}
