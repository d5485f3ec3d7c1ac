"""In which form a row's weights would be run: a published format, GGUF, or plain 16 bit.

GROUND FLOOR. The fit room knows how many bits each form takes; filing rows under their form lets `fits:` be a range.
"""

from __future__ import annotations

import re

from modelscope_tui.catalog.model import Model

PLAIN = "plain"
"""Not stored quantized, and no GGUF of it is known."""

GGUF = "gguf"
"""GGUF files, of its own or in a repository known to hold them."""

_NAMELESS = ("mlx", "exl3")
_SAYS_BITS = re.compile(r"\d")
_BITS_IN_ID = re.compile(r"(\d(?:\.\d+)?)[-_ ]?(?:bits?|bpw)\b", re.IGNORECASE)
_SIXTEEN_IN_ID = re.compile(r"\bb?f(loat)?p?16\b", re.IGNORECASE)


def form_of(model: Model) -> str:
    """Name the form of a row in lower case: `plain`, `gguf`, `awq-4bit`, `mlx-4bit` …"""
    return form_by(model.quantization, model.library, bool(model.gguf_repos), model.id)


def form_by(quantization: str | None, library: str | None, has_gguf: bool, model_id: str) -> str:
    """Name the form of a row from the facts that tell it."""
    if quantization is None and library == "mlx" and _BITS_IN_ID.search(model_id):
        quantization = "MLX"
    if quantization is None:
        return GGUF if has_gguf else PLAIN
    return with_bits(quantization, model_id).lower()


def form_needs_id(quantization: str | None, library: str | None) -> bool:
    """Tell whether the form depends on how the row is called."""
    if quantization is None:
        return library == "mlx"
    return quantization.lower().startswith(_NAMELESS)


def stated_format(model: Model) -> str | None:
    """Give the format that a row states: its own label, or MLX where library and name say so and no label does."""
    if model.quantization is None and model.library == "mlx" and _BITS_IN_ID.search(model.id):
        return with_bits("MLX", model.id)
    return model.quantization


def with_bits(quantization: str, model_id: str) -> str:
    """Complete a format that does not say its width (`MLX`, `EXL3`) by the width in the repository's name."""
    lowered = quantization.lower()
    family = next((name for name in _NAMELESS if lowered.startswith(name)), None)
    if family is None or _SAYS_BITS.search(lowered.removeprefix(family)):
        return quantization
    found = _BITS_IN_ID.search(model_id)
    if found:
        return f"{quantization}-{found[1]}bit"
    return "BF16" if _SIXTEEN_IN_ID.search(model_id) else quantization
