"""EAST WING: finds out which machine this is. Whatever fails is unknown; nothing here raises.

    psutil, cgroup limits ──▶ RAM     NVML, else /proc ──▶ NVIDIA cards     sysfs ──▶ AMD, Intel     sysctl ──▶ Apple

Everything that is asked of the system comes through :class:`System`, so that a test can be another machine.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from modelscope_tui.fit.device import apple_budget_bytes, find_device
from modelscope_tui.fit.machine import MIB, Gpu, Machine, OperatingSystem
from modelscope_tui.fit.nvidia import nvidia_gpus

_T = TypeVar("_T")

NO_LIMIT_BYTES = 1 << 60
"""A cgroup limit above this is the kernel's way to say there is none."""

_OS: Mapping[str, OperatingSystem] = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}


def _psutil_ram_bytes() -> int | None:
    import psutil

    return int(psutil.virtual_memory().total)


def _load_nvml() -> ModuleType:
    import pynvml

    module: ModuleType = pynvml
    return module


def _output_of(argv: tuple[str, ...]) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=2, check=True).stdout.strip()


@dataclass(frozen=True, slots=True)
class System:
    """Where the probe looks; a test gives a tree of files and functions of its own."""

    root: Path = Path("/")
    name: str = field(default_factory=platform.system)
    """`Linux`, `Darwin`, `Windows`."""
    processor: str = field(default_factory=platform.machine)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    ram_bytes: Callable[[], int | None] = _psutil_ram_bytes
    load_nvml: Callable[[], Any] = _load_nvml
    output_of: Callable[[tuple[str, ...]], str] = _output_of


def _quietly(ask: Callable[[], _T]) -> _T | None:
    """Ask the system; drivers fail in ways of their own, and all of them mean that the answer is not known."""
    try:
        return ask()
    except Exception:
        return None


def detect(system: System | None = None) -> Machine:
    """Find out which machine this is. Never raises: what cannot be found out is None or missing."""
    here = system or System()
    ram_bytes = _ram_bytes(here)
    cpu_name = _quietly(lambda: _cpu_name(here))
    if here.name == "Darwin" and here.processor == "arm64":
        return _apple(here, ram_bytes, cpu_name)
    gpus = _quietly(lambda: nvidia_gpus(here.load_nvml, here.root, here.environ, ram_bytes)) or ()
    gpus += _quietly(lambda: _chosen(tuple(_drm_gpus(here)), here.environ)) or ()
    return Machine(
        name="this machine",
        gpus=gpus,
        ram_bytes=ram_bytes,
        cpu_name=cpu_name,
        source="unknown" if ram_bytes is None and not gpus else "detected",
        os=_OS.get(here.name),
        is_wsl=here.name == "Linux" and bool(_quietly(lambda: _is_wsl(here))),
    )


def _is_wsl(here: System) -> bool:
    """Tell Windows' own Linux by its kernel: the memory is what Windows lends it, the cards come through its driver."""
    return "microsoft" in _text(here.root / "proc/sys/kernel/osrelease").lower()


def _ram_bytes(here: System) -> int | None:
    known = [size for size in (_quietly(here.ram_bytes), _quietly(lambda: _cgroup_limit_bytes(here.root))) if size]
    return min(known, default=None)


def _cgroup_limit_bytes(root: Path) -> int | None:
    """Find the tightest memory limit of a container (cgroup v2 or v1): it holds, not the host's memory."""
    base = root / "sys/fs/cgroup"
    limits = [_limit(path) for path in (base / "memory.max", base / "memory/memory.limit_in_bytes")]
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        start, name = (base, "memory.max") if not controllers else (base / "memory", "memory.limit_in_bytes")
        if controllers and "memory" not in controllers.split(","):
            continue
        group = Path(*(part for part in path.split("/") if part not in {"", ".."}))
        starts = (start,) if controllers else (start, base / "unified")  # (a hybrid keeps the second version apart)
        limits += [_limit(top / parent / name) for top in starts for parent in (group, *group.parents)]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(path: Path) -> int | None:
    text = _text(path)
    if not text.isdecimal():  # `max`: no limit
        return None
    return int(text) if 0 < int(text) < NO_LIMIT_BYTES else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _lines(path: Path) -> list[str]:
    return [line for line in _text(path).splitlines() if line.count(":") >= 1]


def _cpu_name(here: System) -> str | None:
    if here.name == "Darwin":
        return here.output_of(("sysctl", "-n", "machdep.cpu.brand_string")) or None
    for line in _lines(here.root / "proc/cpuinfo"):
        key, _, value = line.partition(":")
        if key.strip() in {"model name", "Model"} and value.strip():
            return value.strip()
    return None


def _drm_gpus(here: System) -> Iterable[Gpu]:
    """Find AMD and Intel cards where their kernel drivers show memory; an iGPU without memory of its own is no card."""
    for card in sorted((here.root / "sys/class/drm").glob("card[0-9]*")):
        if not card.name.removeprefix("card").isdecimal():  # `card0-DP-1` is a plug, not a card
            continue
        vendor = _text(card / "device/vendor").lower()
        if vendor == "0x1002":
            found = _amd(card)
        elif vendor == "0x8086":
            found = _intel(card)
        else:
            continue
        if found is not None:
            yield found


def _chosen(found: tuple[Gpu, ...], environ: Mapping[str, str]) -> tuple[Gpu, ...]:
    """Keep the AMD cards that `HIP_VISIBLE_DEVICES` or `ROCR_VISIBLE_DEVICES` name by number."""
    text = environ.get("HIP_VISIBLE_DEVICES", environ.get("ROCR_VISIBLE_DEVICES"))
    names = [] if text is None else [name.strip() for name in text.split(",") if name.strip()]
    if text is None or not all(name.isdecimal() for name in names):
        return found
    amd = [gpu for gpu in found if gpu.vendor == "AMD"]
    kept = [amd[int(name)] for name in names if int(name) < len(amd)]
    return (*kept, *(gpu for gpu in found if gpu.vendor != "AMD"))


def _amd(card: Path) -> Gpu | None:
    vram = _number(card / "device/mem_info_vram_total")
    shared = _number(card / "device/mem_info_gtt_total") or 0
    if not vram:
        return None
    name = _text(card / "device/product_name") or f"AMD GPU {_text(card / 'device/device')}".strip()
    if vram <= 2048 * MIB and shared > vram:  # an APU: a small carve-out, the rest through GTT
        return Gpu(name=name, memory_bytes=vram + shared, vendor="AMD", is_unified=True)
    return _with_table_facts(Gpu(name=name, memory_bytes=vram, vendor="AMD"))


def _intel(card: Path) -> Gpu | None:
    places = ("lmem_total_bytes", "device/lmem_total_bytes", "device/tile0/physical_vram_size_bytes")
    local = next((size for place in places if (size := _number(card / place))), None)
    if not local:
        return None
    name = _text(card / "device/label") or f"Intel GPU {_text(card / 'device/device')}".strip()
    return _with_table_facts(Gpu(name=name, memory_bytes=local, vendor="Intel"))


def _with_table_facts(gpu: Gpu) -> Gpu:
    device = find_device(gpu.name, gpu.memory_bytes)
    if device is None:
        return gpu
    return replace(
        gpu,
        bandwidth_bytes_per_second=device.bandwidth_bytes_per_second,
        architecture=device.architecture,
        is_unified=device.kind == "unified",
    )


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isdecimal() else None


def _apple(here: System, ram_bytes: int | None, cpu_name: str | None) -> Machine:
    gpus: tuple[Gpu, ...] = ()
    if ram_bytes is not None:
        gpus = (_apple_gpu(here, ram_bytes, cpu_name or "Apple silicon"),)
    return Machine(
        name="this machine",
        gpus=gpus,
        ram_bytes=ram_bytes,
        cpu_name=cpu_name,
        source="detected" if gpus else "unknown",
        os="macos",
        is_apple=True,
    )


def _apple_gpu(here: System, ram_bytes: int, chip: str) -> Gpu:
    raised = _quietly(lambda: int(here.output_of(("sysctl", "-n", "iogpu.wired_limit_mb"))))
    device = find_device(re.sub(r"\s*\(.*\)", "", chip), ram_bytes) or find_device(chip)
    return Gpu(
        name=chip,
        memory_bytes=ram_bytes,
        vendor="Apple",
        bandwidth_bytes_per_second=device.bandwidth_bytes_per_second if device else None,
        is_unified=True,
        usable_bytes=raised * MIB if raised else apple_budget_bytes(ram_bytes),
        architecture=device.architecture if device else None,
    )
