"""Recorded answers of the Hub, changed at random in ways that Hypothesis can shrink to the smallest one that breaks."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests import hostile
from tests.hub_server import recorded

PAGES = (
    "synthetic_info_qwen3_8b", "synthetic_info_qwen3_8b_gguf", "synthetic_info_awq", "model_info_bert_base_uncased",
    "model_info_blobs_eicar", "model_info_gguf_gemma3_12b", "synthetic_info_llama31_8b_gated",
)  # fmt: skip
CONFIGS = ("synthetic_config_qwen3_8b", "resolve_config_bert_base_uncased")
KEEPS = {"id"}

TEXTS = st.one_of(
    st.sampled_from([text for text in hostile.TEXTS.values() if len(text) < 10_000]), st.text(max_size=40)
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(), st.sampled_from([0, 1, -1, 10**400, 1e308, 2**31, 2**63, 0.1])
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


def _deep() -> Any:
    found: Any = []
    for _ in range(300):
        found = [found]
    return found


VALUES = st.one_of(JSON, st.builds(_deep), st.builds(lambda: ["x"] * 12_000))
"""What may stand anywhere."""


@st.composite
def mutated(draw: st.DrawFn, names: tuple[str, ...] = PAGES) -> Any:
    """Draw a recorded answer with one to five changes: another value, none, one twice, a new name."""
    page = copy.deepcopy(recorded(draw(st.sampled_from(names))))
    for _ in range(draw(st.integers(1, 5))):
        holder: Any = page
        while True:
            keys = [key for key in (holder if isinstance(holder, dict) else range(len(holder))) if key not in KEEPS]
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = holder[key]
            if isinstance(inner, dict | list) and inner and draw(st.booleans()):
                holder = inner
                continue
            _change(draw, holder, key)
            break
    return page


def _change(draw: st.DrawFn, holder: Any, key: Any) -> None:
    way = draw(st.sampled_from(["another", "missing", "twice", "named"]))
    if way == "missing":
        del holder[key]
    elif way == "twice" and isinstance(holder, list):
        holder.insert(0, copy.deepcopy(holder[key]))
    elif way == "named" and isinstance(holder, dict):
        holder[draw(TEXTS)] = holder.pop(key)
    else:
        holder[key] = draw(VALUES)
