"""Two rows of one repository become one."""

from __future__ import annotations

from modelscope_tui.catalog.merge import merge_row
from modelscope_tui.catalog.model import Model, Provenance

OLD = Model(
    id="a/b",
    downloads=10,
    likes=5,
    license="other",
    license_name="own",
    params_estimate=7,
    tags=("x",),
    source="catalog",
    as_of="2026-10-05",
    provenance={"downloads": Provenance("LF", "2026-10-05")},
)


def _hub(as_of: str = "2026-11-01T12:00:00Z", **facts: object) -> Model:
    said = dict.fromkeys(facts, Provenance("hub", as_of))
    return Model(id="a/b", source="hub", as_of=as_of, provenance=said, **facts)  # type: ignore[arg-type]


def test_the_first_row_stands_as_it_is() -> None:
    assert merge_row(None, OLD) is OLD


def test_what_the_hub_says_replaces_what_the_bundle_said() -> None:
    merged = merge_row(OLD, _hub(downloads=12))
    assert (merged.downloads, merged.likes, merged.source) == (12, 5, "hub")
    assert merged.provenance["downloads"].source == "hub"
    assert merged.provenance["likes"] == Provenance("catalog", "2026-10-05")
    assert merged.as_of == "2026-11-01T12:00:00Z"


def test_unknown_never_replaces_known() -> None:
    merged = merge_row(OLD, _hub(likes=0))
    assert (merged.downloads, merged.tags, merged.params_estimate, merged.likes) == (10, ("x",), 7, 0)


def test_an_older_answer_of_the_hub_does_not_win_and_fills_gaps() -> None:
    merged = merge_row(_hub(likes=9), _hub("2026-10-20T00:00:00Z", likes=8, context=4096))
    assert (merged.likes, merged.context, merged.as_of) == (9, 4096, "2026-11-01T12:00:00Z")


def test_the_bundle_never_replaces_what_the_hub_said_even_when_it_is_younger() -> None:
    younger = Model(id="a/b", likes=99, layers=3, source="catalog", as_of="2027-01-01")
    merged = merge_row(_hub(likes=9), younger)
    assert (merged.likes, merged.layers, merged.source) == (9, 3, "hub")


def test_the_name_of_an_old_license_goes_with_it() -> None:
    assert merge_row(OLD, _hub(license="mit")).license_name is None
    assert merge_row(OLD, _hub(license="other")).license_name == "own"
    assert merge_row(OLD, _hub(downloads=1)).license_name == "own"
    assert merge_row(OLD, _hub(license="other", license_name="new")).license_name == "new"
    linked = merge_row(OLD, _hub(license="other", license_link="LICENSE"))
    assert merge_row(linked, _hub("2026-11-02T12:00:00Z", license="mit")).license_link is None


def test_merging_twice_changes_nothing_more() -> None:
    once = merge_row(OLD, _hub(downloads=12))
    assert merge_row(once, _hub(downloads=12)) == once
