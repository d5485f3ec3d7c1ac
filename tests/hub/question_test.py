"""A query becomes what the Hub's list can be asked, and nothing that it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from modelscope_tui.catalog.query import parse
from modelscope_tui.hub.question import questions


def _asked(text: str) -> dict[str, Any]:
    (asked,) = questions(parse(text), 50)
    return asked


def test_every_row_brings_the_facts_that_a_row_has() -> None:
    assert {"safetensors", "tags", "cardData", "gated", "downloads"} <= set(_asked("")["expand"])
    assert "siblings" not in _asked("")["expand"]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("qwen3 coder", "search", "qwen3 coder"),
        ("task:text-generation", "pipeline_tag", "text-generation"),
        ("license:mit", "filter", ["license:mit"]),
        ("license:qwen-research", "filter", ["license:other"]),
        ("library:mlx language:de", "filter", ["mlx", "de"]),
        ("base:Qwen/Qwen3-8B", "filter", ["base_model:Qwen/Qwen3-8B"]),
        ("base:Qwen/Qwen3-8B relation:quantized", "filter", ["base_model:quantized:Qwen/Qwen3-8B"]),
        ("base:Qwen/Qwen3-8B relation:unknown", "filter", ["base_model:Qwen/Qwen3-8B"]),
        ("gated:no", "gated", False),
        ("sort:updated", "sort", "last_modified"),
        ("sort:params", "sort", "downloads"),
        ("org:Qwen", "author", "Qwen"),
    ],
)
def test_what_the_hub_can_narrow_by_is_asked(text: str, name: str, value: Any) -> None:
    assert _asked(text)[name] == value


@pytest.mark.parametrize(
    "text", ["license:permissive", "license:mit|gemma", "task:a|b", "-org:x", "tool:vllm", "params:<10b", "org:a|b|c|d"]
)
def test_what_it_cannot_is_left_to_the_index(text: str) -> None:
    assert set(_asked(text)) == {"sort", "limit", "expand"}
