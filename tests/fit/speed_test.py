"""Stories: how fast it talks."""

from __future__ import annotations

import pytest

from modelscope_tui.fit.config import shape_of
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.machine import Gpu
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.speed import active_bytes, decode
from tests.fit.builders import LLAMA_8B, QWEN3_30B, details


def llama() -> Shape:
    shape, _ = shape_of(details(LLAMA_8B))
    assert shape is not None
    return shape


@pytest.mark.parametrize(
    ("spec", "measured"),
    [("RTX 4090", 127.74), ("RTX 3090", 111.74), ("L40S", 113.6), ("M2 Ultra 192GB", 76.28), ("H100 PCIe", 144.49)],
)
def test_public_results_lie_inside_the_range(spec: str, measured: float) -> None:
    found = decode(llama(), 4.623e9, parse_machine(spec).gpus)
    assert found is not None
    assert found.low <= measured <= found.high


def test_the_input_embedding_is_not_read_and_idle_experts_are_not_read() -> None:
    assert active_bytes(llama(), 4.9207e9) == pytest.approx(4.6e9, rel=0.01)
    row = details(QWEN3_30B, params=30532122624, active_params=3_345_000_000)
    shape, _ = shape_of(row)
    assert shape is not None
    assert active_bytes(shape, 18.5e9) == pytest.approx(2.03e9, rel=0.01)


def test_an_unknown_bandwidth_gives_no_speed() -> None:
    assert decode(llama(), 5e9, [Gpu("GPU", 24)]) is None
    assert decode(llama(), 5e9, parse_machine("RTX 4090").gpus, host_share=0.5) is None


def test_layers_in_system_memory_are_slow() -> None:
    gpus = parse_machine("RTX 4090").gpus
    whole, half = decode(llama(), 5e9, gpus), decode(llama(), 5e9, gpus, host_share=0.5, host_bandwidth=80e9)
    assert whole is not None
    assert half is not None
    assert half.middle < whole.middle / 4
