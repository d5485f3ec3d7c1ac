"""Stories: how many bytes the weights are. Files first; estimates close to real files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from modelscope_tui.catalog.model import ModelFile, Quantization
from modelscope_tui.fit.config import shape_of
from modelscope_tui.fit.formats import gguf_type, stored_bits
from modelscope_tui.fit.mix import gguf_bytes
from modelscope_tui.fit.weights import safetensors_bytes, stored_bytes, weights_of
from tests.fit.builders import GEMMA3_12B, GPT_OSS_20B, LLAMA_8B, PUBLISHED, QWEN3_8B, QWEN3_30B, details, gguf
from tests.fit.families import FAMILIES


def sized(said: dict[str, Any], params: int, mix: str) -> int | None:
    shape, _ = shape_of(details(said, params=params))
    assert shape is not None
    return gguf_bytes(shape, mix)


@pytest.mark.parametrize(
    ("said", "params", "mix", "real_bytes"),
    [
        # Sizes of public files, in bytes.
        (LLAMA_8B, 8030261248, "Q4_K_M", 4920739168),
        (QWEN3_8B, 8190735360, "Q4_K_M", 5027783488),
        (QWEN3_30B, 30532122624, "Q5_K_M", 21719649616),
        (PUBLISHED["Phi 2"][1], 2779683840, "Q6_K", 2285059936),
        (GEMMA3_12B, 11765788416, "Q4_K_M", 7300574880),
    ],
)
def test_a_mix_is_within_half_a_per_cent_of_the_real_file(
    said: dict[str, Any], params: int, mix: str, real_bytes: int
) -> None:
    assert sized(said, params, mix) == pytest.approx(real_bytes, rel=0.005)


@pytest.mark.parametrize(
    ("name", "mix"),
    [
        ("Q4_K", "Q4_K_M"), ("Q4_0_4_4", "Q4_0"), ("UD-Q8_K_XL", "Q8_0"), ("UD-Q3_K_XL", "Q3_K_M"), ("Q6_K_XL", "Q6_K"),
        ("Q3_K_XL", "Q3_K_XL"), ("UD-IQ2_M", "IQ2_M"), ("Q9_K", None), ("Q9_K_XL", None), ("Q8_K_XL", "Q8_0"),
    ],
)  # fmt: skip
def test_every_name_of_a_mix_leads_to_one_whose_size_is_known_or_to_none(name: str, mix: str | None) -> None:
    assert gguf_type(name) == mix
    found = weights_of(details(LLAMA_8B, params=8030261248), None, name)
    assert (found is not None) == (mix is not None)


def test_mixes_with_embedding_and_output_at_8_bit_are_larger_by_just_those() -> None:
    for wide, usual in (("Q6_K_L", "Q6_K"), ("Q4_K_L", "Q4_K_M"), ("Q3_K_XL", "Q3_K_L"), ("Q2_K_L", "Q2_K")):
        larger, smaller = (sized(LLAMA_8B, 8030261248, mix) for mix in (wide, usual))
        assert larger is not None
        assert smaller is not None
        edges = 2 * 128256 * 4096
        assert 0 < larger - smaller < edges * 8.5 / 8


def test_rows_that_a_block_does_not_divide_fall_back_to_a_larger_type() -> None:
    q6, q8 = (sized(GPT_OSS_20B, 20914757184, mix) for mix in ("Q6_K", "Q8_0"))
    assert q6 is not None
    assert q6 == pytest.approx(q8, rel=0.01)


def test_finer_mixes_are_larger() -> None:
    mixes = [
        "IQ1_S",
        "IQ2_XXS",
        "Q2_K",
        "Q3_K_S",
        "Q3_K_M",
        "Q3_K_L",
        "Q4_K_S",
        "Q4_K_M",
        "Q5_K_S",
        "Q5_K_M",
        "Q6_K",
        "Q8_0",
    ]
    sizes = [sized(LLAMA_8B, 8030261248, mix) or 0 for mix in [*mixes, "F16", "F32"]]
    assert sizes == sorted(sizes)
    assert sizes[0] > 0


def test_a_shape_that_does_not_explain_the_parameters_gives_way_to_bits_per_weight() -> None:
    odd = details(LLAMA_8B, params=90_000_000_000)
    shape, _ = shape_of(odd)
    weights = weights_of(odd, shape, "Q4_K_M")
    assert weights is not None
    assert weights.size_bytes == pytest.approx(90e9 * 4.87 / 8)
    assert "parameter count" in weights.basis


def test_a_shape_that_tells_only_a_part_still_tells_which_rows_fall_back_to_a_larger_type() -> None:
    said = {**LLAMA_8B, "hidden_size": 2688, "intermediate_size": 1856}
    odd = details(said, params=3_000_000_000)
    shape, _ = shape_of(odd)
    weights = weights_of(odd, shape, "Q4_K_M")
    assert weights is not None
    assert weights.size_bytes * 8 / 3e9 > 5.7  # against 4.87 in files whose rows divide


def test_files_are_believed_before_any_estimate() -> None:
    files = (
        gguf("model-Q4_K_M-00001-of-00002.gguf", 3_000),
        gguf("model-Q4_K_M-00002-of-00002.gguf", 2_000),
        gguf("model-UD-Q4_K_M.gguf", 9_999),
        gguf("model-Q8_0.gguf", 8_000),
        ModelFile("mmproj-F16.gguf", 700, "mmproj"),
        ModelFile("mmproj-BF16.gguf", 600, "mmproj"),
    )
    weights = weights_of(details(files=files), None, "q4_k_m")
    assert weights is not None
    assert weights.size_bytes == 5_700
    assert weights.is_exact
    assert weights.is_gguf
    assert "projector" in weights.basis
    default = weights_of(details(files=files), None)
    assert default is not None
    assert default.size_bytes == 5_700


def test_a_choice_with_a_size_is_exact_and_names_another_repository() -> None:
    choice = Quantization("Q4_K_M", (gguf("x.gguf", 5),), 5, is_sharded=False, repo="other/repo")
    weights = weights_of(details(), None, choice)
    assert weights is not None
    assert weights.size_bytes == 5
    assert "other/repo" in weights.basis


def test_one_copy_of_the_weights_is_counted() -> None:
    files = tuple(
        ModelFile(path, size, kind)  # type: ignore[arg-type]
        for path, size, kind in [
            ("model-00001-of-00002.safetensors", 10, "weights"),
            ("model-00002-of-00002.safetensors", 6, "weights"),
            ("consolidated.safetensors", 16, "weights"),
            ("original/model.safetensors", 16, "weights"),
            ("pytorch_model.bin", 16, "pickle"),
        ]
    )
    weights = weights_of(details(files=files), None)
    assert weights is not None
    assert weights.size_bytes == 16


def test_packed_four_bit_counts_are_not_taken_at_their_word() -> None:
    # gpt-oss-120b: the Hub counts nibbles one by one; the files are 65.25 GB.
    counted = safetensors_bytes({"BF16": 2167371072, "U8": 118244966400}, "mxfp4", None)
    assert counted == pytest.approx(65.25e9, rel=0.005)
    assert safetensors_bytes({"BF16": 4022468096}, None, None) == 8044936192


def test_a_stored_format_is_estimated_with_its_sixteen_bit_rest() -> None:
    awq = details(QWEN3_8B, params=8190735360, quantization="AWQ-4bit")
    shape, _ = shape_of(awq)
    weights = weights_of(awq, shape)
    assert weights is not None
    assert weights.size_bytes == pytest.approx(6.1e9, rel=0.03)
    assert "4.25 bits" in weights.basis


def test_without_parameters_or_files_the_weights_are_unknown() -> None:
    assert weights_of(details(None, params=None), None) is None
    assert weights_of(details(None, params=None), None, "Q4_K_M") is None
    assert weights_of(details(), None, "no such format") is None


def test_a_row_without_parameters_and_without_the_width_of_its_network_is_not_guessed() -> None:
    said = {name: value for name, value in QWEN3_8B.items() if name != "intermediate_size"}
    shape, _ = shape_of(details(said, params=None))
    assert shape is not None
    assert gguf_bytes(shape, "Q4_K_M") is None  # (attention and vocabulary alone would be a third of the file)
    whole, _ = shape_of(details(QWEN3_8B, params=None))
    assert whole is not None
    assert gguf_bytes(whole, "Q4_K_M") == pytest.approx(5027783488, rel=0.01)


def test_names_of_formats_are_understood() -> None:
    assert [gguf_type(name) for name in ("Q4_K_M", "UD-Q4_K_XL", "iq2_m", "UD-IQ2_M", "awq")] == [
        "Q4_K_M", "Q4_K_M", "IQ2_M", "IQ2_M", None,
    ]  # fmt: skip
    names = (
        "AWQ-4bit",
        "AWQ-8bit",
        "GPTQ-Int4",
        "GPTQ-Int8",
        "FP8",
        "MLX-8bit",
        "NVFP4",
        "BF16",
        "W8A8",
        "EXL3-4bpw",
        "what",
    )
    assert [stored_bits(name) for name in names] == [4.25, 8, 4.25, 8, 8, 8.5, 4.5, 16, 8, 4, None]


def test_packed_integers_are_told_from_counted_ones_by_their_number() -> None:
    shape, _ = shape_of(details(LLAMA_8B, params=8030261248))
    head = 2 * 128256 * 4096
    one_by_one = {"I32": 8030261248 - head, "F16": head}
    in_words = {"I32": (8030261248 - head) // 8, "F16": head}
    sizes = [safetensors_bytes(dtypes, "AWQ-4bit", shape) for dtypes in (one_by_one, in_words)]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.05)


def test_a_recipe_of_four_bit_floats_leaves_recurrent_layers_and_the_rest_alone() -> None:
    hybrid = FAMILIES["Qwen 3.5 27B"][1]
    shape, _ = shape_of(details(hybrid, params=27_780_000_000))
    assert shape is not None
    recurrent = sum(group.layers * (group.in_dim + group.inner_dim) * shape.hidden for group in shape.recurrent)
    size = stored_bytes(shape, 27_780_000_000, 4.5, "NVFP4")
    everything = stored_bytes(shape, 27_780_000_000, 4.5, "AWQ-4bit")
    assert size - everything > recurrent * 11.5 / 8


def test_experts_may_be_packed_although_the_repository_says_eight_bits() -> None:
    said = {**LLAMA_8B, "expert_dtype": "fp4", "quantization_config": {"quant_method": "fp8"}}
    packed = weights_of(replace(details(said, params=10**9), dtypes={"I8": 33 * 10**6, "F8_E4M3": 10**6}), None)
    assert packed is not None
    assert packed.size_bytes == 18 * 10**6
