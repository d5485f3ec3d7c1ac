"""Axolotl: `axolotl train` with its YAML file; LoRA, QLoRA or full, spread by ZeRO-3 where one GPU is too small."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.fit.training import RANK, Way
from modelscope_tui.launch.answer import LaunchAnswer, refused
from modelscope_tui.launch.command import File, LaunchCommand, Step
from modelscope_tui.launch.container import HEAD
from modelscope_tui.launch.family import model_type_of
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.purpose import Purpose, is_chat, purpose_of
from modelscope_tui.launch.recipe import code_rule
from modelscope_tui.launch.remark import gate_note, general_notes, has_custom_code, token_env
from modelscope_tui.launch.rulebook import source_of
from modelscope_tui.launch.stored import Format, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.targets.written import yaml_text
from modelscope_tui.launch.tuning import (
    CHAT_DATA,
    PICTURE_DATA,
    SAID,
    TEXT_DATA,
    Chosen,
    blocked,
    chosen,
    data_note,
    has_old_chips,
    may_train,
    name_for,
    no_way,
    tokens_of,
    unused_note,
)

CONFIG = "axolotl.yaml"
"""The settings file."""

ZERO_FILE = "deepspeed_configs/zero3_bf16.json"
"""What `axolotl fetch deepspeed_configs` brings for ZeRO-3."""

SEES = frozenset(
    {"mllama", "llama4", "pixtral", "llava", "mistral3", "gemma3", "gemma3n", "qwen2_vl", "qwen2_5_vl", "qwen3_vl",
     "qwen3_vl_moe", "glm4v", "glm46v", "smolvlm", "lfm2_vl", "internvl"}
)  # fmt: skip
"""Vision types that the page "MultiModal / Vision Language Models" of Axolotl's documentation lists."""

_PURPOSES: frozenset[Purpose] = frozenset({"text", "vision"})
_FORMATS: frozenset[Format] = frozenset({"plain", "bitsandbytes", "gptq", "fp4"})
_VENDORS = frozenset({"nvidia", "amd"})
_WITHOUT_USE = ("port", "served_name", "kv_dtype")
_LANGUAGE_LAYERS = r"model.language_model.layers.[\d]+.(mlp|cross_attn|self_attn).(up|down|gate|q|k|v|o)_proj"
"""What Axolotl's multimodal page trains: the tower that sees stays as it is."""


@dataclass(frozen=True, slots=True)
class Axolotl:
    """Fine-tunes language models from one YAML file, on one GPU or many."""

    name: str = "axolotl"
    label: str = "Axolotl"
    purpose: Literal["train"] = "train"

    def can_run(self, model: Model) -> bool:
        """Offer decoders with 16-bit, bitsandbytes or GPTQ weights."""
        return is_repo_id(model.id) and may_train(model, _PURPOSES, _FORMATS) and _blocked(model) is None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `axolotl train` and its file, or say which fact stands in the way."""
        problem = _blocked(subject.model, subject.details) or no_way(subject.id, self.name, options)
        return problem if problem is not None else _answer(subject, options)


def _blocked(model: Model, details: ModelDetails | None = None) -> LaunchAnswer | None:
    found = blocked(model, details, "axolotl", "Axolotl", purposes=_PURPOSES, formats=_FORMATS)
    kind = model_type_of(model, details)
    if found is None and purpose_of(model) == "vision" and kind not in SEES:
        reason = f"Axolotl's documentation does not list {kind or 'its type'} among the vision models that it trains."
        return refused(model.id, "axolotl", reason)
    return found


def _answer(subject: Subject, options: Options) -> LaunchAnswer:
    stored = stored_of(subject.model, subject.details).format
    packed: dict[str, tuple[Way, ...]] = {"bitsandbytes": ("qlora",), "gptq": ("lora",), "fp4": ("full", "lora")}
    ways = packed.get(stored, ("full", "lora", "qlora"))
    asked = options if len(ways) > 1 else replace(options, quant=None)
    choice = chosen(subject, asked, "Axolotl", _VENDORS, ways=ways, can_spread=stored in {"plain", "fp4"})
    gathered = Gathered(f"Axolotl {source_of('axolotl')}")
    keys = _keys(subject, options, choice, gathered)
    lead = f"Axolotl: {SAID[choice.way]} of {subject.id}"
    command = LaunchCommand(
        _steps(subject, options, choice, gathered),
        options.shell,
        files=(File(CONFIG, yaml_text([keys], lead)),),
        main=1 if choice.zero is not None else 0,
    )
    _add_notes(subject, choice, gathered)
    return LaunchAnswer(
        subject.id,
        "axolotl",
        choice.verdict,
        choice.reason,
        command=command,
        flags=tuple(gathered.flags),
        notes=(
            *choice.notes,
            data_note(subject.model),
            *gathered.notes,
            *unused_note(options, "Axolotl", _WITHOUT_USE),
            *gate_note(subject.model),
            *general_notes(subject.details),
        ),
    )


def _steps(subject: Subject, options: Options, choice: Chosen, gathered: Gathered) -> tuple[Step, ...]:
    env = token_env(subject.model)
    before: tuple[Step, ...] = ()
    if choice.zero is not None:
        before = (Step("Fetch the ZeRO settings that the file names", ("axolotl", "fetch", "deepspeed_configs")),)
    argv: tuple[str, ...] = ("axolotl", "train", CONFIG)
    nodes = options.nodes or 1
    if nodes > 1:
        gathered.add("--launcher", "torchrun", f"starts the run on {nodes} nodes, each with this command")
        argv += ("--launcher", "torchrun", "--", "--nnodes", str(nodes), "--nproc_per_node", str(choice.gpus))
        argv += ("--rdzv_backend", "c10d", "--rdzv_id", "axolotl", "--rdzv_endpoint", f"{HEAD}:29400")
        gathered.say(f"Put the first node's address in place of {HEAD}, and the file on each node.")
    elif options.gpus is not None:
        gathered.add("--launcher", "torchrun", f"starts {options.gpus} processes, one a GPU, as asked for")
        argv += ("--launcher", "torchrun", "--", f"--nproc_per_node={options.gpus}")
    return (*before, Step("Train on each node" if nodes > 1 else "Train", argv, env))


def _keys(subject: Subject, options: Options, choice: Chosen, gathered: Gathered) -> dict[str, Any]:
    """Write the file; each key exists in Axolotl's own schema."""
    model = subject.model
    is_seeing, is_old = purpose_of(model) == "vision", has_old_chips(subject.machine)
    keys = _base(subject, options, gathered)
    if is_seeing:
        keys |= {"processor_type": "AutoProcessor", "skip_prepare_dataset": True, "remove_unused_columns": False}
    keys |= _data(subject)
    keys |= _adapter(subject, choice, gathered, is_seeing=is_seeing)
    keys |= {
        "sequence_len": tokens_of(subject, options),
        "sample_packing": not is_seeing,
        "attn_implementation": "sdpa",
        "micro_batch_size": 1,
        "gradient_accumulation_steps": 8,
        "gradient_checkpointing": True,
        "num_epochs": 1,
        "optimizer": "adamw_torch_fused" if choice.zero is not None else "adamw_bnb_8bit",
        "lr_scheduler": "cosine",
        "learning_rate": 2e-5 if choice.way == "full" else 2e-4,
        "warmup_ratio": 0.1,
        **({"fp16": True} if is_old or options.dtype in {"float16", "fp16"} else {"bf16": True}),
        "logging_steps": 10,
        "saves_per_epoch": 1,
    }
    if choice.zero is not None:
        keys["deepspeed"] = ZERO_FILE
        gathered.add("deepspeed", ZERO_FILE, f"ZeRO-3 spreads the model over {choice.gpus} GPUs")
    return keys


def _base(subject: Subject, options: Options, gathered: Gathered) -> dict[str, Any]:
    """Name the model, and what is needed to load it."""
    model = subject.model
    keys: dict[str, Any] = {"base_model": subject.id}
    gathered.add("base_model", subject.id, "the model to tune")
    if options.revision is not None:
        keys["revision_of_model"] = options.revision
        gathered.add("revision_of_model", options.revision, "the revision asked for")
    trust = code_rule(model.id, model_type_of(model, subject.details))
    if trust is not None and has_custom_code(subject.details) is not False:
        keys["trust_remote_code"] = True
        gathered.add("trust_remote_code", "true", "this family's code lies in the repository", trust["source"])
        gathered.warn(f"trust_remote_code runs Python code of {model.id} on this machine: read it first.")
    if stored_of(model, subject.details).format == "fp4":
        keys |= {"model_quantization_config": "Mxfp4Config", "model_quantization_config_kwargs": {"dequantize": True}}
        gathered.add("model_quantization_config", "Mxfp4Config", "unpacks the 4-bit floats of this family to 16 bit")
    return keys


def _data(subject: Subject) -> dict[str, Any]:
    """Name the data set, in the form that its columns ask for."""
    output = {"output_dir": f"./{name_for(subject.id)}", "dataset_prepared_path": "prepared", "val_set_size": 0.0}
    if purpose_of(subject.model) == "vision":
        return {"datasets": [{"path": PICTURE_DATA, "type": "chat_template", "split": "train[:1%]"}], **output}
    if is_chat(subject.model) is False:
        return {"datasets": [{"path": TEXT_DATA, "type": "alpaca"}], **output}
    columns = {"field_messages": "conversations", "message_property_mappings": {"role": "from", "content": "value"}}
    data = {"path": CHAT_DATA, "type": "chat_template", "split": "train[:20%]", **columns}
    return {"chat_template": "tokenizer_default", "datasets": [data], **output}


def _adapter(subject: Subject, choice: Chosen, gathered: Gathered, *, is_seeing: bool) -> dict[str, Any]:
    gathered.add("adapter", None if choice.way == "full" else choice.way, choice.why)
    if choice.way == "full":
        return {}
    keys: dict[str, Any] = {"adapter": choice.way}
    if choice.way == "qlora":
        keys["load_in_4bit"] = True
        gathered.add("load_in_4bit", "true", "holds the frozen weights in 4 bit")
    if stored_of(subject.model, subject.details).format == "gptq":
        keys["gptq"] = True
        gathered.add("gptq", "true", "the base is a GPTQ model, over which only LoRA can be trained")
    keys |= {"lora_r": RANK, "lora_alpha": 2 * RANK, "lora_dropout": 0.0}
    if is_seeing:
        return {**keys, "lora_target_modules": _LANGUAGE_LAYERS}
    if subject.model.is_moe and choice.way == "qlora":
        gathered.add("quantize_moe_experts", "true", "without it the experts stay in 16 bit")
        attention = ["q_proj", "k_proj", "v_proj", "o_proj"]
        return {**keys, "quantize_moe_experts": True, "lora_target_modules": attention}
    return {**keys, "lora_target_linear": True}


def _add_notes(subject: Subject, choice: Chosen, gathered: Gathered) -> None:
    if subject.machine.os == "windows":
        gathered.warn("Axolotl runs on Linux: use WSL2, or its image axolotlai/axolotl:main-latest.")
    gathered.say("attn_implementation: flash_attention_2 is faster where flash-attn is installed.")
    if choice.way != "full":
        gathered.say(f"To make one model of base and adapter: axolotl merge-lora {CONFIG}")
