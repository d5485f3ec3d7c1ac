"""EAST WING: bytes of the KV cache and of recurrent states, as llama.cpp lays them out, and per token for any engine.

full attention      every token of the context
sliding window      the window (and the batch under way), however long the context
latent (MLA)        one compressed vector per token, for all heads together
recurrent           one state per sequence, at any length
cross attention     the encoder's output per sequence
"""

from __future__ import annotations

import re
from dataclasses import replace

from modelscope_tui.fit.formats import CACHE_BYTES
from modelscope_tui.fit.shape import Attention, Shape

CELL_STEP = 256
"""llama.cpp rounds the cells of a window up to this."""

_WINDOWED = re.compile(r"gemma[234]|gemma3n|cohere2|gpt_oss|llama4|exaone4|olmo3|smallthinker|mimo_v2|step3p5|afmoe")
"""Families whose windows llama.cpp keeps to. Of the others (Mistral, Phi-3, Qwen, StarCoder2) it keeps every token:
their layers are read as those of architectures without a window. Source: `load_swa` in its model files, 2026."""

STATE_BYTES = 4
"""Recurrent states are 32-bit floats."""


def cache_bytes(dtype: str | None) -> float | None:
    """Bytes of one element of a cache type; 16 bit when none is named, None when the name is not known."""
    return CACHE_BYTES.get((dtype or "f16").lower())


def bytes_per_token(shape: Shape, k_bytes: float = 2, v_bytes: float | None = None) -> float:
    """Bytes that one more token adds while it is inside every window."""
    return sum(group.kept_layers * _cell_bytes(group, k_bytes, v_bytes) for group in shape.attention)


def growing_bytes_per_token(shape: Shape, k_bytes: float = 2, v_bytes: float | None = None) -> float:
    """Bytes that one more token adds for ever: windows do not grow."""
    return sum(
        group.kept_layers * _cell_bytes(group, k_bytes, v_bytes) for group in shape.attention if group.window is None
    )


def _cell_bytes(group: Attention, k_bytes: float, v_bytes: float | None) -> float:
    if group.latent_dim is not None:  # keys and values are one vector, kept as keys
        return (group.latent_dim + group.index_dim) * k_bytes
    return group.kv_heads * (group.key_dim * k_bytes + group.value_dim * (k_bytes if v_bytes is None else v_bytes))


def as_in_llamacpp(shape: Shape) -> Shape:
    """Give the shape without the windows that llama.cpp does not keep to."""
    if shape.model_type is None or _WINDOWED.search(shape.model_type.replace("-", "_")):
        return shape
    return replace(shape, attention=tuple(replace(group, window=None) for group in shape.attention))


def llama_kv_bytes(
    shape: Shape,
    context: int,
    *,
    k_bytes: float = 2,
    v_bytes: float | None = None,
    sequences: int = 1,
    batch: int = 512,
    is_unified: bool = True,
) -> int:
    """Bytes of llama.cpp's KV cache.

    Args:
        shape: the model.
        context: tokens over all sequences together.
        k_bytes: bytes of a key element; the values' too when `v_bytes` is None.
        v_bytes: bytes of a value element.
        sequences: parallel slots.
        batch: `n_ubatch`, the tokens that are computed at once.
        is_unified: whether the slots share one buffer.
    """
    if not shape.keeps_cache:
        return 0
    total = 0.0
    for group in as_in_llamacpp(shape).attention:
        cells = _cells(group, context, sequences, batch, is_unified)
        total += group.kept_layers * cells * _cell_bytes(group, k_bytes, v_bytes)
    return round(total) + cross_bytes(shape, k_bytes) * sequences


def _cells(group: Attention, context: int, sequences: int, batch: int, is_unified: bool) -> int:
    if group.window is None:
        return context
    slots = sequences if is_unified else 1
    per_slot = context if is_unified else context // sequences
    wanted = min(per_slot, group.window * slots + batch)
    padded = -(-wanted // CELL_STEP) * CELL_STEP
    return padded if is_unified else padded * sequences


def cross_bytes(shape: Shape, element_bytes: float = 2) -> int:
    """Bytes of the encoder's keys and values that each sequence keeps for cross attention."""
    encoder = shape.encoder
    if encoder is None:
        return 0
    return round(encoder.layers * encoder.length * 2 * encoder.kv_heads * encoder.head_dim * element_bytes)


def recurrent_bytes(shape: Shape, sequences: int = 1) -> int:
    """Bytes of llama.cpp's recurrent states."""
    elements = sum(group.layers * (group.conv_elements + group.state_elements) for group in shape.recurrent)
    return elements * STATE_BYTES * sequences


def llama_compute_bytes(shape: Shape, context: int, *, batch: int = 512, has_flash_attention: bool = True) -> int:
    """Bytes of llama.cpp's compute buffer: its graph needs the most of three moments.

    The output of a whole batch; the feed-forward network of a layer (gate, up and their product beside the stream);
    attention, which without flash attention holds the scores of every head. The mask (16 bit with flash attention,
    else 32) lives through the last two.
    """
    float_batch = 4 * batch
    inner = shape.inner_dim or 0
    if shape.experts is not None:
        inner = max(inner, shape.experts.inner_dim * max(shape.experts.active, 1))
    mask = batch * context * (2 if has_flash_attention else 4)
    scores = 0 if has_flash_attention else float_batch * context * shape.heads
    output = float_batch * (shape.vocab + shape.hidden)
    network = float_batch * (4 * shape.hidden + 3 * inner) + mask
    attention = float_batch * 4 * shape.hidden + mask + scores
    return max(output, network, attention)
