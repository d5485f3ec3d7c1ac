"""EAST WING: the question and the answer that ``estimate.py`` passes to the arithmetic of each engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.speed import Decode
from modelscope_tui.fit.weights import Weights

Fits = Literal["yes", "tight", "no", "unknown"]
"""`tight`: runs with a trade-off that the basis names (little left, a shorter context, layers in system memory)."""

DEFAULT_CONTEXT = 8192
"""Tokens when nobody asks for a context: a long talk or a few files, and inside what most models can read."""

LEAST_CONTEXT = 2048
"""A default context is cut to what fits, but not below this."""

CONTEXT_STEP = 256
"""Contexts are looked for in steps of this many tokens."""

UNKNOWN_LIMIT = 131072
"""How far a largest context is looked for when the model does not say its own."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be planned."""

    shape: Shape
    weights: Weights
    machine: Machine
    context: int | None
    """None is the default."""
    context_limit: int | None
    """The model's own."""
    cache_bytes: float
    """Bytes of one cached element."""
    tensor_parallel: int | None = None
    pipeline_parallel: int | None = None
    """Counts only beside `tensor_parallel`."""
    group_size: int | None = None
    """Packed weights that belong together along a row."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an engine would lay the model out; bytes are totals over the accelerators used."""

    fits: Fits
    context: int
    weights_bytes: int
    kv_bytes: int
    kv_bytes_per_token: float
    overhead_bytes: int
    available_bytes: int | None
    max_context: int | None
    gpu_layers: int | None = None
    cpu_expert_layers: int | None = None
    """Layers whose experts stay in system memory, where all else is on the accelerators."""
    tensor_parallel: int | None = None
    pipeline_parallel: int | None = None
    expert_parallel: bool = False
    concurrency: float | None = None
    """Sequences of the planned context that the cache holds at once."""
    decode: Decode | None = None
    basis: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def default_context(limit: int | None) -> int:
    """The context that is planned when none is asked for."""
    return min(limit or DEFAULT_CONTEXT, DEFAULT_CONTEXT)


def largest_context(limit: int | None, holds: Callable[[int], bool]) -> int:
    """Find the largest context that ``holds``; 0 when not even the smallest does."""
    top = limit or UNKNOWN_LIMIT
    if holds(top):
        return top
    low, high = 0, -(-top // CONTEXT_STEP)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle * CONTEXT_STEP) else (low, middle)
    return low * CONTEXT_STEP
