"""In which form a row's weights would be run: a published format, GGUF, or plain 16 bit.

GROUND FLOOR. The fit room knows how many bits each form takes; filing rows under their form lets `fits:` be a range.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from modelscope_tui.catalog.model import Model

PLAIN = "plain"
"""Not stored quantized, and no GGUF of it is known."""

GGUF = "gguf"
"""GGUF files, of its own or in a repository known to hold them."""

_MLX_COMMUNITY = "mlx-community/"
_M = ("m", "M")
_PACKED = 0.8
"""A count of less than this much of what the name says is of packed elements: in the catalog those of 4-bit floats
reach four fifths of it, those of whole weights begin a little above."""

_AS_COUNTED = (None, "GGUF")
"""The formats of which the elements are the parameters."""

_BILLIONS = re.compile(r"(?<![a-z0-9.])(\d{1,4}(?:\.\d+)?)b(?![a-z0-9])", re.IGNORECASE)
_DRAFT = re.compile(r"dflash|dspark|eagle|draft|speculator|assistant|[-_]mtp$", re.IGNORECASE)
_NAMELESS = ("mlx", "exl3")
_SAYS_BITS = re.compile(r"\d")
_BITS_IN_ID = re.compile(r"(\d(?:\.\d+)?)[-_ ]?(?:bits?|bpw)\b", re.IGNORECASE)
_SIXTEEN_IN_ID = re.compile(r"\bb?f(loat)?p?16\b", re.IGNORECASE)


def form_of(model: Model) -> str:
    """Name the form of a row in lower case: `plain`, `gguf`, `awq-4bit`, `mlx-4bit` …"""
    return form_by(model.quantization, model.library, bool(model.gguf_repos), model.id)


def form_by(quantization: str | None, library: str | None, has_gguf: bool, model_id: str) -> str:
    """Name the form of a row from the facts that tell it."""
    stated = _stated(quantization, library, model_id)
    if stated is None:
        return GGUF if has_gguf else PLAIN
    return with_bits(stated, model_id).lower()


def form_needs_id(quantization: str | None, library: str | None, model_id: str) -> bool:
    """Tell whether the form depends on how the row is called."""
    if quantization is None:
        return library == "mlx" or is_of_mlx_community(model_id)
    return quantization.lower().startswith(_NAMELESS)


def stated_format(model: Model) -> str | None:
    """Give the format that a row states: its own label, or MLX with its width where only its name says so."""
    return _stated(model.quantization, model.library, model.id)


def is_of_mlx_community(model_id: str) -> bool:
    """Tell whether a repository is of those who hold nothing but MLX weights, whatever their cards leave out."""
    return model_id[:1] in _M and model_id[: len(_MLX_COMMUNITY)].lower() == _MLX_COMMUNITY


def _stated(quantization: str | None, library: str | None, model_id: str) -> str | None:
    if quantization is None and (library == "mlx" or is_of_mlx_community(model_id)) and _BITS_IN_ID.search(model_id):
        return with_bits("MLX", model_id)
    return quantization


def params_weighed(model: Model, *, with_estimate: bool = True) -> int | None:
    """Give the parameters that the size of a row's weights follows from; None where they are not known.

    Args:
        model: the row.
        with_estimate: whether a third party's estimate will do where nobody has counted.
    """
    estimate = model.params_estimate if with_estimate else None
    return weighed_by(model.params, estimate, model.quantization, model.library, model.id)


def weighed_by(
    params: int | None, estimate: int | None, quantization: str | None, library: str | None, model_id: str
) -> int | None:
    """Give them from the facts that tell it.

    Sources count the elements of files, and packed formats keep two to eight weights in one: 18.7 billion of a model
    that is called 35B. Such a count is of no use for bits per weight. A draft model is called as its target is.
    """
    known = estimate if params is None else params
    if known is None or _stated(quantization, library, model_id) in _AS_COUNTED or _DRAFT.search(model_id):
        return known
    named = params_named(model_id.partition("/")[2])
    return None if named is not None and known < _PACKED * named else known


def weighed(
    params: Sequence[int | None],
    estimates: Sequence[int | None],
    quantizations: Sequence[str | None],
    libraries: Sequence[str | None],
    model_ids: Sequence[str],
) -> list[int | None]:
    """Give them for many rows; most of them store no packed weights, and have what was counted."""
    rows = zip(params, estimates, quantizations, libraries, model_ids, strict=True)
    return [
        (estimate if counted is None else counted)
        if quantization in _AS_COUNTED and library != "mlx" and not is_of_mlx_community(model_id)
        else weighed_by(counted, estimate, quantization, library, model_id)
        for counted, estimate, quantization, library, model_id in rows
    ]


def params_named(name: str) -> int | None:
    """Read the parameters that a name tells: `397B-A17B` has 397 billion, and how many are active is no matter."""
    found = _BILLIONS.findall(name)
    return round(float(found[0]) * 1e9) if len(found) == 1 else None  # (a distillate names two models)


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
