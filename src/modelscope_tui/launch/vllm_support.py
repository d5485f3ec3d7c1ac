"""SOUTH WING: whether vLLM can serve a model at all: what it is for, how it is stored, and of which class it is.

purpose ─▶ format ─▶ quantization method ─▶ class in the registry, or the one it is converted to
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.family import architectures_of, model_type_of
from modelscope_tui.launch.per_row import per_row
from modelscope_tui.launch.purpose import SAID, Purpose, purpose_of
from modelscope_tui.launch.recipe import reranker_recipe
from modelscope_tui.launch.rulebook import rules, served_by_vllm
from modelscope_tui.launch.stored import Stored, stored_of
from modelscope_tui.launch.vllm_gguf import original_of, refusal_of

_SERVES: frozenset[Purpose] = frozenset(
    {"text", "vision", "embedding", "reranker", "classifier", "speech-to-text", "unknown"}
)
POOLING: frozenset[Purpose] = frozenset({"embedding", "reranker", "classifier"})
"""What answers with vectors or scores instead of text."""

_SAME_METHOD = {
    "auto-round": "inc",
    "autoround": "inc",
    "intel/auto-round": "inc",
    "bnb": "bitsandbytes",
    "gptq_v2": "gptq",
}
_ENDINGS = ("ForCausalLM", "ForConditionalGeneration", "Model", "ForSequenceClassification")
_HAS_TWIN = re.compile(r"/glm-4-9b(-chat(-1m)?)?$")
_ENDING = re.compile(r"(ForSequenceClassification|ForTokenClassification|ForRewardModel|EmbeddingModel|Model)$")


@dataclass(frozen=True, slots=True)
class Support:
    """What is known of a model in vLLM."""

    purpose: Purpose
    stored: Stored
    architecture: str | None = None
    """The class that serves it; None where it is refused or unknown."""
    reason: str | None = None
    """Why not."""
    is_unknown: bool = False
    """Whether it is only facts that are missing."""

    @property
    def plugin(self) -> Mapping[str, str] | None:
        """What has to be installed beside vLLM to read the format: `package`, `since` which release, `said`."""
        found: Mapping[str, str] | None = rules("recipes")["plugins"].get(self.stored.format)
        return found

    @property
    def can_tensor(self) -> bool:
        """Whether a layer can be divided over GPUs: weights of bitsandbytes cannot."""
        return self.stored.format != "bitsandbytes"

    @property
    def tasks(self) -> tuple[str, ...]:
        """What the registry says of the class."""
        return tuple(rules("vllm")["architectures"].get(self.architecture or "", ()))


def support_of(model: Model, details: ModelDetails | None = None) -> Support:
    """Say whether vLLM serves a model, from its row and, where given, its files and configuration."""
    return _of_row(model) if details is None else _support(model, details)


@per_row
def _of_row(model: Model) -> Support:
    return _support(model, None)


def _support(model: Model, details: ModelDetails | None) -> Support:
    purpose, stored = purpose_of(model), stored_of(model, details)
    reason = _wrong_purpose(model, purpose) or _wrong_format(model, stored, details)
    if reason is not None:
        return Support(purpose, stored, reason=reason)
    overrides = reranker_recipe(model.id) if purpose == "reranker" else None
    if overrides is not None:
        return Support(purpose, stored, overrides["overrides"]["architectures"][0])
    original = original_of(model, details) if stored.format == "gguf" else None
    names = architectures_of(model, details) if original is None else (original.kind,)
    if not names:
        return Support(purpose, stored, reason=_unknown_class(model, details), is_unknown=True)
    found = _class_for(tuple(rules("recipes")["renamed"].get(name, name) for name in names), purpose)
    reason = _unloadable(model, names) or (_not_served(names) if found is None else None)
    if found is None or reason is not None:
        return Support(purpose, stored, reason=reason)
    if purpose == "reranker" and found.endswith(("ForCausalLM", "ForConditionalGeneration")):
        # a language model made into a reranker scores in a way that only its card tells
        reason = (
            f"How {found} of {model.id} scores a pair is not known here: vLLM needs --hf-overrides, which its card may"
            " give."
        )
        return Support(purpose, stored, reason=reason, is_unknown=True)
    tasks = rules("vllm")["architectures"].get(found, ())
    if purpose == "speech-to-text" and "multimodal" in tasks and "speech-to-text" not in tasks:
        purpose = "vision"  # (it hears in a conversation; vLLM's endpoint for transcriptions does not take it)
    return Support(purpose, stored, found)


def _unloadable(model: Model, names: tuple[str, ...]) -> str | None:
    """Say why a class of the registry cannot be loaded all the same."""
    why = rules("recipes")["unloadable"]
    name = next((name for name in names if name in why), None)
    twin = hf_twin(model)
    other = f" {twin} holds the same weights for the class that transformers has." if twin else ""
    return f"{name}: {why[name]}.{other}" if name else None


def hf_twin(model: Model) -> str | None:
    """Name the repository with the same weights for transformers' own class, of a family that has both."""
    return f"{model.id}-hf" if _HAS_TWIN.search(model.id.lower()) else None


def _wrong_purpose(model: Model, purpose: Purpose) -> str | None:
    if purpose in _SERVES:
        return None
    if purpose == "draft":
        return "A draft model is loaded beside its target with --speculative-config; vLLM does not serve it alone."
    if purpose == "adapter":
        return "An adapter has no model in it; vLLM serves it on top of its base model with --enable-lora."
    if stored_of(model).has_gguf and purpose == "other":
        return "vLLM does not serve this kind of GGUF repository."
    facts = [f"task {model.task}" if model.task else "", f"library {model.library}" if model.library else ""]
    named = ", ".join(fact for fact in facts if fact)
    more = " vLLM-Omni is a separate project for it." if purpose in {"image-generation", "text-to-speech"} else ""
    return f"vLLM does not serve {SAID[purpose]}{f' ({named})' if named else ''}.{more}"


def _wrong_format(model: Model, stored: Stored, details: ModelDetails | None) -> str | None:
    name = model.id
    if stored.format == "gguf":
        return refusal_of(model, details)
    if stored.format == "mlx":
        return f"{name} holds MLX weights, which only MLX reads."
    if stored.format == "exl3":
        return f"{name} holds {stored.label} weights, which only ExLlama reads."
    if stored.format in {"diffusers", "timm", "onnx", "ctranslate2", "runtime"}:
        return f"{name} is made for {stored.label}; vLLM cannot load it."
    return _unknown_method(name, details)


def _unknown_method(name: str, details: ModelDetails | None) -> str | None:
    if details is None or not details.config:
        return None
    settings = details.config.get("quantization_config")
    method = settings.get("quant_method") if isinstance(settings, Mapping) else None
    if not isinstance(method, str) or not method:
        return None
    about = rules("vllm")
    same = _SAME_METHOD.get(method.lower(), method.lower())
    if same in about["quantization_methods"] or same in about["quantization_plugins"]:
        return None
    return f"{name} is quantized with {method!a}, which vLLM {about['version']} does not load."


def _unknown_class(model: Model, details: ModelDetails | None) -> str:
    kind = model_type_of(model, details)
    if kind is not None:
        return (
            f"Whether vLLM serves it is not known: no class is known for its model type {kind!a} (config.json tells)."
        )
    return "Whether vLLM serves it is not known: its architecture (config.json) was never seen here."


def _class_for(names: tuple[str, ...], purpose: Purpose) -> str | None:
    """Choose the class that serves: the one that says so itself, else the one that vLLM converts."""
    served = served_by_vllm()
    able = [name for name in names if name in served]
    if purpose in {"reranker", "classifier"}:
        able.sort(key=lambda name: not name.endswith(("Classification", "RewardModel")))
    if purpose == "embedding":
        able.sort(key=lambda name: (name.endswith(("Classification", "ForMaskedLM")), name != "Gemma3TextModel"))
    if able:
        return able[0]
    if purpose in POOLING:
        for name in names:
            stem = _ENDING.sub("", name)
            if stem != name and any(stem + ending in served for ending in _ENDINGS):
                return name
    return None


def _not_served(names: tuple[str, ...]) -> str:
    about: Mapping[str, Any] = rules("vllm")
    version = about["version"]
    for name in names:
        if name in about["removed"]:
            return f"{name} was removed from vLLM; {about['removed'][name]} was the last release that served it."
        if name in about["plugins"]:
            return f"{name} is not in vLLM {version}; a plugin serves it: {about['plugins'][name]}"
        if about["architectures"].get(name, [""])[0] == "draft-only":
            return f"{name} is a draft model, loaded beside its target with --speculative-config and not served alone."
    return f"{names[0]!a} is not in the registry of vLLM {version}.".replace("'", "")
