"""Stories: other machines, as trees of files and drivers of paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modelscope_tui.fit.machine import GIB, MIB
from modelscope_tui.fit.probe import System, detect


@dataclass
class Card:
    """A card that the fake driver knows."""

    name: str | bytes
    total: int | None
    slices: list[tuple[str, int]] = field(default_factory=list)
    bus_bits: int = 384
    clock_mhz: int = 10501


class FakeNvml:
    """NVML, as much of it as the probe asks."""

    NVML_CLOCK_MEM = 2

    def __init__(self, *cards: Card) -> None:
        self.cards = cards
        self.is_open = False

    def nvmlInit(self) -> None:  # noqa: N802
        self.is_open = True

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.is_open = False

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Card:  # noqa: N802
        return self.cards[index]

    def nvmlDeviceGetUUID(self, card: Card) -> str:  # noqa: N802
        return f"GPU-{self.cards.index(card)}234-abcd"

    def nvmlDeviceGetName(self, card: Card) -> str | bytes:  # noqa: N802
        return card.name

    def nvmlDeviceGetMemoryInfo(self, card: Card) -> Any:  # noqa: N802
        if card.total is None:
            raise RuntimeError("Not Supported")
        return SimpleNamespace(total=card.total)

    def nvmlDeviceGetCudaComputeCapability(self, card: Card) -> tuple[int, int]:  # noqa: N802
        return (8, 9)

    def nvmlDeviceGetMigMode(self, card: Card) -> tuple[int, int]:  # noqa: N802
        if not card.slices:
            raise RuntimeError("Not Supported")
        return (1, 1)

    def nvmlDeviceGetMaxMigDeviceCount(self, card: Card) -> int:  # noqa: N802
        return 7

    def nvmlDeviceGetMigDeviceHandleByIndex(self, card: Card, index: int) -> Card:  # noqa: N802
        name, total = card.slices[index]
        return Card(name, total)

    def nvmlDeviceGetMaxClockInfo(self, card: Card, kind: int) -> int:  # noqa: N802
        return card.clock_mhz

    def nvmlDeviceGetMemoryBusWidth(self, card: Card) -> int:  # noqa: N802
        return card.bus_bits


def nothing() -> Any:
    raise ModuleNotFoundError("pynvml")


def no_answer(argv: tuple[str, ...]) -> str:
    raise FileNotFoundError(argv[0])


def system(
    root: Path,
    *,
    name: str = "Linux",
    processor: str = "x86_64",
    environ: dict[str, str] | None = None,
    ram_bytes: Callable[[], int | None] = lambda: 64 * GIB,
    nvml: FakeNvml | None = None,
    output_of: Callable[[tuple[str, ...]], str] = no_answer,
) -> System:
    load = nothing if nvml is None else (lambda: nvml)
    return System(root, name, processor, environ or {}, ram_bytes, load, output_of)


def write(root: Path, path: str, text: str) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def test_a_desktop_with_one_card(tmp_path: Path) -> None:
    nvml = FakeNvml(Card("NVIDIA GeForce RTX 4090", 24564 * MIB))
    write(tmp_path, "proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD Ryzen 9 7950X\n")
    machine = detect(system(tmp_path, nvml=nvml))
    assert machine.describe() == "RTX 4090 24 GB · 64 GB RAM"
    assert machine.cpu_name == "AMD Ryzen 9 7950X"
    assert machine.gpus[0].bandwidth_bytes_per_second == 1008e9
    assert machine.gpus[0].compute_capability == "8.9"
    assert machine.os == "linux"
    assert not nvml.is_open


def test_several_and_mixed_cards_and_names_in_bytes(tmp_path: Path) -> None:
    four = FakeNvml(*[Card(b"NVIDIA H100 80GB HBM3", 81559 * MIB)] * 4)
    assert detect(system(tmp_path, nvml=four)).describe() == "4 × H100 80 GB · 64 GB RAM"
    mixed = FakeNvml(Card("NVIDIA GeForce RTX 4090", 24564 * MIB), Card("NVIDIA GeForce RTX 3090", 24576 * MIB))
    assert detect(system(tmp_path, nvml=mixed)).describe() == "RTX 4090 24 GB · RTX 3090 24 GB · 64 GB RAM"


def test_cuda_visible_devices_chooses_cards(tmp_path: Path) -> None:
    nvml = FakeNvml(Card("NVIDIA GeForce RTX 4090", 24564 * MIB), Card("NVIDIA GeForce RTX 3090", 24576 * MIB))
    seen = {
        text: [gpu.label for gpu in detect(system(tmp_path, nvml=nvml, environ={"CUDA_VISIBLE_DEVICES": text})).gpus]
        for text in ("1", "", "-1", "0,7", "GPU-1234", "GPU-9", "MIG-1")
    }
    assert seen == {
        "1": ["RTX 3090"],
        "": [],
        "-1": [],
        "0,7": ["RTX 4090"],
        "GPU-1234": ["RTX 3090"],
        "GPU-9": [],
        "MIG-1": ["RTX 4090", "RTX 3090"],
    }


def test_each_mig_slice_is_an_accelerator_of_its_own(tmp_path: Path) -> None:
    slices = [("NVIDIA H100 80GB HBM3 MIG 3g.40gb", 40 * GIB), ("NVIDIA H100 80GB HBM3 MIG 3g.40gb", 40 * GIB)]
    machine = detect(system(tmp_path, nvml=FakeNvml(Card("NVIDIA H100 80GB HBM3", 80 * GIB, slices))))
    assert [gpu.memory_bytes for gpu in machine.gpus] == [40 * GIB] * 2
    assert machine.gpus[0].bandwidth_bytes_per_second == pytest.approx(3350e9 / 2)


def test_a_card_that_no_table_knows_tells_its_bandwidth_by_clock_and_bus(tmp_path: Path) -> None:
    machine = detect(system(tmp_path, nvml=FakeNvml(Card("NVIDIA GeForce RTX 9999", 48 * GIB))))
    assert machine.gpus[0].bandwidth_bytes_per_second == pytest.approx(1008e9, rel=0.001)


def test_a_chip_without_memory_of_its_own_shares_the_systems(tmp_path: Path) -> None:
    nvml = FakeNvml(Card("NVIDIA GB10", None))
    machine = detect(system(tmp_path, nvml=nvml, ram_bytes=lambda: 120 * GIB))
    assert machine.is_unified
    assert machine.gpus[0].memory_bytes == 120 * GIB
    assert machine.gpus[0].bandwidth_bytes_per_second == 273e9


def test_without_nvml_the_kernel_driver_names_the_card(tmp_path: Path) -> None:
    write(tmp_path, "proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA GeForce RTX 3060\nIRQ: 5\n")
    assert detect(system(tmp_path)).describe() == "RTX 3060 12 GB · 64 GB RAM"


def test_a_containers_limit_is_the_memory(tmp_path: Path) -> None:
    write(tmp_path, "sys/fs/cgroup/memory.max", "8589934592\n")
    assert detect(system(tmp_path)).ram_bytes == 8 * GIB


def test_a_limit_of_a_parent_group_holds_too(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/cgroup", "0::/user.slice/app.scope\n")
    write(tmp_path, "sys/fs/cgroup/user.slice/memory.max", str(4 * GIB))
    write(tmp_path, "sys/fs/cgroup/user.slice/app.scope/memory.max", "max")
    assert detect(system(tmp_path)).ram_bytes == 4 * GIB


def test_the_first_cgroups_say_no_limit_with_a_huge_number(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n")
    write(tmp_path, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712")
    assert detect(system(tmp_path)).ram_bytes == 64 * GIB
    write(tmp_path, "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", str(2 * GIB))
    assert detect(system(tmp_path)).ram_bytes == 2 * GIB


def test_an_amd_card_is_found_in_sysfs_and_a_plug_is_not_a_card(tmp_path: Path) -> None:
    card = "sys/class/drm/card1"
    write(tmp_path, f"{card}/device/vendor", "0x1002\n")
    write(tmp_path, f"{card}/device/mem_info_vram_total", str(20 * GIB))
    write(tmp_path, f"{card}/device/product_name", "AMD Radeon RX 7900 XT\n")
    write(tmp_path, "sys/class/drm/card1-DP-1/device/vendor", "0x1002\n")
    machine = detect(system(tmp_path))
    assert machine.describe() == "RX 7900 XT 20 GB · 64 GB RAM"
    assert machine.gpus[0].bandwidth_bytes_per_second == 800e9


def test_an_apu_lends_the_systems_memory(tmp_path: Path) -> None:
    card = "sys/class/drm/card0"
    write(tmp_path, f"{card}/device/vendor", "0x1002")
    write(tmp_path, f"{card}/device/mem_info_vram_total", str(512 * MIB))
    write(tmp_path, f"{card}/device/mem_info_gtt_total", str(32 * GIB))
    machine = detect(system(tmp_path))
    assert machine.is_unified
    assert machine.gpus[0].memory_bytes == 32 * GIB + 512 * MIB


def test_an_intel_card_shows_its_local_memory(tmp_path: Path) -> None:
    write(tmp_path, "sys/class/drm/card0/device/vendor", "0x8086")
    assert detect(system(tmp_path)).gpus == ()
    write(tmp_path, "sys/class/drm/card0/lmem_total_bytes", str(16 * GIB))
    assert detect(system(tmp_path)).gpus[0].memory_bytes == 16 * GIB


def test_apple_silicon_is_one_memory_for_both(tmp_path: Path) -> None:
    answers = {"machdep.cpu.brand_string": "Apple M3 Max", "iogpu.wired_limit_mb": "0"}
    apple = {"name": "Darwin", "processor": "arm64"}
    machine = detect(system(tmp_path, **apple, output_of=lambda argv: answers[argv[-1]]))  # type: ignore[arg-type]
    assert machine.describe() == "M3 Max 64 GB"
    assert machine.gpu_budget_bytes == 48 * GIB
    assert machine.is_apple
    assert machine.gpus[0].bandwidth_bytes_per_second == 400e9
    answers["iogpu.wired_limit_mb"] = "57344"
    raised = detect(system(tmp_path, **apple, output_of=lambda argv: answers[argv[-1]]))  # type: ignore[arg-type]
    assert raised.gpu_budget_bytes == 56 * GIB


def test_nothing_that_fails_is_an_error(tmp_path: Path) -> None:
    def broken() -> int | None:
        raise OSError("no /proc")

    for name in ("Linux", "Darwin", "Windows", "Plan9"):
        machine = detect(system(tmp_path, name=name, processor="arm64", ram_bytes=broken))
        assert machine.source == "unknown"
        assert machine.budget_bytes is None
        assert machine.describe() == "unknown machine"
    write(tmp_path, "sys/class/drm/card0/device/vendor", "\x00\xff")
    write(tmp_path, "proc/self/cgroup", "nonsense\n")
    write(tmp_path, "sys/fs/cgroup/memory.max", "many")
    assert detect(system(tmp_path)).ram_bytes == 64 * GIB


def test_this_machine_is_found_out_without_complaint() -> None:
    machine = detect()
    assert machine.describe()
    assert machine.ram_bytes is None or machine.ram_bytes > 0


def test_a_card_that_does_not_answer_hides_no_other(tmp_path: Path) -> None:
    class Lost(FakeNvml):
        def nvmlDeviceGetHandleByIndex(self, index: int) -> Card:  # noqa: N802
            if index == 0:
                raise RuntimeError("GPU is lost")
            return super().nvmlDeviceGetHandleByIndex(index)

    cards = Lost(Card("NVIDIA GeForce RTX 4090", 24564 * MIB), Card("NVIDIA GeForce RTX 3090", 24576 * MIB))
    assert [gpu.label for gpu in detect(system(tmp_path, nvml=cards)).gpus] == ["RTX 3090"]


def test_linux_inside_windows_is_told_by_its_kernel(tmp_path: Path) -> None:
    assert not detect(system(tmp_path)).is_wsl
    write(tmp_path, "proc/sys/kernel/osrelease", "5.15.167.4-microsoft-standard-WSL2\n")
    nvml = FakeNvml(Card("NVIDIA GeForce RTX 4090", 24564 * MIB))
    machine = detect(system(tmp_path, nvml=nvml, ram_bytes=lambda: 32 * GIB))
    assert (machine.is_wsl, machine.os, machine.describe()) == (True, "linux", "RTX 4090 24 GB · 32 GB RAM")


def test_a_hybrid_of_both_cgroups_keeps_the_second_apart(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/cgroup", "4:memory:/\n0::/app\n")
    write(tmp_path, "sys/fs/cgroup/unified/app/memory.max", str(6 * GIB))
    assert detect(system(tmp_path)).ram_bytes == 6 * GIB


def test_amd_cards_are_chosen_by_number_too(tmp_path: Path) -> None:
    for number, name in ((0, "AMD Radeon RX 7900 XT"), (1, "AMD Radeon RX 7900 XTX")):
        write(tmp_path, f"sys/class/drm/card{number}/device/vendor", "0x1002")
        write(tmp_path, f"sys/class/drm/card{number}/device/mem_info_vram_total", str((20 + 4 * number) * GIB))
        write(tmp_path, f"sys/class/drm/card{number}/device/product_name", name)
    seen = {
        text: [gpu.label for gpu in detect(system(tmp_path, environ={"HIP_VISIBLE_DEVICES": text})).gpus]
        for text in ("1", "", "0,1", "none")
    }
    assert seen == {"1": ["RX 7900 XTX"], "": [], "0,1": ["RX 7900 XT", "RX 7900 XTX"],
                    "none": ["RX 7900 XT", "RX 7900 XTX"]}  # fmt: skip


def test_the_newer_driver_of_intel_shows_its_memory_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, "sys/class/drm/card0/device/vendor", "0x8086")
    write(tmp_path, "sys/class/drm/card0/device/tile0/physical_vram_size_bytes", str(12 * GIB))
    assert detect(system(tmp_path)).gpus[0].memory_bytes == 12 * GIB
