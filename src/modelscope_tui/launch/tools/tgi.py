"""TGI (Text Generation Inference): a container by itself, so its command for a shell is `docker run` already.

model type in the list of ``data/launch_tgi.json`` ─▶ how the weights are kept (`--quantize`) ─▶ GPUs (`--num-shard`)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import LaunchAnswer, refused
from modelscope_tui.launch.command import LaunchCommand
from modelscope_tui.launch.container import Container, container_of, name_of
from modelscope_tui.launch.family import architectures_of, model_type_of
from modelscope_tui.launch.fitting import Judgement, judged
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.purpose import Purpose, is_chat, purpose_of
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.served import (
    Served,
    add_choice,
    add_trust,
    kind_of,
    not_served,
    quant_refusal,
    say_unused,
    type_among,
    unknown_class,
    unknown_method,
    wrong_format,
    wrong_purpose,
)
from modelscope_tui.launch.stored import Format, Stored, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.targets import docker
from modelscope_tui.launch.vllm_layout import Layout, fits_machine, length_problem, settled

PORT = 8080
"""Where it is reached on the host unless told otherwise; inside its container it listens on 80."""

_LABEL = "TGI"
_SERVES: frozenset[Purpose] = frozenset({"text", "vision", "unknown"})
_VECTORS = "Text Embeddings Inference (ghcr.io/huggingface/text-embeddings-inference) is the server for these."
_ANSWER_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Tgi:
    """Serves an older list of text models from a container."""

    name: str = "tgi"
    label: str = _LABEL
    purpose: Literal["serve"] = "serve"

    def can_run(self, model: Model) -> bool:
        """Offer what is of a model type on its list, in a format that it reads."""
        return is_repo_id(model.id) and _support(model).kind is not None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `docker run`, or say which fact stands in the way."""
        support = _support(subject.model, subject.details)
        if support.kind is None:
            return not_served(subject.id, self.name, support)
        online = rules("serving")["tgi"]["online"]
        problem = quant_refusal(subject.model, support.stored, options.quant, online, _LABEL)
        problem = problem or length_problem(subject, options, _LABEL)
        if options.nodes is not None and options.nodes > 1:
            problem = "TGI serves from one machine; vLLM and SGLang spread a model over several."
        if problem is not None:
            return refused(subject.id, self.name, problem)
        return _answer(subject, options, support)


def _support(model: Model, details: ModelDetails | None = None) -> Served:
    purpose, stored = purpose_of(model), stored_of(model, details)
    more = _VECTORS if purpose in {"embedding", "reranker", "classifier"} else ""
    reason = (
        wrong_purpose(model, purpose, _SERVES, _LABEL, more)
        or wrong_format(model, stored, _formats(), _LABEL)
        or unknown_method(model, details, _methods(), _LABEL)
    )
    if reason is not None:
        return Served(purpose, stored, reason=reason)
    found = type_among(model, details, _types())
    if found is not None and (purpose != "vision" or found in rules("serving")["tgi"]["vision_types"]):
        return Served(purpose, stored, found)
    if found is None and model_type_of(model, details) is None and not architectures_of(model, details):
        return Served(purpose, stored, reason=unknown_class(model, details, _LABEL), is_unknown=True)
    reason = (
        f"{kind_of(model, details)} (model type {model_type_of(model, details) or 'not said'}) is not among the"
        f" {len(_types())} model types that TGI serves; it is in maintenance mode and gets no new ones."
    )
    return Served(purpose, stored, reason=reason)


@cache
def _types() -> frozenset[str]:
    return frozenset(rules("tgi")["model_types"])


@cache
def _formats() -> frozenset[Format]:
    return frozenset(("plain", *rules("serving")["tgi"]["quantize"]))


@cache
def _methods() -> frozenset[str]:
    return frozenset((*rules("serving")["tgi"]["quantize"], "bnb", "fbgemm_fp8", "exl2"))


def _answer(subject: Subject, options: Options, support: Served) -> LaunchAnswer:
    layout, fit = settled(subject, options, engine="tgi")
    gathered = _gathered(subject, options, support, layout)
    container = _container(subject, options, layout, gathered, fit.weights_bytes)
    if container is None:
        return refused(subject.id, "tgi", f"TGI has no image for this machine ({subject.machine.describe()}).")
    judgement = _on_this_machine(subject, layout, judged(fit, subject.machine))
    written = docker.write(container, name_of("tgi", subject.id))
    is_talk = is_chat(subject.model) is not False and support.kind not in rules("serving")["tgi"]["completes"]
    port = options.port or PORT
    said = (*gathered.notes, *written.notes, *judgement.notes)
    return LaunchAnswer(
        subject.id,
        "tgi",
        judgement.verdict,
        judgement.reason,
        command=LaunchCommand(written.steps, options.shell, main=written.main),
        flags=tuple(gathered.flags),
        smoke_test=smoke.openai(port, subject.id, support.purpose, is_chat=is_talk, shell=options.shell),
        notes=(*said, *gate_note(subject.model), *general_notes(subject.details)),
        fit=judgement.fit,
        served_as=subject.id,
        container=container,
    )


def _gathered(subject: Subject, options: Options, support: Served, layout: Layout) -> Gathered:
    own = rules("serving")["tgi"]
    gathered = Gathered(f"TGI {source_of('tgi')}")
    gathered.add("--model-id", subject.id, "the model")
    if subject.machine.gpus or layout.tensor > 1 or subject.machine.source == "unknown":
        why = "how many GPUs share every layer, a number that divides the attention heads; all that are there otherwise"
        gathered.add("--num-shard", layout.tensor, why)
    _add_format(support.stored, options, gathered)
    if support.kind in own["trust_types"]:
        gathered.add("--trust-remote-code", None, "its tokenizer is code of the repository", own["source"])
    add_trust(subject, gathered)
    _add_wishes(options, gathered)
    _add_notes(subject, options, layout, gathered)
    return gathered


def _add_format(stored: Stored, options: Options, gathered: Gathered) -> None:
    own = rules("serving")["tgi"]
    if stored.format == "plain":
        if options.quant is not None and options.quant.lower() in own["online"]:
            gathered.add(
                "--quantize", options.quant.lower(), "quantizes the 16-bit weights while loading, as asked for"
            )
        return
    value = own["quantize"][stored.format]
    if stored.format == "bitsandbytes" and "8" in stored.label:
        value = "bitsandbytes"
    gathered.add("--quantize", value, f"the weights are stored as {stored.label}", own["source"])


def _add_wishes(options: Options, gathered: Gathered) -> None:
    table = rules("tgi")["commands"]["text-generation-launcher"]
    if options.context is not None:
        total = options.context
        prompt = max(total - _ANSWER_TOKENS, total // 2)
        gathered.add("--max-total-tokens", total, "the context asked for: prompt and answer together")
        gathered.add("--max-input-tokens", prompt, "the longest prompt: it must leave room for an answer")
    add_choice(gathered, "--dtype", ("type", options.dtype), table["--dtype"]["choices"], _LABEL)
    cache_types = table["--kv-cache-dtype"]["choices"]
    add_choice(gathered, "--kv-cache-dtype", ("cache type", options.kv_dtype), cache_types, _LABEL)
    if options.revision is not None:
        gathered.add("--revision", options.revision, "the revision asked for")
    say_unused(options, ("served_name",), gathered, _LABEL)


def _add_notes(subject: Subject, options: Options, layout: Layout, gathered: Gathered) -> None:
    gathered.say("TGI is in maintenance mode: vLLM and SGLang serve more models, and new ones.")
    if layout.pipeline > 1:
        gathered.warn(f"The attention heads do not divide over {options.gpus} GPUs: TGI uses {layout.tensor} of them.")
    elif 1 < layout.gpus < len(subject.machine.gpus):
        gathered.say(f"It uses {layout.gpus} of {len(subject.machine.gpus)} GPUs; --gpus asks for another number.")


def _container(
    subject: Subject, options: Options, layout: Layout, gathered: Gathered, size_bytes: int | None
) -> Container | None:
    return container_of(
        "tgi",
        subject.machine,
        tuple(gathered.arguments()),
        gpus=layout.tensor,
        host_port=options.port or PORT,
        env=token_env(subject.model),
        is_all_gpus=options.gpus is None or layout.tensor >= len(subject.machine.gpus) > 0,
        size_bytes=size_bytes,
        may_be_gated=subject.model.gated is None,
    )


def _on_this_machine(subject: Subject, layout: Layout, judgement: Judgement) -> Judgement:
    machine = subject.machine
    if machine.source == "unknown":
        return judgement
    if machine.is_apple or machine.os == "macos":
        reason = "Docker on macOS gives containers no GPU: TGI runs on another machine."
        return replace(judgement, verdict="too-large", reason=reason)
    if not fits_machine(layout, machine):
        has = len(machine.gpus) or "none"
        reason = f"The command wants {layout.gpus} GPUs; this machine ({machine.describe()}) has {has}."
        return replace(judgement, verdict="too-large", reason=reason)
    if not machine.gpus and judgement.verdict != "too-large":
        reason = f"No GPU was found ({machine.describe()}): it runs only in TGI's image for Intel processors, slowly."
        return replace(judgement, verdict="tight", reason=reason)
    return judgement
