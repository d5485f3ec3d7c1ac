"""EAST WING: how vLLM cuts its pool into blocks, and how many sequences of a length they hold.

Layers that keep the same kind of cache form groups of equal size, and a block is one page in every layer of a group.
All pages are equally large: the kind with less to keep for a token gets more tokens in its page, and in a model with
recurrent layers the page is stretched until one holds a whole state.

    sequences = blocks in the pool / blocks that one sequence takes in all groups
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from modelscope_tui.fit.serving import Serving
from modelscope_tui.fit.shape import Attention, Recurrent, Shape

BLOCK_TOKENS = 16
"""Tokens of one block of the cache, where nothing stretches it."""

INDEX_BYTES = 132
"""What a sparse-attention indexer keeps for a token."""

_NEARLY_EQUAL = 1.5
"""Kinds whose numbers of layers differ by less take the larger as group size; padding costs less than more groups."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Layers with the same kind of cache."""

    layers: int
    token_bytes: float
    """Bytes that one layer keeps for one token on one card; 0 for recurrent layers."""
    window: int | None = None
    is_chunked: bool = False
    state_bytes: float = 0

    def blocks(self, length: int, block_tokens: int, serving: Serving) -> int:
        """Blocks that one sequence takes in one group of these layers."""
        if self.state_bytes:
            return serving.state_blocks + serving.draft_tokens
        if self.window is None:
            return math.ceil(length / block_tokens)
        if self.is_chunked:
            return math.ceil(min(self.window + serving.batch_tokens, length) / block_tokens)
        return math.ceil(min(self.window - 1 + serving.batch_tokens, length) / block_tokens) + 1


@dataclass(frozen=True, slots=True)
class Layout:
    """How the pool is cut."""

    page_bytes: float
    group_layers: int
    kinds: tuple[tuple[Kind, int, int], ...]
    """Each kind with its number of groups and the tokens of its blocks."""

    def blocks(self, pool_bytes: int) -> int:
        """Blocks in a pool."""
        return int(pool_bytes // (self.page_bytes * self.group_layers)) if self.page_bytes else 0

    def blocks_per_sequence(self, length: int, serving: Serving) -> int:
        """Blocks that one sequence of ``length`` tokens takes."""
        return sum(groups * kind.blocks(length, tokens, serving) for kind, groups, tokens in self.kinds)


def token_bytes_per_gpu(group: Attention, element_bytes: float, parallel: int = 1) -> float:
    """Bytes that one layer of a group keeps for one token on one card; a latent cache is on every card."""
    if group.latent_dim is not None:
        return group.latent_dim * element_bytes + (INDEX_BYTES if group.index_dim else 0)
    heads = max(1, group.kv_heads // parallel)
    return heads * (group.key_dim + group.value_dim) * element_bytes


def state_bytes_per_gpu(group: Recurrent, parallel: int = 1) -> float:
    """Bytes of one layer's state for one sequence on one card: 16-bit convolution, recurrence as the model says."""
    return (group.conv_elements * 2 + group.state_elements * group.state_element_bytes) / parallel


def kinds_of(shape: Shape, element_bytes: float, serving: Serving) -> list[Kind]:
    """List the kinds of cache of a model; a draft model adds one layer of full attention."""
    parallel, stages = serving.tensor_parallel, serving.pipeline_parallel
    draft = 1 if serving.draft_tokens else 0
    kinds = [
        Kind(
            layers=math.ceil(group.kept_layers / stages) + (draft if group.window is None else 0),
            token_bytes=token_bytes_per_gpu(group, element_bytes, parallel),
            window=group.window,
            is_chunked=group.is_chunked,
        )
        for group in shape.attention
        if group.kept_layers and shape.keeps_cache
    ]
    kinds += [
        Kind(math.ceil(group.layers / stages), 0, state_bytes=state_bytes_per_gpu(group, parallel))
        for group in shape.recurrent
    ]
    return kinds


def layout_of(shape: Shape, element_bytes: float, serving: Serving) -> Layout | None:
    """Find how vLLM would cut its pool for a model; None for one that keeps no cache."""
    kinds = kinds_of(shape, element_bytes, serving)
    if not kinds:
        return None
    fewest, most = min(kind.layers for kind in kinds), max(kind.layers for kind in kinds)
    group_layers = most if most < _NEARLY_EQUAL * fewest else fewest
    state = max((kind.state_bytes for kind in kinds), default=0)
    widest = max((kind.token_bytes for kind in kinds), default=0)
    tokens = BLOCK_TOKENS
    if state and widest:
        tokens = max(tokens, math.ceil(state / widest / BLOCK_TOKENS) * BLOCK_TOKENS)
    page = widest * tokens if widest else state
    return Layout(
        page_bytes=page,
        group_layers=group_layers,
        kinds=tuple((kind, math.ceil(kind.layers / group_layers), _tokens(kind, page, tokens)) for kind in kinds),
    )


def _tokens(kind: Kind, page_bytes: float, least: int) -> int:
    """Tokens in a page: pages are equal, so that a kind that keeps less for a token gets a multiple."""
    return least * max(1, int(page_bytes // (kind.token_bytes * least))) if kind.token_bytes else least


def concurrency(shape: Shape, pool_bytes: int, length: int, element_bytes: float, serving: Serving) -> float:
    """Say how many sequences of ``length`` tokens the pool holds at once, as vLLM logs it."""
    layout = layout_of(shape, element_bytes, serving)
    if layout is None or pool_bytes <= 0:
        return 0.0
    return layout.blocks(pool_bytes) / max(layout.blocks_per_sequence(length, serving), 1)


def pool_tokens(shape: Shape, pool_bytes: int, element_bytes: float, serving: Serving) -> int:
    """Tokens that the pool holds where all layers keep every token; for other models ask :func:`concurrency`."""
    kinds = kinds_of(shape, element_bytes, serving)
    per_token = sum(kind.layers * kind.token_bytes for kind in kinds)
    return math.floor(pool_bytes / (BLOCK_TOKENS * per_token)) * BLOCK_TOKENS if per_token > 0 else 0


def sequence_bytes(shape: Shape, length: int, element_bytes: float, serving: Serving) -> int:
    """Bytes of one card that a sequence of ``length`` tokens takes from the pool."""
    layout = layout_of(shape, element_bytes, serving)
    if layout is None:
        return 0
    return round(layout.blocks_per_sequence(length, serving) * layout.page_bytes * layout.group_layers)
