"""Stories of sources: the usual one is said once, the others beside their facts, all in words."""

from __future__ import annotations

from modelscope_tui.catalog.model import Model, Provenance
from modelscope_tui.ui.sources import Sources

ROW = Model(
    "a/b",
    provenance={
        "params": Provenance("LF:formula", "2026-10-05"),
        "likes": Provenance("LF", "2026-10-05"),
        "library": Provenance("TAG", None),
        "languages": Provenance("XI", "2026-08-23"),
        "license": Provenance("hub", "2026-11-24"),
    },
)


def test_facts_without_a_mark_stand_on_the_source_that_the_head_names() -> None:
    sources = Sources(ROW, ["params", "likes", "library", "languages", "context"])
    assert sources.legend == "facts from llmfit 2026-10-05 unless marked"
    assert sources.mark("params") == sources.mark("likes") == sources.mark("context") == ""
    assert sources.mark("library") == "[its tags]"
    assert sources.mark("languages") == "[Xinference]"
    assert sources.dates == "Xinference 2026-08-23"


def test_a_row_from_one_source_has_no_marks_and_one_from_nowhere_no_legend() -> None:
    assert Sources(ROW, ["license"]).legend == "facts from the Hub 2026-11-24"
    assert Sources(ROW, ["license"]).dates == ""
    assert Sources(Model("a/b"), ["license"]).legend == ""
