"""Stories about the memory of training: the numbers that the sources of the formulas publish come out."""

from __future__ import annotations

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.fit.training import Zero, adapter_params, need_of, params_of, zero_bytes, zero_need
from tests.fit.builders import LLAMA_8B as LLAMA_CONFIG
from tests.fit.builders import details

GIB = 1 << 30
LLAMA_8B = details(LLAMA_CONFIG, params=8_030_261_248)


@pytest.mark.parametrize(
    ("zero", "gpu_gib", "ram_gib"),
    [
        (Zero(2, "optimizer"), 5.31, 127.48),
        (Zero(2), 15.93, 127.48),
        (Zero(3, "all"), 0.12, 71.71),
        (Zero(3, "optimizer"), 0.79, 63.74),
        (Zero(3), 6.10, 1.47),
    ],
)
def test_deepspeeds_own_example_comes_out(zero: Zero, gpu_gib: float, ram_gib: float) -> None:
    # its page "Memory Requirements": t5-3b, 2851 million parameters, 32 million in the largest layer, 8 GPUs
    gpu, ram = zero_bytes(zero, 2_851_000_000, 32_000_000, gpus=8)
    assert gpu / GIB == pytest.approx(gpu_gib, abs=0.02)
    assert ram / GIB == pytest.approx(ram_gib, rel=0.03)


def test_each_way_takes_less_than_the_one_before() -> None:
    needs = [need_of(LLAMA_8B, way, tokens=2048) for way in ("full", "lora", "qlora")]
    sizes = [need.gpu_bytes for need in needs if need is not None]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == 3
    assert all("iB " in line for need in needs if need is not None for line in need.basis)


def test_adapters_of_llama_have_as_many_parameters_as_peft_counts() -> None:
    from modelscope_tui.fit.config import shape_of

    shape, _ = shape_of(LLAMA_8B)
    count, _ = adapter_params(shape, params_of(LLAMA_8B) or 0, rank=16)
    assert count == 41_943_040  # what peft's print_trainable_parameters says for r=16 on all linear layers


def test_longer_sequences_take_more_and_an_unknown_shape_is_said() -> None:
    short, long = (need_of(LLAMA_8B, "lora", tokens=tokens) for tokens in (1024, 8192))
    assert short is not None
    assert long is not None
    assert long.gpu_bytes > short.gpu_bytes
    bare = need_of(ModelDetails(Model(id="x/m", params=1_000_000_000)), "qlora", tokens=2048)
    assert bare is not None
    assert not bare.is_whole
    assert "not known" in bare.basis[-1]


def test_without_parameters_nothing_is_claimed() -> None:
    nothing = ModelDetails(Model(id="x/m"))
    assert need_of(nothing, "full", tokens=2048) is None
    assert zero_need(nothing, Zero(3), gpus=8, tokens=2048) is None
