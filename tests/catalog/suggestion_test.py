"""Did you mean …"""

from __future__ import annotations

import pytest

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.query import format_query, parse


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
