"""Did you mean …"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.query import format_query, parse
from modelscope_tui.catalog.suggestion import slip_in


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qwne3 coder", "qwen3 coder"),
        ("mistrall", "mistral"),
        ("depseek", "deepseek"),
        ("quen3", "qwen3"),
        ("lama license:mit", None),
        ("xkcdxkcdxkcd", None),
        ("zz", None),
    ],
)
def test_a_slip_is_put_right_from_real_names(index: Index, typed: str, meant: str | None) -> None:
    query = parse(typed)
    found = index.meant(query) if not index.matches(query).total else None
    assert (format_query(found) if found else None) == meant
    if found:
        assert index.matches(found).total


def test_the_rest_of_the_query_still_holds(index: Index) -> None:
    meant = index.meant(parse("qwne3 org:Qwen sort:likes"))
    assert meant is not None
    assert format_query(meant) == "qwen3 org:Qwen sort:likes"
    assert index.meant(parse("qwne3 org:google")) is None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("deepseek", None),  # the word itself is no slip
        ("deepsekk", "deepsekk"),
        ("deepsee", "deepsee"),
        ("deepsek", "deepsek"),
        ("deepseeek", "deepseeek"),
        ("deepxseek", "deepxseek"),
        ("deepesek", "deepesek"),
        ("my-deepsexk-v3", "deepsexk"),
        ("deep-seek", None),
        ("deepse-k", None),
        ("deepsxxk", None),
        ("deepdeepseak", "deepseak"),
    ],
)
def test_a_slip_in_the_second_half_is_found_in_a_value(value: str, found: str | None) -> None:
    assert slip_in(value, "deep", "seek") == found


@given(st.text("ab", min_size=4, max_size=8), st.text("ab-", max_size=12))
def test_no_text_is_found_that_is_not_one_slip_away(word: str, value: str) -> None:
    first, last = word[: len(word) // 2], word[len(word) // 2 :]
    letters = "ab"
    away = {last[:at] + last[at + 1 :] for at in range(len(last))}
    away |= {last[:at] + letter + last[at + 1 :] for at in range(len(last)) for letter in letters}
    away |= {last[:at] + letter + last[at:] for at in range(len(last)) for letter in letters}
    away |= {last[:at] + last[at + 1] + last[at] + last[at + 2 :] for at in range(len(last) - 1)}
    found = slip_in(value, first, last)
    if found is not None:
        assert found in value
        assert found in {first + one for one in away}
    elif word not in value:
        assert not any(first + one in value for one in away)
