"""Orders and comparisons made of bits agree with sorting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from modelscope_tui.catalog.column import Column, leading, place_of
from modelscope_tui.catalog.measure import Span

NUMBERS = st.lists(st.one_of(st.none(), st.integers(0, 40), st.integers(0, 1 << 62)), max_size=40)


def column_of(values: list[int | None]) -> Column:
    known = [(row, value) for row, value in enumerate(values) if value is not None]
    longest = max((value.bit_length() for _, value in known), default=0)
    bits = [BitMap([row for row, value in known if value >> place & 1]) for place in range(longest)]
    return Column(BitMap([row for row, _ in known]), tuple(bits))


@given(NUMBERS, st.one_of(st.none(), st.integers(0, 45)), st.one_of(st.none(), st.integers(0, 45)))
def test_a_span_holds_what_lies_in_it(values: list[int | None], low: int | None, high: int | None) -> None:
    wanted = [
        row
        for row, value in enumerate(values)
        if value is not None and (low is None or value >= low) and (high is None or value <= high)
    ]
    assert list(column_of(values).within(Span(low, high))) == wanted


@given(NUMBERS, st.data(), st.booleans())
def test_a_page_is_a_piece_of_the_sorted_whole(values: list[int | None], data: st.DataObject, largest: bool) -> None:
    others = data.draw(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=len(values), max_size=len(values)))
    rows = data.draw(st.sets(st.sampled_from(range(len(values)))) if values else st.just(set()))

    def rank(row: int) -> tuple[bool, int, bool, int, int]:
        value, other = values[row], others[row]
        first = (value is None, (-value if largest else value) if value is not None else 0)
        return (*first, other is None, -(other or 0), row)

    whole = sorted(rows, key=rank)
    order = [(column_of(values), largest), (column_of(others), True)]
    for count in (0, 1, len(whole) // 2, len(whole)):
        assert set(leading(BitMap(rows), count, order)) == set(whole[:count])
    for place, row in enumerate(whole):
        assert place_of(row, BitMap(rows), order) == place


@given(NUMBERS)
def test_numbers_can_be_read_back(values: list[int | None]) -> None:
    column = column_of(values)
    assert [column.value(row) for row in range(len(values))] == values
