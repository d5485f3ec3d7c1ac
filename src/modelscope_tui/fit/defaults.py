"""EAST WING: what a `config.json` leaves out because the class of its `model_type` says it.

Composite repositories write only what differs: the text part of Gemma 3 4B names neither its heads nor its vocabulary,
that of LLaVA next to nothing. A value that is written, null included, always wins.

Source: the defaults of the configuration classes in Hugging Face transformers, as known in November 2026 and not
fetched again; a class that is not here leaves its facts unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def _text(hidden: int, layers: int, heads: tuple[int, int], vocab: int, inner: int, **more: Any) -> Mapping[str, Any]:
    said = {"hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads[0]}
    more = {"num_key_value_heads": heads[1], "vocab_size": vocab, "intermediate_size": inner, **more}
    return MappingProxyType({**said, **more})


_GEMMA3 = _text(
    2304, 26, (8, 4), 262208, 9216, head_dim=256, sliding_window=4096, max_position_embeddings=131072,
    tie_word_embeddings=True,
)  # fmt: skip

CLASS_DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "llama": _text(4096, 32, (32, 32), 32000, 11008, max_position_embeddings=2048),
        "mistral": _text(
            4096, 32, (32, 8), 32000, 14336, sliding_window=4096, max_position_embeddings=131072
        ),
        "qwen2": _text(4096, 32, (32, 32), 151936, 22016, max_position_embeddings=32768),
        "phi3": _text(3072, 32, (32, 32), 32064, 8192, max_position_embeddings=4096),
        "gemma": _text(3072, 28, (16, 16), 256000, 24576, head_dim=256, tie_word_embeddings=True),
        "gemma2": _text(
            2304, 26, (8, 4), 256000, 9216, head_dim=256, sliding_window=4096, tie_word_embeddings=True
        ),
        "gemma3_text": _GEMMA3,
        "gemma3n_text": _text(
            2048, 35, (8, 2), 262400, 16384, head_dim=256, sliding_window=512, num_kv_shared_layers=15,
            hidden_size_per_layer_input=256, vocab_size_per_layer_input=262144, tie_word_embeddings=True,
        ),
        "bert": _text(768, 12, (12, 12), 30522, 3072),
        "roberta": _text(768, 12, (12, 12), 50265, 3072),
        "xlm-roberta": _text(768, 12, (12, 12), 30522, 3072),
        "gpt2": MappingProxyType({"n_embd": 768, "n_layer": 12, "n_head": 12, "vocab_size": 50257}),
        "falcon": MappingProxyType({"multi_query": True}),
        "gpt_bigcode": MappingProxyType({"multi_query": True}),
    }
)  # fmt: skip
"""`model_type` → the values that its class takes where the file is silent."""

_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "num_key_value_heads": ("n_head_kv", "num_kv_heads"),
    "n_embd": ("hidden_size",),
    "n_layer": ("num_hidden_layers",),
    "n_head": ("num_attention_heads",),
}


def with_defaults(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add what the class of a configuration's `model_type` says where the file does not."""
    family = config.get("model_type")
    defaults = CLASS_DEFAULTS.get(family, {}) if isinstance(family, str) else {}
    silent = {
        key: value
        for key, value in defaults.items()
        if key not in config and not any(name in config for name in _OTHER_NAMES.get(key, ()))
    }
    if "num_attention_heads" in config and "num_key_value_heads" not in config:
        silent.pop("num_key_value_heads", None)  # older files: as many as there are heads
        if defaults and family in {"gemma2", "gemma3_text", "mistral"}:
            silent["num_key_value_heads"] = defaults["num_key_value_heads"]
    return {**silent, **config} if silent else config
