"""EAST WING: what a machine is, for the arithmetic of memory and speed.

Detected by ``probe.py``, read from a `--machine` SPEC by ``device.py``, or made by hand in a test. Sizes are bytes.
Labels speak as the boxes in shops do: a card of "24 GB" has 24 × 2^30 bytes (see ``catalog.units``).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

GIB = 1 << 30
"""Bytes of one GiB."""

MIB = 1 << 20
"""Bytes of one MiB."""

OperatingSystem = Literal["linux", "macos", "windows"]

_VENDOR_WORDS = re.compile(r"^(NVIDIA|AMD|Apple|Intel)\s+|\b(GeForce|Radeon|Instinct)\s+|\((TM|R)\)", re.IGNORECASE)
_SIZE_WORDS = re.compile(r"\s+(\d+\s?GB|HBM\w*|SXM\d?|\d+-core|\(per (GPU|card)\)|GPU)\b", re.IGNORECASE)


def gigabytes(size_bytes: int) -> str:
    """Say a memory size as the box does, for the name of a machine: `24 GB`, `512 MB`."""
    if size_bytes < GIB:
        return f"{round(size_bytes / MIB)} MB"
    return f"{round(size_bytes / GIB)} GB"


@dataclass(frozen=True, slots=True)
class Gpu:
    """One accelerator, or one slice of one."""

    name: str
    memory_bytes: int
    """All its memory; a unified one shares this with the system."""
    vendor: str | None = None
    bandwidth_bytes_per_second: float | None = None
    is_unified: bool = False
    usable_bytes: int | None = None
    """What a program can allocate, where the driver or the system says so; None means all of it."""
    architecture: str | None = None
    """`Ada`, `Hopper`, `M3` …: what the speed formula goes by."""
    compute_capability: str | None = None
    """NVIDIA's number for what the chip can do, `8.9`."""

    @property
    def label(self) -> str:
        """The name as people say it: `RTX 4090`, `H100`, `M3 Max`."""
        return _SIZE_WORDS.sub("", _VENDOR_WORDS.sub("", self.name)).strip() or self.name

    @property
    def budget_bytes(self) -> int:
        """What a program can allocate here."""
        return self.memory_bytes if self.usable_bytes is None else self.usable_bytes


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer that a model shall run on. Unknown is None."""

    name: str
    gpus: tuple[Gpu, ...] = ()
    ram_bytes: int | None = None
    """System memory that this process may use: a container's limit where there is one."""
    cpu_name: str | None = None
    source: Literal["detected", "given", "unknown"] = "detected"
    os: OperatingSystem | None = None
    is_apple: bool = False
    """Apple silicon: one memory for both, Metal."""
    ram_bandwidth_bytes_per_second: float | None = None
    is_wsl: bool = False
    """Linux inside Windows: the memory is what Windows lends it."""

    @property
    def is_unified(self) -> bool:
        """Whether the accelerators share the system's memory."""
        return any(gpu.is_unified for gpu in self.gpus)

    @property
    def gpu_budget_bytes(self) -> int:
        """What all accelerators together can allocate; 0 without one."""
        return sum(gpu.budget_bytes for gpu in self.gpus)

    @property
    def ram_budget_bytes(self) -> int | None:
        """What a program should ask of the RAM: an eighth, at least 2 GiB, stays with the system.

        A house rule, not a measurement. Never less than half, so that a small container is not judged empty.
        """
        if self.ram_bytes is None:
            return None
        return max(self.ram_bytes - max(2 * GIB, self.ram_bytes // 8), self.ram_bytes // 2)

    @property
    def budget_bytes(self) -> int | None:
        """Where a model must live to run well: the accelerators, or the RAM where there are none."""
        return self.gpu_budget_bytes if self.gpus else self.ram_budget_bytes

    def describe(self) -> str:
        """Say it for a title bar: `RTX 4090 24 GB · 64 GB RAM`, `4 × H100 80 GB`, `CPU · 23 GB RAM`."""
        kinds = Counter((gpu.label, gigabytes(gpu.memory_bytes)) for gpu in self.gpus)
        parts = [
            f"{count} × {label} {size}" if count > 1 else f"{label} {size}" for (label, size), count in kinds.items()
        ]
        if not self.gpus:
            parts.append("CPU" if self.ram_bytes is not None else "unknown machine")
        if self.ram_bytes is not None and not self.is_unified:
            parts.append(f"{gigabytes(self.ram_bytes)} RAM")
        return " · ".join(parts)

    def as_json(self) -> dict[str, Any]:
        """Give the machine as `fit --json` shows it."""
        return {
            "name": self.name,
            "description": self.describe(),
            "gpus": [
                {
                    "name": gpu.name,
                    "memory_bytes": gpu.memory_bytes,
                    "usable_bytes": gpu.budget_bytes,
                    "bandwidth_bytes_per_second": gpu.bandwidth_bytes_per_second,
                    "is_unified": gpu.is_unified,
                }
                for gpu in self.gpus
            ],
            "ram_bytes": self.ram_bytes,
            "cpu_name": self.cpu_name,
            "os": self.os,
            "is_wsl": self.is_wsl,
            "source": self.source,
        }
