"""Unsloth: `unsloth train` with a settings file; LoRA, QLoRA or full by what one GPU holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.fit.training import RANK, Way
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.command import File, LaunchCommand, Step
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.purpose import Purpose
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import source_of
from modelscope_tui.launch.stored import Format, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.targets.written import yaml_text
from modelscope_tui.launch.tuning import (
    SAID,
    Chosen,
    blocked,
    chosen,
    data_note,
    data_of,
    may_train,
    name_for,
    no_way,
    tokens_of,
    unused_note,
)

CONFIG = "unsloth.yaml"
"""The settings file."""

_PURPOSES: frozenset[Purpose] = frozenset({"text", "vision"})
_FORMATS: frozenset[Format] = frozenset({"plain", "bitsandbytes", "fp4"})
_VENDORS = frozenset({"nvidia", "amd", "intel", "apple"})
_WITHOUT_USE = ("nodes", "port", "served_name", "dtype", "kv_dtype", "revision")


@dataclass(frozen=True, slots=True)
class Unsloth:
    """Fine-tunes language models on one GPU with little memory."""

    name: str = "unsloth"
    label: str = "Unsloth"
    purpose: Literal["train"] = "train"

    def can_run(self, model: Model) -> bool:
        """Offer decoders with 16-bit or bitsandbytes weights."""
        return is_repo_id(model.id) and may_train(model, _PURPOSES, _FORMATS) and _blocked(model) is None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `unsloth train`, or say which fact stands in the way."""
        problem = _blocked(subject.model, subject.details) or no_way(subject.id, self.name, options)
        return problem if problem is not None else _answer(subject, options)


def _blocked(model: Model, details: ModelDetails | None = None) -> LaunchAnswer | None:
    return blocked(model, details, "unsloth", "Unsloth", purposes=_PURPOSES, formats=_FORMATS)


def _answer(subject: Subject, options: Options) -> LaunchAnswer:
    is_packed = stored_of(subject.model, subject.details).format == "bitsandbytes"
    ways: tuple[Way, ...] = ("qlora",) if is_packed else ("full", "lora", "qlora")
    one_gpu = Options(quant="qlora" if is_packed else options.quant, context=options.context, gpus=1)
    choice = chosen(subject, one_gpu, "Unsloth", _VENDORS, ways=ways, has_logits=False)
    gathered = _gathered(subject, choice)
    config = File(CONFIG, _config(subject, options, choice))
    step = Step("Train", ("unsloth", "train", *gathered.arguments()), token_env(subject.model))
    _add_notes(subject, options, gathered)
    return LaunchAnswer(
        subject.id,
        "unsloth",
        choice.verdict,
        choice.reason,
        command=LaunchCommand((step,), options.shell, files=(config,)),
        flags=tuple(gathered.flags),
        notes=(
            *choice.notes,
            data_note(subject.model),
            *gathered.notes,
            *unused_note(options, "Unsloth", _WITHOUT_USE),
            *gate_note(subject.model),
            *general_notes(subject.details),
        ),
    )


def _gathered(subject: Subject, choice: Chosen) -> Gathered:
    gathered = Gathered(f"Unsloth {source_of('unsloth')}")
    data, what = data_of(subject.model)
    gathered.add("--config", CONFIG, "length, batch and adapter settings; what is said here stands before it")
    gathered.add("--model", subject.id, "the base model")
    gathered.add("--dataset", data, f"an example of a data set ({what})")
    gathered.add("--output-dir", name_for(subject.id), "where the result goes")
    gathered.add("--training-type", "full" if choice.way == "full" else "lora", choice.why)
    if choice.way == "qlora":
        gathered.add("--load-in-4bit", None, "holds the frozen weights in 4 bit")
    return gathered


def _config(subject: Subject, options: Options, choice: Chosen) -> str:
    training = {
        "max_seq_length": tokens_of(subject, options),
        "load_in_4bit": choice.way == "qlora",
        "num_epochs": 1,
        "learning_rate": 2e-5 if choice.way == "full" else 2e-4,
        "batch_size": 1,
        "gradient_accumulation_steps": 8,
        "gradient_checkpointing": "unsloth",
    }
    document: dict[str, object] = {"data": {"format_type": "auto"}, "training": training}
    if choice.way != "full":
        document["lora"] = {"lora_r": RANK, "lora_alpha": RANK, "lora_dropout": 0.0}
    return yaml_text([document], f"Unsloth: {SAID[choice.way]} of {subject.id}")


def _add_notes(subject: Subject, options: Options, gathered: Gathered) -> None:
    machine = subject.machine
    if len(machine.gpus) > 1 or (options.gpus or 1) > 1:
        gathered.say("`unsloth train` uses one GPU; Axolotl and DeepSpeed train on several.")
    if machine.is_apple:
        gathered.say("On Apple silicon Unsloth trains with MLX.")
    base = name_for(subject.id)
    gathered.say(f"For Ollama or llama.cpp afterwards: unsloth export {base} out --format gguf --quantization q4_k_m")
