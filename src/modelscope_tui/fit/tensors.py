"""EAST WING: the weight matrices that a shape implies, for sizes when no file is known.

Rows and columns as ggml sees them: ``columns`` is the length of a row, which block formats must divide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from modelscope_tui.fit.shape import Attention, Experts, Recurrent, Shape

Role = Literal[
    "embedding",
    "layer_embedding",
    "output",
    "q",
    "k",
    "v",
    "qkv",
    "o",
    "gate",
    "up",
    "down",
    "router",
    "other",
    "small",
]

_PLAIN = re.compile(
    r"gpt2|gpt_?neox|gptj|gpt_bigcode|bloom|falcon$|opt|mpt|starcoder|^phi(-msft)?$|bert|whisper|nemotron"
)
_FUSED = re.compile(r"^phi|falcon$|bloom|gpt_?neox|gpt2|mpt|chatglm|bigcode|dbrx|bloom|codeshell")


EXPLAINED = 0.04
"""A shape explains a model when its matrices miss the published parameters by no more than this share."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One matrix, or a stack of equal ones."""

    role: Role
    columns: int
    rows: int
    layer: int = 0
    """Place among its like: the mixes of llama-quantize go by it."""
    of_layers: int = 1
    is_expert: bool = False

    @property
    def elements(self) -> int:
        """Weights in it."""
        return self.columns * self.rows


def tensors_of(shape: Shape) -> tuple[Tensor, ...] | None:
    """List the matrices of a model; None when its shape does not explain its parameters.

    Whether the feed-forward network is gated is not said in a configuration: where the number of parameters is known,
    the reading that explains it better is taken. Where neither it nor the network's width is known, most of a model
    would be left out.
    """
    best = nearest_tensors(shape)
    if shape.params is None:
        return None if shape.attention and shape.inner_dim is None and shape.experts is None else best
    return best if abs(_elements(best) - shape.params) <= EXPLAINED * shape.params else None


def nearest_tensors(shape: Shape) -> tuple[Tensor, ...]:
    """List the matrices by the reading that comes nearest to the parameters, however far from them it is."""
    gated = _is_gated(shape)
    readings = [tuple(_tensors(shape, is_gated)) for is_gated in (gated, not gated)]
    if shape.params is None:
        return readings[0]
    return min(readings, key=lambda reading: abs(_elements(reading) - (shape.params or 0)))


def _is_gated(shape: Shape) -> bool:
    return not _PLAIN.search(shape.model_type or "")


def mixed_elements(shape: Shape) -> int | None:
    """Weights of all experts that tokens choose between; None without a mixture, or where they exceed the model."""
    experts = shape.experts
    if experts is None:
        return None
    layers = (shape.layers if shape.mlp_layers is None else shape.mlp_layers) - experts.dense_layers
    one = max(layers, 0) * experts.count * experts.inner_dim * shape.hidden
    sizes = [one * matrices for matrices in ((3, 2) if _is_gated(shape) else (2, 3))]
    if shape.params is None:
        return sizes[0]
    return next((size for size in sizes if size <= shape.params), None)


def draft_elements(shape: Shape) -> int:
    """Weights of the layers that only guess ahead, as far as the published parameters include them."""
    if not shape.draft_layers or not shape.attention or shape.params is None:
        return 0
    group = replace(shape.attention[0], layers=shape.draft_layers)
    experts = shape.experts and replace(shape.experts, dense_layers=0)
    draft = replace(shape, layers=shape.draft_layers, vocab=0, attention=(group,), recurrent=(), experts=experts)
    elements = _elements(tuple(_tensors(draft, is_gated=True))) + shape.draft_layers * 2 * shape.hidden**2
    tensors = tensors_of(shape)
    unexplained = shape.params - _elements(tensors) if tensors else 0
    return elements if unexplained >= 0.8 * elements else 0


def _elements(tensors: tuple[Tensor, ...]) -> int:
    return sum(tensor.elements for tensor in tensors)


def _tensors(shape: Shape, is_gated: bool) -> Iterator[Tensor]:
    yield Tensor("embedding", shape.hidden, shape.vocab)
    if not shape.is_tied:
        yield Tensor("output", shape.hidden, shape.vocab)
    if shape.layer_embedding:
        tokens, width = shape.layer_embedding
        yield Tensor("layer_embedding", width, tokens)
    of_layers = shape.layers
    fused = bool(_FUSED.search(shape.model_type or ""))
    places = _spread(shape)
    for group, layer in places:
        if isinstance(group, Attention):
            made = _latent(group, shape.hidden) if group.latent_dim else _plain(group, shape.hidden, fused)
        else:
            made = _recurrent(group, shape.hidden)
        yield from (replace(tensor, layer=layer, of_layers=of_layers) for tensor in made)
    yield from _feed_forward(shape, is_gated)
    yield Tensor("small", shape.hidden, 2 * shape.layers + 1)


def _spread(shape: Shape) -> list[tuple[Attention | Recurrent, int]]:
    """Give every layer its group, minority kinds evenly between the others: their order is not kept in a shape."""
    groups: list[Attention | Recurrent] = [*shape.attention, *shape.recurrent]
    marked = [
        ((index + 0.5) / max(group.layers, 1), number, group)
        for number, group in enumerate(groups)
        for index in range(group.layers)
    ]
    return [(group, layer) for layer, (_, _, group) in enumerate(sorted(marked, key=lambda mark: mark[:2]))]


def _plain(group: Attention, hidden: int, fused: bool) -> Iterator[Tensor]:
    queries = group.heads * group.key_dim * (2 if group.is_gated else 1)
    keys = group.kv_heads * group.key_dim
    values = 0 if group.shares_values else group.kv_heads * group.value_dim
    if fused:
        yield Tensor("qkv", hidden, queries + keys + values)
    else:
        yield Tensor("q", hidden, queries)
        yield Tensor("k", hidden, keys)
        if values:
            yield Tensor("v", hidden, values)
    yield Tensor("o", group.heads * group.value_dim, hidden)


def _latent(group: Attention, hidden: int) -> Iterator[Tensor]:
    rank = (group.latent_dim or 0) - group.rope_dim
    queries = group.heads * group.key_dim
    if group.query_rank is None:
        yield Tensor("q", hidden, queries)
    else:
        yield Tensor("other", hidden, group.query_rank)
        yield Tensor("other", group.query_rank, queries)
    yield Tensor("other", hidden, rank + group.rope_dim)
    yield Tensor("other", group.key_dim - group.rope_dim, rank * group.heads)
    yield Tensor("other", rank, group.heads * group.value_dim)
    yield Tensor("o", group.heads * group.value_dim, hidden)


def _recurrent(group: Recurrent, hidden: int) -> Iterator[Tensor]:
    if group.kind == "delta":
        mixed = 2 * group.key_width + group.inner_dim
        yield Tensor("qkv", hidden, mixed)
        yield Tensor("other", hidden, group.in_dim - mixed)
    else:
        yield Tensor("other", hidden, group.in_dim)
    yield Tensor("other", group.inner_dim, hidden)
    yield Tensor("small", 4, group.conv_elements // 3)


def _feed_forward(shape: Shape, is_gated: bool) -> Iterator[Tensor]:
    layers = shape.layers if shape.mlp_layers is None else shape.mlp_layers
    experts = shape.experts
    dense = layers if experts is None else experts.dense_layers
    for layer in range(layers):
        if layer < dense:
            made = _network(shape.hidden, shape.inner_dim or 0, is_gated)
        else:
            made = _mixture(shape.hidden, experts, is_gated) if experts else iter(())
        yield from (replace(tensor, layer=layer, of_layers=layers) for tensor in made)


def _network(hidden: int, inner: int, is_gated: bool, count: int = 1) -> Iterator[Tensor]:
    is_expert = count > 1
    if is_gated:
        yield Tensor("gate", hidden, inner * count, is_expert=is_expert)
    yield Tensor("up", hidden, inner * count, is_expert=is_expert)
    yield Tensor("down", inner, hidden * count, is_expert=is_expert)


def _mixture(hidden: int, experts: Experts, is_gated: bool) -> Iterator[Tensor]:
    yield from _network(hidden, experts.inner_dim, is_gated, experts.count)
    if experts.shared_dim:
        yield from _network(hidden, experts.shared_dim, is_gated)
    yield Tensor("router", hidden, experts.count)
