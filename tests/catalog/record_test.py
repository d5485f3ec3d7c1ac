"""Rows as lines: nothing is lost on the way."""

from __future__ import annotations

import json

from modelscope_tui.catalog.model import Model, Provenance
from modelscope_tui.catalog.record import FIELDS, decode, encode, reordered


def test_a_row_comes_back_as_it_went() -> None:
    scraped, counted = Provenance("LF", "2026-10-05"), Provenance("hub", "2026-11-24T10:00:00Z")
    said = {"task": scraped, "tags": scraped, "downloads": counted, "gated": Provenance("TAG", None)}
    model = Model(
        id="a/b",
        task="text-generation",
        tags=("x", 'y"z', "日本"),
        downloads=0,
        gated="no",
        as_of="2026-10-05",
        provenance=said,
    )
    assert decode(encode(model)) == model
    assert dict(decode(encode(model)).provenance) == said


def test_facts_that_nobody_vouches_for_stay_so() -> None:
    model = Model(id="a/b", likes=3, task="x", as_of="2026-10-05", provenance={"likes": Provenance("LF", "2026-10-05")})
    assert "task" not in decode(encode(model)).provenance
    assert decode(encode(Model(id="a/b"))) == Model(id="a/b")


def test_every_real_row_survives_and_names_its_sources(real_models: list[Model]) -> None:
    for model in real_models:
        assert decode(encode(model)) == model
        known = [name for name in FIELDS if getattr(model, name) not in (None, ()) and name not in {"id", "source"}]
        assert set(known) - {"as_of"} == set(model.provenance)


def test_a_line_of_an_earlier_version_is_read_by_its_names() -> None:
    names = ["id", "likes", "forgotten", "source", "as_of"]
    line = json.dumps(["a/b", 7, "?", "hub", "2026-01-01", "hub", {"forgotten": "hub@", "likes": "hub@2026-02-02"}])
    model = decode(reordered(line, names))
    assert (model.id, model.likes, model.downloads, model.source) == ("a/b", 7, None, "hub")
    assert dict(model.provenance) == {"likes": Provenance("hub", "2026-02-02")}
