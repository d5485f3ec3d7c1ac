"""Stories: a configuration becomes numbers that explain the published parameters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.fit.config import context_of, shape_of
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.tensors import tensors_of
from tests.fit.builders import DEEPSEEK_V3, GEMMA3_12B, LLAMA4_SCOUT, NEMOTRON_H_8B, PUBLISHED, QWEN35_35B, details


def shape(said: dict[str, Any], params: int | None = None) -> Shape:
    found, missing = shape_of(details(said, params=params))
    assert found is not None, missing
    return found


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_matrices_of_each_family_add_up_to_its_published_parameters(name: str) -> None:
    params, said = PUBLISHED[name]
    tensors = tensors_of(shape(said, params))
    assert tensors is not None
    assert sum(tensor.elements for tensor in tensors) == pytest.approx(params, rel=0.01)


def test_gemma_looks_back_on_a_window_in_five_layers_of_six() -> None:
    groups = {group.window: group.layers for group in shape(GEMMA3_12B).attention}
    assert groups == {None: 8, 1024: 40}


def test_deepseek_keeps_one_compressed_vector_a_token() -> None:
    (group,) = shape(DEEPSEEK_V3).attention
    assert group.elements_per_token == 512 + 64


def test_llama_4_reads_in_chunks_in_three_layers_of_four() -> None:
    groups = {(group.window, group.is_chunked): group.layers for group in shape(LLAMA4_SCOUT).attention}
    assert groups == {(None, False): 12, (8192, True): 36}


def test_hybrids_keep_a_cache_in_their_attention_layers_only() -> None:
    assert sum(group.layers for group in shape(QWEN35_35B).attention) == 10
    assert sum(group.layers for group in shape(QWEN35_35B).recurrent) == 30
    assert sum(group.layers for group in shape(NEMOTRON_H_8B).attention) == 4
    assert sum(group.layers for group in shape(NEMOTRON_H_8B).recurrent) == 24


def test_a_window_that_is_switched_off_is_no_window() -> None:
    said = {**PUBLISHED["Qwen3 8B"][1], "sliding_window": 4096, "use_sliding_window": False}
    assert [group.window for group in shape(said).attention] == [None]


def test_an_encoder_keeps_no_cache_and_whisper_keeps_its_encoder_output() -> None:
    bert = {
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "vocab_size": 30522,
        "model_type": "bert",
    }
    whisper = {
        "d_model": 1280, "decoder_layers": 32, "decoder_attention_heads": 20, "decoder_ffn_dim": 5120,
        "vocab_size": 51866,
        "max_source_positions": 1500, "model_type": "whisper",
    }  # fmt: skip
    assert not shape(bert).keeps_cache
    encoder = shape(whisper).encoder
    assert encoder is not None
    assert encoder.length == 1500


def test_the_row_alone_makes_a_shape_and_what_it_lacks_is_named() -> None:
    full = Model("a/b", layers=32, hidden_size=4096, vocab=128256, heads=32, kv_heads=8, head_dim=128, context=8192)
    found, missing = shape_of(ModelDetails(full))
    assert found is not None
    assert missing == ()
    assert context_of(ModelDetails(full)) == 8192
    found, missing = shape_of(ModelDetails(Model("a/b", layers=32, heads=32)))
    assert found is None
    assert missing == ("hidden_size", "vocab")


_JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=5),
    st.lists(st.one_of(st.text(max_size=9), st.integers(-3, 9)), max_size=4), st.dictionaries(st.text(max_size=3),
    st.integers()),
)  # fmt: skip
_KEYS = st.sampled_from(
    [*DEEPSEEK_V3, *NEMOTRON_H_8B, "layer_types", "sliding_window", "text_config", "attn_layer_period", "conv_L_cache",
     "linear_num_value_heads", "full_attention_interval", "attention_chunk_size", "max_source_positions",
     "num_kv_shared_layers"]
)  # fmt: skip


@given(st.dictionaries(_KEYS, _JUNK, max_size=6))
def test_a_hostile_configuration_never_breaks_the_reading(junk: dict[str, Any]) -> None:
    for base in (DEEPSEEK_V3, NEMOTRON_H_8B, {}):
        found, missing = shape_of(details({**base, **junk}, params=10**9))
        assert (found is None) == bool(missing)


def test_a_model_type_that_is_no_text_is_no_model_type() -> None:
    said = {"model_type": ["x"], "num_attention_heads": 12, "num_hidden_layers": 12, "hidden_size": 768}
    found, missing = shape_of(details(said, params=110_000_000))
    assert found is not None or missing
