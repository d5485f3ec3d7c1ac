"""EAST WING: how fast one stream decodes. Reading the active weights is the work; each layer adds a fixed wait.

    seconds per token = (active bytes + cache bytes) / (bandwidth × reach) + layers × wait

`reach` and `wait` are fitted by family of chips on 160 public results (llama.cpp, single stream, short context);
median error 5 %, nine in ten within 15 %. Builds differ by 10 to 25 %, so an answer is always a range.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from modelscope_tui.fit.machine import Gpu
from modelscope_tui.fit.shape import Shape

SPREAD = (0.85, 1.15)
"""Nine in ten results lie inside this range around the estimate."""

MIXED_WAIT = 1.5
"""A layer with experts or a recurrence waits longer."""


@dataclass(frozen=True, slots=True)
class Chip:
    """How a family of chips turns bandwidth into tokens."""

    reach: float
    """Share of the peak bandwidth that weights are read with."""
    wait_seconds: float
    """Fixed time of one layer."""


@dataclass(frozen=True, slots=True)
class Decode:
    """Tokens per second of one stream."""

    low: float
    high: float
    bound: str = "memory-bandwidth"

    @property
    def middle(self) -> float:
        """The likeliest figure, for comparing; a person is shown the range."""
        return (self.low + self.high) / 2


_CHIPS: tuple[tuple[re.Pattern[str], Chip], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Chip(reach, wait * 1e-6))
    for pattern, reach, wait in (
        (r"GB10|DGX Spark", 0.78, 60),
        (r"\bA[18]00\b", 0.60, 120),
        (r"\bH[128]00\b|GH200|B[23]00|GB200|\bH20\b", 0.68, 135),
        (r"\bL(40S?|20|4|2)\b|\bA(10[GM]?|16|2|30|40)\b|\bA[2456][05]00\b|RTX A\d{3,4}", 0.83, 75),
        (r"RTX 50\d\d|RTX PRO \d{4}", 0.85, 48),
        (r"RTX 40\d\d|RTX \d{4} Ada", 0.87, 60),
        (r"RTX 30\d\d", 0.82, 70),
        (r"RTX 20\d\d|GTX 16\d\d|\bT4G?\b|V100|(Quadro|TITAN) RTX|TITAN V\b", 0.85, 80),
        (r"GTX 10\d\d|\bP(4|40|100|106)\b|TITAN X|Quadro P\d+|GTX 9\d\d|\bM(10|40|60)\b(?= ?(GPU|\d+ ?GB))", 0.38, 20),
        (r"\bM1 Max", 0.75, 260),
        (r"\bM\d+ Ultra", 0.82, 150),
        (r"\bM\d+ Max", 0.85, 110),
        (r"\bM\d+\b", 0.86, 65),
        (r"Radeon|Ryzen|Instinct|\bMI\d{2,3}|\bRX \d{4}", 0.85, 78),
    )
)
_OTHER = Chip(0.75, 80e-6)
_CPU = Chip(0.70, 150e-6)


def chip_of(name: str) -> Chip:
    """Find the family of a chip by its name; a careful middle where it is not known."""
    return next((chip for pattern, chip in _CHIPS if pattern.search(name)), _OTHER)


def active_bytes(shape: Shape, weights_bytes: float) -> float | None:
    """Bytes of weights that one token reads: no input embedding (unless it is the output too), only active experts.

    None when a mixture does not say how many of its parameters are active.
    """
    params = shape.params
    if shape.experts is not None:
        if shape.active_params is None or not params:
            return None
        return weights_bytes * min(1.0, shape.active_params / params)
    if shape.is_tied or not params:
        return weights_bytes
    return weights_bytes * (1 - min(0.5, shape.vocab * shape.hidden / params))


def decode(
    shape: Shape, read_bytes: float, gpus: Sequence[Gpu], *, host_share: float = 0, host_bandwidth: float | None = None
) -> Decode | None:
    """Estimate the speed of one stream.

    Args:
        shape: the model.
        read_bytes: weights and cache that one token reads.
        gpus: the cards that share the layers; they work one after the other.
        host_share: part of the layers that stays in system memory.
        host_bandwidth: bytes per second of the system memory.

    Returns:
        A range, or None when a bandwidth is not known.
    """
    seconds = 0.0
    if host_share:
        if host_bandwidth is None:
            return None
        seconds += _seconds(shape, read_bytes, host_bandwidth, _CPU) * host_share
    for gpu in gpus if host_share < 1 else ():
        if gpu.bandwidth_bytes_per_second is None:
            return None
        share = (1 - host_share) / len(gpus)
        seconds += _seconds(shape, read_bytes, gpu.bandwidth_bytes_per_second, chip_of(gpu.name)) * share
    if seconds <= 0:
        return None
    return Decode(low=SPREAD[0] / seconds, high=SPREAD[1] / seconds)


def _seconds(shape: Shape, read_bytes: float, bandwidth: float, chip: Chip) -> float:
    wait = chip.wait_seconds * (MIXED_WAIT if shape.experts is not None or shape.has_recurrence else 1)
    return read_bytes / (bandwidth * chip.reach) + shape.layers * wait
