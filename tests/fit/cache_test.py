"""Stories: KV cache, states and buffers, against lines of real logs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelscope_tui.fit.config import shape_of
from modelscope_tui.fit.formats import CACHE_BYTES
from modelscope_tui.fit.kv_cache import llama_compute_bytes, llama_kv_bytes, recurrent_bytes
from modelscope_tui.fit.machine import GIB, MIB
from modelscope_tui.fit.serving import Serving
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.vllm_blocks import concurrency, pool_tokens, sequence_bytes
from modelscope_tui.fit.vllm_pool import activation_bytes, pool_bytes, runtime_bytes, weights_bytes_per_gpu
from tests.fit.builders import DEEPSEEK_V3, GPT_OSS_20B, JAMBA, LLAMA4_SCOUT, LLAMA_8B, QWEN35_35B, config, details

GEMMA4_12B = config(
    3840, 48, (16, 8), 262144, 15360, head_dim=256, sliding_window=1024, num_global_key_value_heads=1,
    global_head_dim=512, layer_types=(["sliding_attention"] * 5 + ["full_attention"]) * 8, model_type="gemma4_text",
)  # fmt: skip


def shape(said: dict[str, Any], params: int | None = None) -> Shape:
    found, missing = shape_of(details(said, params=params))
    assert found is not None, missing
    return found


def mib(said: dict[str, Any], context: int, **more: Any) -> float:
    return llama_kv_bytes(shape(said), context, **more) / MIB


def test_llama_cpp_logs_are_met_to_the_byte() -> None:
    assert mib(LLAMA_8B, 8192) == 1024
    assert mib(GPT_OSS_20B, 131072) == 3090
    assert mib(GEMMA4_12B, 8192, sequences=4, batch=2048) == 2048
    assert mib(QWEN35_35B, 262144) == 5120
    assert mib(LLAMA_8B, 8192, k_bytes=CACHE_BYTES["q8_0"]) == 1024 * 34 / 64
    assert recurrent_bytes(shape(QWEN35_35B), 4) / MIB == 251.25


def test_slots_of_their_own_each_hold_a_window() -> None:
    together = mib(GEMMA4_12B, 8192, sequences=4, is_unified=True)
    apart = mib(GEMMA4_12B, 8192, sequences=4, is_unified=False)
    assert apart > together


def test_a_compressed_cache_is_a_fraction_of_a_full_one() -> None:
    full = {key: value for key, value in DEEPSEEK_V3.items() if key != "kv_lora_rank"}
    assert mib(DEEPSEEK_V3, 4096) < mib({**full, "head_dim": 128}, 4096) / 50


def test_the_compute_buffer_is_the_largest_of_three_moments() -> None:
    assert llama_compute_bytes(shape(LLAMA_8B), 512, has_flash_attention=False) / MIB == 258.5
    assert llama_compute_bytes(shape(LLAMA_8B), 8192, has_flash_attention=False) / MIB == 560
    assert llama_compute_bytes(shape(LLAMA_8B), 8192) / MIB == 258.5


def test_vllm_pools_hold_what_their_logs_say() -> None:
    llama = shape(LLAMA_8B)
    assert pool_tokens(llama, round(58.11 * GIB), 2, Serving()) == pytest.approx(476016, rel=0.001)
    assert concurrency(llama, round(58.11 * GIB), 8192, 2, Serving()) == pytest.approx(58.11, rel=0.001)
    hybrid = shape(QWEN35_35B)
    assert concurrency(hybrid, round(6.01 * GIB), 131072, 1, Serving()) == pytest.approx(4.35, rel=0.003)
    windows = shape(GEMMA4_12B)
    serving = Serving(tensor_parallel=2, batch_tokens=4096)
    assert concurrency(windows, round(8.16 * GIB), 131072, 2, serving) == pytest.approx(2.93, rel=0.003)


def test_prefix_caching_and_draft_tokens_take_more_blocks() -> None:
    hybrid, pool = shape(QWEN35_35B), round(6 * GIB)
    settings = [Serving(state_blocks=1), Serving(), Serving(draft_tokens=2)]
    held = [concurrency(hybrid, pool, 32768, 1, serving) for serving in settings]
    assert held == sorted(held, reverse=True)


def test_activation_and_pool_are_near_a_real_profile() -> None:
    llama = shape(LLAMA_8B, 8030261248)
    serving = Serving(1024, 8192, version=19)
    assert activation_bytes(llama, serving) / GIB == pytest.approx(1.89, rel=0.01)
    pool = pool_bytes(round(79.19 * GIB), 0.95, 2 * 8030261248, llama, serving)
    assert pool / GIB == pytest.approx(58.11, rel=0.005)


def test_weights_are_cut_over_cards_and_stages() -> None:
    llama, size = shape(LLAMA_8B, 8030261248), 2 * 8030261248
    cards = {parallel: weights_bytes_per_gpu(llama, size, Serving(tensor_parallel=parallel)) for parallel in (1, 2, 4)}
    assert cards[1] == size
    assert cards[2] / GIB == pytest.approx(7.51, rel=0.005)
    assert cards[4] / GIB == pytest.approx(3.77, rel=0.01)
    stages = weights_bytes_per_gpu(llama, size, Serving(pipeline_parallel=4))
    assert stages / GIB == pytest.approx(4.26, rel=0.01)


def test_what_is_loaded_differs_from_what_is_stored() -> None:
    oss = shape(GPT_OSS_20B, 20914757184)
    assert runtime_bytes(oss, 13761264768) / GIB == pytest.approx(13.47, rel=0.003)  # padded experts
    said = {**QWEN35_35B["text_config"], "mtp_num_hidden_layers": 1}  # type: ignore[dict-item]
    guessing = shape(said, 35951822704)
    assert runtime_bytes(guessing, round(23.32 * GIB)) / GIB == pytest.approx(21.86, rel=0.01)  # no draft layer
    assert runtime_bytes(shape(LLAMA_8B, 8030261248), 100) == 100


_FAMILIES = st.sampled_from([LLAMA_8B, GPT_OSS_20B, GEMMA4_12B, DEEPSEEK_V3, QWEN35_35B, LLAMA4_SCOUT, JAMBA])
_CONTEXT = st.integers(1, 300_000)


@given(_FAMILIES, _CONTEXT, _CONTEXT, st.integers(1, 8), st.sampled_from(sorted(CACHE_BYTES.values())))
def test_memory_never_falls_when_context_slots_batch_or_precision_grow(
    said: dict[str, Any], one: int, other: int, slots: int, element_bytes: float
) -> None:
    model, short, long = shape(said), min(one, other), max(one, other)
    base = llama_kv_bytes(model, short, k_bytes=element_bytes)
    assert base <= llama_kv_bytes(model, long, k_bytes=element_bytes)
    assert base <= llama_kv_bytes(model, short, k_bytes=element_bytes, sequences=slots)
    assert base <= llama_kv_bytes(model, short, k_bytes=element_bytes, batch=2048)
    assert base <= llama_kv_bytes(model, short, k_bytes=4)
    assert llama_compute_bytes(model, short) <= llama_compute_bytes(model, long)
    assert llama_compute_bytes(model, short) <= llama_compute_bytes(model, short, batch=1024)
    assert sequence_bytes(model, short, 2, Serving()) <= sequence_bytes(model, long, 2, Serving())
    assert recurrent_bytes(model) <= recurrent_bytes(model, slots)


@given(_FAMILIES, st.integers(1, 1024), st.integers(256, 16384))
def test_a_larger_server_profiles_no_less(said: dict[str, Any], sequences: int, tokens: int) -> None:
    model = shape(said)
    small = activation_bytes(model, Serving(sequences, tokens))
    assert small <= activation_bytes(model, Serving(sequences + 64, tokens))
    assert small <= activation_bytes(model, Serving(sequences, tokens + 512))
