"""transformers serve: the reference library as a small server: right for trying a model, slow for many users.

purpose ─▶ format ─▶ class that generates ─▶ `transformers serve ID`; a GGUF file is named as `repo:file.gguf`
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from modelscope_tui.catalog.model import Model, ModelDetails, Quantization, is_repo_id
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Flag, LaunchAnswer, refused
from modelscope_tui.launch.command import LaunchCommand, Step
from modelscope_tui.launch.family import architectures_of, model_type_of
from modelscope_tui.launch.fitting import Judgement, fit_of, judged
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.gguf import choose, sources_of
from modelscope_tui.launch.purpose import Purpose, is_chat, purpose_of
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.served import (
    Served,
    add_trust,
    not_served,
    quant_refusal,
    say_unused,
    unknown_class,
    unknown_method,
    wrong_format,
    wrong_purpose,
)
from modelscope_tui.launch.stored import Stored, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.vllm_layout import said_by_tags

PORT = 8000
"""Where it listens unless told otherwise."""

_LABEL = "Transformers"
_SERVES: frozenset[Purpose] = frozenset({"text", "vision", "speech-to-text", "unknown"})
_GENERATES = re.compile(
    r"(ForCausalLM|ForConditionalGeneration|LMHeadModel|ForVision2Seq|ForImageTextToText|ForSpeechSeq2Seq)$"
)
_NAMES = {"f16": "float16", "fp16": "float16", "bf16": "bfloat16", "f32": "float32", "fp32": "float32"}


@dataclass(frozen=True, slots=True)
class Transformers:
    """Serves what the transformers library can generate with."""

    name: str = "transformers"
    label: str = _LABEL
    purpose: Literal["serve"] = "serve"

    def can_run(self, model: Model) -> bool:
        """Offer classes that generate, in a format that the library reads."""
        return is_repo_id(model.id) and _support(model).kind is not None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `transformers serve`, or say which fact stands in the way."""
        if options.nodes is not None and options.nodes > 1:
            reason = "transformers serve uses one machine; vLLM and SGLang spread a model over several."
            return refused(subject.id, self.name, reason)
        support = _support(subject.model, subject.details)
        if support.kind is None and support.stored.format == "gguf":
            return _from_gguf(subject, options, support)
        if support.kind is None:
            return not_served(subject.id, self.name, support)
        online = rules("serving")["transformers"]["online"]
        problem = quant_refusal(subject.model, support.stored, options.quant, online, _LABEL)
        if problem is not None:
            return refused(subject.id, self.name, problem)
        return _answer(subject, options, support)


def _support(model: Model, details: ModelDetails | None = None) -> Served:
    purpose, stored = purpose_of(model), stored_of(model, details)
    reason = wrong_purpose(model, purpose, _SERVES, _LABEL) or _wrong_format(model, stored, details)
    if reason is not None:
        return Served(purpose, stored, reason=reason)
    names = architectures_of(model, details)
    kind = model_type_of(model, details)
    if not names and kind is None:
        is_named = model.library == "transformers" or "transformers" in model.tags
        if is_named and purpose != "unknown":
            return Served(purpose, stored, "the class that its config.json names")
        return Served(purpose, stored, reason=unknown_class(model, details, _LABEL), is_unknown=True)
    reason = _wrong_class(names, kind, purpose)
    return Served(purpose, stored, None if reason else (*names, kind)[0], reason)


def _wrong_format(model: Model, stored: Stored, details: ModelDetails | None) -> str | None:
    own = rules("serving")["transformers"]
    if stored.format == "gguf":
        return f"{model.id} holds GGUF files; which of them to name is not known here: they were never seen."
    reason = unknown_method(model, details, own["methods"], _LABEL)
    if reason is not None or stored.format != "fp4":
        return reason or wrong_format(model, stored, own["formats"], _LABEL)
    settings = (details.config or {}).get("quantization_config") if details is not None else None
    is_seen = isinstance(settings, dict)  # (its method is one of the known ones, or the answer stands above)
    if is_seen or (stored.label.startswith("MXFP4") and model_type_of(model, details) in own["mxfp4_types"]):
        return None
    return f"{model.id} holds {stored.label} weights, which transformers loads only where compressed-tensors made them."


def _wrong_class(names: tuple[str, ...], kind: str | None, purpose: Purpose) -> str | None:
    own = rules("serving")["transformers"]
    removed = next((name for name in names if name in own["removed"]), None)
    if removed is not None:
        return f"{removed} cannot be served: {own['removed'][removed]}."
    if kind in own["encoder_decoders"] and purpose != "speech-to-text":
        shown = names[0] if names else kind
        return f"{shown} (model type {kind}) is an encoder-decoder, which transformers serve does not run."
    if names and not any(map(_GENERATES.search, names)):
        return f"{names[0]} is not a class that generates text in transformers, and transformers serve runs only those."
    return None


def _from_gguf(subject: Subject, options: Options, support: Served) -> LaunchAnswer:
    """Name one file of a GGUF repository; transformers unpacks it to full precision while it loads."""
    model, known = subject.model, rules("serving")["transformers"]["gguf_architectures"]
    if support.purpose not in _SERVES:
        return not_served(model.id, "transformers", support)
    source = next((source for source in sources_of(subject) if source.is_own and source.is_listed), None)
    if source is None:
        return not_served(model.id, "transformers", replace(support, is_unknown=True))
    found = subject.details.gguf.get("architecture")
    if isinstance(found, str) and found and found not in known:
        reason = f"{model.id} is of the GGUF architecture {found}, which transformers does not read from GGUF."
        return refused(model.id, "transformers", reason)
    choice = choose(source.quantizations, options.quant, subject.machine, needs_one_file=True)
    if choice.quantization is None:
        reason = f"{model.id}: {choice.reason}; transformers serve reads one GGUF file."
        return refused(model.id, "transformers", reason)
    return _answer(subject, options, support, choice.quantization)


def _answer(subject: Subject, options: Options, support: Served, file: Quantization | None = None) -> LaunchAnswer:
    gathered = Gathered(f"transformers {source_of('transformers')}")
    name = subject.id if file is None else f"{subject.id}:{file.files[0].path}"
    if options.revision is not None:
        name = f"{name}@{options.revision}"
    _add_wishes(subject, options, support, gathered)
    _add_notes(options, support, gathered)
    if file is not None:
        gathered.warn("transformers unpacks GGUF to full precision: llama.cpp runs it as it is, in far less memory.")
    stored = "BF16" if file is not None else said_by_tags(subject.details)
    asked = "NF4" if options.quant == "bnb-4bit" and file is None else stored
    fit = fit_of(subject.details, subject.machine, engine="transformers", quantization=asked, context=options.context)
    judgement = _on_this_machine(subject, support.stored, judged(fit, subject.machine))
    argv = ("transformers", "serve", name, *gathered.arguments())
    why = "the model, loaded before the first question comes"
    return LaunchAnswer(
        subject.id,
        "transformers",
        judgement.verdict,
        judgement.reason,
        command=LaunchCommand((Step("Serve the model", argv, token_env(subject.model)),), options.shell),
        flags=(Flag(name, None, why, gathered.source), *gathered.flags),
        smoke_test=smoke.openai(
            options.port or PORT,
            name,
            support.purpose,
            is_chat=is_chat(subject.model) is not False,
            shell=options.shell,
        ),
        notes=(*gathered.notes, *judgement.notes, *gate_note(subject.model), *general_notes(subject.details)),
        fit=judgement.fit,
        served_as=name,
    )


def _add_wishes(subject: Subject, options: Options, support: Served, gathered: Gathered) -> None:
    if options.quant is not None and support.stored.format == "plain":
        wanted = options.quant.lower()
        if wanted in rules("serving")["transformers"]["online"]:
            gathered.add("--quantization", wanted, "made of the 16-bit weights while loading, as asked for")
    own = rules("serving")["transformers"]
    if model_type_of(subject.model, subject.details) in own["foreign_types"]:
        gathered.add("--trust-remote-code", None, "the library does not have this class: it is code of the repository")
        gathered.warn(
            f"--trust-remote-code runs Python code of {subject.id} here; it may be too old for transformers 5."
        )
    add_trust(subject, gathered, "transformers")
    if options.dtype is not None:
        gathered.add("--dtype", _NAMES.get(options.dtype.lower(), options.dtype), "the type asked for")
    if options.gpus == 1:
        gathered.add("--device", "cuda:0", "one GPU, as asked for")
    if options.port is not None:
        gathered.add("--port", options.port, "the port asked for")
    say_unused(options, ("context", "kv_dtype", "served_name"), gathered, _LABEL)


def _add_notes(options: Options, support: Served, gathered: Gathered) -> None:
    packages = rules("serving")["transformers"]["packages"]
    extra = packages.get(support.stored.format, "")
    if support.stored.format == "plain" and options.quant is not None and options.quant.lower().startswith("bnb"):
        extra = packages["bitsandbytes"]
    needed = f'"transformers[serving]"{f" {extra}" if extra else ""}'
    gathered.say(f"It needs: pip install {needed}")
    gathered.say("It answers one request after another; --continuous-batching serves several, vLLM and SGLang many.")
    if options.gpus is not None and options.gpus > 1:
        gathered.say("It spreads the layers over the GPUs that it sees; CUDA_VISIBLE_DEVICES names which.")


def _on_this_machine(subject: Subject, stored: Stored, judgement: Judgement) -> Judgement:
    machine = subject.machine
    if stored.format == "fp8" and machine.source != "unknown" and (machine.is_apple or not machine.gpus):
        reason = f"transformers runs FP8 weights on GPUs of NVIDIA, AMD or Intel, not on {machine.describe()}."
        return replace(judgement, verdict="too-large", reason=reason)
    if machine.source == "unknown" or machine.gpus or machine.is_apple or judgement.verdict == "too-large":
        return judgement
    reason = f"No GPU was found ({machine.describe()}): it runs on the processor, slowly. llama.cpp or Ollama suit it."
    return replace(judgement, verdict="tight", reason=reason)
