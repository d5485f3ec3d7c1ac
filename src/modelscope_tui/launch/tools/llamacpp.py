"""llama.cpp: `llama-server -hf` with GGUF files of the Hub; split files and projectors come along by themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from modelscope_tui.catalog.model import Model, ModelDetails, Quantization
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note, refused
from modelscope_tui.launch.command import Environment, LaunchCommand, Step
from modelscope_tui.launch.container import Container, container_of
from modelscope_tui.launch.family import architectures_of
from modelscope_tui.launch.fitting import fit_of, judged
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
from modelscope_tui.launch.purpose import Purpose, is_chat, purpose_of
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.stored import REMADE, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.unserved import not_for
from modelscope_tui.launch.window import llamacpp_window

if TYPE_CHECKING:
    from modelscope_tui.fit.machine import Machine

PORT = 8080
"""Where `llama-server` listens unless told otherwise."""

_SERVES: frozenset[Purpose] = frozenset({"text", "vision", "embedding", "reranker"})
_CACHE_TYPES = ("f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "iq4_nl", "q5_0", "q5_1")
_BATCH = "8192"
_POOLING = (
    ("last", re.compile(r"qwen3-(vl-)?embedding|gte-qwen|e5-mistral|jina-code-embeddings")),
    ("cls", re.compile(r"[/-]bge-|mxbai-embed-large|snowflake-arctic-embed|gte-(base|large)-en-v1\.5|gte-modernbert")),
    (
        "mean",
        re.compile(r"nomic-embed|[/-]e5-(small|base|large)|all-minilm|embeddinggemma|[/-]gte-(small|base)$"),
    ),
)
"""From the configuration of sentence-transformers in each family's repositories."""


@dataclass(frozen=True, slots=True)
class _Found:
    source: Source
    flags: tuple[Flag, ...]
    quantization: Quantization | str | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class LlamaCpp:
    """Serves GGUF files on CPUs, GPUs or both."""

    name: str = "llamacpp"
    label: str = "llama.cpp"
    purpose: Literal["run"] = "run"

    def can_run(self, model: Model) -> bool:
        """Offer GGUF files of text, vision, embedding and reranking models."""
        return (offers_gguf(model) and fitting_purpose(model, _SERVES) is not None) or _is_heard(model)

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `llama-server -hf`, or say which fact stands in the way."""
        if options.nodes is not None and options.nodes > 1:
            reason = "llama-server alone uses one machine; rpc-server spreads it, vLLM does it by itself."
            return refused(subject.id, self.name, reason)
        purpose = fitting_purpose(subject.model, _SERVES) or _hears(subject)
        if purpose is None:
            return not_for(subject.model, self.name, self.label)
        reasons: list[str] = []
        for source in sources_of(subject):
            found = _found(source, subject, options)
            if isinstance(found, _Found):
                return _answer(subject, options, found, purpose)
            reasons.append(found)
        return refused(subject.id, self.name, _missing(subject, reasons), *_ways(subject))


def _hears(subject: Subject) -> Purpose | None:
    """Give the purpose of a speech model that answers through a projector, as a few families do."""
    return "speech-to-text" if _is_heard(subject.model, subject.details) else None


def _is_heard(model: Model, details: ModelDetails | None = None) -> bool:
    known = rules("llamacpp")["vision_architectures"]
    is_known = any(name in known for name in architectures_of(model, details))
    return purpose_of(model) == "speech-to-text" and is_known and offers_gguf(model)


def _found(source: Source, subject: Subject, options: Options) -> _Found | str:
    unknown = unreadable(source, "llamacpp")
    if unknown is not None:
        return f"{source.repo} is of the GGUF architecture {unknown}, which llama.cpp does not know"
    rule = f"llama.cpp {source_of('llamacpp')}: common/download.cpp"
    why = "its own GGUF files" if source.is_own else "GGUF files of the same model in another repository"
    if not source.is_listed:
        return no_such_name(options.quant) or _unlisted(source, why, rule, options.quant)
    held = source.quantizations
    choice = choose(held, options.quant, subject.machine)
    if choice.quantization is None:
        return f"{source.repo}: {choice.reason}" if held else f"{source.repo} holds no GGUF files"
    held_with = source.weighed(choice.quantization)
    tag = tag_of(choice.quantization, held)
    if tag is not None and not tag.lower().endswith(".gguf"):
        return _Found(source, (Flag("-hf", f"{source.repo}:{tag}", f"{why}; {choice.why}", rule),), held_with)
    path = choice.quantization.files[0].path
    exact = Flag("--hf-file", path, "this very file: a quantization's name alone does not name it", rule)
    return _Found(source, (Flag("-hf", source.repo, f"{why}; {choice.why}", rule), exact), held_with)


def _unlisted(source: Source, why: str, rule: str, quant: str | None) -> _Found:
    reference = source.repo if quant is None else f"{source.repo}:{quant}"
    note = unseen_note(source, quant, f"without a tag llama.cpp takes {USUAL}, then Q8_0")
    return _Found(source, (Flag("-hf", reference, why, rule),), quant or USUAL, (note,))


def _missing(subject: Subject, reasons: list[str]) -> str:
    if reasons:
        return f"Nothing of {subject.id} can be run in llama.cpp: {'; '.join(dict.fromkeys(reasons))}."
    stored = stored_of(subject.model, subject.details)
    if stored.format in REMADE or stored.format in {"fp8", "fp4"}:
        return f"{subject.id} holds {stored.label} weights and no GGUF files; llama.cpp reads GGUF only."
    return f"{subject.id} holds no GGUF files and no GGUF repository of it is known; llama.cpp reads GGUF only." + (
        " Its convert_hf_to_gguf.py can make them." if _convertible(subject) else ""
    )


def _convertible(subject: Subject) -> str | None:
    """Name the class of the weights that llama.cpp's own script turns into GGUF; None where it cannot."""
    stored = stored_of(subject.model, subject.details)
    known = rules("llamacpp")["architectures"]
    found = [name for name in architectures_of(subject.model, subject.details) if name in known]
    return found[0] if found and stored.format in {"plain", "fp8", "gptq", "compressed-tensors"} else None


def _ways(subject: Subject) -> tuple[Note, ...]:
    name = _convertible(subject)
    if name is None:
        return ()
    text = (
        f"By hand, as llama.cpp converts {name}: hf download {subject.id} --local-dir m, python convert_hf_to_gguf.py m"
        " --outfile m.gguf --outtype bf16, llama-quantize m.gguf m-Q4_K_M.gguf Q4_K_M, llama-server -m m-Q4_K_M.gguf"
    )
    return (Note("info", text),)


def _answer(subject: Subject, options: Options, found: _Found, purpose: Purpose) -> LaunchAnswer:
    machine = subject.machine
    fit = fit_of(
        subject.details,
        machine,
        engine="llamacpp",
        quantization=found.quantization,
        context=options.context,
        kv_dtype=options.kv_dtype,
    )
    judgement = judged(fit, machine)
    extra, notes = _options(subject, options, purpose)
    flags = (*found.flags, *extra)
    argv = _arguments(flags)
    holder = found.source.details.model if found.source.details else None
    env = token_env(holder) if holder else ()
    name = options.served_name or found.source.repo
    return LaunchAnswer(
        subject.id,
        "llamacpp",
        judgement.verdict,
        judgement.reason,
        command=LaunchCommand((Step("Serve the model", ("llama-server", *argv), env),), options.shell),
        flags=flags,
        smoke_test=smoke.openai(
            options.port or PORT, name, purpose, is_chat=is_chat(subject.model) is not False, shell=options.shell
        ),
        notes=(
            *found.notes,
            *notes,
            *_vision(found, purpose),
            *(llamacpp_window(subject, options, fit) if purpose in {"text", "vision"} else ()),
            *judgement.notes,
            *(gate_note(holder) if holder else ()),
            *general_notes(subject.details),
        ),
        fit=judgement.fit,
        served_as=name,
        container=_container(machine, options, flags, env, fit.weights_bytes),
    )


def _container(
    machine: Machine, options: Options, flags: tuple[Flag, ...], env: Environment, size_bytes: int | None
) -> Container | None:
    """Put the same server into llama.cpp's image; inside, it has to listen for the host."""
    inside = ("--host", "0.0.0.0", "--port", str(PORT))  # noqa: S104 - inside the container
    argv = (*_arguments(flags, without="--port"), *inside)
    return container_of("llamacpp", machine, argv, host_port=options.port, env=env, size_bytes=size_bytes)


def _arguments(flags: tuple[Flag, ...], without: str = "") -> tuple[str, ...]:
    kept = [flag for flag in flags if flag.flag != without]
    return tuple(part for flag in kept for part in (flag.flag, flag.value) if part is not None)


def _options(subject: Subject, options: Options, purpose: Purpose) -> tuple[list[Flag], list[Note]]:
    source = f"llama.cpp {source_of('llamacpp')}: tools/server/README.md"
    flags: list[Flag] = []
    notes: list[Note] = []
    if options.context is not None:
        flags.append(Flag("--ctx-size", str(options.context), "the context asked for", source))
    if purpose == "embedding":
        flags.append(Flag("--embedding", None, "serves embeddings", source))
        pooling = _pooling(subject.model)
        if pooling is not None:
            flags.append(Flag("--pooling", pooling, "how this family makes one vector of many", source))
        flags.append(Flag("--batch-size", _BATCH, "how much is taken at once; the next can be no more", source))
        flags.append(Flag("--ubatch-size", _BATCH, "an input must fit one batch", source))
    if purpose == "reranker":
        flags.append(Flag("--rerank", None, "serves /v1/rerank", source))
    if options.kv_dtype is not None:
        if options.kv_dtype in _CACHE_TYPES:
            flags.append(Flag("--cache-type-k", options.kv_dtype, "the cache type asked for", source))
            flags.append(Flag("--cache-type-v", options.kv_dtype, "the cache type asked for", source))
        else:
            notes.append(Note("warning", f"llama.cpp has no cache type {options.kv_dtype}: {', '.join(_CACHE_TYPES)}."))
    if options.served_name is not None:
        flags.append(Flag("--alias", options.served_name, "the name that clients use", source))
    if options.port is not None:
        flags.append(Flag("--port", str(options.port), "the port asked for", source))
    if options.gpus is not None or options.dtype is not None:
        notes.append(Note("info", "llama.cpp spreads over the GPUs that it sees; types are those of the files."))
    if options.revision is not None:
        notes.append(Note("warning", "llama-server -hf cannot pin a revision; hf download --revision can."))
    return flags, notes


def _pooling(model: Model) -> str | None:
    """How a family of embedders pools; None lets the file's own metadata decide."""
    name = model.id.lower()
    return next((kind for kind, pattern in _POOLING if pattern.search(name)), None)


def _vision(found: _Found, purpose: Purpose) -> tuple[Note, ...]:
    if purpose == "vision" and found.source.is_listed and not found.source.has_projector:
        text = f"{found.source.repo} holds no projector (mmproj): it will read text, not pictures."
        return (Note("warning", text),)
    return ()
