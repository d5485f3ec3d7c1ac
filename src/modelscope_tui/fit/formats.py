"""EAST WING: how many bits a weight takes in each stored format. Facts of ggml, safetensors and the quantizers.

Source of the GGUF numbers: block layouts in ggml (`ggml-common.h`); whole-file figures: 114 public file listings,
median error 0.4 % (gathered November 2026). GPTQ, AWQ, FP4: group scales as their formats define them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

TENSOR_BITS: Mapping[str, float] = MappingProxyType(
    {
        "F32": 32, "F16": 16, "BF16": 16, "Q8_0": 8.5, "Q6_K": 6.5625, "Q5_K": 5.5, "Q5_1": 6, "Q5_0": 5.5, "Q4_K": 4.5,
        "Q4_1": 5, "Q4_0": 4.5, "IQ4_NL": 4.5, "IQ4_XS": 4.25, "MXFP4": 4.25, "NVFP4": 4.5, "Q3_K": 3.4375,
        "IQ3_S": 3.4375,
        "IQ3_XXS": 3.0625, "Q2_K": 2.625, "IQ2_S": 2.5625, "IQ2_XS": 2.3125, "IQ2_XXS": 2.0625, "IQ1_M": 1.75,
        "IQ1_S": 1.5625, "TQ1_0": 1.6875, "TQ2_0": 2.0625,
    }
)  # fmt: skip
"""Bits per weight of one tensor in a ggml type."""

FILE_BITS: Mapping[str, float] = MappingProxyType(
    {
        "F32": 32.01, "F16": 16.01, "BF16": 16.01, "Q8_0": 8.51, "Q6_K": 6.58, "Q6_K_L": 6.7, "Q5_K_M": 5.69,
        "Q5_K_S": 5.55,
        "Q5_K_L": 5.85, "Q5_1": 6.06, "Q5_0": 5.55, "Q4_K_M": 4.87, "Q4_K_S": 4.63, "Q4_K_L": 5.05, "Q4_1": 5.06,
        "Q4_0": 4.60,
        "IQ4_NL": 4.60, "IQ4_XS": 4.40, "MXFP4_MOE": 4.6, "MXFP4": 4.6, "Q3_K_L": 4.25, "Q3_K_M": 3.94, "Q3_K_S": 3.55,
        "Q3_K_XL": 4.4, "IQ3_M": 3.76, "IQ3_S": 3.52, "IQ3_XS": 3.35, "IQ3_XXS": 3.15, "Q2_K": 3.0, "Q2_K_L": 3.2,
        "Q2_K_S": 2.8, "IQ2_M": 2.8, "IQ2_S": 2.6, "IQ2_XS": 2.45, "IQ2_XXS": 2.2, "IQ1_M": 1.95, "IQ1_S": 1.8,
        "TQ1_0": 1.75, "TQ2_0": 2.1,
    }
)  # fmt: skip
"""Bits per weight of a whole GGUF file, output layer and norms included, when tensor shapes are not known."""

STORED_BITS: Mapping[str, float] = MappingProxyType(
    {
        "awq": 4.25,
        "gptq": 4.25,
        "autoround": 4.25,
        "nvfp4": 4.5,
        "mxfp4": 4.25,
        "fp4": 4.25,
        "bnb": 4.5,
        "fp8": 8.0,
        "nf4": 4.5,
        "bitsandbytes": 4.5,
        "int4": 4.25,
        "int8": 8.0,
        "mxfp8": 8.25,
        "mxfp6": 6.25,
        "fbgemm_fp8": 8.0,
    }
)
"""Bits per weight of the listed (quantized) modules; embeddings, head and norms stay at 16."""

DTYPE_BYTES: Mapping[str, float] = MappingProxyType(
    {
        "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
        "F8_E4M3": 1,
        "F8_E5M2": 1, "F8_E8M0": 1, "I8": 1, "U8": 1, "BOOL": 1, "F4": 0.5, "FP4": 0.5, "F6_E2M3": 0.75,
        "F6_E3M2": 0.75,
    }
)  # fmt: skip
"""Bytes of one element of a safetensors dtype."""

CACHE_BYTES: Mapping[str, float] = MappingProxyType(
    {
        "f32": 4, "f16": 2, "bf16": 2, "auto": 2, "fp8": 1, "fp8_e4m3": 1, "fp8_e5m2": 1, "int8": 1, "q8_0": 34 / 32,
        "q5_1": 24 / 32, "q5_0": 22 / 32, "q4_1": 20 / 32, "q4_0": 18 / 32, "iq4_nl": 18 / 32, "nvfp4": 9 / 16,
    }
)  # fmt: skip
"""Bytes of one cached element; llama.cpp's types carry their scales."""

_BITS_IN_NAME = re.compile(
    r"(?:int|[-_ ])(\d(?:\.\d+)?)(?:[-_ ]?(?:bits?|bpw))?\b|(\d(?:\.\d+)?)[-_ ]?(?:bits?|bpw)\b", re.IGNORECASE
)
_SCALES: Mapping[str, float] = {"mlx": 0.5, "exl3": 0.0}
_PLAIN_BITS: Mapping[str, float] = dict.fromkeys(("bf16", "f16", "fp16"), 16.0) | dict.fromkeys(("f32", "fp32"), 32.0)
_ACTIVE = re.compile(r"w(\d)a\d+")


_ALIASES: Mapping[str, str] = {"Q3_K": "Q3_K_M", "Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M"}
"""llama-quantize's short names."""

_REPACKED = re.compile(r"^(Q4_0|IQ4_NL)_\d_\d$")
"""The same weights in another order, for ARM."""


def gguf_type(name: str) -> str | None:
    """Find the llama-quantize type inside a quantization's name: `UD-Q4_K_XL` is built around `Q4_K_M`."""
    upper = name.upper().removesuffix(".GGUF")
    bare = upper.removeprefix("UD-").replace("-", "_")
    if bare in FILE_BITS and not (upper != bare and bare.endswith("_XL")):
        return bare
    repacked = _REPACKED.match(bare)
    if bare.startswith("Q8") or repacked:
        return repacked[1] if repacked else "Q8_0"
    if bare.endswith(("_K_XL", "_K_L")):
        bare = bare.rsplit("_", 1)[0]
    bare = _ALIASES.get(bare, bare)
    return bare if bare in FILE_BITS else None


def stored_bits(name: str) -> float | None:
    """Bits per weight of a stored format as the catalog names it: `AWQ-4bit`, `FP8`, `MLX-8bit`, `W4A16`."""
    lowered = name.lower()
    if lowered in _PLAIN_BITS:
        return _PLAIN_BITS[lowered]
    found = _BITS_IN_NAME.search(lowered)
    said = float(found[1] or found[2]) if found else None
    for family, scales in _SCALES.items():  # formats of any width: without digits nothing is known
        if lowered.startswith(family):
            return None if said is None else said + scales
    active = _ACTIVE.fullmatch(lowered)
    if active:
        return _with_scales(float(active[1]))
    method = next((key for key in STORED_BITS if lowered.startswith(key)), "")
    if not method or said is None or said == 4 or method.endswith(("fp4", "fp8")):
        return STORED_BITS.get(method)
    return _with_scales(said)


def _with_scales(bits: float) -> float:
    """Group scales of a quarter bit below 8; one scale a channel at 8 is next to nothing."""
    return bits + 0.25 if bits < 8 else bits
