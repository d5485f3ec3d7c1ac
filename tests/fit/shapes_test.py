"""Laws over models that nobody has published: windows, latent attention, recurrence, mixtures, in any mixture."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from modelscope_tui.fit.config import shape_of
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.estimate import FitEstimate, estimate
from modelscope_tui.fit.kv_cache import llama_compute_bytes, llama_kv_bytes, recurrent_bytes
from modelscope_tui.fit.machine import GIB
from modelscope_tui.fit.serving import Serving
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.vllm_blocks import concurrency, pool_tokens, sequence_bytes
from modelscope_tui.fit.vllm_pool import activation_bytes, pool_bytes
from tests.fit.builders import details

MACHINES = tuple(map(parse_machine, ("RTX 4090", "2x80GB", "M3 Max 64GB", "cpu:64GB", "RTX 3060 + cpu:32GB")))
KINDS = ("full", "window", "chunked", "latent", "delta", "mamba")


@st.composite
def configs(draw: st.DrawFn) -> dict[str, Any]:
    """Write a `config.json`: dense or mixed, with one kind of cache beside full attention."""
    kv_heads, share = draw(st.sampled_from((1, 2, 4, 8))), draw(st.sampled_from((1, 2, 4, 8)))
    layers, head_dim = draw(st.integers(2, 64)), draw(st.sampled_from((64, 96, 128, 256)))
    said: dict[str, Any] = {
        "model_type": "gemma3_text", "num_hidden_layers": layers, "num_attention_heads": kv_heads * share,
        "num_key_value_heads": kv_heads, "head_dim": head_dim, "hidden_size": draw(st.integers(8, 64)) * 128,
        "intermediate_size": draw(st.integers(8, 128)) * 128, "vocab_size": draw(st.integers(8, 2048)) * 128,
        "tie_word_embeddings": draw(st.booleans()), "max_position_embeddings": 1 << 20,
    }  # fmt: skip
    kind, every = draw(st.sampled_from(KINDS)), draw(st.integers(2, 6))
    other = {"window": "sliding_attention", "chunked": "chunked_attention", "delta": "linear_attention"}.get(kind)
    other = "mamba" if kind == "mamba" else other
    if other is not None:
        said["layer_types"] = [other if place % every else "full_attention" for place in range(layers)]
    if kind in {"window", "chunked"}:
        name = "sliding_window" if kind == "window" else "attention_chunk_size"
        said[name] = draw(st.sampled_from((128, 512, 4096, 8192)))
    if kind == "latent":
        said |= {"kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128}
    if draw(st.booleans()):
        said |= {"num_experts": draw(st.sampled_from((8, 64, 128))), "num_experts_per_tok": 4}
        said["moe_intermediate_size"] = draw(st.integers(2, 16)) * 128
    return said


def shaped(said: dict[str, Any]) -> Shape:
    shape, missing = shape_of(details(said, params=8_000_000_000))
    assert shape is not None, missing
    return shape


def asked(said: dict[str, Any], machine: int, engine: str, **more: Any) -> FitEstimate:
    wish = {"quantization": "Q4_K_M", "context": 4096, "tensor_parallel": 1, **more}
    return estimate(details(said, params=8_000_000_000), MACHINES[machine], engine=engine, **wish)


LENGTHS = st.integers(1, 300_000)


@settings(max_examples=80, deadline=None)
@given(configs(), LENGTHS, LENGTHS, st.integers(1, 8), st.integers(1, 8), st.integers(1, 2048), st.integers(1, 2048))
def test_llamacpp_never_takes_less_for_more(  # noqa: PLR0917 - pairs of what grows
    said: dict[str, Any], one: int, other: int, few: int, many: int, small: int, large: int
) -> None:
    shape = shaped(said)
    (short, long), (few, many), (small, large) = sorted((one, other)), sorted((few, many)), sorted((small, large))
    least = llama_kv_bytes(shape, short, sequences=few, batch=small)
    assert least <= llama_kv_bytes(shape, long, sequences=few, batch=small)
    assert least <= llama_kv_bytes(shape, short, sequences=many, batch=small)
    assert least <= llama_kv_bytes(shape, short, sequences=few, batch=large)
    assert recurrent_bytes(shape, few) <= recurrent_bytes(shape, many)
    assert llama_compute_bytes(shape, short, batch=small) <= llama_compute_bytes(shape, long, batch=large)
    sizes = [llama_kv_bytes(shape, short, k_bytes=each) for each in (18 / 32, 1, 34 / 32, 2, 4)]
    assert sizes == sorted(sizes)


@settings(max_examples=80, deadline=None)
@given(configs(), LENGTHS, LENGTHS, st.integers(1, 1024), st.integers(1, 1024), st.integers(1, 16), st.integers(1, 16))
def test_vllm_never_takes_less_for_more(  # noqa: PLR0917
    said: dict[str, Any], one: int, other: int, few: int, many: int, small: int, large: int
) -> None:
    shape = shaped(said)
    (short, long), (few, many), (small, large) = sorted((one, other)), sorted((few, many)), sorted((small, large))
    narrow, wide = Serving(few, small * 1024), Serving(many, large * 1024)
    assert activation_bytes(shape, narrow) <= activation_bytes(shape, wide)
    assert pool_bytes(80 * GIB, 0.9, 0, shape, narrow) >= pool_bytes(80 * GIB, 0.9, 0, shape, wide)
    assert sequence_bytes(shape, short, 2, narrow) <= sequence_bytes(shape, long, 2, narrow)
    assert concurrency(shape, 8 * GIB, short, 2, narrow) >= concurrency(shape, 8 * GIB, long, 2, narrow)
    assert concurrency(shape, 8 * GIB, short, 2, narrow) <= concurrency(shape, 9 * GIB, short, 2, narrow)
    assert pool_tokens(shape, 8 * GIB, 1, narrow) >= pool_tokens(shape, 8 * GIB, 2, narrow)


@settings(max_examples=80, deadline=None)
@given(configs(), st.integers(0, 4), st.sampled_from(("llamacpp", "vllm")), LENGTHS)
def test_parts_are_the_whole_and_the_longest_context_is_one_that_fits(
    said: dict[str, Any], machine: int, engine: str, context: int
) -> None:
    found = asked(said, machine, engine, context=context)
    parts = (found.weights_bytes, found.kv_bytes, found.overhead_bytes)
    assert None not in parts
    assert found.total_bytes == sum(part or 0 for part in parts)
    assert all((part or 0) >= 0 for part in parts)
    if found.max_context:
        longest = asked(said, machine, engine, context=found.max_context)
        assert longest.fits in {"yes", "tight"}
        assert (longest.total_bytes or 0) <= (longest.available_bytes or 0)
    if found.concurrency is not None:
        assert found.concurrency > 0
