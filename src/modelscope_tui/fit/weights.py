"""EAST WING: bytes of a model's weights. File sizes first; else from tensor shapes; else from parameters.

a chosen Quantization with a size ─▶ its files          exact
a name that the repository's files carry ─▶ those files exact
nothing chosen ─▶ the repository's own weight files     exact
a llama.cpp mix ─▶ the matrices of the shape            estimated
dtype counts, a stored format, or 16 bit                estimated
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from modelscope_tui.catalog.form import params_weighed, with_bits
from modelscope_tui.catalog.model import ModelDetails, ModelFile, Quantization
from modelscope_tui.catalog.quantization import mmproj_files, quantizations_of, stored_format
from modelscope_tui.catalog.units import on_disk
from modelscope_tui.fit.fields import text_part
from modelscope_tui.fit.formats import DTYPE_BYTES, FILE_BITS, gguf_type, stored_bits
from modelscope_tui.fit.mix import gguf_bytes
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.tensors import tensors_of

USUAL_MIX = "Q4_K_M"
"""The GGUF mix that is meant when none is chosen."""

PACKED_SHARE = 17 / 33
"""Real bytes per element that the Hub counts in packed FP4 repositories: nibbles and scales count as one each."""

_FP4 = re.compile(r"mxfp4|nvfp4|fp4", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of weights, and how that is known."""

    size_bytes: int
    basis: str
    name: str | None
    """The quantization or stored format: `Q4_K_M`, `BF16`, `AWQ-4bit`."""
    is_exact: bool = False
    is_gguf: bool = False


def weights_of(
    details: ModelDetails, shape: Shape | None, quantization: Quantization | str | None = None
) -> Weights | None:
    """Say how many bytes the weights of a choice take; None when neither files nor parameters are known."""
    if isinstance(quantization, Quantization):
        return _of_choice(details, shape, quantization)
    if quantization is None:
        return _of_repository(details, shape)
    named = [one for one in quantizations_of(details) if one.name.upper() == quantization.upper()]
    return _of_choice(details, shape, named[0]) if named else _of_name(details, shape, quantization)


def _of_choice(details: ModelDetails, shape: Shape | None, choice: Quantization) -> Weights | None:
    if choice.size_bytes is None:
        return _of_name(details, shape, choice.name)
    own = choice.repo == details.id
    choice = with_projector(choice, details) if own else choice
    projector = sum(file.size_bytes or 0 for file in _projectors(choice.files))
    when = f" on the Hub, as of {details.as_of}" if details.as_of else " on the Hub"
    basis = f"file sizes{'' if own else f' of {choice.repo}'}{when}"
    if projector:
        basis += f", {on_disk(projector)} of them the vision projector"
    return Weights(choice.size_bytes or 0, basis, choice.name, is_exact=True, is_gguf=_is_gguf(choice))


def with_projector(choice: Quantization, holder: ModelDetails) -> Quantization:
    """Add the vision projector that is loaded beside a GGUF model; the 16-bit one where there are several."""
    found = [file for file in mmproj_files(holder) if file.size_bytes]
    usual = [file for file in found if re.search(r"(?<!b)f16", file.path.lower())] or found
    if not usual or choice.size_bytes is None or not _is_gguf(choice) or _projectors(choice.files):
        return choice
    least = min(usual, key=lambda file: file.size_bytes or 0)
    return replace(choice, files=(*choice.files, least), size_bytes=choice.size_bytes + (least.size_bytes or 0))


def _projectors(files: tuple[ModelFile, ...]) -> tuple[ModelFile, ...]:
    return tuple(file for file in files if "mmproj" in file.path.rsplit("/", 1)[-1].lower())


def _is_gguf(choice: Quantization) -> bool:
    if choice.files:
        return choice.files[0].path.lower().endswith(".gguf")
    return gguf_type(choice.name) is not None


def _of_name(details: ModelDetails, shape: Shape | None, name: str) -> Weights | None:
    mix = gguf_type(name)
    bits = stored_bits(name)
    params = _params(details)
    if bits is not None and params is not None and (mix is None or bits >= 16):
        size = stored_bytes(shape, params, bits, name)
        basis = f"estimated from {params / 1e9:.3g} billion parameters and {bits:g} bits per weight of {name}"
        return Weights(size, basis, name, is_gguf=False)
    if mix is None:
        return None
    by_shape = gguf_bytes(shape, mix) if shape is not None else None
    if by_shape is not None:
        return Weights(by_shape, f"estimated from tensor shapes and llama-quantize's {mix} mix", name, is_gguf=True)
    if params is None:
        return None
    basis = (
        f"estimated from parameter count and the format's bits per weight ({FILE_BITS[mix]} for {mix}, public files)"
    )
    return Weights(round(params * FILE_BITS[mix] / 8), basis, name, is_gguf=True)


def _packing(details: ModelDetails, stored: str | None) -> str | None:
    """Name what the elements are packed as; a file may say it of its experts alone (`expert_dtype` of DeepSeek V4)."""
    said = text_part(details.config or {}).get("expert_dtype")
    return said if isinstance(said, str) and _FP4.search(said) else stored


def _params(details: ModelDetails) -> int | None:
    total = details.gguf.get("total")
    known = params_weighed(details.model, with_estimate=False)
    return known or (total if isinstance(total, int) and total > 0 else None)


def _of_repository(details: ModelDetails, shape: Shape | None) -> Weights | None:
    stored = stored_format(details)
    if stored is not None:
        stored = with_bits(stored, details.id)
    whole = [one for one in quantizations_of(details) if one.size_bytes is not None]
    tensors = [one for one in whole if not _is_gguf(one)]
    if tensors:
        return _of_choice(details, shape, tensors[0])
    if whole or stored == "GGUF":
        usual = [one for one in whole if one.name == USUAL_MIX] or whole
        return _of_choice(details, shape, usual[0]) if usual else _of_name(details, shape, USUAL_MIX)
    if details.dtypes:
        counted = safetensors_bytes(details.dtypes, _packing(details, stored), shape)
        return Weights(counted, "counted from the Hub's elements per dtype", stored)
    params = _params(details)
    if params is None:
        return None
    if stored is None:
        return Weights(2 * params, f"estimated from {params / 1e9:.3g} billion parameters at 16 bit", "BF16")
    return _of_name(details, shape, stored)


def stored_bytes(shape: Shape | None, params: int, bits: float, name: str) -> int:
    """Bytes of a quantized safetensors repository: listed modules at ``bits``, the rest at 16.

    Embeddings and head stay at 16 bit. 4-bit floats of a mixture cover its experts only; in other models they leave
    out what the layers of the language model do not explain (a vision tower, layers that guess ahead) and recurrent
    layers.
    """
    if bits >= 16 or shape is None:
        return round(params * bits / 8)
    kept = shape.vocab * shape.hidden * (1 if shape.is_tied else 2)
    experts = shape.experts
    if _FP4.search(name) and experts is not None:
        mixed = shape.layers - experts.dense_layers
        kept = params - mixed * experts.count * 3 * experts.inner_dim * shape.hidden
    elif _FP4.search(name):
        kept += _left_out(shape, params)
    kept = min(max(kept, 0), params)
    return round((params - kept) * bits / 8 + kept * 2)


def _left_out(shape: Shape, params: int) -> int:
    """Weights that recipes of 4-bit floats do not touch: the unexplained rest, and recurrent layers."""
    tensors = tensors_of(replace(shape, params=params))
    rest = max(0, params - sum(tensor.elements for tensor in tensors)) if tensors else 0
    recurrent = sum(group.layers * (group.in_dim + group.inner_dim) * shape.hidden for group in shape.recurrent)
    return rest + recurrent


def safetensors_bytes(dtypes: Mapping[str, int], stored: str | None, shape: Shape | None) -> int:
    """Bytes of safetensors files from the Hub's elements per dtype.

    Weights that are packed several to an element are counted one by one there: of 4-bit floats both the weights and
    their scales, of packed integers those whose number is that of the parameters.
    """
    if not dtypes and stored is not None and shape is not None and shape.params:
        return stored_bytes(shape, shape.params, stored_bits(stored) or 16.0, stored)
    packed = _packed_bytes(stored, dtypes, shape)
    return round(sum(count * packed.get(dtype, DTYPE_BYTES.get(dtype, 2)) for dtype, count in dtypes.items()))


def _packed_bytes(stored: str | None, dtypes: Mapping[str, int], shape: Shape | None) -> dict[str, float]:
    """Say what one counted element of a packed dtype really takes."""
    if stored is not None and _FP4.search(stored):
        return {"U8": PACKED_SHARE, "I8": PACKED_SHARE}
    bits = stored_bits(stored) if stored is not None else None
    if bits is None or bits >= 16 or shape is None or not shape.params:
        return {}
    is_unpacked = sum(dtypes.values()) > 0.8 * shape.params
    return {"I32": bits / 8, "U32": bits / 8} if is_unpacked else {}
