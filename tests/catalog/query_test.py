"""The filter line and the panes are one truth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelscope_tui.catalog.query import FIELDS, SORTS, Query, Term, format_query, parse


def test_words_and_terms_are_told_apart() -> None:
    query = parse("qwen coder org:Qwen license:mit|gemma params:<10b -gguf -task:fill-mask sort:-likes")
    assert query.words == ("qwen", "coder")
    assert query.excluded_words == ("gguf",)
    assert query.terms == (
        Term("org", ("Qwen",)),
        Term("license", ("mit", "gemma")),
        Term("params", ("<10b",)),
        Term("task", ("fill-mask",), is_excluded=True),
    )
    assert (query.sort, query.is_reversed) == ("likes", True)
    assert query.problems == ()


def test_quotes_keep_blanks_together() -> None:
    query = parse('org:"a b" "large language model" license:"x|y"|mit')
    assert query.words == ("large language model",)
    assert query.terms == (Term("org", ("a b",)), Term("license", ("x|y", "mit")))


def test_an_unknown_field_is_reported_where_it_stands_and_kept_as_a_word() -> None:
    query = parse("llama licence:mit")
    assert query.words == ("llama", "licence:mit")
    (problem,) = query.problems
    assert (problem.text, problem.start, problem.end) == ("licence:mit", 6, 17)
    assert "license" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "params:<10x",
        "license:",
        "updated:<soon",
        "gated:perhaps",
        "relation:cousin",
        "sort:size",
        "-sort:likes",
        "fits:maybe",
    ],
)
def test_a_known_field_that_cannot_be_read_is_reported_and_narrows_nothing(text: str) -> None:
    query = parse(f"llama {text}")
    assert query.words == ("llama",)
    assert query.terms == ()
    assert [problem.text for problem in query.problems] == [text]
    assert query.problems[0].message


def test_a_lone_minus_is_somebody_still_typing() -> None:
    assert parse("llama -") == parse("llama")


def test_other_names_of_a_field_are_understood() -> None:
    assert parse("author:Qwen lang:en").terms == (Term("org", ("Qwen",)), Term("language", ("en",)))


def test_choosing_twice_lets_go() -> None:
    query = Query().toggled("license", "mit").toggled("license", "gemma")
    assert format_query(query) == "license:mit|gemma"
    assert format_query(query.toggled("license", "MIT")) == "license:gemma"
    assert query.toggled("license", "mit").toggled("license", "gemma") == Query()


def test_excluding_and_choosing_are_each_others_opposite() -> None:
    query = Query().toggled("org", "Qwen").excluding("org", "Qwen")
    assert format_query(query) == "-org:Qwen"
    assert query.excluded_values("org") == {"qwen"}
    assert format_query(query.toggled("org", "Qwen")) == "org:Qwen"
    assert query.excluding("org", "Qwen") == Query()


def test_a_pane_can_be_cleared() -> None:
    assert format_query(parse("a org:b -org:c tool:d").without("org")) == "a tool:d"


def test_sorting_alone_narrows_nothing() -> None:
    assert parse("sort:likes").is_empty
    assert not parse("-gguf").is_empty
    assert Query().with_sort("name", is_reversed=True) == parse("sort:-name")


PIECES = st.one_of(
    st.sampled_from(
        ["qwen", "-gguf", '"a b"', 'org:"a b"|c', "params:<10b", "license:", "foo:bar", "sort:-likes", "gated:no", '"']
    ),
    st.builds("{}:{}".format, st.sampled_from([*FIELDS, "sort", "foo"]), st.text(max_size=6)),
    st.text(alphabet='ab-:|"\\ <>.', max_size=8),
    st.text(max_size=8),
)


@given(st.lists(PIECES, max_size=6).map(" ".join))
def test_whatever_is_typed_can_be_written_and_read_again(text: str) -> None:
    query = parse(text)
    assert parse(format_query(query)) == query


@given(
    st.lists(st.tuples(st.sampled_from(["org", "license", "tag"]), st.text(min_size=1, max_size=5)), max_size=5),
    st.sampled_from(SORTS),
    st.booleans(),
)
def test_whatever_is_chosen_in_the_panes_can_be_typed(chosen: list[tuple[str, str]], sort: str, way: bool) -> None:
    query = Query().with_sort(sort, way)
    for field, value in chosen:
        if value.strip() == value:
            query = query.toggled(field, value)
    assert parse(format_query(query)) == query


@given(st.text(max_size=40))
def test_positions_point_at_what_was_typed(text: str) -> None:
    for problem in parse(text).problems:
        assert text[problem.start : problem.end] == problem.text[: problem.end - problem.start]
