"""SOUTH WING: what Docker Model Runner pulls for a model, and which of its backends runs it.

    own GGUF files ─▶ MLX weights ─▶ safetensors on a machine with NVIDIA cards (vLLM) ─▶ another repository's GGUF

A machine without NVIDIA cards gets GGUF files of the same model where they are known: llama.cpp runs anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.model import Model, ModelDetails, Quantization
from modelscope_tui.fit.formats import gguf_type
from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.container import accelerator_of
from modelscope_tui.launch.gguf import (
    USUAL,
    Source,
    choose,
    fitting_purpose,
    no_such_name,
    offers_gguf,
    sources_of,
    tag_of,
    unreadable,
    unseen_note,
)
from modelscope_tui.launch.purpose import Purpose, purpose_of
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.served import quant_refusal, unknown_class, wrong_format, wrong_purpose
from modelscope_tui.launch.stored import Stored, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.vllm_support import Support, support_of

LABEL = "Docker Model Runner"
"""How it is written."""

Backend = Literal["llama.cpp", "vllm", "mlx", "diffusers"]

SERVES: frozenset[Purpose] = frozenset({"text", "vision", "embedding", "reranker"})
"""What it answers with; image packages have a backend of their own."""

_PACKED = "Its backend for pictures reads DDUF packages only."


@dataclass(frozen=True, slots=True)
class Pulled:
    """What is pulled, and for which backend."""

    reference: str
    backend: Backend
    why: str
    quantization: Quantization | str | None = None
    holder: Model | None = None
    """The repository that it comes from, where its row is known."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why there is nothing to pull."""

    reason: str
    is_unknown: bool = False


def offers(model: Model) -> bool:
    """Say from the row whether there is something to pull."""
    if purpose_of(model) == "image-generation":
        return _is_package(model, None)
    if fitting_purpose(model, SERVES) is None:
        return False
    stored = stored_of(model)
    return offers_gguf(model) or stored.format == "mlx" or _in_vllm(model, None, stored).architecture is not None


def pulled_for(subject: Subject, options: Options) -> Pulled | Nothing:
    """Choose what to pull, or say why there is nothing."""
    model, stored = subject.model, stored_of(subject.model, subject.details)
    purpose = purpose_of(model)
    if purpose == "image-generation" and _is_package(model, subject.details):
        return Pulled(f"hf.co/{model.id}", "diffusers", "its own DDUF package", holder=model)
    if fitting_purpose(model, SERVES) is None:
        more = _PACKED if purpose == "image-generation" else ""
        return Nothing(wrong_purpose(model, purpose, SERVES, LABEL, more) or "")
    if stored.format == "mlx":
        problem = quant_refusal(model, stored, options.quant, (), LABEL)
        return Nothing(problem) if problem else Pulled(f"hf.co/{model.id}", "mlx", "its own MLX weights", holder=model)
    support = _in_vllm(model, subject.details, stored)
    wants_gguf = options.quant is not None and gguf_type(options.quant) is not None
    is_nvidia = accelerator_of(subject.machine) == "nvidia"
    reasons: list[str] = []
    if stored.has_gguf or wants_gguf or not is_nvidia or support.architecture is None:
        for source in sources_of(subject):
            found = _from_gguf(source, subject, options)
            if isinstance(found, Pulled):
                return found
            reasons.append(found)
    return _from_vllm(subject, options, support, reasons)


def _is_package(model: Model, details: ModelDetails | None) -> bool:
    if details is not None and details.files is not None:
        return any(file.path.endswith(".dduf") for file in details.files)
    return "dduf" in model.id.lower()


def _in_vllm(model: Model, details: ModelDetails | None, stored: Stored) -> Support:
    if stored.format not in rules("serving")["docker-model-runner"]["vllm_formats"]:
        reason = wrong_format(model, stored, (), LABEL)
        return Support(purpose_of(model), stored, reason=reason)
    return support_of(model, details)


def _from_vllm(subject: Subject, options: Options, support: Support, reasons: list[str]) -> Pulled | Nothing:
    model, stored = subject.model, support.stored
    if support.architecture is not None:
        problem = quant_refusal(model, stored, options.quant, (), LABEL)
        if problem is not None:
            return Nothing("; ".join((problem, *reasons)))
        return Pulled(f"hf.co/{model.id}", "vllm", "its own safetensors, which the vLLM backend reads", holder=model)
    if reasons:
        return Nothing(f"Nothing of {model.id} can be pulled: {'; '.join(dict.fromkeys(reasons))}.")
    if support.is_unknown:
        return Nothing(unknown_class(model, subject.details, LABEL), is_unknown=True)
    said = support.reason or ""
    return Nothing(said if said.startswith(model.id) else f"No GGUF of {model.id} is known, and its vLLM: {said}")


def _from_gguf(source: Source, subject: Subject, options: Options) -> Pulled | str:
    unknown = unreadable(source, "llamacpp")
    if unknown is not None:
        return f"{source.repo} is of the GGUF architecture {unknown}, which llama.cpp does not know"
    why = "its own GGUF files" if source.is_own else "GGUF files of the same model in another repository"
    holder = source.details.model if source.details else None
    if not source.is_listed:
        problem = no_such_name(options.quant)
        if problem is not None:
            return problem
        end = "" if options.quant is None else f":{options.quant}"
        note = unseen_note(source, options.quant, f"without a tag it takes {USUAL}, else the first file")
        quant = options.quant or USUAL
        return Pulled(f"hf.co/{source.repo}{end}", "llama.cpp", why, quant, holder, (note,))
    held = source.quantizations
    choice = choose(held, options.quant, subject.machine)
    if choice.quantization is None:
        return f"{source.repo}: {choice.reason}" if held else f"{source.repo} holds no GGUF files"
    held_with = source.weighed(choice.quantization)
    tag = tag_of(choice.quantization, held)
    if tag is None or tag.lower().endswith(".gguf"):
        return f"{source.repo}: its files cannot be told apart by a quantization's name"
    return Pulled(f"hf.co/{source.repo}:{tag}", "llama.cpp", f"{why}; {choice.why}", held_with, holder)
