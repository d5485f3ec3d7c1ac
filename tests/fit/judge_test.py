"""Stories: the cheap verdict of the list is one rule, however it is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelscope_tui.catalog.form import form_of, params_weighed
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.quantization import stored_format
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.estimate import estimate
from modelscope_tui.fit.judge import judge, limits_of, params_limits
from modelscope_tui.fit.machine import Machine

SPECS = ["RTX 4090", "RTX 3060 + cpu:64GB", "4xH100", "cpu:16GB", "M3 Max 64GB", "2x80GB", "cpu:0.2GB"]
FORMATS = [None, "GGUF", "MLX-8bit", "NVFP4", "FP8", "AWQ-4bit", "GPTQ-Int4", "GPTQ-Int8", "BNB-4bit", "EXL3-4.5bpw",
           "W4A16",
           "AutoRound-2bit", "AutoRound-8bit", "MXFP4", "W8A8", "FP4", "AutoRound-6bit", "something new"]  # fmt: skip


def a_model(params: int | None, quantization: str | None = None, *repos: str) -> Model:
    return Model("a/b", params=params, quantization=quantization, gguf_repos=repos)


@pytest.mark.parametrize("spec", SPECS)
@given(st.integers(1, 2_000_000_000_000), st.sampled_from(FORMATS), st.booleans())
def test_the_ranges_of_the_index_are_the_verdict_of_each_row(
    spec: str, params: int, quantization: str | None, has_gguf: bool
) -> None:
    machine = parse_machine(spec)
    model = a_model(params, quantization, *(["x/y"] if has_gguf else []))
    limits = limits_of(form_of(model), machine)
    by_range = (
        "unknown" if limits is None else "yes" if params <= limits[0] else "tight" if params <= limits[1] else "no"
    )
    assert judge(model, machine) == by_range


def test_known_gguf_files_let_a_large_model_fit_a_small_card() -> None:
    machine = parse_machine("RTX 4090")
    assert judge(a_model(32_000_000_000), machine) == "no"
    assert judge(a_model(32_000_000_000, None, "x/GGUF"), machine) == "yes"
    assert judge(a_model(70_000_000_000, None, "x/GGUF"), machine) == "no"
    assert judge(a_model(70_000_000_000, None, "x/GGUF"), parse_machine("RTX 4090 + cpu:64GB")) == "tight"


def test_what_is_not_known_is_not_judged() -> None:
    assert judge(a_model(None), parse_machine("RTX 4090")) == "unknown"
    assert judge(a_model(10**9, "something new"), parse_machine("RTX 4090")) == "unknown"
    assert judge(a_model(10**9), Machine("?", source="unknown")) == "unknown"
    assert params_limits(Machine("?", source="unknown")) == {}


def test_a_format_of_any_width_is_known_by_the_width_in_the_name() -> None:
    machine = parse_machine("RTX 4090")
    verdicts = {
        name: judge(Model(f"mlx-community/A-30B{name}", params=30 * 10**9, quantization="MLX"), machine)
        for name in ("-4bit", "-8bit", "-bf16", "")
    }
    assert verdicts == {"-4bit": "yes", "-8bit": "no", "-bf16": "no", "": "unknown"}


@pytest.mark.parametrize("quantization", FORMATS[:-1])
def test_more_memory_never_judges_worse(quantization: str | None) -> None:
    order = ["no", "tight", "yes"]
    verdicts = [judge(a_model(13 * 10**9, quantization), parse_machine(f"cpu:{size}GB")) for size in (4, 8, 16, 32, 64)]
    assert verdicts == sorted(verdicts, key=order.index)


def test_four_bits_that_only_library_and_name_tell_are_four_bits() -> None:
    row = Model("mlx-community/Qwen3-8B-4bit", library="mlx", params=8_190_735_360)
    assert form_of(row) == "mlx-4bit"
    assert stored_format(ModelDetails(row)) == "MLX-4bit"
    assert form_of(Model("Qwen/Qwen3-8B", library="transformers")) == "plain"
    assert form_of(Model("someone/my-4bit", library="transformers")) == "plain", "a name alone tells nothing"


def test_weights_of_the_mlx_community_have_the_width_that_their_name_says() -> None:
    row = Model("mlx-community/Qwen3-Coder-30B-A3B-Instruct-4bit", params=30_532_122_624)
    assert form_of(row) == "mlx-4bit"
    assert judge(row, parse_machine("M3 Max 36GB")) == "yes"
    assert form_of(Model("MLX-community/parakeet-tdt-0.6b-v2")) == "plain"
    assert form_of(Model("mlx-community-fans/Qwen3-8B-4bit")) == "plain"


@pytest.mark.parametrize(
    ("model_id", "quantization", "params", "weighed"),
    [
        ("nvidia/Qwen3.6-35B-A3B-NVFP4", "NVFP4", 18_680_000_000, None),
        ("lmstudio-community/Qwen2.5-14B-Instruct-MLX-4bit", "MLX", 2_308_527_104, None),
        ("Qwen/Qwen2.5-32B-Instruct-AWQ", "AWQ-4bit", 32_763_876_352, 32_763_876_352),
        ("LnL-AI/TinyLlama-1.1B-Chat-v1.0-GPTQ-4bit", "GPTQ-Int4", 904_000_000, 904_000_000),
        ("z-lab/Qwen3.8-27B-DFlash2-FP8", "FP8", 1_920_000_000, 1_920_000_000),
        ("a/Distill-Llama-70B-to-8B-AWQ", "AWQ-4bit", 8_030_261_248, 8_030_261_248),
        ("a/Qwen3-8B-pruned", None, 4_000_000_000, 4_000_000_000),
    ],
)
def test_a_count_of_packed_elements_is_no_number_of_parameters(
    model_id: str, quantization: str | None, params: int, weighed: int | None
) -> None:
    row = Model(model_id, params=params, quantization=quantization)
    assert params_weighed(row) == weighed
    assert (judge(row, parse_machine("4xH100")) == "unknown") == (weighed is None)
    fit = estimate(ModelDetails(row), parse_machine("4xH100"))
    assert (fit.weights_bytes is None) == (weighed is None)
    if weighed is None:
        assert "params (the count is of packed elements)" in fit.missing
