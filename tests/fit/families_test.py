"""Stories: configurations of many families come to the parameters and to the cache that their makers describe."""

from __future__ import annotations

from typing import Any

import pytest

from modelscope_tui.fit.config import context_of, shape_of
from modelscope_tui.fit.kv_cache import cross_bytes, growing_bytes_per_token, llama_kv_bytes, recurrent_bytes
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.tensors import nearest_tensors
from tests.fit.builders import config, details
from tests.fit.families import FAMILIES


def shape(said: dict[str, Any], params: int | None = None) -> Shape:
    found, missing = shape_of(details(said, params=params))
    assert found is not None, missing
    return found


@pytest.mark.parametrize("name", FAMILIES)
def test_each_family_adds_up(name: str) -> None:
    params, said, bytes_per_token = FAMILIES[name]
    found = shape(said, params)
    assert growing_bytes_per_token(found) == bytes_per_token
    if params is not None:
        assert sum(tensor.elements for tensor in nearest_tensors(found)) == pytest.approx(params, rel=0.045)


def test_what_a_file_leaves_out_is_what_its_class_says() -> None:
    gemma = shape(FAMILIES["Gemma 3 4B"][1])
    assert (gemma.heads, gemma.kv_heads, gemma.vocab, gemma.is_tied) == (8, 4, 262208, True)
    assert {group.key_dim for group in gemma.attention} == {256}  # not 2560 / 8
    assert shape(FAMILIES["LLaVA 1.5"][1]).layers == 32


def test_a_window_that_is_null_is_no_window_and_one_that_is_missing_is_that_of_the_class() -> None:
    said = config(4096, 32, (32, 8), 32000, 14336, model_type="mistral")
    assert [group.window for group in shape(said).attention] == [4096]
    assert [group.window for group in shape({**said, "sliding_window": None}).attention] == [None]


def test_llama_cpp_keeps_every_token_where_it_does_not_know_the_window() -> None:
    windowed = config(4096, 32, (32, 8), 32000, 14336, model_type="mistral", sliding_window=4096)
    free = {**windowed, "sliding_window": None}
    assert llama_kv_bytes(shape(windowed), 32768) == llama_kv_bytes(shape(free), 32768)
    gemma = shape(FAMILIES["Gemma 2 27B"][1])
    assert llama_kv_bytes(gemma, 32768) < 0.7 * 32768 * 46 * 2 * 16 * 128 * 2


def test_layers_that_read_the_cache_of_others_keep_none() -> None:
    kept = {group.window: group.kept_layers for group in shape(FAMILIES["Gemma 3n E4B"][1]).attention}
    assert kept == {None: 4, 512: 16}  # the last fifteen of thirty-five share
    hunyuan = config(4096, 64, (80, 8), 128512, 18304, head_dim=128, use_cla=True, cla_share_factor=2)
    assert [group.kept_layers for group in shape(hunyuan).attention] == [32]


def test_attention_and_a_state_side_by_side_are_both_counted() -> None:
    falcon = shape(FAMILIES["Falcon H1 7B"][1])
    assert [group.layers for group in falcon.attention] == [44]
    assert [group.layers for group in falcon.recurrent] == [44]
    zamba = config(2560, 4, (32, 32), 32000, 10240, model_type="zamba2", mamba_d_state=64, n_mamba_heads=80,
                   layers_block_type=["mamba", "mamba", "hybrid", "mamba"])  # fmt: skip
    assert [group.layers for group in shape(zamba).attention] == [1]
    assert [group.layers for group in shape(zamba).recurrent] == [4]


def test_states_do_not_grow_with_the_context_and_have_their_makers_size() -> None:
    qwen = shape(FAMILIES["Qwen 3 Next 80B"][1])
    one_layer = 3 * (2 * 16 * 128 + 32 * 128) + 32 * 128 * 128
    assert recurrent_bytes(qwen, 2) == 2 * 36 * one_layer * 4
    kimi = shape(FAMILIES["Kimi Linear 48B"][1])
    assert recurrent_bytes(kimi) == 20 * (3 * 3 * 4096 + 4096 * 128) * 4


def test_a_turbo_whisper_has_few_decoder_layers_and_keeps_the_sound_for_each() -> None:
    turbo = {
        "model_type": "whisper", "is_encoder_decoder": True, "d_model": 1280, "num_hidden_layers": 32,
        "encoder_layers": 32, "decoder_layers": 4, "decoder_attention_heads": 20, "decoder_ffn_dim": 5120,
        "vocab_size": 51866, "max_source_positions": 1500, "max_target_positions": 448,
    }  # fmt: skip
    found = shape(turbo)
    assert found.layers == 4
    assert cross_bytes(found) == 4 * 1500 * 2 * 1280 * 2
    assert context_of(details(turbo)) == 448


def test_pictures_are_kept_for_cross_attention_once_for_a_sequence() -> None:
    vision = shape(FAMILIES["Llama 3.2 11B Vision"][1])
    assert cross_bytes(vision) == 8 * 6404 * 2 * 8 * 128 * 2
    assert llama_kv_bytes(vision, 8192) - llama_kv_bytes(vision, 4096) == 4096 * 131072


def test_encoders_keep_nothing() -> None:
    assert llama_kv_bytes(shape(FAMILIES["BGE M3"][1]), 8192) == 0


def test_an_encoder_and_decoder_for_text_keeps_the_source_text() -> None:
    t5 = {
        "model_type": "t5", "is_encoder_decoder": True, "d_model": 1024, "d_kv": 64, "d_ff": 2816, "num_layers": 24,
        "num_decoder_layers": 24, "num_heads": 16, "n_positions": 512, "vocab_size": 32128,
    }  # fmt: skip
    assert cross_bytes(shape(t5)) == 24 * 512 * 2 * 16 * 64 * 2
