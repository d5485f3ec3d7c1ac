"""EAST WING: memory that training takes on each GPU: weights, gradients, optimizer, adapters, activations.

    details ─▶ parameters, shape ─▶ Way (full, LoRA, QLoRA) ──▶ Need on each GPU, with its basis in words
                                └─▶ Zero (stage, offload)   ──▶ the same for DeepSpeed, and what the RAM holds

Formulas and where they come from:

- 16-bit training with 8-bit Adam: 2 + 2 + 2 bytes a parameter (bitsandbytes, "8-bit optimizers").
- An adapter of rank r on a matrix of n x m has r (n + m) parameters (LoRA, arXiv 2106.09685), kept in 32 bits with
  gradient and two moments: 16 bytes each.
- NF4 with double quantization takes 4.127 bits a parameter (QLoRA, arXiv 2305.14314); embedding and head stay 16 bit.
- ZeRO: DeepSpeed's own estimators of model states (deepspeed/runtime/zero/stage_1_and_2.py and stage3.py, and the page
  "Memory Requirements" of its documentation).
- Activations with checkpointing: 2 bytes a token, layer and hidden unit, and 34 for the one layer that is computed
  again (arXiv 2205.05198, equation 1 without the part that flash attention saves); logits 10 bytes a token and word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.catalog.units import in_memory
from modelscope_tui.fit.config import shape_of
from modelscope_tui.fit.machine import GIB
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.tensors import tensors_of

Way = Literal["full", "lora", "qlora"]
"""All weights are trained; adapters over 16-bit weights; adapters over 4-bit weights."""

RANK = 16
"""The rank of adapters where nobody asks for another."""

STATES_BYTES = 6
"""A trained parameter in 16 bits, its gradient, and two moments of 8 bits."""

ADAPTER_BYTES = 16
"""A parameter of an adapter in 32 bits, its gradient and its two moments."""

NF4_BITS = 4.127
"""Bits of a parameter in NF4 with double quantization."""

CONTEXT_BYTES = GIB
"""What CUDA and its libraries take on each GPU. A house rule, not a measurement."""

_USUAL_SIDES = 21
"""Rows and columns of all linear layers of a block in hidden sizes: 20 in Llama 3.1 8B, 22 in Qwen3 0.6B."""

_USUAL_LAYER = 2_100_000_000
"""The embedding of Llama 3.1 405B."""

_LOGITS_BYTES = 10
_LAYER_BYTES = 34
_RAM_FACTOR = 1.5


@dataclass(frozen=True, slots=True)
class Need:
    """Memory of one way of training."""

    gpu_bytes: int
    """On each GPU."""
    ram_bytes: int
    """In the RAM of each machine, for what is kept there on purpose; 0 for nothing."""
    basis: tuple[str, ...]
    """How it was worked out, part by part."""
    is_whole: bool
    """Whether every part is known; activations are left out where the shape is not."""


@dataclass(frozen=True, slots=True)
class Zero:
    """How DeepSpeed spreads a run: its stage, and what it keeps in the RAM."""

    stage: Literal[2, 3]
    offload: Literal["none", "optimizer", "all"] = "none"

    @property
    def words(self) -> str:
        """Say it."""
        kept = {"none": "", "optimizer": ", optimizer in the RAM", "all": ", optimizer and weights in the RAM"}
        return f"ZeRO-{self.stage}{kept[self.offload]}"


def params_of(details: ModelDetails) -> int | None:
    """Give the number of parameters, from the row or as the Hub counts them."""
    counted = sum(details.dtypes.values())
    return details.model.params or counted or None


def adapter_params(shape: Shape | None, params: int, rank: int = RANK) -> tuple[int, str]:
    """Count the parameters of adapters on all linear layers, and say how they were counted.

    The experts of a mixture are left out, as PEFT leaves out what is no linear module of its own.
    """
    if shape is None:
        return params // 100, "1 % of the parameters: the shape is not known"
    tensors = tensors_of(shape)
    if tensors is None:
        return _USUAL_SIDES * rank * shape.layers * shape.hidden, f"rank {rank} on layers as wide as Llama's"
    kinds = ("q", "k", "v", "qkv", "o", "gate", "up", "down", "other")
    linear = [one for one in tensors if one.role in kinds and not one.is_expert]
    return sum(rank * (one.columns + one.rows) for one in linear), f"rank {rank} on all linear layers"


def need_of(details: ModelDetails, way: Way, *, tokens: int, batch: int = 1, has_logits: bool = True) -> Need | None:
    """Say what a way of training takes where every GPU holds the whole model; None without parameters.

    Args:
        details: the model.
        way: what is trained, and how the rest is held.
        tokens: length of a sequence.
        batch: sequences on a GPU at a time.
        has_logits: whether the logits of a whole sequence are held; kernels that fuse the loss do not.
    """
    params = params_of(details)
    if params is None:
        return None
    shape, _ = shape_of(details)
    parts = [_weights(shape, params, way)]
    if way == "full":
        parts.append(((STATES_BYTES - 2) * params, "gradients and 8-bit Adam"))
    else:
        count, how = adapter_params(shape, params)
        parts.append((ADAPTER_BYTES * count, f"{count / 1e6:.0f} million adapter parameters ({how})"))
    return _need(parts, shape, tokens=tokens, batch=batch, has_logits=has_logits)


def _weights(shape: Shape | None, params: int, way: Way) -> tuple[int, str]:
    if way != "qlora":
        return 2 * params, "weights in 16 bit"
    kept = 0 if shape is None else min(shape.vocab * shape.hidden * (1 if shape.is_tied else 2), params)
    return round((params - kept) * NF4_BITS / 8 + 2 * kept), "weights in 4 bit (NF4), embeddings in 16"


def zero_need(details: ModelDetails, zero: Zero, *, gpus: int, nodes: int = 1, tokens: int) -> Need | None:
    """Say what DeepSpeed takes for training all weights with Adam in mixed precision; None without parameters.

    Args:
        details: the model.
        zero: stage and offload.
        gpus: GPUs a node.
        nodes: machines.
        tokens: length of a sequence; one sequence a GPU at a time.
    """
    params = params_of(details)
    if params is None:
        return None
    shape, _ = shape_of(details)
    states, ram = zero_bytes(zero, params, _largest_layer(shape, params), gpus=gpus, nodes=nodes)
    parts = [(states, f"{zero.words} over {gpus * nodes} GPU{'s' if gpus * nodes > 1 else ''}")]
    found = _need(parts, shape, tokens=tokens, batch=1, has_logits=True)
    kept = (f"{in_memory(ram)} RAM: what ZeRO keeps there",) if zero.offload != "none" else ()
    return Need(found.gpu_bytes, ram if kept else 0, (*found.basis, *kept), found.is_whole)


def zero_bytes(zero: Zero, params: int, largest_layer: int, *, gpus: int, nodes: int = 1) -> tuple[int, int]:
    """Give bytes on each GPU and in the RAM of each node, as DeepSpeed's estimators do (weights made in parts)."""
    world = gpus * nodes
    if zero.stage == 2:
        if zero.offload == "none":
            return 4 * params + 16 * params // world, round(params * 4 * gpus * _RAM_FACTOR)
        return 2 * params, round(params * max(4 * world, 16) * _RAM_FACTOR / nodes)
    largest = 4 * largest_layer
    if zero.offload == "none":
        return largest + 18 * params // world, round(largest_layer * 4 * gpus * _RAM_FACTOR)
    if zero.offload == "optimizer":
        return largest + 2 * params // world, round(params * 16 * _RAM_FACTOR / nodes)
    return largest, round(params * 18 * _RAM_FACTOR / nodes)


def _largest_layer(shape: Shape | None, params: int) -> int:
    """The largest module of its own: mostly the embedding; where no shape is known, as large as any that is usual."""
    if shape is None:
        return min(params // 10, _USUAL_LAYER)
    experts = shape.experts.count * 2 * shape.experts.inner_dim * shape.hidden if shape.experts is not None else 0
    return max(shape.vocab * shape.hidden, (shape.inner_dim or 0) * shape.hidden, experts)


def _need(parts: list[tuple[int, str]], shape: Shape | None, *, tokens: int, batch: int, has_logits: bool) -> Need:
    parts = list(parts)
    if shape is not None:
        held = tokens * batch
        active = held * shape.hidden * (2 * shape.layers + _LAYER_BYTES)
        logits = held * shape.vocab * _LOGITS_BYTES if has_logits else 0
        words = f"activations of {held} tokens, checkpointed{', and logits' if has_logits else ''}"
        parts.append((active + logits, words))
    parts.append((CONTEXT_BYTES, "CUDA itself"))
    basis = tuple(f"{in_memory(size)} {what}" for size, what in parts)
    if shape is None:
        basis = (*basis, "activations are left out: the shape is not known")
    return Need(sum(size for size, _ in parts), 0, basis, is_whole=shape is not None)
