"""EAST WING: the attention of a model, layer by layer, gathered into groups that keep the same cache.

Layers differ in window, in heads, in width, in whether a later layer reads the cache of an earlier one; a group is
what is left when equal layers are counted together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from modelscope_tui.catalog.model import Model
from modelscope_tui.fit.fields import Fields
from modelscope_tui.fit.layers import Kind
from modelscope_tui.fit.shape import Attention, Encoder

_LARGEST_SIDE = 1 << 16


def attention_of(fields: Fields, row: Model, kinds: Sequence[Kind], hidden: int, heads: int) -> tuple[Attention, ...]:
    """Gather the attention layers into groups: those that see everything first."""
    keeps = len(kinds) - (fields.whole("num_kv_shared_layers") or 0)
    kept = _kept_of_shared(fields)
    per_layer = fields.each("num_key_value_heads", "num_kv_heads", "n_head_kv") or _heads_of_blocks(fields, heads)
    groups: dict[Attention, list[int]] = {}
    made = {kind: _attention(fields, row, kinds, kind, hidden, heads) for kind in dict.fromkeys(kinds)}
    for index, kind in enumerate(kinds):
        group = made[kind]
        if group is None:
            continue
        if per_layer and index < len(per_layer) and group.latent_dim is None:
            group = replace(group, kv_heads=per_layer[index])
        counts = groups.setdefault(group, [0, 0])
        counts[0] += 1
        counts[1] += index < keeps and index % kept == 0
    found = [
        replace(group, layers=layers, cached_layers=None if cached == layers else cached)
        for group, (layers, cached) in groups.items()
    ]
    return tuple(sorted(found, key=lambda group: (group.window is not None, group.is_chunked)))


def _kept_of_shared(fields: Fields) -> int:
    """One layer in so many keeps a cache, where neighbours share it (cross-layer attention of Hunyuan)."""
    return (fields.whole("cla_share_factor") or 1) if fields.flag("use_cla") else 1


def _attention(  # noqa: PLR0917 - what a layer is made from
    fields: Fields, row: Model, kinds: Sequence[Kind], kind: Kind, hidden: int, heads: int
) -> Attention | None:
    if kind not in {"full", "window", "chunk", "both"}:
        return None
    if kind != "window" and fields.whole("kv_lora_rank"):
        return _latent(fields, heads)
    head_dim = fields.whole("head_dim", "attention_head_dim", "kv_channels", "d_kv") or row.head_dim or hidden // heads
    value_dim = fields.whole("v_head_dim") or head_dim
    kv_heads = kv_heads_of(fields, row, heads)
    is_wide = kind == "full" and "window" in kinds
    if is_wide and fields.whole("global_head_dim"):
        head_dim = value_dim = fields.whole("global_head_dim") or head_dim
    if is_wide:
        kv_heads = fields.whole("num_global_key_value_heads") or kv_heads
    if kind == "window":
        head_dim = fields.whole("swa_head_dim") or head_dim
        value_dim = fields.whole("swa_v_head_dim") or value_dim
        kv_heads = fields.whole("swa_num_key_value_heads") or kv_heads
    return Attention(
        layers=1,
        heads=heads,
        kv_heads=kv_heads,
        key_dim=max(head_dim, 1),
        value_dim=max(value_dim, 1),
        window={"window": window_of(fields), "chunk": fields.whole("attention_chunk_size")}.get(kind),
        is_chunked=kind == "chunk",
        is_gated="delta" in kinds
        and fields.has("linear_num_value_heads")
        and fields.flag("attn_output_gate") is not False,
        shares_values=is_wide and fields.flag("attention_k_eq_v") is True,
    )


def _is_gated(fields: Fields, kinds: Sequence[Kind]) -> bool:
    has_delta_nets = "delta" in kinds and fields.has("linear_num_value_heads")
    return has_delta_nets and fields.flag("attn_output_gate") is not False


def window_of(fields: Fields) -> int | None:
    """The tokens that a layer with a window looks back on."""
    return fields.whole("sliding_window", "sliding_window_size", "attention_window_size")


def kv_heads_of(fields: Fields, row: Model, heads: int) -> int:
    """KV heads of a layer; one for the multi-query families, whatever else they write."""
    if fields.flag("multi_query") is True and fields.flag("new_decoder_architecture") is not True:
        return 1
    said = fields.whole("num_key_value_heads", "n_head_kv", "num_kv_heads", "multi_query_group_num", "kv_n_heads")
    return said or row.kv_heads or heads


def _heads_of_blocks(fields: Fields, heads: int) -> list[int] | None:
    """Read KV heads from `block_configs`, where a search has shaped each layer by itself (Nemotron Super and Ultra)."""
    blocks = fields.values.get("block_configs")
    if not isinstance(blocks, (list, tuple)) or not all(isinstance(block, Mapping) for block in blocks):
        return None
    found = []
    for block in blocks:
        said = block.get("attention")
        attention = Fields(said if isinstance(said, Mapping) else {})
        share = attention.whole("n_heads_in_group")
        found.append(attention.whole("num_key_value_heads") or (max(1, heads // share) if share else heads))
    return found or None


def _latent(fields: Fields, heads: int) -> Attention:
    rank, rope = fields.whole("kv_lora_rank") or 0, fields.whole("qk_rope_head_dim") or 0
    nope = fields.whole("qk_nope_head_dim") or fields.whole("head_dim") or 128
    return Attention(
        layers=1,
        heads=heads,
        kv_heads=1,
        key_dim=nope + rope,
        value_dim=fields.whole("v_head_dim") or nope,
        latent_dim=rank + rope,
        rope_dim=rope,
        query_rank=fields.whole("q_lora_rank"),
        index_dim=fields.whole("index_head_dim") or 0,
    )


def encoder_of(fields: Fields, row: Model, layers: int, heads: int, hidden: int) -> Encoder | None:
    """Find what is kept for cross attention: of sound, of a source text, of the tiles of a picture."""
    crossing = fields.numbers("cross_attention_layers")
    if crossing:
        head_dim = fields.whole("head_dim") or max(1, hidden // heads)
        length = _tile_tokens(Fields(fields.inner("vision_config")))
        return None if length is None else Encoder(len(crossing), kv_heads_of(fields, row, heads), head_dim, length)
    if fields.flag("is_encoder_decoder") is False:
        return None
    length = fields.whole("max_source_positions")
    if length is None and fields.flag("is_encoder_decoder"):
        length = fields.whole("max_position_embeddings", "n_positions")
    if length is None:
        return None
    return Encoder(layers, heads, fields.whole("d_kv") or max(1, hidden // heads), length)


def _tile_tokens(vision: Fields) -> int | None:
    """Tokens of the most tiles of a picture: patches and one more for the whole, of each tile (Llama 3.2 Vision)."""
    image, patch, tiles = vision.whole("image_size"), vision.whole("patch_size"), vision.whole("max_num_tiles")
    if image is None or patch is None or image > _LARGEST_SIDE:
        return None
    return ((image // patch) ** 2 + 1) * (tiles or 1)
