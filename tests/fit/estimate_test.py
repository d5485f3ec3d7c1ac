"""Stories: does it fit, how far, how fast; and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.errors import UsageError
from modelscope_tui.fit.config import shape_of
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.estimate import FitEstimate, estimate
from modelscope_tui.fit.machine import GIB, Machine
from tests.fit.builders import DEEPSEEK_V3, GEMMA3_12B, LLAMA_8B, PUBLISHED, QWEN3_8B, QWEN35_35B, details


def fit(
    spec: str, said: dict[str, Any] | None = QWEN3_8B, params: int | None = 8190735360, **asked: Any
) -> FitEstimate:
    asked.setdefault("quantization", "Q4_K_M")
    return estimate(details(said, params=params), parse_machine(spec), **asked)


def test_an_eight_billion_model_fits_a_gaming_card_with_its_whole_context() -> None:
    found = fit("RTX 4090")
    assert found.fits == "yes"
    assert found.max_context == 40960
    assert found.gpu_layers == 36
    assert found.context == 8192
    assert found.decode is not None
    assert 90 < found.decode.low < found.decode.high < 180


def test_a_small_card_shortens_the_default_context_and_says_so() -> None:
    found = fit("RTX 3050 6GB")
    assert found.fits == "tight"
    assert found.context == found.max_context
    assert "only a shorter context fits" in found.basis


def test_layers_that_do_not_fit_go_to_system_memory_if_there_is_any() -> None:
    alone, helped = (fit(spec, context=32768) for spec in ("RTX 3050 6GB", "RTX 3050 6GB + cpu:64GB"))
    assert alone.fits == "no"
    assert helped.fits == "tight"
    assert helped.gpu_layers is not None
    assert 0 < helped.gpu_layers < 36


def test_without_an_accelerator_the_ram_counts_less_what_the_system_keeps() -> None:
    found = fit("cpu:16GB")
    assert found.available_bytes == 14 * GIB
    assert found.gpu_layers is None
    assert found.fits == "yes"


def test_sixteen_bit_weights_are_planned_for_a_server_over_the_fewest_cards() -> None:
    one = fit("4xH100", quantization=None)
    assert (one.engine, one.tensor_parallel, one.fits) == ("vllm", 1, "yes")
    large = fit("8xH100", DEEPSEEK_V3, 671026419200, quantization="FP8")
    assert large.fits == "no"
    assert large.tensor_parallel == 8
    assert fit("8xH200", DEEPSEEK_V3, 671026419200, quantization="FP8").fits in {"yes", "tight"}


def test_heads_that_do_not_divide_cannot_be_split() -> None:
    assert fit("3xH100", quantization=None, tensor_parallel=3).fits == "no"
    assert fit("2xH100", quantization=None, tensor_parallel=2).fits == "yes"
    assert fit("2xH100", quantization=None, tensor_parallel=4).fits == "no"


def test_a_smaller_cache_type_leaves_room_for_more_context() -> None:
    spec = "RTX 3060 12GB"
    plain, small = fit(spec, LLAMA_8B, 8030261248), fit(spec, LLAMA_8B, 8030261248, kv_dtype="q8_0")
    assert plain.kv_bytes is not None
    assert small.kv_bytes == pytest.approx(plain.kv_bytes * 34 / 64)
    assert (small.max_context or 0) > (plain.max_context or 0)


def test_sliding_windows_and_hybrids_reach_far() -> None:
    gemma = fit("RTX 4090", GEMMA3_12B, 11765788416, context=131072)
    assert gemma.fits == "yes"
    hybrid = fit("RTX 5090", QWEN35_35B, 34660610688, context=131072)
    assert hybrid.fits in {"yes", "tight"}


def test_the_row_alone_gives_at_most_and_names_the_missing_configuration() -> None:
    row = Model(
        "google/gemma-3-27b-it", params=27_009_002_240, layers=62, heads=32, kv_heads=16, head_dim=128,
        hidden_size=5376,
        vocab=262208, context=131072, model_type="gemma3",
    )  # fmt: skip
    found = estimate(ModelDetails(row), parse_machine("RTX 4090"), quantization="Q4_K_M", context=32768)
    assert found.missing == ("config.json",)
    assert found.max_context is None
    roomy = estimate(ModelDetails(row), parse_machine("H100"), quantization="Q4_K_M")
    assert roomy.fits == "yes"
    assert any("at most this" in reason for reason in roomy.basis)


def test_missing_facts_are_named_and_never_guessed() -> None:
    nothing = estimate(ModelDetails(Model("a/b")), parse_machine("RTX 4090"))
    assert nothing.fits == "unknown"
    assert nothing.total_bytes is None
    assert {"params", "layers"} <= set(nothing.missing)
    unknown = estimate(details(), Machine("?", source="unknown"))
    assert unknown.fits == "unknown"
    assert unknown.missing == ("machine memory",)


def test_a_mixture_without_known_active_parameters_has_no_speed() -> None:
    said = PUBLISHED["Qwen3 30B A3B"][1]
    silent = {key: value for key, value in said.items() if key != "num_experts_per_tok"}
    assert fit("RTX 4090", silent, 30532122624).decode is None
    row = details(silent, params=30532122624, active_params=3_345_000_000)
    assert estimate(row, parse_machine("RTX 4090"), quantization="Q4_K_M").decode is not None


def test_active_parameters_are_worked_out_where_only_the_experts_are_told() -> None:
    params, said = PUBLISHED["Qwen3 30B A3B"]
    shape, _ = shape_of(details(said, params=params))
    assert shape is not None
    assert shape.active_params == pytest.approx(3.35e9, rel=0.01)


def test_a_wrong_cache_type_or_context_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="q8_0"):
        fit("RTX 4090", kv_dtype="q9")
    with pytest.raises(UsageError):
        fit("RTX 4090", context=0)


def test_the_json_has_the_names_of_the_contract() -> None:
    said = json.loads(json.dumps(fit("RTX 4090").as_json()))
    assert {
        "model", "machine", "quantization", "context", "kv_dtype", "weights_bytes", "kv_bytes_per_token", "kv_bytes",
        "overhead_bytes", "total_bytes", "available_bytes", "fits", "max_context", "gpu_layers", "tensor_parallel",
        "decode_tokens_per_second", "basis",
    } <= set(said)  # fmt: skip
    assert set(said["decode_tokens_per_second"]) == {"low", "high", "bound"}


_SPECS = st.sampled_from(
    ["RTX 3060 12GB", "RTX 4090", "2xRTX 4090", "4xH100", "cpu:32GB", "M3 Max 64GB", "RTX 3060 + cpu:64GB"]
)
_MODELS = st.sampled_from(sorted(PUBLISHED))


@settings(max_examples=60, deadline=None)
@given(
    _SPECS,
    _MODELS,
    st.integers(1, 200_000),
    st.sampled_from(["Q4_K_M", "Q8_0", None]),
    st.sampled_from(["f16", "q8_0"]),
)
def test_parts_sum_to_the_total_and_the_largest_context_is_the_largest(
    spec: str, name: str, context: int, quantization: str | None, kv_dtype: str
) -> None:
    params, said = PUBLISHED[name]
    asked: dict[str, Any] = {"quantization": quantization, "kv_dtype": kv_dtype}
    found = fit(spec, said, params, context=context, **asked)
    parts = (found.weights_bytes, found.kv_bytes, found.overhead_bytes)
    assert sum(part or 0 for part in parts) == found.total_bytes
    assert all(part is not None and part >= 0 for part in parts)
    assert found.available_bytes is not None
    assert found.total_bytes is not None
    if found.fits == "yes":
        assert found.total_bytes <= found.available_bytes
    if found.max_context and found.tensor_parallel is None:
        at_most = fit(spec, said, params, context=found.max_context, **asked)
        assert at_most.total_bytes is not None
        assert at_most.total_bytes <= found.available_bytes


def test_three_cards_are_used_as_stages_where_heads_do_not_divide() -> None:
    params, said = PUBLISHED["Mixtral 8x7B"]
    found = fit("3x80GB", said, params, engine="vllm", quantization=None, context=8192)
    assert (found.fits, found.tensor_parallel, found.pipeline_parallel) == ("yes", 2, 1)
    alone = fit("3x40GB", said, params, engine="vllm", quantization=None, context=8192)
    assert (alone.fits, alone.tensor_parallel, alone.pipeline_parallel) == ("yes", 1, 3)
    assert any("3 stages" in reason for reason in alone.basis)


def test_packed_groups_are_not_cut_and_experts_go_to_the_cards_whole() -> None:
    params, said = PUBLISHED["Qwen3 30B A3B"]
    packed = {**said, "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}
    found = fit("4xH100", packed, params, engine="vllm", quantization=None, tensor_parallel=4)
    assert found.expert_parallel  # 768 / 4 is no multiple of 128, and 128 experts divide by 4
    assert not fit("4xH100", packed, params, engine="vllm", quantization=None, tensor_parallel=2).expert_parallel
    dense = {**LLAMA_8B, "intermediate_size": 14336 + 128, "quantization_config": {"quant_method": "awq",
             "group_size": 128}}  # fmt: skip
    assert fit("2xH100", dense, engine="vllm", quantization=None, tensor_parallel=2).fits == "no"


def test_mixed_cards_count_by_the_smaller_one_only_where_both_are_used() -> None:
    small = {**LLAMA_8B, "num_hidden_layers": 20}
    found = fit("8GB + RTX 4090", small, 5_400_000_000, engine="vllm", context=4096)
    assert (found.fits, found.tensor_parallel) == ("yes", 1)


def test_experts_leave_the_card_before_whole_layers_do() -> None:
    params, said = PUBLISHED["Qwen3 30B A3B"]
    found = fit("RTX 3060 + cpu:64GB", said, params, quantization="Q4_K_M")
    assert found.fits == "tight"
    assert found.cpu_expert_layers
    assert any("experts of" in reason for reason in found.basis)
    roomier = fit("RTX 4070 Ti Super + cpu:64GB", said, params, quantization="Q4_K_M")
    assert (roomier.cpu_expert_layers or 0) < found.cpu_expert_layers
