"""EAST WING: what vLLM does with the memory of a card: weights, profiled activation, graphs, and the rest is its pool.

    pool = utilization × total − weights − activation − outside torch − graphs

The constants are fitted on public logs (29 activations, 20 pools, gathered November 2026).
"""

from __future__ import annotations

from modelscope_tui.fit.machine import GIB, MIB
from modelscope_tui.fit.serving import Serving
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.tensors import draft_elements

LOGIT_BYTES = 14.7
"""Bytes of the sampler for each logit of a profiled sequence, since 0.17."""

OLD_LOGIT_BYTES = 38.1
"""The same before 0.17: more copies in 32 bit."""

WORKSPACE_BYTES = 32 * MIB
"""What profiling holds beside: input buffers and library workspaces."""

KERNEL_STEP = 256
"""The 4-bit expert kernels pad rows to a multiple of this."""

_REPEATED_BYTES = 10_000_000
"""Norms and other small weights that every card holds whole."""


def activation_bytes(shape: Shape, serving: Serving) -> int:
    """Peak of the profiling run: the sampler over the whole vocabulary, or the widest layer; a picture beside it."""
    tokens, hidden, parallel = serving.batch_tokens, shape.hidden, serving.tensor_parallel
    per_logit = LOGIT_BYTES if serving.version >= 17 else OLD_LOGIT_BYTES
    sampler = min(serving.max_sequences, tokens) * shape.vocab * per_logit + tokens * hidden * 2
    inner = shape.inner_dim or 0
    experts = shape.experts
    if experts is not None:
        width = experts.inner_dim / parallel
        sampler += tokens * max(experts.active, 1) * (max(2 * width, hidden) + width) * 2
        inner = max(inner, experts.shared_dim)
    layer = tokens * (3 * inner / parallel + 4 * hidden) * 2
    return round(max(sampler, layer)) + WORKSPACE_BYTES + serving.encoder_bytes


def non_torch_bytes(serving: Serving) -> int:
    """CUDA context and communication buffers outside torch."""
    if serving.tensor_parallel > 1:
        return round((2.1 if serving.version >= 18 else 0.55) * GIB)
    if serving.pipeline_parallel > 1:
        return round(0.07 * GIB)
    return round((0.25 if serving.version >= 18 else 0.13) * GIB)


def graph_bytes(serving: Serving) -> int:
    """CUDA graphs, part of the budget since 0.21: 0.3 GiB and a little for each captured batch size."""
    if not serving.has_graphs or serving.version < 21:
        return 0
    captures = min(serving.max_sequences, 512) // 8 + 3
    return round((0.3 + 0.006 * captures) * GIB)


def overhead_bytes(shape: Shape, serving: Serving) -> int:
    """Everything on one card that is neither weights nor cache."""
    return activation_bytes(shape, serving) + non_torch_bytes(serving) + graph_bytes(serving)


def pool_bytes(total_bytes: int, utilization: float, weights_bytes: int, shape: Shape, serving: Serving) -> int:
    """Bytes of one card that are left for the cache; negative when the model does not fit."""
    return round(total_bytes * utilization) - weights_bytes - overhead_bytes(shape, serving)


def runtime_bytes(shape: Shape, stored_bytes: int) -> int:
    """Bytes that the stored weights take once loaded.

    Layers that only guess ahead are left out; 4-bit experts are padded to what the kernels divide.
    """
    experts = shape.experts
    if shape.draft_layers and shape.params:
        each = 2 if stored_bytes < 0.9 * shape.params else stored_bytes / shape.params  # 4-bit recipes keep them at 16
        stored_bytes -= round(draft_elements(shape) * each)
    if experts is None or not shape.params or stored_bytes > shape.params:  # more than 8 bits: not packed
        return stored_bytes
    rows = shape.hidden
    padded = -(-rows // KERNEL_STEP) * KERNEL_STEP
    mixed = (shape.layers - experts.dense_layers) * experts.count * 3 * experts.inner_dim * rows
    kept = max(shape.params - mixed, 0)
    packed = max(stored_bytes - 2 * kept, 0)
    return round(stored_bytes + packed * (padded / rows - 1))


def weights_bytes_per_gpu(shape: Shape, weights_bytes: int, serving: Serving) -> int:
    """Weights on the fullest card.

    Tensor parallelism cuts every matrix and repeats the small rest; pipeline parallelism cuts between layers and
    gives one stage the embedding or the head.
    """
    parallel, stages = serving.tensor_parallel, serving.pipeline_parallel
    if stages > 1 and shape.params:
        edge = weights_bytes * min(0.5, shape.vocab * shape.hidden / shape.params)
        edges = edge if shape.is_tied else 2 * edge
        weights_bytes = round((weights_bytes - edges) / stages + edge)
    if parallel == 1:
        return weights_bytes
    return round(weights_bytes / parallel * 1.001) + _REPEATED_BYTES
