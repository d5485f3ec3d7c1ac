"""EAST WING: makes a :class:`Shape` of what the Hub tells: `config.json`, and the catalog's row where it is silent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from modelscope_tui.catalog.form import params_weighed
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.fit.attention import attention_of, encoder_of
from modelscope_tui.fit.fields import Fields, text_part
from modelscope_tui.fit.layers import layer_kinds
from modelscope_tui.fit.mixture import experts_of, inner_dim_of, mlp_layers_of
from modelscope_tui.fit.shape import Experts, Shape
from modelscope_tui.fit.states import states_of
from modelscope_tui.fit.tensors import mixed_elements

_TIED = re.compile(
    r"gemma|gpt2|bloom|falcon$|bert|t5|whisper|bart|cohere|command|starcoder2|gpt_bigcode|mpt|lfm2|opt$|codegen|xglm|ctrl|smollm"
)
_ATTENDING = frozenset({"full", "window", "chunk", "both"})
_ENCODERS = re.compile(r"bert|roberta|mpnet|deberta|electra|albert|vit$|clip|siglip|dinov|wav2vec|hubert|esm$|e5|luke")


def shape_of(details: ModelDetails) -> tuple[Shape | None, tuple[str, ...]]:
    """Make the shape of a model.

    Returns:
        The shape, or None with the names of the facts that are missing.
    """
    row = details.model
    fields = Fields(text_part(details.config or {}))
    layers = _layers(fields) or row.layers
    hidden = fields.whole("hidden_size", "n_embd", "n_embed", "d_model", "dim") or row.hidden_size
    vocab = fields.whole("vocab_size", "padded_vocab_size") or row.vocab
    heads = _heads(fields) or row.heads
    needed = {"layers": layers, "hidden_size": hidden, "vocab": vocab, "heads": heads}
    missing = tuple(name for name, value in needed.items() if value is None)
    if layers is not None and missing == ("heads",) and not _ATTENDING & set(layer_kinds(fields, layers)):
        heads = 1  # purely recurrent: no layer asks for heads
    if layers is None or hidden is None or vocab is None or heads is None:
        return None, missing
    return _shape(details, fields, (layers, hidden, vocab, heads)), ()


def family_of(details: ModelDetails) -> str | None:
    """Name the family: the `model_type` of the part that writes text, or the architecture in a GGUF header."""
    fields = Fields(text_part(details.config or {}))
    said = fields.text("model_type") or details.model.model_type or details.gguf.get("architecture")
    return said if isinstance(said, str) else None


def _layers(fields: Fields) -> int | None:
    """Count the layers that write: of an encoder-decoder those of the decoder."""
    decoder = fields.whole("decoder_layers", "num_decoder_layers")
    said = fields.whole("num_hidden_layers", "n_layer", "num_layers", "n_layers")
    return decoder if decoder and (said is None or fields.flag("is_encoder_decoder") is not False) else said


def _heads(fields: Fields) -> int | None:
    usual = fields.whole("num_attention_heads", "n_head", "n_heads", "num_heads", "num_query_heads")
    return fields.whole("decoder_attention_heads") or usual


def _shape(details: ModelDetails, fields: Fields, sizes: tuple[int, int, int, int]) -> Shape:
    layers, hidden, vocab, heads = sizes
    row = details.model
    family = family_of(details) or ""
    kinds = layer_kinds(fields, layers)
    experts = experts_of(fields, row, layers, family)
    tied = fields.flag("tie_word_embeddings", "tie_embedding", "tie_embeddings")
    shape = Shape(
        layers=layers,
        hidden=hidden,
        vocab=vocab,
        attention=attention_of(fields, row, kinds, hidden, heads),
        params=params_weighed(row, with_estimate=False) or _gguf_total(details),
        inner_dim=inner_dim_of(fields, family, hidden, experts),
        is_tied=bool(_TIED.search(family)) if tied is None else tied,
        mlp_layers=mlp_layers_of(fields),
        recurrent=states_of(fields, Counter(kinds), hidden, heads),
        experts=experts,
        encoder=encoder_of(fields, row, layers, heads, hidden),
        draft_layers=fields.whole("mtp_num_hidden_layers", "num_nextn_predict_layers", "num_mtp_layers") or 0,
        layer_embedding=_layer_embedding(fields, layers),
        keeps_cache=not (_ENCODERS.search(family) and fields.flag("is_decoder") is not True),
        model_type=family or None,
    )
    return replace(shape, active_params=_active_params(row, experts, shape))


def _layer_embedding(fields: Fields, layers: int) -> tuple[int, int] | None:
    """Find the table of embeddings of its own that each layer has: tokens in it, and its width over all layers."""
    width = fields.whole("hidden_size_per_layer_input")
    tokens = fields.whole("vocab_size_per_layer_input", "vocab_size")
    return None if width is None or tokens is None else (tokens, width * layers)


def _gguf_total(details: ModelDetails) -> int | None:
    total = details.gguf.get("total")
    return total if isinstance(total, int) and total > 0 else None


def _active_params(row: Model, experts: Experts | None, shape: Shape) -> int | None:
    """Parameters that a token goes through: as published, else all but the experts that stay idle."""
    if row.active_params is not None or experts is None or not experts.active:
        return row.active_params
    matrices = mixed_elements(shape)
    if matrices is None or shape.params is None:
        return None
    return round(shape.params - matrices * (1 - min(1.0, experts.active / experts.count)))


def context_of(details: ModelDetails) -> int | None:
    """The longest context that the model was made for."""
    fields = Fields(text_part(details.config or {}))
    gguf = details.gguf.get("context_length")
    said = fields.whole(
        "max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length", "seq_length",
        "model_max_length", "n_ctx", "max_target_positions",
    )  # fmt: skip
    return details.model.context or said or (gguf if isinstance(gguf, int) and gguf > 0 else None)


_OF_THE_FILES = ("quantization_config", "quantization", "torch_dtype", "dtype")


def with_layers_of(details: ModelDetails, base: ModelDetails) -> ModelDetails:
    """Lend a repository of GGUF files without `config.json` the layers of the model that it was made from.

    What the lent file says of stored types is left out: they are those of other files.
    """
    is_gguf = bool(details.gguf) or details.model.quantization == "GGUF"
    if details.config is not None or not base.config or not is_gguf:
        return details
    inner = base.config.get("text_config")
    lent = {key: value for key, value in base.config.items() if key not in _OF_THE_FILES}
    if isinstance(inner, Mapping):
        lent["text_config"] = {key: value for key, value in inner.items() if key not in _OF_THE_FILES}
    return replace(details, config=lent)
