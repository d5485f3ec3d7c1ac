"""EAST WING: what the arithmetic needs to know of a model, as frozen numbers. ``config.py`` fills it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Attention:
    """Layers that keep the same kind of KV cache."""

    layers: int
    heads: int
    kv_heads: int
    key_dim: int
    value_dim: int
    window: int | None = None
    """Tokens that the layer looks back on; None is all of them."""
    is_chunked: bool = False
    """The window moves in steps of its own length, not token by token."""
    latent_dim: int | None = None
    """MLA: elements per token that are kept once for all heads (compressed KV and the rotary part)."""
    rope_dim: int = 0
    """MLA: the rotary part of `latent_dim`."""
    query_rank: int | None = None
    """MLA: the rank that queries are squeezed through; None when they are not."""
    index_dim: int = 0
    """Elements per token of a sparse-attention indexer."""
    cached_layers: int | None = None
    """Layers that keep a cache of their own, when later layers read that of earlier ones."""
    is_gated: bool = False
    """The query projection carries an output gate as wide as itself."""
    shares_values: bool = False
    """Keys stand in for values: no value projection."""

    @property
    def kept_layers(self) -> int:
        """The layers that keep a cache."""
        return self.layers if self.cached_layers is None else self.cached_layers

    @property
    def elements_per_token(self) -> int:
        """Cached elements of one layer for one token."""
        if self.latent_dim is not None:
            return self.latent_dim
        return self.kv_heads * (self.key_dim + self.value_dim)


@dataclass(frozen=True, slots=True)
class Recurrent:
    """Layers with a state of fixed size per sequence (gated delta net, Mamba, short convolution)."""

    layers: int
    kind: Literal["delta", "mamba2", "mamba", "conv"]
    conv_elements: int
    """Elements of the convolution state of one layer."""
    state_elements: int
    """Elements of the recurrent state of one layer."""
    inner_dim: int
    """Width of the output projection's input."""
    in_dim: int
    """Width of everything that the input projections give."""
    key_width: int = 0
    """Delta net: width of all keys."""
    state_element_bytes: int = 4
    """Bytes of an element of the recurrent state, as the model asks servers to keep it."""


@dataclass(frozen=True, slots=True)
class Experts:
    """The mixture in a mixture of experts."""

    count: int
    active: int
    """Experts that a token goes through; 0 where it is not said."""
    inner_dim: int
    shared_dim: int = 0
    """Width of the experts that every token goes through; 0 without."""
    dense_layers: int = 0
    """Layers that have one wide network instead."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """What an encoder-decoder model keeps per sequence for cross attention."""

    layers: int
    kv_heads: int
    head_dim: int
    length: int
    """Encoder positions that are kept."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A model as numbers."""

    layers: int
    hidden: int
    vocab: int
    attention: tuple[Attention, ...]
    params: int | None = None
    """All parameters, vision tower included."""
    active_params: int | None = None
    inner_dim: int | None = None
    """Width of the dense feed-forward network."""
    is_tied: bool = False
    """The output layer is the embedding."""
    mlp_layers: int | None = None
    """Layers that have a feed-forward network; None is all of them."""
    recurrent: tuple[Recurrent, ...] = ()
    experts: Experts | None = None
    encoder: Encoder | None = None
    draft_layers: int = 0
    """Layers that only guess ahead (MTP); stored, and left out of memory unless asked for."""
    layer_embedding: tuple[int, int] | None = None
    """Tokens and width of the table that gives each layer embeddings of its own (Gemma 3n, the small Gemma 4)."""
    keeps_cache: bool = True
    """Encoders and other models that do not write text token by token keep none."""
    model_type: str | None = None

    @property
    def heads(self) -> int:
        """Query heads of the layers that have most."""
        return max((group.heads for group in self.attention), default=0)

    @property
    def kv_heads(self) -> int:
        """KV heads of the layers that have most."""
        return max((group.kv_heads for group in self.attention), default=0)

    @property
    def has_recurrence(self) -> bool:
        """Whether some layers keep a state instead of a cache."""
        return bool(self.recurrent)
