"""SOUTH WING: in which format a repository keeps its weights: what decides which tools can read it at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.form import is_of_mlx_community
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.quantization import stored_format
from modelscope_tui.launch.per_row import per_row

Format = Literal[
    "plain", "gguf", "mlx", "awq", "gptq", "auto-round", "bitsandbytes", "exl3", "fp8", "fp4", "compressed-tensors",
    "diffusers", "timm", "onnx", "ctranslate2", "runtime", "other",
]  # fmt: skip

_PREFIXES: tuple[tuple[str, Format], ...] = (
    ("gguf", "gguf"), ("mlx", "mlx"), ("oq", "mlx"), ("optiq", "mlx"), ("jang", "mlx"), ("awq", "awq"),
    ("gptq", "gptq"), ("autoround", "auto-round"), ("auto-round", "auto-round"), ("bnb", "bitsandbytes"),
    ("bitsandbytes", "bitsandbytes"), ("exl", "exl3"), ("fp8", "fp8"), ("nvfp4", "fp4"), ("mxfp4", "fp4"),
    ("fp4", "fp4"), ("w4a", "compressed-tensors"), ("w8a", "compressed-tensors"), ("compressed", "compressed-tensors"),
    ("onnx", "onnx"), ("ct2", "ctranslate2"), ("ctranslate2", "ctranslate2"),
    ("bf16", "plain"), ("f16", "plain"), ("f32", "plain"), ("fp16", "plain"),
)  # fmt: skip
_IN_NAME = re.compile(
    r"(?<![a-z])(gguf|mlx|awq|gptq|autoround|bnb|exl[23]|nvfp4|mxfp4|fp8|w[48]a\d+"
    r"|oq\d\w?|optiq|jang|onnx|ct2)(?![a-z])"
)
_FOR_BROWSERS = re.compile(r"xenova/(?!llama2\.c|sweep)")
"""Made for Transformers.js from others' weights, as ONNX; two repositories there hold weights of their own."""

_RUNTIMES = re.compile(r"(?<![a-z])(coreml|openvino|litert|tflite|ggml|llamafile)s?(?![a-z])|^(openvino|litert)")
_RUNTIME_LABELS = {"coreml": "Core ML", "openvino": "OpenVINO", "litert": "LiteRT", "tflite": "LiteRT", "ggml": "GGML"}
"""Made for one program that none of the tools here is; GGML is what llama.cpp read before GGUF."""

_FASTER = re.compile(r"faster-(distil-)?whisper")
_LIBRARIES: dict[str, Format] = {
    "diffusers": "diffusers",
    "diffusion-single-file": "diffusers",
    "timm": "timm",
    "mlx": "mlx",
    "transformers.js": "onnx",
    "onnx": "onnx",
    "gguf": "gguf",
}
TAGS = frozenset(
    {"gguf", "mlx", "fp8", "awq", "gptq", "bitsandbytes", "compressed-tensors", "mxfp4", "nvfp4", "exl2", "exl3"}
)
"""Tags that say how weights are kept."""

NAMED = tuple(re.compile(rf"\A(?:{pattern.pattern})") for pattern in (_FOR_BROWSERS, _RUNTIMES))
NAMED_AFTER_SLASH = (_RUNTIMES, _FASTER, _IN_NAME, re.compile("gguf"), re.compile(r"-diffusers\Z"))
"""All that the format of a row depends on in its id, and in its name alone; and two organizations."""

REMADE: frozenset[Format] = frozenset(
    {"awq", "gptq", "auto-round", "bitsandbytes", "exl3", "mlx", "compressed-tensors", "onnx", "ctranslate2", "runtime"}
)
"""Formats that somebody made from another repository's weights; llama.cpp and its family cannot read them."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How the weights are kept."""

    format: Format
    label: str
    """As a person names it: `AWQ-4bit`, `GGUF`."""
    has_gguf: bool
    """Whether GGUF files lie in the repository, as far as known."""
    has_other: bool
    """Whether other weights lie there as well, as far as known."""


def stored_of(model: Model, details: ModelDetails | None = None) -> Stored:
    """Say how a repository keeps its weights: from its real files where they are known, else from its row."""
    by_row = _as_the_row_says(model)
    if details is None or (details.files is None and details.config is None):
        return by_row
    named = stored_format(details)
    if details.files is None:
        return _from_row(model, named or model.quantization)
    has_gguf = any(file.kind == "gguf" for file in details.files)
    has_other = any(file.kind in {"weights", "pickle"} for file in details.files)
    if any(file.path == "model_index.json" for file in details.files):
        return Stored("diffusers", "diffusers", has_gguf, has_other)
    if has_gguf and not has_other:
        return Stored("gguf", "GGUF", has_gguf=True, has_other=False)
    kind: Format = by_row.format if by_row.format != "gguf" else "plain"
    if kind == "runtime" and any(file.path.endswith(".safetensors") for file in details.files):
        return Stored("plain", named or "16-bit", has_gguf, has_other)
    if named is not None and named != "GGUF" and kind not in {"diffusers", "timm", "mlx", "onnx", "runtime"}:
        kind = format_of(named)
    return Stored(kind, named or by_row.label, has_gguf, has_other)


@per_row
def _as_the_row_says(model: Model) -> Stored:
    return _from_row(model, model.quantization)


def _from_row(model: Model, quantization: str | None) -> Stored:
    tag = next((tag for tag in model.tags if tag in TAGS), None) if model.tags else None
    is_made = bool(model.model_type or model.gguf_repos or model.architectures or model.library == "transformers")
    return _of_row(model.id, quantization, model.library, tag, is_made)


def format_of(label: str) -> Format:
    """Find the format that a label of the catalog or of a configuration belongs to."""
    lowered = label.lower()
    return next((kind for prefix, kind in _PREFIXES if lowered.startswith(prefix)), "other")


def _of_row(model_id: str, quantization: str | None, library: str | None, tag: str | None, is_made: bool) -> Stored:
    organization, _, name = model_id.lower().partition("/")
    if library is None and name.endswith("-diffusers"):
        library = "diffusers"
    if library in ("diffusers", "diffusion-single-file", "timm", "transformers.js"):
        return Stored(_LIBRARIES[library], library, tag == "gguf" or "gguf" in name, has_other=True)
    if quantization == "GGUF" or library == "gguf" or tag == "gguf" or "gguf" in name:
        # a publisher that keeps one GGUF file beside its own weights still has its own repository
        is_mixed = "gguf" not in name and (is_made or library != "gguf")
        return Stored("plain" if is_mixed else "gguf", "GGUF", has_gguf=True, has_other=is_mixed)
    if library == "mlx" or is_of_mlx_community(model_id) or tag == "mlx":
        return Stored("mlx", "MLX", has_gguf=False, has_other=True)
    made_for = _RUNTIMES.search(name) or _RUNTIMES.match(organization)
    if made_for is not None:
        said = made_for[1] or made_for[2]
        return Stored("runtime", _RUNTIME_LABELS.get(said, said), has_gguf=False, has_other=True)
    label = quantization or tag
    is_onnx = organization == "onnx-community" or _FOR_BROWSERS.match(model_id.lower()) is not None
    if is_onnx or _FASTER.search(name):
        label = "ONNX" if is_onnx else "CTranslate2"
    if label is None:
        found = _IN_NAME.search(name)
        label = found[1] if found is not None else None
    if label is None:
        return Stored("plain", "16-bit", has_gguf=False, has_other=True)
    return Stored(format_of(label), label.upper() if len(label) < 6 else label, has_gguf=False, has_other=True)
