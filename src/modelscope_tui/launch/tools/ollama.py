"""Ollama: a tag of its own library, else GGUF files from the Hub, else the reason why there is neither.

    library tag (data/launch_ollama.json) ─▶ the repository's own GGUF ─▶ a GGUF repository of the same model ─▶ refused

`ollama run` takes no context, cache type or port: they belong to the server, so asking for one makes two steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from modelscope_tui.catalog.model import Model, Quantization
from modelscope_tui.catalog.units import on_disk
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Alternative, Flag, LaunchAnswer, Note, refused
from modelscope_tui.launch.command import LaunchCommand, Step
from modelscope_tui.launch.container import Container, container_of
from modelscope_tui.launch.family import architectures_of
from modelscope_tui.launch.fitting import fit_of, judged
from modelscope_tui.launch.gguf import (
    USUAL,
    Source,
    choose,
    fitting_purpose,
    likely_split,
    no_such_name,
    offers_gguf,
    sources_of,
    tag_of,
    unreadable,
    unseen_note,
)
from modelscope_tui.launch.library import Entry, entry_of
from modelscope_tui.launch.near import originals_of
from modelscope_tui.launch.purpose import Purpose, is_chat, purpose_of
from modelscope_tui.launch.remark import general_notes, is_gated
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.stored import REMADE, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.unserved import not_for
from modelscope_tui.launch.window import ollama_window

if TYPE_CHECKING:
    from modelscope_tui.fit.estimate import FitEstimate

PORT = 11434
"""Where the server listens unless OLLAMA_HOST says otherwise."""

_SERVES: frozenset[Purpose] = frozenset({"text", "vision", "embedding"})
_CACHE_TYPES = ("f16", "q8_0", "q4_0")
_NEW_VISION = ("qwen3_vl", "qwen3_5", "qwen3_vl_moe", "qwen3_5_moe")


@dataclass(frozen=True, slots=True)
class _Found:
    """What `ollama run` will be given, and how it was found."""

    reference: str
    flag: Flag
    quantization: Quantization | str | None
    notes: tuple[Note, ...] = ()
    has_projector: bool | None = None


@dataclass(frozen=True, slots=True)
class Ollama:
    """Runs GGUF models on this computer, from its own library or from the Hub."""

    name: str = "ollama"
    label: str = "Ollama"
    purpose: Literal["run"] = "run"

    def can_run(self, model: Model) -> bool:
        """Offer what is in the library, and GGUF files of text, vision and embedding models."""
        entry = entry_of(model.id)
        if entry is not None and not entry.is_cloud_only:
            return True
        is_named = offers_gguf(model) and "." not in model.organization
        return is_named and fitting_purpose(model, _SERVES) is not None and likely_split(model, None) is None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `ollama run`, or say why Ollama cannot."""
        blocked = _blocked(subject, options)
        if blocked is not None:
            return blocked
        found = _found(subject, options)
        if isinstance(found, str):
            return refused(subject.id, self.name, found, *_ways(subject), others=_others(subject))
        return _answer(subject, options, found)


def _blocked(subject: Subject, options: Options) -> LaunchAnswer | None:
    model = subject.model
    if options.nodes is not None and options.nodes > 1:
        return refused(model.id, "ollama", "Ollama does not spread a model over several machines; vLLM does.")
    if entry_of(model.id) is None and fitting_purpose(model, _SERVES) is None:
        return not_for(model, "ollama", "Ollama")
    return None


def _found(subject: Subject, options: Options) -> _Found | str:
    """Find what to run; a text is the reason why there is nothing."""
    entry = entry_of(subject.id)
    reasons: list[str] = []
    if entry is not None and not entry.is_cloud_only:
        if options.quant is None or (entry.quant or "").upper() == options.quant.upper():
            return _from_library(entry)
        reasons.append(f"the library's {entry.tag} holds {entry.quant or 'another quantization'}, not {options.quant}")
    elif entry is not None:
        reasons.append(f"the library has it only in the cloud ({entry.tag} runs on ollama.com, not here)")
    for source in sources_of(subject):
        found = _from_hub(source, subject, options)
        if isinstance(found, _Found):
            return found
        reasons.append(found)
    return _missing(subject, reasons)


def _from_library(entry: Entry) -> _Found:
    listed = f"Ollama library as of {rules('ollama')['library_as_of']}: {entry.source}"
    held = f"{entry.quant}, {on_disk(entry.size_bytes)}" if entry.quant and entry.size_bytes else "its default"
    notes: tuple[Note, ...] = ()
    if entry.shared_with:
        others = ", ".join(entry.shared_with)
        text = f"{entry.tag} was matched by name, also to {others}: `ollama show {entry.tag}` tells which it holds."
        notes = (Note("warning", text),)
    elif entry.by_name:
        notes = (Note("info", f"{entry.tag} was matched by name to this repository."),)
    flag = Flag(entry.tag, None, f"this model's tag in Ollama's library; holds {held}", listed)
    return _Found(entry.tag, flag, entry.quantization or USUAL, notes)


def _from_hub(source: Source, subject: Subject, options: Options) -> _Found | str:
    organization, _, name = source.repo.partition("/")
    if "." in organization or len(name) > 80:
        return f"{source.repo} cannot be named to Ollama (a namespace without dots, a name of at most 80 characters)"
    unknown = unreadable(source, "ollama")
    if unknown is not None:
        return f"{source.repo} is of the GGUF architecture {unknown}, which Ollama does not know"
    why = "its own GGUF files" if source.is_own else "GGUF files of the same model in another repository"
    base = f"hf.co/{source.repo}"
    rule = f"Ollama {source_of('ollama')}: hf.co/user/repo:QUANT"
    if not source.is_listed:
        split = likely_split(subject.model, options.quant)
        problem = no_such_name(options.quant) or (split and f"{split}, and Ollama pulls only one")
        return problem or _unlisted(source, why, rule, options.quant)
    held = source.quantizations
    choice = choose(held, options.quant, subject.machine, needs_one_file=True)
    if choice.quantization is None:
        return f"{source.repo}: {choice.reason}" if held else f"{source.repo} holds no GGUF files"
    tag = tag_of(choice.quantization, held)
    if tag is None:
        return f"{source.repo}: {choice.quantization.files[0].path} cannot be named in a tag"
    flag = Flag(f"{base}:{tag}", None, f"{why}; {choice.why}", rule)
    return _Found(f"{base}:{tag}", flag, source.weighed(choice.quantization), has_projector=source.has_projector)


def _unlisted(source: Source, why: str, rule: str, quant: str | None) -> _Found:
    base = f"hf.co/{source.repo}"
    reference = base if quant is None else f"{base}:{quant}"
    note = unseen_note(source, quant, f"without a tag Ollama takes {USUAL}, else what the Hub picks")
    return _Found(reference, Flag(reference, None, why, rule), quant or USUAL, (note,))


def _missing(subject: Subject, reasons: list[str]) -> str:
    if reasons:
        return f"Nothing of {subject.id} can be run in Ollama: {'; '.join(dict.fromkeys(reasons))}."
    stored = stored_of(subject.model, subject.details)
    if stored.format in REMADE or stored.format in {"diffusers", "timm", "fp8", "fp4"}:
        return f"{subject.id} holds {stored.label} weights and no GGUF files; Ollama reads GGUF only."
    return (
        f"{subject.id} holds no GGUF files, no GGUF repository of it is known, and Ollama's library does not have it."
    )


def _ways(subject: Subject) -> tuple[Note, ...]:
    """Say how a person could import the weights by hand, where Ollama can."""
    known = rules("ollama")["import_architectures"]
    stored = stored_of(subject.model, subject.details)
    found = [name for name in architectures_of(subject.model, subject.details) if name in known]
    if not found or stored.format not in {"plain", "fp8"}:
        return ()
    text = f"By hand: hf download {subject.id}, then ollama create with FROM that folder; Ollama imports {found[0]}."
    return (Note("info", text),)


def _others(subject: Subject) -> tuple[Alternative, ...]:
    """Offer the library's tag of the model that this one was made from."""
    entries = [entry for name in originals_of(subject.model) if (entry := entry_of(name)) and not entry.is_cloud_only]
    return tuple(
        Alternative("ollama", entry.repo, f"ollama run {entry.tag}", "the original model in Ollama's library")
        for entry in entries[:1]
    )


def _answer(subject: Subject, options: Options, found: _Found) -> LaunchAnswer:
    model, machine = subject.model, subject.machine
    judgement = judged(
        fit_of(
            subject.details,
            machine,
            engine="ollama",
            quantization=found.quantization,
            context=options.context,
            kv_dtype=options.kv_dtype,
        ),
        machine,
    )
    name = options.served_name or found.reference
    purpose = purpose_of(model)
    command, flags = _command(found, options, purpose)
    return LaunchAnswer(
        model.id,
        "ollama",
        judgement.verdict,
        judgement.reason,
        command=command,
        flags=(found.flag, *flags),
        smoke_test=_smoke_test(name, purpose, model, options),
        notes=(
            *found.notes,
            *_notes(subject, options, found, purpose),
            *(ollama_window(subject, options, judgement.fit) if purpose != "embedding" else ()),
            *judgement.notes,
            *general_notes(subject.details),
        ),
        fit=judgement.fit,
        served_as=name,
        container=_container(subject, options, command, judgement.fit),
    )


def _container(subject: Subject, options: Options, command: LaunchCommand, fit: FitEstimate | None) -> Container | None:
    """Put the server into Ollama's image; its steps on the model run inside."""
    is_of_server = [step.argv == ("ollama", "serve") for step in command.steps]
    env = tuple(pair for step in command.steps for pair in step.env if is_of_server[0] and pair[0] != "OLLAMA_HOST")
    return container_of(
        "ollama",
        subject.machine,
        (),
        host_port=options.port,
        env=env,
        after=tuple(step.argv for step, is_server in zip(command.steps, is_of_server, strict=True) if not is_server),
        size_bytes=fit.weights_bytes if fit else None,
    )


def _command(found: _Found, options: Options, purpose: Purpose) -> tuple[LaunchCommand, tuple[Flag, ...]]:
    source = f"Ollama {source_of('ollama')}: environment of the server"
    flags: list[Flag] = []
    if options.context is not None:
        flags.append(Flag("OLLAMA_CONTEXT_LENGTH", str(options.context), "the context asked for", source))
    if options.kv_dtype in _CACHE_TYPES and options.kv_dtype != "f16":
        flags.append(Flag("OLLAMA_FLASH_ATTENTION", "1", "a smaller cache type needs it", source))
        flags.append(Flag("OLLAMA_KV_CACHE_TYPE", options.kv_dtype, "the cache type asked for", source))
    host: tuple[tuple[str, str | None], ...] = ()
    if options.port is not None and options.port != PORT:
        host = (("OLLAMA_HOST", f"127.0.0.1:{options.port}"),)
        flags.append(Flag("OLLAMA_HOST", host[0][1], "the port asked for; server and client both read it", source))
    server = tuple((flag.flag, flag.value) for flag in flags)
    steps = [Step("Start the server in its own terminal - stop a running Ollama first", ("ollama", "serve"), server)]
    steps = steps if server else []
    verb = "pull" if purpose == "embedding" else "run"
    name = options.served_name
    if name is not None:
        steps.append(Step("Fetch the model", ("ollama", "pull", found.reference), host))
        steps.append(Step("Give it the name that clients use", ("ollama", "cp", found.reference, name), host))
    if name is None or verb == "run":
        title = "Fetch the model" if verb == "pull" else "Run the model"
        steps.append(Step(title, ("ollama", verb, name or found.reference), host))
    return LaunchCommand(tuple(steps), options.shell, main=len(steps) - 1), tuple(flags)


def _smoke_test(name: str, purpose: Purpose, model: Model, options: Options) -> str | None:
    port = options.port or PORT
    if purpose == "embedding":
        return smoke.post(f"http://localhost:{port}/api/embed", {"model": name, "input": "hello"}, options.shell)
    kind: Purpose = "text"  # (pictures must be sent as base64; a greeting shows as well that the server answers)
    return smoke.openai(port, name, kind, is_chat=is_chat(model) is not False, shell=options.shell)


def _notes(subject: Subject, options: Options, found: _Found, purpose: Purpose) -> tuple[Note, ...]:
    notes: list[Note] = []
    if options.context is not None:
        notes.append(Note("info", f"In a running chat the same is: /set parameter num_ctx {options.context}"))
    if options.kv_dtype is not None and options.kv_dtype not in _CACHE_TYPES:
        notes.append(Note("warning", f"Ollama has no cache type {options.kv_dtype}: {', '.join(_CACHE_TYPES)}."))
    if options.gpus is not None or options.dtype is not None:
        notes.append(Note("info", "Ollama chooses GPUs and types itself; that choice is not part of the command."))
    if options.revision is not None:
        notes.append(Note("warning", "Ollama cannot pin a revision: it takes what the tag holds now."))
    if found.reference.startswith("hf.co/"):
        notes.extend(_hub_notes(subject, found, purpose))
    return tuple(notes)


def _hub_notes(subject: Subject, found: _Found, purpose: Purpose) -> list[Note]:
    notes: list[Note] = []
    repo = found.reference.removeprefix("hf.co/").partition(":")[0]
    related = subject.related.get(repo)
    holder = subject.model if repo == subject.id else replace(subject.model, id=repo, gated=None)
    if is_gated(related.model if related else holder):
        text = (
            f"Gated: accept the conditions at https://huggingface.co/{repo} and add Ollama's key"
            " (~/.ollama/id_ed25519.pub) at https://huggingface.co/settings/keys; Ollama ignores HF_TOKEN."
        )
        notes.append(Note("warning", text))
    if purpose == "vision" and found.has_projector is False:
        notes.append(Note("warning", f"{repo} holds no projector (mmproj): it will read text, not pictures."))
    elif purpose == "vision" and (subject.model.model_type in _NEW_VISION):
        notes.append(Note("info", "Pictures with GGUF files of this family need Ollama 0.30 or later."))
    return notes
