"""EAST WING: the feed-forward part of a model, dense or a mixture of experts, as its `config.json` says it."""

from __future__ import annotations

import re

from modelscope_tui.catalog.model import Model
from modelscope_tui.fit.fields import Fields
from modelscope_tui.fit.shape import Experts

_FOUR_TIMES = re.compile(r"gpt2|bloom|falcon|gpt_bigcode|gpt_neo$|gptj|codegen|mpt")


def experts_of(fields: Fields, row: Model, layers: int, family: str) -> Experts | None:
    """Find the mixture; None for a dense model, and where the width of an expert is not said."""
    count = fields.whole("num_experts", "n_routed_experts", "num_local_experts", "moe_num_experts", "num_moe_experts")
    count = count or row.num_experts
    if count is None or count < 2:
        return None
    active = fields.whole(
        "num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_k", "moe_top_k", "moe_topk"
    )
    inner = fields.whole(
        "moe_intermediate_size", "expert_intermediate_size", "moe_ffn_hidden_size", "expert_ffn_hidden_size",
        "ffn_hidden_size", "intermediate_size",
    )  # fmt: skip
    if inner is None:
        return None
    return Experts(
        count=count,
        active=active or row.num_experts_per_token or 0,
        inner_dim=inner,
        shared_dim=_shared_dim(fields, inner, family),
        dense_layers=_dense_layers(fields, layers),
    )


def _shared_dim(fields: Fields, inner: int, family: str) -> int:
    said = fields.whole(
        "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size"
    )
    if said is not None:
        return said
    if family.startswith("llama4"):
        return inner
    if fields.flag("enable_moe_block"):  # Gemma 4: a dense network beside the experts of every layer
        return fields.whole("intermediate_size") or 0
    shared = fields.whole("n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts")
    return inner * (shared or 0)


def _dense_layers(fields: Fields, layers: int) -> int:
    """Count the layers that have one wide network instead of experts."""
    first = fields.whole("first_k_dense_replace", "moe_layer_start_index", "num_dense_layers")
    every = fields.whole("interleave_moe_layer_step", "decoder_sparse_step", "expert_layer_period") or 1
    dense = _listed_dense(fields, layers)
    if dense is None:
        dense = first if first is not None else layers - layers // every
    return max(0, min(dense, layers))


def _listed_dense(fields: Fields, layers: int) -> int | None:
    """Count them where a file lists its layers one by one."""
    pattern = fields.text("hybrid_override_pattern") or ""
    if "E" in pattern:
        return pattern.count("-")
    kinds = fields.words("mlp_layer_types")
    if kinds is not None:
        return sum(kind == "dense" for kind in kinds)
    listed, marks, mixed = (fields.numbers(name) for name in ("mlp_only_layers", "moe_layer_freq", "moe_layers"))
    if listed:
        return len(listed)
    if marks:
        return marks.count(0)
    return layers - len(mixed) if mixed else None


def inner_dim_of(fields: Fields, family: str, hidden: int, experts: Experts | None) -> int | None:
    """Find the width of the dense feed-forward network; None where only experts are known."""
    dense = fields.whole("intermediate_size_mlp", "ffn_dim", "decoder_ffn_dim", "n_inner", "ffn_hidden_size", "d_ff")
    said = dense or fields.whole("intermediate_size", "shared_intermediate_size", "hidden_dim", "expansion_hidden_size")
    if said is None and _FOUR_TIMES.search(family):
        return 4 * hidden
    if experts is not None and experts.dense_layers == 0 and dense is None:
        return None
    if said is not None and fields.flag("block_auto_adjust_ff_dim"):  # LFM2: two thirds, rounded up
        step = fields.whole("block_multiple_of") or 256
        return -(-(2 * said // 3) // step) * step
    return said


def mlp_layers_of(fields: Fields) -> int | None:
    """Count the layers with a feed-forward network, where not all have one; None is all of them."""
    pattern = fields.text("hybrid_override_pattern")
    if pattern:
        return sum(letter in "-E" for letter in pattern)
    names = fields.words("layers_block_type")
    if names and {"moe", "mlp"} & set(names):
        return sum(name in {"moe", "mlp"} for name in names)
    return None
