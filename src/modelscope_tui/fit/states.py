"""EAST WING: the layers that keep a state of fixed size per sequence, as their `config.json` gives its size.

delta        gated delta net (Qwen3-Next, 3.5), Kimi's delta attention, lightning attention: a matrix for each head
mamba        one state for each channel          mamba2        one state for each head
conv         a short convolution (LFM2), with a gated linear recurrence or without (RecurrentGemma)
"""

from __future__ import annotations

from collections.abc import Mapping

from modelscope_tui.fit.fields import Fields
from modelscope_tui.fit.layers import Kind
from modelscope_tui.fit.shape import Recurrent


def states_of(fields: Fields, kinds: Mapping[Kind, int], hidden: int, heads: int) -> tuple[Recurrent, ...]:
    """Make the groups of layers that keep a state."""
    found = []
    if kinds.get("delta"):
        found.append(_linear(fields, kinds["delta"], hidden, heads))
    mamba = kinds.get("mamba", 0) + kinds.get("both", 0)
    if mamba:
        found.append(_mamba(fields, mamba, hidden))
    if kinds.get("conv"):
        found.append(_conv(fields, kinds["conv"], hidden))
    return tuple(found)


def _conv(fields: Fields, layers: int, hidden: int) -> Recurrent:
    width = fields.whole("lru_width")
    kept = (fields.whole("conv_L_cache", "conv1d_width") or 3) - 1
    if width is not None:  # a gated linear recurrence behind the convolution
        return Recurrent(layers, "conv", kept * width, width, inner_dim=width, in_dim=2 * width)
    return Recurrent(layers, "conv", kept * hidden, 0, inner_dim=hidden, in_dim=3 * hidden)


def _linear(fields: Fields, layers: int, hidden: int, heads: int) -> Recurrent:
    kimi = fields.inner("linear_attn_config")
    if kimi:
        return _kimi(Fields(kimi), layers, hidden, heads)
    if fields.has("linear_num_value_heads") or fields.has("linear_key_head_dim"):
        return _delta(fields, layers)
    head_dim = fields.whole("head_dim") or max(1, hidden // heads)  # lightning attention (MiniMax)
    width = heads * head_dim
    return Recurrent(layers, "delta", 0, width * head_dim, inner_dim=width, in_dim=4 * width, key_width=width)


def _kimi(said: Fields, layers: int, hidden: int, heads: int) -> Recurrent:
    """Kimi's delta attention: three convolutions as wide as all heads, and two low-rank gates."""
    count = said.whole("num_heads") or heads
    head_dim = said.whole("head_dim") or max(1, hidden // heads)
    width = count * head_dim
    kept = (said.whole("short_conv_kernel_size") or 4) - 1
    return Recurrent(
        layers=layers,
        kind="delta",
        conv_elements=kept * 3 * width,
        state_elements=width * head_dim,
        inner_dim=width,
        in_dim=3 * width + 2 * head_dim + count,
        key_width=width,
    )


def _delta(fields: Fields, layers: int) -> Recurrent:
    key_width = (fields.whole("linear_num_key_heads") or 16) * (fields.whole("linear_key_head_dim") or 128)
    value_heads = fields.whole("linear_num_value_heads") or 32
    value_dim = fields.whole("linear_value_head_dim") or 128
    width = value_heads * value_dim
    return Recurrent(
        layers=layers,
        kind="delta",
        conv_elements=((fields.whole("linear_conv_kernel_dim") or 4) - 1) * (2 * key_width + width),
        state_elements=width * (fields.whole("linear_key_head_dim") or 128),
        inner_dim=width,
        in_dim=2 * key_width + 2 * width + 2 * value_heads,
        key_width=key_width,
    )


def _mamba(fields: Fields, layers: int, hidden: int) -> Recurrent:
    state = fields.whole("mamba_d_state", "ssm_state_size", "state_size") or 128
    kept = (fields.whole("mamba_d_conv", "conv_kernel", "d_conv") or 4) - 1
    heads = fields.whole("mamba_n_heads", "mamba_num_heads", "n_mamba_heads")
    head_dim = fields.whole("mamba_d_head", "mamba_head_dim", "mamba_headdim")
    if heads is None and fields.text("model_type") == "mamba2":
        heads, head_dim = fields.whole("num_heads"), fields.whole("head_dim")
    expanded = fields.whole("mamba_d_ssm") or (fields.whole("mamba_expand", "expand") or 2) * hidden
    element = 4 if fields.text("mamba_ssm_cache_dtype") == "float32" else 2
    if heads is None:  # the first Mamba: no heads, no groups
        sizes = {"conv_elements": kept * expanded, "state_elements": state * expanded}
        return Recurrent(layers, "mamba", **sizes, inner_dim=expanded, in_dim=2 * expanded, state_element_bytes=element)
    width = heads * head_dim if head_dim else expanded
    groups = fields.whole("mamba_n_groups", "n_groups", "mamba_ngroups") or 1
    mixed = width + 2 * groups * state
    return Recurrent(
        layers=layers,
        kind="mamba2",
        conv_elements=kept * mixed,
        state_elements=state * width,
        inner_dim=width,
        in_dim=width + mixed + heads,
        state_element_bytes=element,
    )
