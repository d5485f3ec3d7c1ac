"""Recorded answers changed at random, always the same ones here: each becomes a record, tabs and commands, or words."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelscope_tui.catalog.query import format_query, parse
from tests import hostile
from tests.mutations import CONFIGS, mutated


def test_no_answer_breaks_anything_and_bash_reads_every_command() -> None:
    texts: set[str] = set()

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(mutated(), mutated(CONFIGS), st.integers(0, 27))
    def every_answer_is_harmless(page: Any, config: Any, place: int) -> None:
        texts.update(hostile.check(page, config, place=place))

    every_answer_is_harmless()
    assert texts
    hostile.bash_reads(sorted(texts))


@given(st.text(alphabet=st.sampled_from('abq3:<>=|-"()*, \t\\.kmb%'), max_size=60))
def test_no_text_breaks_the_query_language(text: str) -> None:
    written = format_query(parse(text))
    assert format_query(parse(written)) == written
