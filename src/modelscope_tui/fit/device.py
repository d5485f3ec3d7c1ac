"""EAST WING: reads a `--machine` SPEC, and knows the devices of ``data/devices.json``.

    SPEC      PART [" + " PART …]           several kinds of card, or a card and the RAM beside it
    PART      [COUNT x] DEVICE-or-SIZE      `2x80GB`, `RTX 4090`, `4xH100`, `M3 Max 64GB`, `cpu:64GB`

A name that leaves several devices means the one with the fewest words more than were typed, then the least memory (a
promise that holds), then the fastest: `H100` is the SXM one, `A100` the one of 40 GB, `M3 Max` that of 36 GB. Sizes
are as on the box: GB of memory means 2^30 bytes.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from modelscope_tui.errors import UsageError
from modelscope_tui.fit.machine import GIB, MIB, Gpu, Machine

MAX_COUNT = 1024
"""More accelerators than this is a slip of the finger."""

_COUNT = re.compile(r"(?P<count>\d{1,6})\s*[x×*]\s*(?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_SIZE = re.compile(r"(?P<number>\d{1,7}(?:\.\d{1,3})?)\s*(?P<unit>[gmt](?:i?b)?)(?:\s+gpus?)?", re.IGNORECASE)
_SIZE_IN_NAME = re.compile(
    r"\b(?P<number>\d{1,7}(?:\.\d{1,3})?)\s*(?P<unit>gi?b|mi?b|ti?b|g)(?![a-z0-9])", re.IGNORECASE
)
_CPU = re.compile(r"(?:cpu|ram)\s*[:= ]\s*(?P<size>.+)", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[a-z0-9][a-z0-9.+-]*")
_GLUED = re.compile(r"\b(rtx|gtx|rx|arc)(?=\d)")
_DRIVER = re.compile(
    r"-(?=sxm|pcie|\d+gb)|(?<=sxm)\d|hbm\d?e?|\b(?:tesla|quadro|generation|edition|workstation|server|gpu)\b"
)
_SILENT = frozenset(
    ["nvidia", "amd", "apple", "intel", "geforce", "radeon", "instinct", "rtx", "gtx", "rx", "arc", "cpu"]
)
_VARIANTS = frozenset(["sxm", "pcie", "nvl", "14-core", "16-core"])
_ALIASES: Mapping[str, str] = {"strix halo": "ryzen ai max+ 395"}
_FACTORS: Mapping[str, int] = {"m": MIB, "g": GIB, "t": 1024 * GIB}
_EXAMPLES = "For example: 2x80GB, RTX 4090, 4xH100, M3 Max 64GB, cpu:64GB."


@dataclass(frozen=True, slots=True)
class Device:
    """One row of the table of devices."""

    name: str
    vendor: str
    architecture: str
    kind: str
    """`consumer`, `workstation`, `datacenter`, `laptop`, `unified` or `cpu`."""
    memory_bytes: int
    usable_bytes: int | None
    bandwidth_bytes_per_second: float | None
    compute_capability: str | None

    @property
    def words(self) -> frozenset[str]:
        """The words that tell it from others: no vendor, no size."""
        return _words(self.name)

    def gpu(self, memory_bytes: int | None = None) -> Gpu:
        """Make the accelerator, with another memory size when one is given."""
        usable = self.usable_bytes
        if memory_bytes is not None and memory_bytes != self.memory_bytes:
            usable = apple_budget_bytes(memory_bytes) if self.vendor == "Apple" else None
        return Gpu(
            name=self.name,
            memory_bytes=memory_bytes or self.memory_bytes,
            vendor=self.vendor,
            bandwidth_bytes_per_second=self.bandwidth_bytes_per_second,
            is_unified=self.kind == "unified",
            usable_bytes=usable,
            architecture=self.architecture,
            compute_capability=self.compute_capability,
        )

    def machine(self, count: int = 1) -> Machine:
        """Make a machine of so many of them."""
        return _machine(self.gpu(), count, self.name)


def apple_budget_bytes(memory_bytes: int) -> int:
    """What Metal lets a program use by default: two thirds up to 36 GB, three quarters above."""
    return memory_bytes * 2 // 3 if memory_bytes <= 36 * GIB else memory_bytes * 3 // 4


@cache
def devices() -> tuple[Device, ...]:
    """Read the table of devices; once for a process."""
    text = resources.files("modelscope_tui.data").joinpath("devices.json").read_text(encoding="utf-8")
    return tuple(_device(row) for row in json.loads(text)["devices"])


def _device(row: Mapping[str, Any]) -> Device:
    usable, bandwidth = row["usable_gib"], row["bandwidth_gbs"]
    return Device(
        name=row["name"],
        vendor=row["vendor"],
        architecture=row["architecture"],
        kind=row["kind"],
        memory_bytes=round(row["memory_gib"] * GIB),
        usable_bytes=None if usable is None else round(usable * GIB),
        bandwidth_bytes_per_second=None if bandwidth is None else bandwidth * 1e9,
        compute_capability=row["compute_capability"],
    )


@lru_cache(1024)
def _words(name: str) -> frozenset[str]:
    lowered = " ".join(_DRIVER.sub(" ", re.sub(r"[(),:_]", " ", name.lower())).split())
    for alias, meant in _ALIASES.items():
        lowered = lowered.replace(alias, meant) if meant not in lowered else lowered
    return frozenset(_WORD.findall(_GLUED.sub(r"\1 ", _SIZE_IN_NAME.sub(" ", lowered)))) - _SILENT


def find_device(name: str, memory_bytes: int | None = None) -> Device | None:
    """Find the device that a driver calls ``name``, with the memory it reports or that stands in the name."""
    size = _SIZE_IN_NAME.search(_DRIVER.sub(" ", name))
    told = memory_bytes or (_size_bytes(size) if size else None)
    found = _candidates(_SIZE_IN_NAME.sub(" ", name), None)
    if told is not None:  # drivers report a few per cent less or more than the box says
        found = [device for device in found if abs(device.memory_bytes - told) < 0.12 * device.memory_bytes]
    return found[0] if found else None


def _candidates(name: str, memory_bytes: int | None) -> list[Device]:
    wanted = _words(name)
    if not wanted:
        return []
    found = [device for device in devices() if wanted <= device.words]
    fewest = min((_extra(device, wanted) for device in found), default=0)
    found = [device for device in found if _extra(device, wanted) == fewest]
    if memory_bytes is not None:
        found = [d for d in found if d.memory_bytes == memory_bytes] or [d for d in found if _takes_any_size(d)]
    aim = memory_bytes or 0
    return sorted(found, key=lambda d: (abs(d.memory_bytes - aim), -(d.bandwidth_bytes_per_second or 0)))


def _extra(device: Device, wanted: frozenset[str]) -> int:
    return len(device.words - wanted - _VARIANTS)


def _takes_any_size(device: Device) -> bool:
    """Unified and plain memory is sold in more sizes than the table lists; that of a card is part of its name."""
    return device.kind in {"unified", "cpu"}


def parse_machine(spec: str) -> Machine:
    """Read a `--machine` SPEC.

    Raises:
        UsageError: saying which part cannot be read, with the closest names.
    """
    parts = [part.strip() for part in re.split(r"\s\+\s", spec)]
    machines = [_part(part) for part in parts]
    if len(machines) == 1:
        return replace(machines[0], name=spec.strip())
    gpus = tuple(gpu for machine in machines for gpu in machine.gpus)
    rams = [machine.ram_bytes for machine in machines if machine.ram_bytes is not None and not machine.is_unified]
    unified = next((machine for machine in machines if machine.is_unified), None)
    first = unified or machines[0]
    return replace(first, name=spec.strip(), gpus=gpus, ram_bytes=sum(rams) if rams else first.ram_bytes)


def _part(text: str) -> Machine:
    count, rest = (1, text) if _candidates(text, None) else _counted(text)
    size = _SIZE_IN_NAME.search(rest)
    memory_bytes = _size_bytes(size) if size else None
    found = _candidates(rest, memory_bytes)
    if found:
        return _of_device(found[0], memory_bytes, count, text)
    cpu = _CPU.fullmatch(rest)
    if cpu:
        return _cpu(cpu["size"].strip(), text)
    bare = None if _words(rest) and _candidates(rest, None) else _SIZE.fullmatch(rest)
    if bare:
        return _machine(Gpu(name="GPU", memory_bytes=_size_bytes(bare)), count, text)
    raise _unknown(text, rest, memory_bytes)


def _of_device(device: Device, memory_bytes: int | None, count: int, text: str) -> Machine:
    if device.kind != "cpu":
        return _machine(device.gpu(memory_bytes), count, text)
    return Machine(
        name=device.name,
        ram_bytes=device.memory_bytes if memory_bytes is None else memory_bytes,
        cpu_name=device.name,
        source="given",
        ram_bandwidth_bytes_per_second=device.bandwidth_bytes_per_second,
    )


def _counted(text: str) -> tuple[int, str]:
    match = _COUNT.fullmatch(text)
    if match is None:
        return 1, text
    count = int(match["count"])
    if not 1 <= count <= MAX_COUNT:
        raise UsageError(f"`{text}`: {count} is not a number of devices (1 to {MAX_COUNT}).", _EXAMPLES)
    return count, match["rest"].strip()


def _size_bytes(match: re.Match[str]) -> int:
    return round(float(match["number"]) * _FACTORS[match["unit"][0].lower()])


def _cpu(size: str, text: str) -> Machine:
    match = _SIZE.fullmatch(size)
    if match is None or _size_bytes(match) == 0:
        raise UsageError(f"`{text}`: `{size}` is not a size of memory.", "For example: cpu:64GB.")
    return Machine(name=text, ram_bytes=_size_bytes(match), source="given")


def _machine(gpu: Gpu, count: int, text: str) -> Machine:
    if gpu.memory_bytes == 0:
        raise UsageError(f"`{text}` has no memory.", _EXAMPLES)
    is_apple = gpu.vendor == "Apple"
    return Machine(
        name=text,
        gpus=(gpu,) * count,
        ram_bytes=gpu.memory_bytes * count if gpu.is_unified else None,
        source="given",
        os="macos" if is_apple else None,
        is_apple=is_apple,
    )


def _unknown(text: str, name: str, memory_bytes: int | None) -> UsageError:
    if memory_bytes is not None:
        sizes = [device.name for device in _candidates(_SIZE_IN_NAME.sub(" ", name), None)]
        if sizes:
            return UsageError(f"`{text}`: no such device with that memory.", f"Known: {', '.join(sizes[:4])}.")
    lowered = name.lower().strip()
    labels = {device.gpu().label.lower(): device.name for device in devices()}
    labels |= {device.name.lower(): device.name for device in devices()}
    near = difflib.get_close_matches(lowered[:80], labels, n=6, cutoff=0.5)
    names = list(dict.fromkeys(labels[label] for label in near))[:3]
    hint = f"Closest: {', '.join(names)}." if names else _EXAMPLES
    return UsageError(f"`{text}` is not a device or a size that is known here.", hint)
