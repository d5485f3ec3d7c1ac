"""What `config.json` says of a model's shape, under the many names that architectures give it. Pure.

NORTH WING. A field that no known name holds stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelscope_tui.hub.read import first_number, mapping, text, texts

INNER = ("text_config", "llm_config", "language_config", "language_model_config", "decoder_config")
"""Where a model with eyes or ears keeps the configuration of its language model."""

NUMBERS: Mapping[str, tuple[str, ...]] = {
    "context": ("max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length", "seq_length", "n_ctx"),
    "hidden_size": ("hidden_size", "n_embd", "d_model", "dim"),
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "heads": ("num_attention_heads", "n_head", "n_heads", "num_heads"),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv", "n_kv_heads", "multi_query_group_num"),
    "head_dim": ("head_dim",),
    "vocab": ("vocab_size", "padded_vocab_size"),
    "num_experts": ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"),
    "num_experts_per_token": ("num_experts_per_tok", "num_experts_per_token", "moe_topk", "moe_k", "top_k_experts"),
}
"""Our fact → the names that it goes by, the usual one first."""

_NUMBERED = frozenset(name for names in NUMBERS.values() for name in names) | {"multi_query"}
_NESTED = frozenset((*INNER, "thinker_config"))


def config_facts(config: Mapping[str, Any]) -> dict[str, Any]:
    """Read the facts of a row from a configuration; only those that are known."""
    if not config:
        return {}
    inner = language_config(config)
    facts: dict[str, Any] = {}
    # (in a list of the Hub the configuration is cut down to names: then there is nothing to look for)
    if not (_NUMBERED.isdisjoint(config) and _NUMBERED.isdisjoint(inner)):
        facts = _numbers(inner, config)
    if inner.get("multi_query") is True and "kv_heads" not in facts and not inner.get("new_decoder_architecture"):
        facts["kv_heads"] = 1
    if facts.get("num_experts", 0) > 1:
        facts["is_moe"] = True
    if model_type := text(config.get("model_type")) or text(inner.get("model_type")):
        facts["model_type"] = model_type
    if architectures := texts(config.get("architectures"), 20) or texts(inner.get("architectures"), 20):
        facts["architectures"] = architectures
    return facts


def _numbers(inner: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for fact, names in NUMBERS.items():
        found = first_number(inner, *names) or first_number(config, *names)
        if found is not None:
            facts[fact] = found
    return facts


def language_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find the configuration of the language model, which may be the whole or a part of a part."""
    if _NESTED.isdisjoint(config):
        return config
    thinker = mapping(config.get("thinker_config"))
    for place in (config, thinker):
        for name in INNER:
            if inner := mapping(place.get(name)):
                return inner
    return thinker or config
