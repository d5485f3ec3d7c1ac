"""SOUTH WING: what a server makes of a model: the class or type that it loads, or the fact that stands in the way.

Shared by SGLang, MLX, transformers serve, TGI and Docker Model Runner; vLLM has more to say (``vllm_support.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer, Note
from modelscope_tui.launch.family import architectures_of, classes_of_type, model_type_of
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.purpose import Purpose, said_of
from modelscope_tui.launch.recipe import config_rule, trust_recipe
from modelscope_tui.launch.remark import has_custom_code
from modelscope_tui.launch.stored import Format, Stored
from modelscope_tui.launch.subject import Options, Subject

_ONLY_READ_BY: Mapping[Format, str] = {"mlx": "MLX", "exl3": "ExLlama"}
_SAME = {
    "f16": ("float16",), "fp16": ("float16",), "bf16": ("bfloat16",), "f32": ("float32",), "fp32": ("float32",),
    "fp8": ("fp8_e4m3", "fp8_e4m3fn"), "fp8_e4m3": ("fp8_e4m3fn",), "fp8_e4m3fn": ("fp8_e4m3",),
}  # fmt: skip
_INSTEAD = {
    "draft": "A draft model only speeds another one up",
    "adapter": "An adapter has no model in it, only changes to one",
}


@dataclass(frozen=True, slots=True)
class Served:
    """What is known of a model in a server."""

    purpose: Purpose
    stored: Stored
    kind: str | None = None
    """The class or model type that serves it; None where it is refused or unknown."""
    reason: str | None = None
    """Why not."""
    is_unknown: bool = False
    """Whether it is only facts that are missing."""


def not_served(model_id: str, tool: str, served: Served, *notes: Note) -> LaunchAnswer:
    """Say that a server cannot serve a model, or that nothing tells whether it can."""
    verdict = "unknown" if served.is_unknown else "refused"
    return LaunchAnswer(model_id, tool, "unknown" if verdict == "unknown" else "refused", served.reason, notes=notes)


def wrong_purpose(
    model: Model, purpose: Purpose, allowed: Collection[Purpose], label: str, more: str = ""
) -> str | None:
    """Say that a server is not for this kind of model; None when it is."""
    if purpose in allowed:
        return None
    if purpose in _INSTEAD:
        return f"{_INSTEAD[purpose]}: {label} does not serve it alone."
    return f"{label} does not serve {said_of(model)}.{f' {more}' if more else ''}"


def wrong_format(model: Model, stored: Stored, allowed: Collection[Format], label: str) -> str | None:
    """Say that a server cannot read how the weights are kept; None when it can."""
    if stored.format in allowed:
        return None
    if stored.format == "gguf":
        return f"{model.id} holds GGUF files only, which {label} does not serve; llama.cpp and Ollama do."
    if stored.format in _ONLY_READ_BY:
        return f"{model.id} holds {stored.label} weights, which only {_ONLY_READ_BY[stored.format]} reads."
    if stored.format in {"diffusers", "timm", "onnx", "runtime"}:
        return f"{model.id} is made for {stored.label}; {label} cannot load it."
    return f"{model.id} holds {stored.label} weights, which {label} does not load."


def unknown_method(model: Model, details: ModelDetails | None, methods: Collection[str], label: str) -> str | None:
    """Name a quantization method of the configuration that a server does not load; None when it does, or none is."""
    if details is None or not details.config:
        return None
    settings = details.config.get("quantization_config")
    method = settings.get("quant_method") if isinstance(settings, Mapping) else None
    if not isinstance(method, str) or not method or method.lower().replace("-", "_") in _plain(methods):
        return None
    return f"{model.id} is quantized with {method!a}, which {label} does not load."


def _plain(methods: Collection[str]) -> set[str]:
    return {name.replace("-", "_") for name in methods}


def unknown_class(model: Model, details: ModelDetails | None, label: str) -> str:
    """Say which fact is missing where no class of a model is known."""
    kind = model_type_of(model, details)
    if kind is not None:
        return f"Whether {label} serves it is not known: no class is known for its model type {kind!a}."
    return f"Whether {label} serves it is not known: its architecture (config.json) was never seen here."


def type_among(model: Model, details: ModelDetails | None, listed: frozenset[str]) -> str | None:
    """Name the model type of a server's list that a model is of: its own, else the one whose class it has."""
    said = model_type_of(model, details)
    if said is not None:
        same = said.replace("-", "_")
        return said if said in listed else (same if same in listed else None)
    by_class = _types_by_class(listed)
    return next((by_class[name] for name in architectures_of(model, details) if name in by_class), None)


@cache
def _types_by_class(listed: frozenset[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for kind in sorted(listed):
        for name in classes_of_type(kind):
            found.setdefault(name, kind)
    return found


def add_trust(subject: Subject, gathered: Gathered, server: str | None = None) -> None:
    """Trust the code of a repository where its family needs that, and say what it means.

    Args:
        subject: model and machine.
        gathered: where the flag goes.
        server: whose list of configurations counts beside the families that are known by hand.
    """
    model_type = model_type_of(subject.model, subject.details)
    trust, why = (
        trust_recipe(subject.id, model_type),
        "the configuration, tokenizer or processor of this family is code",
    )
    if trust is None and server is not None:
        trust, why = config_rule(server, model_type), f"its configuration ({model_type}) is in no library: it is code"
    is_there = any(flag.flag == "--trust-remote-code" for flag in gathered.flags)
    if trust is None or is_there or has_custom_code(subject.details) is False:
        return
    why = f"{why} of the repository"
    gathered.add("--trust-remote-code", None, why, trust["source"])
    gathered.warn(
        f"--trust-remote-code runs Python code of {subject.id} on this machine: read it, or pin it with --revision."
    )


def add_choice(
    gathered: Gathered, flag: str, asked: tuple[str, str | None], choices: Collection[str], label: str
) -> None:
    """Add a type that was asked for under the server's own name, or say that it has none.

    Args:
        gathered: where the flag goes.
        flag: the server's flag.
        asked: what kind of type, and which one: `cache type`, `fp8`.
        choices: what the server takes.
        label: the server's name.
    """
    said, value = asked
    if value is None:
        return
    name = value.lower()
    same = next((known for known in (name, *_SAME.get(name, ())) if known in choices), None)
    if same is None:
        gathered.warn(f"{label} has no {said} {value}: {', '.join(choices)}.")
    else:
        gathered.add(flag, same, f"the {said} asked for")


def say_unused(options: Options, names: Collection[str], gathered: Gathered, label: str) -> None:
    """Say which wishes a server has no option for."""
    unused = [f"--{name.replace('_', '-')}" for name in names if getattr(options, name) is not None]
    if unused:
        gathered.say(f"{label} has no option for {', '.join(unused)}.")


def kind_of(model: Model, details: ModelDetails | None) -> str:
    """Name the class or type that a refusal speaks of."""
    names = architectures_of(model, details)
    return names[0] if names else (model_type_of(model, details) or "its architecture")


def stored_label_matches(stored: Stored, wanted: str) -> bool:
    """Tell whether a wish for a quantization is what the repository stores anyway."""
    lowered = wanted.lower()
    return stored.label.lower().startswith(lowered) or (
        stored.format == "plain" and lowered in {"bf16", "f16", "fp16", "16-bit"}
    )


def quant_refusal(model: Model, stored: Stored, wanted: str | None, online: Collection[str], label: str) -> str | None:
    """Say why an asked quantization cannot be had: a server serves what is stored, or makes its own of 16 bits."""
    if wanted is None or stored_label_matches(stored, wanted):
        return None
    if wanted.lower() in online and stored.format == "plain":
        return None
    held = "16-bit" if stored.format == "plain" else stored.label
    made = f" It can make {', '.join(online)} of 16-bit weights." if online else ""
    return f"{model.id} holds {held} weights; {label} serves those, not {wanted}.{made}"
