"""SOUTH WING: whether SGLang can serve a model: what it is for, how it is stored, and of which class it is.

purpose ─▶ format ─▶ class among those of ``data/launch_sglang.json`` ─▶ the form that serves it
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.family import architectures_of
from modelscope_tui.launch.purpose import Purpose, purpose_of
from modelscope_tui.launch.recipe import reranker_recipe, serving_rule
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.served import Served, unknown_class, unknown_method, wrong_format, wrong_purpose
from modelscope_tui.launch.stored import Stored, stored_of

LABEL = "SGLang"
"""How it is written."""

SERVES: frozenset[Purpose] = frozenset(
    {"text", "vision", "embedding", "reranker", "classifier", "speech-to-text", "image-generation", "unknown"}
)
"""What it is asked for; image generation is its own server."""

_GENERATES = ("text-generation", "multimodal")
_READS = "embedding/classify"
_DIFFUSERS = re.compile(r"diffusers(:|$)")
_ADAPTER = ("lora", "controlnet")


def support_of(model: Model, details: ModelDetails | None = None) -> Served:
    """Say whether SGLang serves a model, from its row and, where given, its files and configuration."""
    purpose, stored = purpose_of(model), stored_of(model, details)
    reason = wrong_purpose(model, purpose, SERVES, LABEL)
    if reason is None and purpose == "image-generation":
        return _pictures(model, details, stored)
    reason = reason or _wrong_format(model, stored, details)
    if reason is not None:
        return Served(purpose, stored, reason=reason)
    return _reranker(model, details, stored) if purpose == "reranker" else _by_class(model, details, purpose, stored)


def _reranker(model: Model, details: ModelDetails | None, stored: Stored) -> Served:
    rule = serving_rule("sglang", "rerankers", model.id)
    if rule is not None:
        return Served("reranker", stored, rule["class"])
    if reranker_recipe(model.id) is not None:  # (a language model that is asked in another way)
        return Served("reranker", stored, reason=_no_such_reranker("it"))
    return _by_class(model, details, "reranker", stored)


def _by_class(model: Model, details: ModelDetails | None, purpose: Purpose, stored: Stored) -> Served:
    names = architectures_of(model, details)
    if not names:
        return Served(purpose, stored, reason=unknown_class(model, details, LABEL), is_unknown=True)
    found = _class_for(model, names, purpose)
    if found is None:
        return Served(purpose, stored, reason=_not_served(model, names, purpose))
    return Served(purpose, stored, found)


def task_of(kind: str) -> str:
    """Say what SGLang's list says of a class."""
    found: str = rules("sglang")["architectures"].get(kind, "")
    return found


def _wrong_format(model: Model, stored: Stored, details: ModelDetails | None) -> str | None:
    about = rules("sglang")
    if stored.format == "gguf":
        return (
            f"{model.id} holds GGUF files only; SGLang {about['version']} loads a single local file of few"
            " architectures (--load-format gguf), so llama.cpp or Ollama are the way."
        )
    named = unknown_method(model, details, _methods(), LABEL)
    return named or wrong_format(model, stored, rules("serving")["sglang"]["formats"], LABEL)


@cache
def _methods() -> frozenset[str]:
    return frozenset((*rules("sglang")["quantization_methods"], *rules("serving")["sglang"]["methods"]))


def _class_for(model: Model, names: tuple[str, ...], purpose: Purpose) -> str | None:
    about: Mapping[str, str] = rules("sglang")["architectures"]
    own = rules("serving")["sglang"]
    names = tuple(own["same_class"].get(name, name) for name in names)
    alone = [name for name in names if name in about and name not in own["not_alone"]]
    if purpose in {"reranker", "classifier"}:
        return _scoring(model, alone, purpose)
    able = [name for name in alone if about[name] in _GENERATES and not name.startswith("Transformers")]
    if purpose == "embedding":
        scoring = ("Classification", "RewardModel")
        vectors = [name for name in alone if about[name] == _READS and not name.endswith(scoring)]
        vectors += [name for name in able if name == "EmbeddingGemmaModel"]
        return next(iter([*vectors, *able]), None)
    return next(iter(able), None)


def _scoring(model: Model, alone: list[str], purpose: Purpose) -> str | None:
    own = rules("serving")["sglang"]
    if model.task == "token-classification":
        return None
    known = own["cross_encoders"]["classes"] if purpose == "reranker" else None
    return next(
        (
            name
            for name in alone
            if task_of(name) == _READS
            and (name in known if known else "Classification" in name or name.endswith("RewardModel"))
        ),
        None,
    )


def _not_served(model: Model, names: tuple[str, ...], purpose: Purpose) -> str:
    about: Mapping[str, Any] = rules("sglang")
    version = about["version"]
    for name in names:
        if about["architectures"].get(name) == "draft":
            return f"{name} is a draft model, loaded beside its target with --speculative-draft-model-path."
    if purpose == "reranker" and any(task_of(name) for name in names):
        return _no_such_reranker(names[0])
    if model.task == "token-classification":
        return f"SGLang {version} does not label tokens (task token-classification)."
    return f"{names[0]!a} is not among the classes that SGLang {version} serves.".replace("'", "")


def _no_such_reranker(kind: str) -> str:
    version = rules("sglang")["version"]
    return f"SGLang {version} scores pairs with cross-encoders and Qwen3-Reranker; {kind} is neither."


def _pictures(model: Model, details: ModelDetails | None, stored: Stored) -> Served:
    """SGLang's diffusion server loads whole pipelines in the layout of diffusers."""
    purpose: Purpose = "image-generation"
    adapter = next((tag for tag in model.tags if tag in _ADAPTER or tag.startswith("base_model:adapter:")), None)
    if adapter is not None:
        reason = f"{model.id} is an addition to another model (tag {adapter}), not a whole pipeline."
        return Served(purpose, stored, reason=reason)
    files = details.files if details is not None else None
    is_pipeline = None if files is None else any(file.path == "model_index.json" for file in files)
    is_said = stored.format == "diffusers" and model.library in {None, "diffusers"}
    is_named = re.search(rules("serving")["sglang"]["diffusion"]["pipelines"], model.id.lower()) is not None
    if is_pipeline is None and (
        is_said or (is_named and not stored.has_gguf) or any(map(_DIFFUSERS.match, model.tags))
    ):
        is_pipeline = True
    if is_pipeline:
        return Served(purpose, stored, "diffusers")
    if is_pipeline is None and model.library is None and not stored.has_gguf:
        reason = f"Whether {model.id} is in the layout of diffusers (model_index.json) is not known here."
        return Served(purpose, stored, reason=reason, is_unknown=True)
    reason = f"{model.id} is not in the layout of diffusers (model_index.json), which SGLang's diffusion server loads."
    return Served(purpose, stored, reason=reason)
