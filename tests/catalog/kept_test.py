"""A memory with a bound."""

from __future__ import annotations

from modelscope_tui.catalog.kept import Kept


def test_the_longest_unused_goes_first() -> None:
    kept: Kept[str, str] = Kept(3)
    for letter in "abc":
        kept.put(letter, letter)
    assert kept.get("a") == "a"
    kept.put("d", "d")
    assert kept.get("b") is None
    assert [kept.get(letter) for letter in "acd"] == ["a", "c", "d"]


def test_the_bound_is_on_size_and_one_thing_is_always_kept() -> None:
    kept: Kept[str, str] = Kept(10, len)
    kept.put("small", "1234")
    kept.put("large", "x" * 50)
    assert kept.get("small") is None
    assert kept.get("large") == "x" * 50
    kept.put("large", "1")
    kept.put("small", "123456789")
    assert len(kept) == 2
    kept.drop()
    assert len(kept) == 0
