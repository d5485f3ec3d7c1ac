"""EAST WING: which ggml type llama-quantize gives each matrix in a mix such as `Q4_K_M`.

The rules are those of `llama-quant.cpp` in ggml-org/llama.cpp (read at commit 007dbbf, 2026). Rows that a block
format does not divide fall back to another type: that is why some models run far above their nominal bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from modelscope_tui.fit.formats import TENSOR_BITS
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.tensors import Tensor, nearest_tensors, tensors_of

HEADER_BYTES_PER_TOKEN = 45
"""Vocabulary, scores and merges in a GGUF header; between 20 and 60 in public files."""

_BASE: Mapping[str, str] = {
    "Q2_K": "Q2_K", "Q2_K_S": "Q2_K", "Q3_K_S": "Q3_K", "Q3_K_M": "Q3_K", "Q3_K_L": "Q3_K", "Q4_K_S": "Q4_K",
    "Q4_K_M": "Q4_K",
    "Q5_K_S": "Q5_K", "Q5_K_M": "Q5_K", "IQ3_XS": "IQ3_S", "IQ3_M": "IQ3_S", "IQ2_M": "IQ2_S", "IQ2_S": "IQ2_XS",
    "MXFP4_MOE": "MXFP4", "MXFP4": "MXFP4",
}  # fmt: skip
_WIDE_EDGES: Mapping[str, str] = {
    "Q2_K_L": "Q2_K", "Q3_K_XL": "Q3_K_L", "Q4_K_L": "Q4_K_M", "Q5_K_L": "Q5_K_M", "Q6_K_L": "Q6_K"
}  # fmt: skip
"""Names of uploaders, not of llama-quantize: a usual mix with embedding and output at 8 bit
(`--token-embedding-type q8_0 --output-tensor-type q8_0`)."""
_FALLBACK: Mapping[str, str] = {
    "Q2_K": "Q4_0", "Q3_K": "Q4_0", "TQ1_0": "Q4_0", "TQ2_0": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"
}  # fmt: skip
_TWO_BIT = frozenset({"IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M"})
_BLOCK_32 = frozenset({"Q8_0", "Q5_0", "Q5_1", "Q4_0", "Q4_1", "IQ4_NL", "MXFP4", "NVFP4"})
_WHOLE = frozenset({"F32", "F16", "BF16"})


def gguf_bytes(shape: Shape, mix: str) -> int | None:
    """Size of the GGUF file of a model in a mix; None when the shape does not explain the parameters.

    A shape that misses them by less than half still tells how the mix falls: which rows a block does not divide, how
    much is vocabulary. Its bits per weight are then taken, and the published number of weights.
    """
    mix, has_wide_edges = _WIDE_EDGES.get(mix, mix), mix in _WIDE_EDGES
    if _BASE.get(mix, mix) not in TENSOR_BITS:
        return None
    size = _mixed_bytes(shape, mix)
    return None if size is None else size + (_widened_bytes(shape, mix) if has_wide_edges else 0)


def _widened_bytes(shape: Shape, mix: str) -> int:
    """Bytes that embedding and output take more at 8 bit than the mix gives them."""
    edges = [one for one in nearest_tensors(shape) if one.role in {"embedding", "output"}]
    wide = TENSOR_BITS["Q8_0"]
    return round(sum(one.elements * max(0, wide - TENSOR_BITS[tensor_type(one, mix, shape)]) for one in edges) / 8)


def _mixed_bytes(shape: Shape, mix: str) -> int | None:
    tensors = tensors_of(shape)
    if tensors is None:
        return _by_density(shape, mix)
    bits = sum(tensor.elements * TENSOR_BITS[tensor_type(tensor, mix, shape)] for tensor in tensors)
    if shape.params is not None:  # biases, norms, small projections that a configuration does not tell
        rest = shape.params - sum(tensor.elements for tensor in tensors)
        bits += rest * (TENSOR_BITS[_BASE.get(mix, mix)] if abs(rest) > 0.002 * shape.params else 32)
    return round(bits / 8) + HEADER_BYTES_PER_TOKEN * shape.vocab


def _by_density(shape: Shape, mix: str) -> int | None:
    tensors = nearest_tensors(shape)
    elements = sum(tensor.elements for tensor in tensors)
    if shape.params is None or not 0.4 <= shape.params / max(elements, 1) <= 2.5:
        return None
    bits = sum(tensor.elements * TENSOR_BITS[tensor_type(tensor, mix, shape)] for tensor in tensors)
    return round(shape.params * bits / elements / 8) + HEADER_BYTES_PER_TOKEN * shape.vocab


def tensor_type(tensor: Tensor, mix: str, shape: Shape) -> str:
    """Name the ggml type that a matrix gets."""
    base = _BASE.get(mix, mix)
    if tensor.role in {"router", "small"}:
        return "F32"
    if base in _WHOLE:
        return base
    return _fallback(_chosen(tensor, mix, base, shape), tensor.columns)


def _fallback(kind: str, columns: int) -> str:
    if columns % _block(kind) == 0:
        return kind
    other = _FALLBACK.get(kind, "IQ4_NL" if kind.startswith("IQ") else "F16")
    return other if columns % _block(other) == 0 else "F16"


def _block(kind: str) -> int:
    if kind in _WHOLE:
        return 1
    return 32 if kind in _BLOCK_32 else 256


def _chosen(tensor: Tensor, mix: str, base: str, shape: Shape) -> str:
    role = tensor.role
    if role == "output" or (role == "embedding" and shape.is_tied):
        return _output(tensor, mix, base)
    if base == "MXFP4":
        return "MXFP4" if tensor.is_expert else "Q8_0"
    if role in {"embedding", "layer_embedding"}:
        return _embedding(mix, base)
    rules: dict[str, Callable[[], str]] = {
        "v": lambda: _values(tensor, mix, base, shape),
        "qkv": lambda: _values(tensor, mix, base, shape),
        "down": lambda: _down(tensor, mix, base),
        "o": lambda: _attention_output(mix, base, shape),
        "q": lambda: {"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(mix, base),
        "k": lambda: _keys(mix, base, shape),
        "gate": lambda: _widening(tensor, mix, base),
        "up": lambda: _widening(tensor, mix, base),
    }
    return rules[role]() if role in rules else base


def _more(tensor: Tensor) -> bool:
    eighth = tensor.of_layers // 8
    return tensor.layer < eighth or tensor.layer >= 7 * tensor.of_layers // 8 or (tensor.layer - eighth) % 3 == 2


def _output(tensor: Tensor, mix: str, base: str) -> str:
    if base == "MXFP4" or tensor.columns % _block(base):
        return "Q8_0"
    if mix in _TWO_BIT or mix == "IQ3_XXS":
        return "Q5_K"
    return "Q8_0" if base == "Q8_0" else "Q6_K"


def _embedding(mix: str, base: str) -> str:
    if mix in {"IQ2_XXS", "IQ2_XS", "IQ1_S", "IQ1_M"}:
        return "Q2_K"
    if mix in {"IQ2_S", "IQ2_M", "IQ3_XXS"}:
        return "IQ3_S"
    return "Q4_K" if mix in {"TQ1_0", "TQ2_0"} else base


def _values(tensor: Tensor, mix: str, base: str, shape: Shape) -> str:
    few = shape.heads >= 4 * max(shape.kv_heads, 1)
    eight = shape.experts is not None and shape.experts.count == 8
    chosen = base
    if mix in _TWO_BIT:
        wide = few or (shape.experts is not None and shape.experts.count >= 4)
        return "Q4_K" if wide else ("IQ3_S" if mix in {"IQ2_S", "IQ2_M"} else "Q2_K")
    if mix == "Q2_K":
        chosen = "Q4_K" if few else "Q3_K"
    elif mix == "IQ3_M" or (few and mix in {"Q2_K_S", "IQ3_XXS", "IQ3_XS", "IQ3_S"}):
        chosen = "Q4_K"
    elif mix == "IQ3_XXS":
        chosen = "IQ3_S"
    elif mix == "Q3_K_M":
        chosen = "Q5_K" if tensor.layer < 2 else "Q4_K"
    elif mix == "Q3_K_L" or (few and mix in {"IQ4_NL", "IQ4_XS"}) or (mix == "Q4_K_S" and tensor.layer < 4):
        chosen = "Q5_K"
    elif mix in {"Q4_K_M", "Q5_K_M"} and _more(tensor):
        chosen = "Q6_K"
    if shape.layers == 80 and shape.heads >= 8 * shape.kv_heads and chosen in {"Q3_K", "Q4_K"}:
        chosen = "Q5_K"  # the 70B: eight heads share each value matrix
    return "Q8_0" if eight else chosen


def _keys(mix: str, base: str, shape: Shape) -> str:
    if shape.experts is not None and shape.experts.count == 8:
        return "Q4_K" if mix in _TWO_BIT else "Q8_0"
    return {"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(mix, base)


def _widening(tensor: Tensor, mix: str, base: str) -> str:
    is_middle = tensor.of_layers // 8 <= tensor.layer < 7 * tensor.of_layers // 8
    return "IQ3_XXS" if mix == "IQ3_XS" and is_middle else base


def _down(tensor: Tensor, mix: str, base: str) -> str:
    layer, layers = tensor.layer, tensor.of_layers
    is_early = layer < layers // 8
    if mix in _TWO_BIT:
        return ("IQ3_S" if mix in {"IQ2_S", "IQ2_M"} else "Q2_K") if is_early else base
    if mix == "Q3_K_M":
        return "Q5_K" if layer < layers // 16 else "Q4_K"
    if mix in {"Q4_K_M", "Q5_K_M"}:
        return "Q6_K" if _more(tensor) else base
    if mix == "IQ3_XXS":
        return "Q4_K" if is_early else "Q3_K"
    early = {"Q2_K_S": "Q4_K", "IQ3_M": "Q4_K", "Q4_K_S": "Q5_K", "IQ4_NL": "Q5_K", "IQ4_XS": "Q5_K"}
    if mix in early:
        return early[mix] if is_early else base
    return {"Q2_K": "Q3_K", "Q3_K_L": "Q5_K"}.get(mix, base)


def _attention_output(mix: str, base: str, shape: Shape) -> str:
    if shape.experts is not None and shape.experts.count == 8:
        return base if mix in {"Q5_K_S", "Q5_K_M", "Q6_K", "Q8_0"} else "Q5_K"
    if mix in {"IQ1_S", "IQ1_M"}:
        return "IQ2_XXS"
    raised = {
        "IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S", "Q2_K": "Q3_K", "IQ3_XXS": "IQ3_S", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K",
        "IQ3_M": "Q4_K"
    }  # fmt: skip
    return raised.get(mix, base)
