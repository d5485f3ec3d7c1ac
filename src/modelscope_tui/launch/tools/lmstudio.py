"""LM Studio: `lms get` with the Hub's full address, then load and serve; GGUF anywhere, MLX on Apple silicon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.model import Model, Quantization
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note, refused
from modelscope_tui.launch.command import LaunchCommand, Step
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
from modelscope_tui.launch.purpose import Purpose, is_chat
from modelscope_tui.launch.remark import general_notes, is_gated
from modelscope_tui.launch.rulebook import source_of
from modelscope_tui.launch.stored import REMADE, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.unserved import not_for

PORT = 1234
"""Where LM Studio's server listens unless told otherwise."""

_SERVES: frozenset[Purpose] = frozenset({"text", "vision", "embedding"})
_URL = "https://huggingface.co/"


@dataclass(frozen=True, slots=True)
class _Found:
    repo: str
    address: str
    why: str
    quantization: Quantization | str | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class LmStudio:
    """Runs GGUF models on a desktop, and MLX models on a Mac."""

    name: str = "lmstudio"
    label: str = "LM Studio"
    purpose: Literal["run"] = "run"

    def can_run(self, model: Model) -> bool:
        """Offer GGUF and MLX files of text, vision and embedding models."""
        is_readable = offers_gguf(model) or stored_of(model).format == "mlx"
        return is_readable and fitting_purpose(model, _SERVES) is not None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `lms get`, `lms load` and `lms server start`, or say which fact stands in the way."""
        purpose = fitting_purpose(subject.model, _SERVES)
        if purpose is None:
            return not_for(subject.model, self.name, self.label)
        if options.nodes is not None and options.nodes > 1:
            return refused(subject.id, self.name, "LM Studio does not spread a model over several machines; vLLM does.")
        found = _found(subject, options)
        if isinstance(found, str):
            return refused(subject.id, self.name, found)
        return _answer(subject, options, found, purpose)


def _found(subject: Subject, options: Options) -> _Found | str:
    stored = stored_of(subject.model, subject.details)
    reasons: list[str] = []
    for source in sources_of(subject):
        found = _from_gguf(source, subject, options)
        if isinstance(found, _Found):
            return found
        reasons.append(found)
    if stored.format == "mlx" and options.quant is None:
        return _Found(subject.id, f"{_URL}{subject.id}", "its own MLX weights", None)
    if reasons:
        return f"Nothing of {subject.id} can be run in LM Studio: {'; '.join(dict.fromkeys(reasons))}."
    if stored.format in REMADE or stored.format in {"fp8", "fp4"}:
        return f"{subject.id} holds {stored.label} weights and no GGUF files; LM Studio reads GGUF, and MLX on a Mac."
    nothing = f"{subject.id} holds no GGUF files and no GGUF repository of it is known"
    return f"{nothing}; LM Studio reads GGUF, and MLX on a Mac."


def _from_gguf(source: Source, subject: Subject, options: Options) -> _Found | str:
    unknown = unreadable(source, "llamacpp")
    problem = None if source.is_listed else no_such_name(options.quant)
    if unknown is not None:
        problem = f"{source.repo} is of the GGUF architecture {unknown}, which llama.cpp does not know"
    if problem is not None:
        return problem
    why = "its own GGUF files" if source.is_own else "GGUF files of the same model in another repository"
    address = f"{_URL}{source.repo}"
    if not source.is_listed:
        end = "" if options.quant is None else f"@{options.quant.lower()}"
        note = unseen_note(source, options.quant, "LM Studio chooses among them itself")
        return _Found(source.repo, f"{address}{end}", why, options.quant or USUAL, (note,))
    held = source.quantizations
    choice = choose(held, options.quant, subject.machine)
    if choice.quantization is None:
        return f"{source.repo}: {choice.reason}" if held else f"{source.repo} holds no GGUF files"
    held_with = source.weighed(choice.quantization)
    tag = tag_of(choice.quantization, held)
    if tag is not None and not tag.lower().endswith(".gguf"):
        return _Found(source.repo, f"{address}@{tag.lower()}", f"{why}; {choice.why}", held_with)
    path = choice.quantization.files[0].path
    if " " in path:
        return f"{source.repo}: {path} cannot be named in an address"
    return _Found(source.repo, f"{address}/blob/main/{path}", f"{why}; {choice.why}", held_with)


def key_of(repo: str) -> str:
    """Guess the key that LM Studio gives a model: its short name in lower case, without the ending of the format."""
    name = repo.partition("/")[2].lower()
    return name.removesuffix("-gguf").removesuffix("_gguf") or name


def _answer(subject: Subject, options: Options, found: _Found, purpose: Purpose) -> LaunchAnswer:
    machine = subject.machine
    fit = fit_of(
        subject.details,
        machine,
        engine="lmstudio",
        quantization=found.quantization,
        context=options.context,
        kv_dtype=None,
    )
    judgement = judged(fit, machine)
    verdict, reason = judgement.verdict, judgement.reason
    if found.quantization is None and machine.source != "unknown" and not machine.is_apple:
        verdict, reason = "too-large", f"MLX weights need a Mac with Apple silicon; {machine.describe()} is none."
    name = options.served_name or key_of(found.repo)
    is_whole = judgement.fit is not None and judgement.fit.fits == "yes" and bool(machine.gpus)
    command, flags = _command(found, options, name, is_whole=is_whole)
    return LaunchAnswer(
        subject.id,
        "lmstudio",
        verdict,
        reason,
        command=command,
        flags=flags,
        smoke_test=smoke.openai(
            options.port or PORT, name, purpose, is_chat=is_chat(subject.model) is not False, shell=options.shell
        ),
        notes=(*found.notes, *_notes(subject, options, found), *judgement.notes, *general_notes(subject.details)),
        fit=judgement.fit,
        served_as=name,
    )


def _command(found: _Found, options: Options, name: str, *, is_whole: bool) -> tuple[LaunchCommand, tuple[Flag, ...]]:
    source = f"lms {source_of('lmstudio')}"
    flags = [
        Flag(found.address, None, found.why, source),
        Flag("--yes", None, "takes the choice without asking", source),
    ]
    loading = [Flag("--identifier", name, "the name that clients use", source)]
    if is_whole:
        loading.append(Flag("--gpu", "max", "all of it fits the GPU", source))
    if options.context is not None:
        loading.append(Flag("--context-length", str(options.context), "the context asked for", source))
    serving = [Flag("--port", str(options.port), "the port asked for", source)] if options.port is not None else []
    steps = (
        Step("Fetch it", ("lms", "get", found.address, "--yes")),
        Step(
            "Load it - lms ls shows the key if it is another",
            ("lms", "load", key_of(found.repo), *_argv(loading), "--yes"),
        ),
        Step("Serve it", ("lms", "server", "start", *_argv(serving))),
    )
    return LaunchCommand(steps, options.shell), (*flags, *loading, *serving)


def _argv(flags: list[Flag]) -> list[str]:
    return [part for flag in flags for part in (flag.flag, flag.value) if part is not None]


def _notes(subject: Subject, options: Options, found: _Found) -> tuple[Note, ...]:
    notes: list[Note] = []
    holder = subject.model if found.repo == subject.id else getattr(subject.related.get(found.repo), "model", None)
    if holder is not None and is_gated(holder):
        text = "Gated: lms takes no token; give it to the app, or hf download the file and lms import it."
        notes.append(Note("warning", text))
    if found.quantization is None and subject.machine.os != "macos":
        notes.append(Note("info", "MLX weights run on Apple silicon only."))
    unused = [name for name in ("gpus", "dtype", "kv_dtype", "revision") if getattr(options, name) is not None]
    if unused:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in unused)
        notes.append(Note("info", f"lms has no option for {named}: that is set in the app."))
    return tuple(notes)
