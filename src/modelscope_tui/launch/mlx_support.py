"""SOUTH WING: whether MLX can run a model, and with which of its two servers.

purpose ─▶ format ─▶ model type in the lists of mlx-lm and mlx-vlm ─▶ the server's option that takes the model
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.quantization import is_pickle_only
from modelscope_tui.launch.family import architectures_of, model_type_of
from modelscope_tui.launch.purpose import Purpose, purpose_of
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.served import (
    Served,
    kind_of,
    type_among,
    unknown_class,
    unknown_method,
    wrong_format,
    wrong_purpose,
)
from modelscope_tui.launch.stored import Stored, stored_of

LABEL = "MLX"
"""How it is written."""

TEXT, EVERYTHING = "mlx_lm.server", "mlx_vlm.server"
"""The server for text, and the one for text, pictures, vectors, scores and speech."""

_ANSWERS: frozenset[Purpose] = frozenset({"text", "vision", "unknown"})
_OPTION: dict[Purpose, str] = {
    "embedding": "--embedding-model",
    "reranker": "--reranker-model",
    "speech-to-text": "--stt-model",
    "text-to-speech": "--tts-model",
    "image-generation": "--image-model",
}
_LISTS: dict[Purpose, str] = {
    "embedding": "embedding_types",
    "reranker": "reranker_types",
    "speech-to-text": "speech_types",
}
_FOUR_BITS = re.compile(r"(?<!\d)[23568][-_ ]?bit|int[238]$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Way:
    """How MLX runs a model, or why it does not."""

    served: Served
    program: str = TEXT
    option: str = "--model"


def way_of(model: Model, details: ModelDetails | None = None) -> Way:
    """Say how MLX runs a model, from its row and, where given, its files and configuration."""
    purpose, stored = purpose_of(model), stored_of(model, details)
    reason = wrong_purpose(model, purpose, _ANSWERS | _OPTION.keys(), LABEL)
    if reason is not None:
        return Way(Served(purpose, stored, reason=reason))
    if purpose == "image-generation":
        return _pictures(model, stored)
    reason = _wrong_format(model, stored, details)
    if reason is not None:
        return Way(Served(purpose, stored, reason=reason))
    if purpose in _ANSWERS:
        return _answering(model, details, purpose, stored)
    return _other(model, details, purpose, stored)


def _answering(model: Model, details: ModelDetails | None, purpose: Purpose, stored: Stored) -> Way:
    text, everything = type_among(model, details, _text_types()), type_among(model, details, _all_types())
    if purpose == "vision" and everything is not None:
        return Way(Served(purpose, stored, everything), EVERYTHING)
    if text is not None:
        return Way(Served(purpose, stored, text))
    if everything is not None:
        return Way(Served(purpose, stored, everything), EVERYTHING)
    if stored.format == "mlx" and model_type_of(model, details) is None:  # (somebody has run it, to make it)
        sees = purpose == "vision" or _is_made_to_see(model)
        return Way(Served(purpose, stored, "mlx"), EVERYTHING if sees else TEXT)
    return Way(_not_listed(model, details, purpose, stored))


def _is_made_to_see(model: Model) -> bool:
    """Tell by its name whether a repository that says nothing more holds a family that sees, and not its text alone."""
    own = rules("serving")["mlx"]["seeing"]
    name = model.name.lower()
    return re.search(own["match"], name) is not None and re.search(own["unless"], name) is None


def _other(model: Model, details: ModelDetails | None, purpose: Purpose, stored: Stored) -> Way:
    """Vectors, scores and speech: the server for everything takes them by an option of their own."""
    option = _OPTION[purpose]
    if stored.format == "mlx":
        return Way(Served(purpose, stored, "mlx"), EVERYTHING, option)
    if purpose == "text-to-speech":
        reason = f"{model.id} holds weights for another library; MLX speaks with those that were made for it."
        return Way(Served(purpose, stored, reason=reason))
    if stored.format == "plain":
        found = type_among(model, details, _types_for(_LISTS[purpose]))
        if found is None and re.search(rules("serving")["mlx"]["rerankers"], model.id.lower()):
            found = "qwen3"
        if found is not None:
            return Way(Served(purpose, stored, found), EVERYTHING, option)
    return Way(_not_listed(model, details, purpose, stored))


def _pictures(model: Model, stored: Stored) -> Way:
    purpose: Purpose = "image-generation"
    is_known = re.search(rules("serving")["mlx"]["image_models"], model.id.lower()) is not None
    if is_known and not stored.has_gguf and not {"lora", "controlnet"}.intersection(model.tags):
        return Way(Served(purpose, stored, "image"), EVERYTHING, _OPTION[purpose])
    reason = f"{model.id} (format {stored.label}) is not among the few image models that mlx-vlm draws with."
    return Way(Served(purpose, stored, reason=reason))


def _wrong_format(model: Model, stored: Stored, details: ModelDetails | None) -> str | None:
    own = rules("serving")["mlx"]
    if stored.format == "fp4" and stored.label.startswith("MXFP4") and _is_of(model, details, own["mxfp4_types"]):
        return None
    reason = wrong_format(model, stored, own["formats"], LABEL)
    if reason is not None:
        return reason
    if stored.format in {"awq", "gptq"} and _FOUR_BITS.search(stored.label):
        return f"{model.id} holds {stored.label} weights; MLX converts AWQ and GPTQ of 4 bits only."
    if details is not None and is_pickle_only(details):
        return f"{model.id} holds pickle files only (.bin, .pt); MLX reads safetensors."
    methods = ("awq", "gptq", "mxfp4", "mlx", "affine")
    return unknown_method(model, details, methods, LABEL) if stored.format != "mlx" else None


def _is_of(model: Model, details: ModelDetails | None, types: list[str]) -> bool:
    return type_among(model, details, frozenset(types)) is not None


def _not_listed(model: Model, details: ModelDetails | None, purpose: Purpose, stored: Stored) -> Served:
    if model_type_of(model, details) is None and not architectures_of(model, details):
        return Served(purpose, stored, reason=unknown_class(model, details, LABEL), is_unknown=True)
    said = model_type_of(model, details) or "not said"
    version = rules("mlx")["version"].replace("==", " ")
    reason = f"{kind_of(model, details)} (model type {said}) is not among those that {version} run"
    named = {"embedding": " for vectors", "reranker": " for scores", "speech-to-text": " for speech"}
    return Served(purpose, stored, reason=f"{reason}{named.get(purpose, '')}.")


@cache
def _text_types() -> frozenset[str]:
    about = rules("mlx")
    same = {kind for kind, stands_for in about["same_type"].items() if stands_for in about["text_types"]}
    return frozenset(about["text_types"]) | same


@cache
def _all_types() -> frozenset[str]:
    return frozenset((*rules("mlx")["vision_types"], *rules("serving")["mlx"]["same_types"]))


@cache
def _types_for(name: str) -> frozenset[str]:
    return frozenset(rules("serving")["mlx"][name])


def bits_of(wanted: str) -> int | None:
    """Read a wish for a quantization that `mlx_lm.convert` makes: `4bit`, `q8`, `MLX-6bit`."""
    found = re.fullmatch(r"(?:mlx[-_])?(?:q([234568])|([234568])[-_]?bits?)", wanted.lower())
    return int(found[1] or found[2]) if found else None


def holds_bits(model: Model, stored: Stored, bits: int) -> bool:
    """Tell whether MLX weights are stored with so many bits: their label says so, else their name."""
    said = rf"(?<!\d){bits}[-_]?bit"
    return stored.format == "mlx" and re.search(said, f"{stored.label} {model.name}", re.IGNORECASE) is not None
