"""DeepSpeed: the launcher, a ZeRO file that fits the machine, and a training script for transformers' Trainer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.catalog.units import in_memory
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.training import Need, Zero, zero_need
from modelscope_tui.launch.answer import LaunchAnswer, Note, Verdict
from modelscope_tui.launch.command import File, LaunchCommand, Step, option
from modelscope_tui.launch.container import HEAD
from modelscope_tui.launch.family import model_type_of
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.purpose import Purpose, is_chat
from modelscope_tui.launch.recipe import code_rule
from modelscope_tui.launch.remark import gate_note, general_notes, has_custom_code, token_env
from modelscope_tui.launch.rulebook import source_of
from modelscope_tui.launch.stored import Format
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.train_script import NAME, train_script
from modelscope_tui.launch.tuning import (
    EASE,
    TOKENS,
    blocked,
    has_old_chips,
    may_train,
    name_for,
    tokens_of,
    unused_note,
)

CONFIG = "ds_config.json"
"""The file with the ZeRO settings."""

HOSTS = "hostfile"
"""The file that names the nodes."""

CHAT_DATA = "trl-lib/Capybara"
"""Conversations in a column `messages`; TRL's own examples train on it."""

TEXT_DATA = "roneneldan/TinyStories"
"""Plain text in a column `text`."""

_PURPOSES: frozenset[Purpose] = frozenset({"text"})
_WITH_MASKED: frozenset[Purpose] = frozenset({"text", "other"})
_FORMATS: frozenset[Format] = frozenset({"plain"})
_VENDORS = frozenset({"nvidia", "amd", "intel"})
_WITHOUT_USE = ("port", "served_name", "kv_dtype", "quant")
_ONE = (Zero(2), Zero(2, "optimizer"), Zero(3, "all"))
_SEVERAL = (Zero(2), Zero(3), Zero(2, "optimizer"), Zero(3, "optimizer"), Zero(3, "all"))
"""What is tried, the fastest first."""


@dataclass(frozen=True, slots=True)
class _Spread:
    zero: Zero
    verdict: Verdict
    reason: str | None
    why: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class DeepSpeed:
    """Trains all weights over many GPUs; a launcher, not a server."""

    name: str = "deepspeed"
    label: str = "DeepSpeed"
    purpose: Literal["train"] = "train"

    def can_run(self, model: Model) -> bool:
        """Offer text models with 16-bit weights."""
        return is_repo_id(model.id) and may_train(model, _WITH_MASKED, _FORMATS) and _blocked(model) is None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build the launcher's command and its files, or say which fact stands in the way."""
        problem = _blocked(subject.model, subject.details)
        return problem if problem is not None else _answer(subject, options)


def _blocked(model: Model, details: ModelDetails | None = None) -> LaunchAnswer | None:
    purposes = _WITH_MASKED if _is_masked(model) else _PURPOSES
    label = "The training script for DeepSpeed"
    return blocked(model, details, "deepspeed", label, purposes=purposes, formats=_FORMATS)


def _is_masked(model: Model) -> bool:
    return model.task == "fill-mask"


def _answer(subject: Subject, options: Options) -> LaunchAnswer:
    gathered = Gathered(f"DeepSpeed {source_of('deepspeed')}")
    gpus, nodes = options.gpus or len(subject.machine.gpus) or 1, options.nodes or 1
    spread = _spread(subject, options, gpus, nodes)
    launcher = _launcher(options, gathered, gpus, nodes)
    gathered.add("zero_optimization.stage", spread.zero.stage, spread.why)
    if spread.zero.offload != "none":
        gathered.add("zero_optimization.offload_optimizer.device", "cpu", "what the GPUs cannot hold goes to the RAM")
    argv = ("deepspeed", *launcher, NAME, *_script_arguments(subject, options, gathered))
    files = [
        File(CONFIG, json.dumps(_config(spread.zero), indent=2) + "\n"),
        File(NAME, train_script(is_masked=_is_masked(subject.model))),
    ]
    if nodes > 1:
        names = [HEAD, *(f"NODE_{place}_IP" for place in range(1, nodes))]
        files.append(File(HOSTS, "".join(f"{name} slots={gpus}\n" for name in names)))
    return LaunchAnswer(
        subject.id,
        "deepspeed",
        spread.verdict,
        spread.reason,
        command=LaunchCommand((Step("Train", argv, token_env(subject.model)),), options.shell, files=tuple(files)),
        flags=tuple(gathered.flags),
        notes=(
            *spread.notes,
            *gathered.notes,
            *_notes(subject, nodes),
            *unused_note(options, "DeepSpeed", _WITHOUT_USE),
            *gate_note(subject.model),
            *general_notes(subject.details),
        ),
    )


def _launcher(options: Options, gathered: Gathered, gpus: int, nodes: int) -> tuple[str, ...]:
    """Give what stands before the script: the launcher's own options have underscores."""
    found: tuple[str, ...] = ()
    if nodes > 1:
        gathered.add("--hostfile", HOSTS, "names the machines and their GPUs; ssh reaches each without a password")
        gathered.add("--num_nodes", nodes, "as asked for")
        found = ("--hostfile", HOSTS, "--num_nodes", str(nodes))
    gathered.add("--num_gpus", gpus, "as asked for" if options.gpus else "every GPU of this machine")
    return (*found, "--num_gpus", str(gpus))


def _script_arguments(subject: Subject, options: Options, gathered: Gathered) -> list[str]:
    own = Gathered(f"{NAME}, which goes with the command")
    tokens = tokens_of(subject, options)
    is_talking = is_chat(subject.model) is not False and not _is_masked(subject.model)
    data = CHAT_DATA if is_talking else TEXT_DATA
    own.add("--deepspeed", CONFIG, "the ZeRO settings")
    own.add("--model", subject.id, "the base model")
    own.add("--data", data, f"an example of a data set with a column {'messages' if is_talking else 'text'}")
    if not is_talking:
        own.add("--split", "train[:1%]", "a small part of it")
    own.add("--output", name_for(subject.id), "where the result goes")
    if tokens != TOKENS:
        own.add("--tokens", tokens, "the length of a sequence")
    if options.revision is not None:
        own.add("--revision", options.revision, "the revision asked for")
    if has_old_chips(subject.machine) or options.dtype in {"float16", "fp16"}:
        own.add("--dtype", "fp16", "these GPUs have no bfloat16" if options.dtype is None else "as asked for")
    trust = code_rule(subject.id, model_type_of(subject.model, subject.details))
    if trust is not None and has_custom_code(subject.details) is not False:
        own.add("--trust-remote-code", None, "this family's code lies in the repository", trust["source"])
        gathered.warn(f"--trust-remote-code runs Python code of {subject.id} on this machine: read it first.")
    for flag in own.flags:
        gathered.add(flag.flag, flag.value, flag.why, flag.source)
    return [part for one in own.flags for part in ((one.flag,) if one.value is None else option(one.flag, one.value))]


def _config(zero: Zero) -> dict[str, Any]:
    """Write the ZeRO settings; `auto` is filled in by the Trainer, so that both sides agree."""
    settings: dict[str, Any] = {"stage": zero.stage}
    if zero.offload != "none":
        settings["offload_optimizer"] = {"device": "cpu"}
    if zero.offload == "all":
        settings["offload_param"] = {"device": "cpu"}
    if zero.stage == 3:
        settings["stage3_gather_16bit_weights_on_model_save"] = True
    return {
        "zero_optimization": settings,
        "bf16": {"enabled": "auto"},
        "fp16": {"enabled": "auto"},
        "gradient_clipping": "auto",
        "gradient_accumulation_steps": "auto",
        "train_micro_batch_size_per_gpu": "auto",
        "train_batch_size": "auto",
    }


def _spread(subject: Subject, options: Options, gpus: int, nodes: int) -> _Spread:
    """Choose stage and offload: the fastest that fits GPUs and RAM."""
    machine, tokens = subject.machine, tokens_of(subject, options)
    tried = _ONE if gpus * nodes == 1 else _SEVERAL
    needs = [(zero, zero_need(subject.details, zero, gpus=gpus, nodes=nodes, tokens=tokens)) for zero in tried]
    usable = [gpu for gpu in machine.gpus if (gpu.vendor or "nvidia").lower() in _VENDORS]
    known = [(zero, need) for zero, need in needs if need is not None]
    if machine.source == "unknown" or not known:
        what = "the machine is not known: name one with --machine" if known else "params not known here"
        zero = Zero(3, "all") if gpus * nodes == 1 else Zero(3)
        why = f"memory was not checked ({what}); stage 3 spreads weights, gradients and optimizer"
        return _Spread(zero, "ready", None, why, (Note("info", f"Memory was not checked: {what}."),))
    if len(usable) < gpus:
        has = f"this machine ({machine.describe()}) has {len(usable) or 'none'}"
        return _Spread(known[-1][0], "too-large", f"The command wants {gpus} GPUs a node; {has}.", "the least memory")
    room = min(gpu.budget_bytes for gpu in usable[:gpus])
    ram = machine.ram_budget_bytes
    for zero, need in known:
        if need.gpu_bytes <= EASE * room and need.ram_bytes <= (ram or need.ram_bytes):
            return _fitting(zero, need, room, ram_is_known=ram is not None)
    return _too_large(machine, known, room)


def _fitting(zero: Zero, need: Need, room: int, *, ram_is_known: bool) -> _Spread:
    why = f"{zero.words}: about {in_memory(need.gpu_bytes)} of {in_memory(room)} on each GPU"
    notes = (Note("info", f"{why}: {'; '.join(need.basis)}."),)
    if need.ram_bytes and not ram_is_known:
        reason = f"It needs {in_memory(need.ram_bytes)} RAM for what the GPUs cannot hold; this machine's is unknown."
        return _Spread(zero, "unknown", reason, why, notes)
    if zero.offload != "none":
        reason = f"Runs with a trade-off: {zero.words} ({in_memory(need.ram_bytes)}), which is slower than GPUs alone."
        return _Spread(zero, "tight", reason, why, notes)
    return _Spread(zero, "ready", None, why, notes)


def _too_large(machine: Machine, known: list[tuple[Zero, Need]], room: int) -> _Spread:
    zero, need = min(known, key=lambda pair: (pair[1].gpu_bytes > EASE * room, pair[1].ram_bytes, pair[1].gpu_bytes))
    reason = (
        f"{zero.words} takes about {in_memory(need.gpu_bytes)} on each GPU and {in_memory(need.ram_bytes)} RAM; "
        f"{machine.describe()} has less. More GPUs or nodes would do, or LoRA with Axolotl or Unsloth."
    )
    notes = (Note("info", f"Counted: {'; '.join(need.basis)}."),)
    return _Spread(zero, "too-large", reason, "the way that comes nearest, and still too much", notes)


def _notes(subject: Subject, nodes: int) -> tuple[Note, ...]:
    notes = [Note("info", "The data set is an example. Put your own in its place: a column messages or text.")]
    if subject.machine.os == "windows":
        notes.append(Note("warning", "DeepSpeed supports Windows only in part: use WSL2."))
    if nodes > 1:
        text = f"Put the addresses of the nodes into {HOSTS}, and the same files on each of them."
        notes.append(Note("info", text))
    return tuple(notes)
