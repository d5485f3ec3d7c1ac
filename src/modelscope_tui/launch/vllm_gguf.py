"""SOUTH WING: GGUF files in vLLM: a plugin reads one file of a few families, with the tokenizer of the original.

    family and original ─▶ is a file in one part there, and which? ─▶ `vllm serve REPO:QUANT --tokenizer ORIGINAL`

vLLM's documentation and the plugin's own tests say which families; for every other one llama.cpp is the way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.fit.machine import Machine
from modelscope_tui.launch.command import Environment
from modelscope_tui.launch.family import model_type_of
from modelscope_tui.launch.fitting import Judgement
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.gguf import USUAL, Source, choose, likely_split, no_such_name, tag_of, unseen_note
from modelscope_tui.launch.near import originals_of
from modelscope_tui.launch.purpose import Purpose, purpose_of
from modelscope_tui.launch.remark import TOKEN
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject

_SERVES: frozenset[Purpose] = frozenset({"text", "unknown"})
_PUBLISHER_FIRST = re.compile(r"^[A-Za-z0-9-]+_")
"""How some uploaders begin a name: `google_gemma-3-1b-it`."""


@dataclass(frozen=True, slots=True)
class Original:
    """The model that GGUF files were made from."""

    id: str
    """Its repository, which has the tokenizer."""
    kind: str
    """Its class in vLLM's registry."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a GGUF repository vLLM is given, or why nothing can be."""

    quant: str = USUAL
    """What stands behind the repository's name."""
    reason: str | None = None
    why: str = ""
    note: str | None = None
    """What is not known of it."""


def original_of(model: Model, details: ModelDetails | None = None) -> Original | None:
    """Name the original of a GGUF repository, where it is of a family that the plugin is tested with."""
    said = details.gguf.get("architecture") if details is not None else None
    kind = said if isinstance(said, str) and said else model_type_of(model, details)
    return original_by(originals_of(model), model.base_models, kind)


def original_by(originals: Sequence[str], base_models: Sequence[str], model_type: str | None) -> Original | None:
    """Name it from the facts that tell it: what ``near.originals_of`` found, the card's bases, and the type."""
    for name in (found.rpartition("/")[2] for found in originals):
        for plain in dict.fromkeys((name, _PUBLISHER_FIRST.sub("", name))):
            for pattern, publisher, kind in _originals():
                if pattern.fullmatch(plain):
                    return Original(f"{publisher}/{plain}", kind)
    kind = rules("recipes")["gguf"]["types"].get(model_type)
    base = next((name for name in base_models if is_repo_id(name)), None) if kind is not None else None
    return Original(base, kind) if base is not None and kind is not None else None


def may_be_original(name: str) -> bool:
    """Tell whether a name, or one that it begins with, may be that of an original; `original_by` knows better."""
    return _beginning().match(name) is not None


@cache
def _beginning() -> re.Pattern[str]:
    names = "|".join(pattern.pattern for pattern, *_ in _originals())
    return re.compile(f"(?:{_PUBLISHER_FIRST.pattern[1:]})?(?:{names})")


@cache
def _originals() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    listed = rules("recipes")["gguf"]["originals"]
    return tuple((re.compile(pattern), publisher, kind) for pattern, publisher, kind in listed)


def refusal_of(model: Model, details: ModelDetails | None = None) -> str | None:
    """Say why vLLM is not for a GGUF repository; None when its plugin reads it."""
    version, purpose = rules("vllm")["version"], purpose_of(model)
    if purpose not in _SERVES or original_of(model, details) is None:
        is_for_both = purpose in {"text", "vision", "embedding"}
        others = "llama.cpp or Ollama are" if is_for_both else "llama.cpp and its relatives are"
        return (
            f"{model.id} holds GGUF files only; vLLM {version} reads them through a plugin (vllm-gguf-plugin, since"
            f" 0.24) that is tested with {rules('recipes')['gguf']['said']}, so {others} the way."
        )
    listed = Source(model.id, details, is_own=True)
    if listed.is_listed:
        quantizations = listed.quantizations
        split = "each of its quantizations is in several files" if all(q.is_sharded for q in quantizations) else None
    else:
        split = likely_split(model, None)
    return None if split is None else _several(model, split)


def _several(model: Model, split: str) -> str:
    return f"{model.id}: {split}; vLLM's plugin for GGUF reads one file, and llama.cpp all of them."


def add_gguf(subject: Subject, options: Options, part: Part, gathered: Gathered) -> None:
    """Add the tokenizer of the original, and the name that clients know."""
    source = rules("recipes")["gguf"]["source"]
    original = original_of(subject.model, subject.details)
    if original is not None:
        why = "the original's tokenizer: making one of a GGUF file is slow and goes wrong at times"
        gathered.add("--tokenizer", original.id, why, source)
        if token_of(subject):
            gathered.warn(
                f"Its tokenizer is gated: accept the conditions at https://huggingface.co/{original.id} and set {TOKEN}"
                " in the environment before this."
            )
    if options.served_name is None:
        gathered.add("--served-model-name", subject.id, "the repository's name for clients, without the quantization")
    gathered.say(f"It serves {part.quant}: {part.why}.")
    if part.note is not None:
        gathered.warn(part.note)


def token_of(subject: Subject) -> Environment:
    """Name the token where the original's tokenizer is behind a gate."""
    original = original_of(subject.model, subject.details)
    publishers = rules("recipes")["gguf"]["gated"]
    return ((TOKEN, None),) if original is not None and original.id.partition("/")[0] in publishers else ()


def experimental(machine: Machine, judgement: Judgement) -> Judgement:
    """Lower a verdict: vLLM itself calls GGUF experimental, and the plugin is built for GPUs."""
    if judgement.verdict == "too-large":
        return judgement
    if machine.source != "unknown" and not machine.gpus:
        reason = (
            f"vLLM's plugin for GGUF needs a GPU of NVIDIA or AMD, and this machine ({machine.describe()}) has none."
        )
        return replace(judgement, verdict="too-large", reason=f"{reason} llama.cpp and Ollama run these files here.")
    said = (
        "GGUF in vLLM is experimental and slow: the original's own weights suit vLLM, llama.cpp and Ollama these files."
    )
    reason = f"{judgement.reason} {said}" if judgement.reason else said
    return replace(judgement, verdict="tight", reason=reason)


def part_of(subject: Subject, options: Options) -> Part:
    """Choose the quantization that vLLM is given."""
    source = Source(subject.id, subject.details, is_own=True)
    if not source.is_listed:
        problem = no_such_name(options.quant)
        if problem is not None:
            return Part(reason=f"{problem}.")
        split = likely_split(subject.model, options.quant)
        if split is not None:
            return Part(reason=_several(subject.model, split))
        quant = options.quant or USUAL
        return Part(quant, why="the usual one; vLLM wants one named", note=unseen_note(source, quant, "").text)
    held = source.quantizations
    whole = tuple(item for item in held if not item.is_sharded)
    wished = (options.quant or "").upper()
    if wished in {item.name.upper() for item in held} - {item.name.upper() for item in whole}:
        return Part(reason=_several(subject.model, f"{options.quant} is in several files"))
    choice = choose(whole, options.quant, subject.machine)
    tag = None if choice.quantization is None else tag_of(choice.quantization, held)
    if choice.quantization is None or tag is None or tag.lower().endswith(".gguf"):
        return Part(reason=f"{subject.id}: {choice.reason or 'its files have no quantization in their names'}.")
    return Part(tag, why=choice.why)
