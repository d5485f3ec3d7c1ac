"""EAST WING: NVIDIA cards, through NVML when the extra is installed, else by name from the kernel driver's own files.

Several cards, mixed cards, MIG slices (each slice is one accelerator), chips that share the system's memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from modelscope_tui.fit.device import Device, find_device
from modelscope_tui.fit.machine import Gpu


def nvidia_gpus(
    load_nvml: Callable[[], Any], root: Path, environ: Mapping[str, str], ram_bytes: int | None
) -> tuple[Gpu, ...]:
    """Find the NVIDIA cards that CUDA would use here.

    Args:
        load_nvml: gives the module `pynvml`; may raise.
        root: where `/proc` is.
        environ: `CUDA_VISIBLE_DEVICES` chooses cards by number.
        ram_bytes: the memory of a chip that has none of its own.
    """
    try:
        nvml = load_nvml()
        nvml.nvmlInit()
    except Exception:  # no package, no driver, no card: NVML has an error class for each
        return _visible(_from_proc(root), environ)
    try:
        numbers = range(nvml.nvmlDeviceGetCount())
        # A card that has fallen off the bus answers nothing; the others still do.
        cards = tuple(_asked(lambda index=index: _card(nvml, index, ram_bytes)) or () for index in numbers)  # type: ignore[misc]
        ids = tuple(_asked(lambda index=index: _id(nvml, index)) or "" for index in numbers)  # type: ignore[misc]
    finally:
        nvml.nvmlShutdown()
    return tuple(gpu for card in _visible(cards, environ, ids) for gpu in card)


def _id(nvml: Any, index: int) -> str:
    found = nvml.nvmlDeviceGetUUID(nvml.nvmlDeviceGetHandleByIndex(index))
    return found.decode("ascii", "replace") if isinstance(found, bytes) else str(found)


def _visible(found: tuple[Any, ...], environ: Mapping[str, str], ids: tuple[str, ...] = ()) -> tuple[Any, ...]:
    """Keep what `CUDA_VISIBLE_DEVICES` names, by number or by the start of a card's id; ids of slices keep all."""
    text = environ.get("CUDA_VISIBLE_DEVICES")
    if text is None:
        return found
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names and ids and all(name.startswith("GPU-") for name in names):
        places = [next((at for at, one in enumerate(ids) if one.startswith(name)), None) for name in names]
        known = places[: places.index(None)] if None in places else places
        return tuple(found[at] for at in known if at is not None)
    if not all(re.fullmatch(r"-?\d+", name) for name in names):
        return found
    chosen: list[Any] = []
    for name in names:
        if not 0 <= int(name) < len(found):
            break  # CUDA ignores everything from the first number it does not have
        chosen.append(found[int(name)])
    return tuple(chosen)


def _card(nvml: Any, index: int, ram_bytes: int | None) -> tuple[Gpu, ...]:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    name = _name(nvml, handle)
    capability = _asked(lambda: "{}.{}".format(*nvml.nvmlDeviceGetCudaComputeCapability(handle)))
    total = _asked(lambda: int(nvml.nvmlDeviceGetMemoryInfo(handle).total))
    device = find_device(name, total)
    bandwidth = (device and device.bandwidth_bytes_per_second) or _asked(lambda: _bandwidth(nvml, handle))
    if not total:  # GB10, Jetson: the driver says "not supported", the memory is the system's
        return _unified(name, device or find_device(name), capability, ram_bytes)
    whole = Gpu(
        name=name,
        memory_bytes=total,
        vendor="NVIDIA",
        bandwidth_bytes_per_second=bandwidth,
        usable_bytes=_usable(device, total),
        architecture=device.architecture if device else None,
        compute_capability=capability,
    )
    slices = _asked(lambda: _slices(nvml, handle, whole))
    return (whole,) if slices is None else slices


def _unified(name: str, device: Device | None, capability: str | None, ram_bytes: int | None) -> tuple[Gpu, ...]:
    if ram_bytes is None:
        return ()
    return (
        Gpu(
            name=name,
            memory_bytes=ram_bytes,
            vendor="NVIDIA",
            bandwidth_bytes_per_second=device.bandwidth_bytes_per_second if device else None,
            is_unified=True,
            usable_bytes=ram_bytes * 7 // 8,
            architecture=device.architecture if device else None,
            compute_capability=capability,
        ),
    )


def _usable(device: Device | None, total: int) -> int | None:
    """CUDA reports a little less than NVML; the table knows what public logs say."""
    return min(device.usable_bytes, total) if device and device.usable_bytes else None


def _slices(nvml: Any, handle: Any, whole: Gpu) -> tuple[Gpu, ...] | None:
    """List the MIG slices of a card; None when it is not cut into slices."""
    current, _pending = nvml.nvmlDeviceGetMigMode(handle)
    if current != 1:
        return None
    found = []
    for index in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
        part = _asked(lambda index=index: nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, index))  # type: ignore[misc]
        if part is None:
            continue  # a slot without a slice
        memory = int(nvml.nvmlDeviceGetMemoryInfo(part).total)
        share = whole.bandwidth_bytes_per_second and whole.bandwidth_bytes_per_second * memory / whole.memory_bytes
        found.append(
            Gpu(
                name=_asked(lambda part=part: _name(nvml, part)) or f"{whole.name} MIG",  # type: ignore[misc]
                memory_bytes=memory,
                vendor="NVIDIA",
                bandwidth_bytes_per_second=share,
                architecture=whole.architecture,
                compute_capability=whole.compute_capability,
            )
        )
    return tuple(found)


def _bandwidth(nvml: Any, handle: Any) -> float:
    """Both edges of the memory clock times the width of the bus; hits the datasheets of GDDR6X and HBM3."""
    clock_mhz = nvml.nvmlDeviceGetMaxClockInfo(handle, nvml.NVML_CLOCK_MEM)
    return float(2 * clock_mhz * 1e6 * nvml.nvmlDeviceGetMemoryBusWidth(handle) / 8)


def _name(nvml: Any, handle: Any) -> str:
    name = nvml.nvmlDeviceGetName(handle)
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def _asked(ask: Callable[[], Any]) -> Any:
    """Ask one thing of the driver; every kind of "not supported" is None."""
    try:
        return ask()
    except Exception:
        return None


def _from_proc(root: Path) -> tuple[Any, ...]:
    """Find cards by the names that the kernel driver shows, with the table's memory; unknown names are left out."""
    found = []
    for path in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        match = re.search(r"^Model:\s*(.+)$", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        device = find_device(match[1]) if match else None
        if device is not None:
            found.append(device.gpu())
    return tuple(found)
