"""EAST WING: makes a :class:`Shape` of what the Hub tells: `config.json`, and the catalog's row where it is silent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.fit.fields import Fields, text_part
from modelscope_tui.fit.layers import Kind, layer_kinds
from modelscope_tui.fit.shape import Attention, Encoder, Experts, Recurrent, Shape

_TIED = re.compile(
    r"gemma|gpt2|bloom|falcon$|bert|t5|whisper|bart|cohere|command|starcoder2|lfm2|opt$|codegen|xglm|ctrl|smollm"
)
_FOUR_TIMES = re.compile(r"gpt2|bloom|falcon|gpt_bigcode|gpt_neo$|gptj|codegen|mpt")
_MOE_IN_INTERMEDIATE = re.compile(r"mixtral|gpt_oss|llama4|granitemoe|phimoe|olmoe|jamba|grok|dbrx|jetmoe")
_ENCODERS = re.compile(r"bert|roberta|mpnet|deberta|electra|albert|vit$|clip|siglip|dinov|wav2vec|hubert|esm$|e5|luke")


def shape_of(details: ModelDetails) -> tuple[Shape | None, tuple[str, ...]]:
    """Make the shape of a model.

    Returns:
        The shape, or None with the names of the facts that are missing.
    """
    row = details.model
    fields = Fields(text_part(details.config or {}))
    layers = fields.whole("num_hidden_layers", "n_layer", "num_layers", "n_layers", "decoder_layers") or row.layers
    hidden = fields.whole("hidden_size", "n_embd", "n_embed", "d_model", "dim") or row.hidden_size
    vocab = fields.whole("vocab_size", "padded_vocab_size") or row.vocab
    heads = fields.whole("num_attention_heads", "n_head", "n_heads", "decoder_attention_heads") or row.heads
    needed = {"layers": layers, "hidden_size": hidden, "vocab": vocab, "heads": heads}
    missing = tuple(name for name, value in needed.items() if value is None)
    if layers is not None and missing == ("heads",) and "full" not in layer_kinds(fields, layers):
        heads = 1  # purely recurrent: no layer asks for heads
    if layers is None or hidden is None or vocab is None or heads is None:
        return None, missing
    return _shape(details, fields, (layers, hidden, vocab, heads)), ()


def family_of(details: ModelDetails) -> str | None:
    """Name the family: the `model_type` of the part that writes text, or the architecture in a GGUF header."""
    fields = Fields(text_part(details.config or {}))
    said = fields.text("model_type") or details.model.model_type or details.gguf.get("architecture")
    return said if isinstance(said, str) else None


def _shape(details: ModelDetails, fields: Fields, sizes: tuple[int, int, int, int]) -> Shape:
    layers, hidden, vocab, heads = sizes
    row = details.model
    family = family_of(details) or ""
    kinds = Counter(layer_kinds(fields, layers))
    experts = _experts(fields, row, layers, family)
    tied = fields.flag("tie_word_embeddings", "tie_embedding", "tie_embeddings")
    return Shape(
        layers=layers,
        hidden=hidden,
        vocab=vocab,
        attention=_attention(fields, row, kinds, hidden, heads),
        params=row.params or _gguf_total(details),
        active_params=row.active_params,
        inner_dim=_inner_dim(fields, family, hidden, experts),
        is_tied=bool(_TIED.search(family)) if tied is None else tied,
        mlp_layers=_mlp_layers(fields),
        recurrent=_recurrent(fields, kinds, hidden),
        experts=experts,
        encoder=_encoder(fields, layers, heads, hidden),
        draft_layers=fields.whole("mtp_num_hidden_layers", "num_nextn_predict_layers", "num_mtp_layers") or 0,
        keeps_cache=not (_ENCODERS.search(family) and fields.flag("is_decoder") is not True),
        model_type=family or None,
    )


def _gguf_total(details: ModelDetails) -> int | None:
    total = details.gguf.get("total")
    return total if isinstance(total, int) and total > 0 else None


def _inner_dim(fields: Fields, family: str, hidden: int, experts: Experts | None) -> int | None:
    dense = fields.whole("intermediate_size_mlp", "ffn_dim", "decoder_ffn_dim", "n_inner", "ffn_hidden_size", "d_ff")
    said = dense or fields.whole("intermediate_size", "shared_intermediate_size")
    if said is None and _FOUR_TIMES.search(family):
        return 4 * hidden
    if experts is not None and experts.dense_layers == 0 and dense is None:
        return None
    if said is not None and fields.flag("block_auto_adjust_ff_dim"):  # LFM2: two thirds, rounded up
        step = fields.whole("block_multiple_of") or 256
        return -(-(2 * said // 3) // step) * step
    return said


def _mlp_layers(fields: Fields) -> int | None:
    pattern = fields.text("hybrid_override_pattern")
    return sum(letter in "-E" for letter in pattern) if pattern else None


def _attention(fields: Fields, row: Model, kinds: Mapping[Kind, int], hidden: int, heads: int) -> tuple[Attention, ...]:
    kv_heads = _kv_heads(fields, row, heads)
    head_dim = fields.whole("head_dim", "attention_head_dim", "kv_channels", "d_kv") or row.head_dim or hidden // heads
    window = fields.whole("sliding_window", "sliding_window_size")
    shared = fields.whole("num_kv_shared_layers") or 0
    total = sum(kinds[kind] for kind in ("full", "window", "chunk"))
    groups = []
    for kind in ("full", "window", "chunk"):
        count = kinds[kind]
        if not count:
            continue
        if kind == "full" and fields.whole("kv_lora_rank"):
            groups.append(_latent(fields, count, heads))
            continue
        is_wide = kind == "full" and bool(kinds["window"])
        wide_heads = fields.whole("num_global_key_value_heads") if is_wide else None
        wide_dim = fields.whole("global_head_dim") if is_wide else None
        groups.append(
            Attention(
                layers=count,
                heads=heads,
                kv_heads=wide_heads or kv_heads,
                key_dim=wide_dim or head_dim,
                value_dim=wide_dim or head_dim,
                window={"window": window, "chunk": fields.whole("attention_chunk_size")}.get(kind),
                is_chunked=kind == "chunk",
                cached_layers=count - round(shared * count / total) if shared else None,
                is_gated=bool(kinds["delta"]) and fields.flag("attn_output_gate") is not False,
                shares_values=is_wide and fields.flag("attention_k_eq_v") is True,
            )
        )
    return tuple(groups)


def _kv_heads(fields: Fields, row: Model, heads: int) -> int:
    said = fields.whole("num_key_value_heads", "n_head_kv", "num_kv_heads", "multi_query_group_num")
    if said is not None:
        return said
    if fields.flag("multi_query") is True and fields.flag("new_decoder_architecture") is not True:
        return 1
    nested = Fields(fields.inner("attn_config")).whole("kv_n_heads")
    return nested or row.kv_heads or heads


def _latent(fields: Fields, layers: int, heads: int) -> Attention:
    rank, rope = fields.whole("kv_lora_rank") or 0, fields.whole("qk_rope_head_dim") or 0
    nope = fields.whole("qk_nope_head_dim") or fields.whole("head_dim") or 128
    return Attention(
        layers=layers,
        heads=heads,
        kv_heads=1,
        key_dim=nope + rope,
        value_dim=fields.whole("v_head_dim") or nope,
        latent_dim=rank + rope,
        rope_dim=rope,
        query_rank=fields.whole("q_lora_rank"),
        index_dim=fields.whole("index_head_dim") or 0,
    )


def _experts(fields: Fields, row: Model, layers: int, family: str) -> Experts | None:
    count = fields.whole("num_experts", "n_routed_experts", "num_local_experts", "moe_num_experts", "num_moe_experts")
    count = count or row.num_experts
    if count is None or count < 2:
        return None
    active = fields.whole(
        "num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_k", "moe_top_k", "moe_topk"
    )
    inner = fields.whole("moe_intermediate_size", "moe_ffn_hidden_size", "expert_ffn_hidden_size", "ffn_hidden_size")
    if inner is None and (_MOE_IN_INTERMEDIATE.search(family) or fields.values):
        inner = fields.whole("intermediate_size")
    if inner is None:
        return None
    return Experts(
        count=count,
        active=active or row.num_experts_per_token or 1,
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
    return inner * (fields.whole("n_shared_experts", "num_shared_experts", "num_shared_expert") or 0)


def _dense_layers(fields: Fields, layers: int) -> int:
    first = fields.whole("first_k_dense_replace", "moe_layer_start_index", "num_dense_layers")
    if first is not None:
        return min(first, layers)
    listed = fields.numbers("mlp_only_layers")
    if listed:
        return min(len(listed), layers)
    every = fields.whole("interleave_moe_layer_step", "decoder_sparse_step", "expert_layer_period") or 1
    return layers - layers // every


def _recurrent(fields: Fields, kinds: Mapping[Kind, int], hidden: int) -> tuple[Recurrent, ...]:
    found = []
    if kinds["delta"] and fields.has("linear_num_value_heads"):
        found.append(_delta(fields, kinds["delta"]))
    if kinds["mamba"]:
        found.append(_mamba(fields, kinds["mamba"], hidden))
    if kinds["conv"]:
        kept = (fields.whole("conv_L_cache") or 3) - 1
        found.append(Recurrent(kinds["conv"], "conv", kept * hidden, 0, inner_dim=hidden, in_dim=3 * hidden))
    return tuple(found)


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
    heads = fields.whole("mamba_n_heads", "mamba_num_heads")
    head_dim = fields.whole("mamba_d_head", "mamba_head_dim")
    expanded = (fields.whole("mamba_expand", "expand") or 2) * hidden
    element = 4 if fields.text("mamba_ssm_cache_dtype") == "float32" else 2
    if heads is None:  # the first Mamba: no heads, no groups
        sizes = {"conv_elements": kept * expanded, "state_elements": state * expanded}
        return Recurrent(layers, "mamba", **sizes, inner_dim=expanded, in_dim=2 * expanded, state_element_bytes=element)
    width = heads * head_dim if head_dim else expanded
    groups = fields.whole("mamba_n_groups", "n_groups") or 1
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


def _encoder(fields: Fields, layers: int, heads: int, hidden: int) -> Encoder | None:
    length = fields.whole("max_source_positions")
    if length is None or fields.flag("is_encoder_decoder") is False:
        return None
    return Encoder(layers=layers, kv_heads=heads, head_dim=hidden // heads, length=length)


def context_of(details: ModelDetails) -> int | None:
    """The longest context that the model was made for."""
    fields = Fields(text_part(details.config or {}))
    gguf = details.gguf.get("context_length")
    said = fields.whole("max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "model_max_length")
    return details.model.context or said or (gguf if isinstance(gguf, int) and gguf > 0 else None)
