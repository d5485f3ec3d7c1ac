"""Stories: what a person types as `--machine`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelscope_tui.errors import UsageError
from modelscope_tui.fit.device import devices, find_device, parse_machine
from modelscope_tui.fit.machine import GIB


@pytest.mark.parametrize(
    ("spec", "described"),
    [
        ("2x80GB", "2 × GPU 80 GB"),
        ("RTX 4090", "RTX 4090 24 GB"),
        ("rtx4090", "RTX 4090 24 GB"),
        ("4xH100", "4 × H100 80 GB"),
        ("4 x H100", "4 × H100 80 GB"),
        ("M3 Max 64GB", "M3 Max 64 GB"),
        ("cpu:64GB", "CPU · 64 GB RAM"),
        ("7900 XTX", "RX 7900 XTX 24 GB"),
        ("A100 80GB", "A100 80 GB"),
        ("DGX Spark", "DGX Spark (GB10) 128 GB"),
        ("RTX 4090 + cpu:64GB", "RTX 4090 24 GB · 64 GB RAM"),
        ("RTX 4090 + RTX 3090", "RTX 4090 24 GB · RTX 3090 24 GB"),
        ("24 GB", "GPU 24 GB"),
        ("Raspberry Pi 5", "CPU · 16 GB RAM"),
    ],
)
def test_a_machine_is_read_as_people_write_it(spec: str, described: str) -> None:
    machine = parse_machine(spec)
    assert machine.describe() == described
    assert machine.source == "given"


@pytest.mark.parametrize("device", devices(), ids=lambda device: device.name)
def test_every_device_of_the_table_is_found_by_its_own_name(device: object) -> None:
    name = device.name  # type: ignore[attr-defined]
    machine = parse_machine(name)
    memory = machine.gpus[0].memory_bytes if machine.gpus else machine.ram_bytes
    assert memory == device.memory_bytes  # type: ignore[attr-defined]


def test_a_name_that_leaves_several_means_the_least_memory_then_the_fastest() -> None:
    assert parse_machine("H100").gpus[0].name == "NVIDIA H100 SXM"
    assert parse_machine("A100").gpus[0].name == "NVIDIA A100 40GB"
    assert parse_machine("3080").gpus[0].name == "NVIDIA GeForce RTX 3080 10GB"
    assert parse_machine("M3 Max").gpus[0].memory_bytes == 36 * GIB


def test_a_near_miss_answers_with_the_closest_names() -> None:
    with pytest.raises(UsageError, match="RTX 4090"):
        parse_machine("RTX 4091")
    with pytest.raises(UsageError, match="RTX 3060 12GB"):
        parse_machine("RTX 3060 8GB")
    for spec in ("", "x", "0xH100", "cpu", "cpu:0GB", "0GB", "9999xH100"):
        with pytest.raises(UsageError):
            parse_machine(spec)


def test_unified_memory_comes_in_sizes_that_no_table_lists() -> None:
    machine = parse_machine("M2 Max 38GB")
    assert machine.gpus[0].memory_bytes == 38 * GIB
    assert machine.gpus[0].budget_bytes == 38 * GIB * 3 // 4
    assert machine.is_apple


def test_apple_lets_a_program_use_two_thirds_then_three_quarters() -> None:
    assert parse_machine("M4 24GB").gpu_budget_bytes == pytest.approx(16 * GIB, rel=0.01)
    assert parse_machine("M3 Max 64GB").gpu_budget_bytes == 48 * GIB


@pytest.mark.parametrize(
    ("driver_name", "memory_bytes", "known"),
    [
        ("NVIDIA H100 80GB HBM3", 85520809984, "NVIDIA H100 SXM"),
        ("NVIDIA A100-SXM4-80GB", 85899345920, "NVIDIA A100 SXM 80GB"),
        ("Tesla T4", 15655829504, "NVIDIA T4"),
        ("NVIDIA GeForce RTX 4090", 25757220864, "NVIDIA GeForce RTX 4090"),
        ("NVIDIA RTX 6000 Ada Generation", 51527024640, "NVIDIA RTX 6000 Ada"),
        ("NVIDIA GeForce RTX 4060 Ti", 17175674880, "NVIDIA GeForce RTX 4060 Ti 16GB"),
    ],
)
def test_names_of_drivers_are_understood(driver_name: str, memory_bytes: int, known: str) -> None:
    device = find_device(driver_name, memory_bytes)
    assert device is not None
    assert device.name == known


@given(st.one_of(st.text(max_size=40), st.from_regex(r"\d{1,4} ?x ?[A-Z0-9 ]{1,12}(GB)?", fullmatch=True)))
def test_whatever_is_typed_gives_a_machine_or_a_usage_error(spec: str) -> None:
    try:
        machine = parse_machine(spec)
    except UsageError:
        return
    assert machine.describe()
    assert machine.budget_bytes
