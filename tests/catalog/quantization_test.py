"""Which ways weights are stored, read from real names of files."""

from __future__ import annotations

from typing import Any

import pytest

from modelscope_tui.catalog.model import FileKind, Model, ModelDetails, ModelFile
from modelscope_tui.catalog.quantization import (
    gguf_name,
    has_safetensors,
    is_pickle_only,
    method_name,
    mmproj_files,
    quantizations_of,
    stored_format,
)


def _details(*files: str | tuple[str, int | None], **facts: Any) -> ModelDetails:
    model = facts.pop("model", Model(id="a/b"))
    pairs = [(item, 100) if isinstance(item, str) else item for item in files]
    kind: FileKind = "weights"
    return ModelDetails(model, files=tuple(ModelFile(path, size, kind) for path, size in pairs), **facts)


def _names(details: ModelDetails) -> list[str]:
    return [item.name for item in quantizations_of(details)]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("Qwen3-8B-Q4_K_M", "Q4_K_M"),
        ("Qwen3-8B-UD-Q4_K_XL", "UD-Q4_K_XL"),
        ("gemma-3-12b-it-f16", "F16"),
        ("Llama-3.2-1B.IQ4_XS", "IQ4_XS"),
        ("model.i1-IQ2_XXS", "IQ2_XXS"),
        ("BF16/Qwen3-8B-BF16", "BF16"),
        ("Q8_0/model", "Q8_0"),
        ("gpt-oss-20b-mxfp4", "MXFP4"),
        ("gpt-oss-20b-MXFP4_MOE", "MXFP4_MOE"),
        ("phi-3-mini-4k-instruct-q4", "Q4"),
        ("Model-Q4_0_4_8", "Q4_0_4_8"),
        ("bitnet-TQ2_0", "TQ2_0"),
        ("Qwen2-7B-IQ4_NL", "IQ4_NL"),
        ("Phi-3-fp16", "F16"),
        ("tinyllama", "tinyllama"),
        ("Qwen-Q-Star", "Qwen-Q-Star"),
    ],
)
def test_a_gguf_file_names_its_quantization(stem: str, name: str) -> None:
    assert gguf_name(stem) == name


def test_gguf_files_are_listed_smallest_first_with_shards_folded() -> None:
    details = _details(
        ("m-Q8_0.gguf", 900),
        ("m-Q4_K_M.gguf", 500),
        ("BF16/m-BF16-00002-of-00002.gguf", 700),
        ("BF16/m-BF16-00001-of-00002.gguf", 1000),
        ("mmproj-F16.gguf", 50),
        ("imatrix.gguf", 5),
        ("README.md", 1),
    )
    found = quantizations_of(details)
    assert [(item.name, item.size_bytes, item.is_sharded, len(item.files)) for item in found] == [
        ("Q4_K_M", 500, False, 1),
        ("Q8_0", 900, False, 1),
        ("BF16", 1700, True, 2),
    ]
    assert found[2].files[0].path == "BF16/m-BF16-00001-of-00002.gguf"
    assert found[0].repo == "a/b"
    assert [item.path for item in mmproj_files(details)] == ["mmproj-F16.gguf"]


def test_a_set_with_a_missing_shard_or_an_unknown_size_has_no_size() -> None:
    (partial,) = quantizations_of(_details(("m-Q4_K_M-00001-of-00003.gguf", 5), ("m-Q4_K_M-00003-of-00003.gguf", 5)))
    assert partial.size_bytes is None
    (unknown,) = quantizations_of(_details(("m-Q4_K_M.gguf", None)))
    assert unknown.size_bytes is None


def test_a_quantization_made_with_an_importance_matrix_is_one() -> None:
    assert _names(_details("m-imatrix-IQ3_M.gguf", "m.imatrix.gguf")) == ["IQ3_M"]


def test_the_same_weights_are_counted_once() -> None:
    shards = [(f"model-0000{place}-of-00002.safetensors", 50) for place in (1, 2)]
    details = _details(
        *shards, ("consolidated.safetensors", 100), ("original/consolidated.00.pth", 100), dtypes={"BF16": 50, "F32": 1}
    )
    (found,) = quantizations_of(details)
    assert (found.name, found.size_bytes, found.is_sharded) == ("BF16", 100, True)
    (alone,) = quantizations_of(_details(("consolidated-00001-of-00001.safetensors", 9)))
    assert (alone.size_bytes, alone.is_sharded) == (9, False)


def test_sharded_weights_beat_a_whole_copy_and_safetensors_beat_pickles() -> None:
    (found,) = quantizations_of(
        _details(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors",
            "pytorch_model.bin",
        )
    )
    assert (found.size_bytes, found.is_sharded) == (200, True)


def test_pickles_are_listed_where_there_is_nothing_else() -> None:
    details = _details(
        "pytorch_model-00001-of-00002.bin",
        "pytorch_model-00002-of-00002.bin",
        "optimizer.pt",
        "training_args.bin",
        config={"torch_dtype": "float16"},
    )
    (found,) = quantizations_of(details)
    assert (found.name, found.size_bytes) == ("F16", 200)
    assert is_pickle_only(details)
    assert has_safetensors(details) is False


def test_a_repository_without_weights_has_no_quantization() -> None:
    details = _details("README.md", "adapter_model.safetensors")
    assert quantizations_of(details) == ()
    assert is_pickle_only(details) is False
    assert is_pickle_only(ModelDetails(Model(id="a/b"))) is None
    assert has_safetensors(ModelDetails(Model(id="a/b"))) is None


def test_the_parts_of_a_pipeline_make_one_set_per_variant() -> None:
    details = _details(
        "model_index.json",
        ("unet/diffusion_pytorch_model.safetensors", 10),
        ("unet/diffusion_pytorch_model.fp16.safetensors", 5),
        ("vae/diffusion_pytorch_model.safetensors", 2),
        ("flux.safetensors", 12),
        dtypes={"F32": 3},
    )
    assert [(item.name, item.size_bytes) for item in quantizations_of(details)] == [("F32", 12), ("F16", 7)]


def test_checkpoints_of_different_names_are_different_sets() -> None:
    assert _names(_details("wan_fp8.safetensors", "wan_bf16.safetensors")) == ["wan_bf16", "wan_fp8"]
    assert _names(_details("int4/model.safetensors", "int8/model.safetensors")) == ["int4", "int8"]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"quant_method": "awq", "bits": 4}, "AWQ-4bit"),
        ({"quant_method": "awq", "w_bit": 4}, "AWQ-4bit"),
        ({"quant_method": "gptq", "bits": 8}, "GPTQ-Int8"),
        ({"quant_method": "gptq"}, "GPTQ"),
        ({"quant_method": "auto-round", "bits": 4}, "AutoRound-4bit"),
        ({"quant_method": "bitsandbytes", "load_in_8bit": True}, "BNB-8bit"),
        ({"quant_method": "fbgemm_fp8"}, "FP8"),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "NVFP4"),
        ({"quant_method": "compressed-tensors"}, "compressed-tensors"),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"g": {"weights": {"num_bits": 8, "type": "float"}}},
            },
            "FP8",
        ),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"g": {"weights": {"num_bits": 4, "type": "int"}, "input_activations": None}},
            },
            "W4A16",
        ),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {
                    "g": {"weights": {"num_bits": 8, "type": "int"}, "input_activations": {"num_bits": 8}}
                },
            },
            "W8A8",
        ),
        (
            {"quant_method": "compressed-tensors", "config_groups": {"g": {"weights": {"num_bits": "x"}}}},
            "compressed-tensors",
        ),
        ({"quant_method": "compressed-tensors", "config_groups": []}, "compressed-tensors"),
        ({"quant_method": "new"}, "NEW"),
        ({"quant_method": ""}, None),
        ({"quant_method": ["awq"]}, None),
        ({}, None),
    ],
)
def test_a_quantization_config_has_a_name(settings: dict[str, Any], name: str | None) -> None:
    assert method_name(settings) == name


def test_the_stored_format_is_the_most_that_is_known() -> None:
    awq = {"quantization_config": {"quant_method": "awq", "bits": 4}}
    assert stored_format(_details(config=awq, dtypes={"I32": 9})) == "AWQ-4bit"
    assert stored_format(_details(config=awq, model=Model(id="a/b", quantization="AWQ"))) == "AWQ-4bit"
    assert stored_format(_details(model=Model(id="a/b", quantization="FP8"))) == "FP8"
    assert (
        stored_format(
            _details(config={"quantization": {"bits": 4}}, model=Model(id="a/b", library="mlx", quantization="MLX"))
        )
        == "MLX-4bit"
    )
    assert stored_format(_details(config={"text_config": {"dtype": "bfloat16"}})) == "BF16"
    assert stored_format(_details(dtypes={"F8_E4M3": 9, "BF16": 1})) == "FP8"
    assert stored_format(_details(gguf={"total": 1})) == "GGUF"
    assert stored_format(_details()) is None
