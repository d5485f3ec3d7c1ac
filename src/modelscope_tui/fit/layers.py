"""EAST WING: which kind of memory each layer of a model keeps, as its `config.json` says.

Families say it in ways of their own: a list, a letter pattern, a period, an interval. The first reader that
understands answers; where none does, every layer attends to everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from modelscope_tui.fit.fields import Fields

Kind = Literal["full", "window", "chunk", "delta", "mamba", "conv", "both", "none"]
"""What a layer keeps; `both` is attention and a Mamba state side by side, `none` nothing (or what an encoder gave)."""

_NAMES: Mapping[str, Kind] = {
    "full_attention": "full",
    "attention": "full",
    "full": "full",
    "global": "full",
    "sliding_attention": "window",
    "sliding": "window",
    "local_attention": "window",
    "compressed_sparse_attention": "full",
    "chunked_attention": "chunk",
    "linear_attention": "delta",
    "mamba": "mamba",
    "mamba2": "mamba",
    "conv": "conv",
    "recurrent": "conv",
    "hybrid": "both",
    "mlp": "none",
    "moe": "none",
}
_LETTERS: Mapping[str, Kind] = {"M": "mamba", "*": "full", "-": "none", "E": "none"}
_WINDOW_EVERY: Mapping[str, int] = {
    # One layer in N sees everything; the classes of these families know it, their files do not always say it.
    "gemma2": 2,
    "gemma3": 6,
    "gemma3_text": 6,
    "gemma3n": 5,
    "gemma3n_text": 5,
    "gemma4": 6,
    "gemma4_text": 6,
    "cohere2": 4,
    "gpt_oss": 2,
    "olmo3": 4,
}
UNSAID_KINDS = frozenset(_WINDOW_EVERY) | {
    "llama4", "qwen3_next", "qwen3_5", "qwen3_5_moe", "granitemoehybrid", "nemotron_h", "jamba", "bamba", "falcon_h1",
    "lfm2", "lfm2_moe", "deepseek_v2", "deepseek_v3", "deepseek_v32", "kimi_k2", "kimi_linear", "glm4_moe_lite",
    "glm_moe_dsa",
    "mamba", "mamba2", "falcon_mamba", "mistral", "mistral3", "ministral", "starcoder2", "exaone4", "step3", "minimax",
    "zamba2", "mllama", "recurrent_gemma", "mimo_v2_flash", "openelm", "nemotron_nas", "deci", "minimax_text_01",
    "minimax_m1", "hunyuan", "hunyuan_v1_moe",
}  # fmt: skip
"""Families whose layers are not all alike: without `config.json` their cache is not known."""


def layer_kinds(fields: Fields, layers: int) -> list[Kind]:
    """Name the kind of every layer."""
    readers: tuple[Callable[[Fields, int], list[Kind] | None], ...] = (
        _listed,
        _lettered,
        _numbered,
        _interval,
        _kimi,
        _attention_period,
        _attention_places,
        _one_kind,
        _searched,
        _crossing,
        _chunked,
        _windowed,
    )
    for read in readers:
        kinds = read(fields, layers)
        if kinds is not None:
            return kinds
    return ["full"] * layers


def _listed(fields: Fields, layers: int) -> list[Kind] | None:
    names = fields.words("layer_types", "layers_block_type", "block_types", "attn_type_list")
    if names is None or not set(names) <= set(_NAMES):
        return None
    kinds = [_NAMES[name] for name in names]
    windows = fields.whole("attention_window_size")
    if windows is not None and "conv" in kinds:  # RecurrentGemma: its attention is local
        kinds = ["window" if kind == "full" else kind for kind in kinds]
    elif "window" in kinds and fields.whole("sliding_window", "sliding_window_size") is None:
        kinds = ["full" if kind == "window" else kind for kind in kinds]
    if "chunk" in kinds and fields.whole("attention_chunk_size") is None:
        kinds = ["full" if kind == "chunk" else kind for kind in kinds]
    return (kinds * (layers // len(kinds) + 1))[:layers]


def _numbered(fields: Fields, layers: int) -> list[Kind] | None:
    """Read 0 and 1 for each layer: MiniMax marks full attention with 1, MiMo marks windows with 1."""
    attention = fields.numbers("attn_type_list")
    if attention and len(attention) >= layers:
        return ["full" if mark else "delta" for mark in attention[:layers]]
    windows = fields.numbers("hybrid_layer_pattern")
    if windows and len(windows) >= layers and fields.whole("sliding_window", "sliding_window_size"):
        return ["window" if mark else "full" for mark in windows[:layers]]
    return None


def _kimi(fields: Fields, layers: int) -> list[Kind] | None:
    """Read Kimi Linear's list of layers with full attention; they are counted from one."""
    places = Fields(fields.inner("linear_attn_config")).numbers("full_attn_layers")
    if not places:
        return None
    return ["full" if index + 1 in places else "delta" for index in range(layers)]


def _lettered(fields: Fields, layers: int) -> list[Kind] | None:
    pattern = fields.text("hybrid_override_pattern") or fields.text("layers_pattern")
    if pattern is None or not set(pattern) <= set(_LETTERS):
        return None
    return [_LETTERS[letter] for letter in pattern][:layers]


def _interval(fields: Fields, layers: int) -> list[Kind] | None:
    every = fields.whole("full_attention_interval")
    if every is None or not fields.has("linear_num_value_heads"):
        return None
    return ["full" if (index + 1) % every == 0 else "delta" for index in range(layers)]


def _attention_period(fields: Fields, layers: int) -> list[Kind] | None:
    every = fields.whole("attn_layer_period")
    if every is None:
        return None
    offset = fields.whole("attn_layer_offset") or 0
    return ["full" if index % every == offset else "mamba" for index in range(layers)]


def _attention_places(fields: Fields, layers: int) -> list[Kind] | None:
    places = fields.numbers("attn_layer_indices", "attn_layer_idxs", "full_attn_idxs")
    if places is None:
        return None
    other: Kind = "conv" if fields.has("conv_L_cache") else "mamba"
    return ["full" if index in places else other for index in range(layers)]


def _one_kind(fields: Fields, layers: int) -> list[Kind] | None:
    family = fields.text("model_type")
    if family in {"mamba", "mamba2", "falcon_mamba"}:
        return ["mamba"] * layers
    return ["both"] * layers if family == "falcon_h1" else None


def _searched(fields: Fields, layers: int) -> list[Kind] | None:
    """Read `block_configs`: a search has taken the attention out of some layers (Nemotron Super and Ultra)."""
    blocks = fields.values.get("block_configs")
    if not isinstance(blocks, (list, tuple)) or len(blocks) != layers:
        return None
    kinds: list[Kind] = []
    for block in blocks:
        said = block.get("attention") if isinstance(block, Mapping) else None
        attention = said if isinstance(said, Mapping) else {}
        is_out = attention.get("no_op") is True or attention.get("replace_with_linear") is True
        kinds.append("none" if is_out else "full")
    return kinds


def _crossing(fields: Fields, layers: int) -> list[Kind] | None:
    """Leave out the layers that look at a picture: what they keep does not grow (Llama 3.2 Vision)."""
    places = fields.numbers("cross_attention_layers")
    if not places:
        return None
    return ["none" if index in places else "full" for index in range(layers)]


def _chunked(fields: Fields, layers: int) -> list[Kind] | None:
    if fields.whole("attention_chunk_size") is None:
        return None
    marks = fields.numbers("no_rope_layers")
    if marks:  # 1 has rotary positions and is chunked, 0 sees everything
        return [("chunk" if mark else "full") for mark in (marks * (layers // len(marks) + 1))[:layers]]
    every = fields.whole("no_rope_layer_interval") or 4
    return ["full" if (index + 1) % every == 0 else "chunk" for index in range(layers)]


def _windowed(fields: Fields, layers: int) -> list[Kind] | None:
    if fields.whole("sliding_window", "sliding_window_size") is None or fields.flag("use_sliding_window") is False:
        return None
    letters = fields.text("sliding_window_pattern")
    if letters and set(letters) <= {"L", "G"}:
        return ["full" if letters[index % len(letters)] == "G" else "window" for index in range(layers)]
    family = fields.text("model_type") or ""
    every = fields.whole("sliding_window_pattern", "_sliding_window_pattern") or _WINDOW_EVERY.get(family)
    if every is not None:
        return ["full" if (index + 1) % every == 0 else "window" for index in range(layers)]
    first = fields.whole("max_window_layers") if fields.flag("use_sliding_window") else None
    return ["window" if first is None or index >= first else "full" for index in range(layers)]
