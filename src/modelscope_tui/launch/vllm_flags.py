"""SOUTH WING: the flags of `vllm serve` that a model and the user's wishes ask for, each with its reason and source."""

from __future__ import annotations

import json
import re

from modelscope_tui.launch.family import model_type_of
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.purpose import is_chat
from modelscope_tui.launch.recipe import Rule, parser_recipe, reranker_recipe
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.served import add_trust
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.vllm_gguf import part_of
from modelscope_tui.launch.vllm_layout import Layout
from modelscope_tui.launch.vllm_support import Support

ONLINE = ("fp8", "mxfp8", "fp8_per_tensor", "fp8_per_block", "fp8_per_channel", "int8_per_channel_weight_only")
"""Quantizations that vLLM makes itself while it loads 16-bit weights."""

_GENERATIVE = ("text-generation", "multimodal")
_WITHOUT_OWN_FILES = re.compile(r"^Mistral-7B-(Instruct-)?v0\.[12]$")
_NATIVE_FP8 = 8.9
"""The compute capability from which a GPU has FP8."""


def add_family(subject: Subject, support: Support, layout: Layout, gathered: Gathered) -> None:
    """Add what the model's family needs: runner, overrides, parsers, tokenizer, custom code."""
    model = subject.model
    model_type = model_type_of(model, subject.details)
    if support.purpose == "embedding" and support.tasks[:1] and support.tasks[0].startswith(_GENERATIVE):
        why = f"{support.architecture} writes text unless it is told to give vectors"
        gathered.add("--runner", "pooling", why)
    if support.purpose == "reranker":
        rule = reranker_recipe(model.id)
        if rule is not None:
            why = "makes the score of a pair out of two tokens of a language model"
            overrides = json.dumps(rule["overrides"], separators=(",", ":"))
            gathered.add("--hf-overrides", overrides, why, rule["source"])
    if support.architecture in rules("recipes")["renamed"].values():
        overrides = json.dumps({"architectures": [support.architecture]}, separators=(",", ":"))
        why = "its own name for the class is too generic for vLLM's registry"
        gathered.add("--hf-overrides", overrides, why, rules("recipes")["renamed"]["source"])
    rule = parser_recipe(model.id, model_type)
    if rule is not None:
        _add_recipe(subject, support, layout, rule, gathered)
    if support.purpose in {"text", "vision", "speech-to-text", "unknown"}:
        _add_mistral(subject, support, gathered)
    if support.stored.format != "gguf":  # (its configuration is the header of the file, or the original's)
        add_trust(subject, gathered, "vllm")


def _add_recipe(subject: Subject, support: Support, layout: Layout, rule: Rule, gathered: Gathered) -> None:
    source = rule["source"]
    if support.purpose in {"text", "vision", "unknown"} and is_chat(subject.model) is not False:
        tool, reasoning = rule.get("tool"), rule.get("reasoning")
        if tool:
            gathered.add("--enable-auto-tool-choice", None, "lets the model decide to call a tool", source)
            gathered.add("--tool-call-parser", tool, "how this family writes a tool call", source)
        if reasoning:
            gathered.add("--reasoning-parser", reasoning, "keeps the model's thinking apart from its answer", source)
        if tool and rule.get("template"):
            gathered.say(
                f"vLLM's recipe also gives --chat-template examples/{rule['template']} for tool calls; the file comes"
                " with vLLM's source, not with its package."
            )
    for flag, value in rule.get("flags", ()):
        gathered.add(flag, value, "this family needs it in vLLM", source)
    for flag, value in rule.get("multi_gpu", ()) if layout.tensor > 1 else ():
        gathered.add(flag, value, "spreads the experts over the GPUs, as the recipe for this family does", source)
    if rule.get("note"):
        gathered.say(rule["note"])
    if "MiniMax-M2" in subject.id and layout.tensor >= 8:
        gathered.add("--enable-expert-parallel", None, "8 ways of tensor parallelism fail on its FP8 blocks", source)


def _add_mistral(subject: Subject, support: Support, gathered: Gathered) -> None:
    """Read Mistral's own files where the repository is made for that."""
    model, files = subject.model, subject.details.files
    tagged = "mistral-common" in model.tags or model.library == "mistral-common" or _is_named_so(model.id)
    if support.stored.format not in {"plain", "fp8"} or model.organization != "mistralai":
        return
    if _WITHOUT_OWN_FILES.search(model.name):
        return  # (tagged so, and without consolidated weights)
    names = {file.path for file in files or ()}
    has_files = "params.json" in names and any(name.startswith("consolidated") for name in names)
    if files is not None and not has_files:
        return
    if not tagged and not (has_files and "tekken.json" in names):
        return
    why = "the repository is made for Mistral's own files and tokenizer (mistral-common)"
    for flag in ("--tokenizer-mode", "--config-format", "--load-format"):
        gathered.add(flag, "mistral", why)


def _is_named_so(model_id: str) -> bool:
    return re.search(rules("recipes")["own_files"]["match"], model_id.lower()) is not None


def add_wishes(support: Support, options: Options, gathered: Gathered) -> None:
    """Add what the user asked for, where vLLM has it."""
    table = rules("vllm")["commands"]["vllm serve"]
    if options.quant is not None and options.quant.lower() in ONLINE and support.stored.format == "plain":
        why = "quantizes the 16-bit weights while loading, as asked for"
        gathered.add("--quantization", options.quant.lower(), why)
    for flag, value, said in (
        ("--dtype", options.dtype, "type"),
        ("--kv-cache-dtype", options.kv_dtype, "cache type"),
    ):
        if value is None:
            continue
        same = {"f16": "float16", "bf16": "bfloat16", "fp16": "float16", "f32": "float32"}.get(value.lower(), value)
        if same in table[flag]["choices"]:
            gathered.flags = [known for known in gathered.flags if known.flag != flag]
            gathered.add(flag, same, f"the {said} asked for")
        else:
            gathered.warn(f"vLLM has no {said} {value}: {', '.join(table[flag]['choices'][:8])} …")
    if options.served_name is not None:
        gathered.add("--served-model-name", options.served_name, "the name that clients use")
    if options.port is not None:
        gathered.add("--port", options.port, "the port asked for")
    if options.revision is not None:
        gathered.add("--revision", options.revision, "the revision asked for")
        if any(flag.flag == "--trust-remote-code" for flag in gathered.flags):
            gathered.add("--code-revision", options.revision, "pins the code of the repository too")


def add_for_chips(subject: Subject, support: Support, gathered: Gathered) -> None:
    """Keep the cache in eight bits beside NVIDIA's four-bit weights, as the recipes for them do."""
    is_theirs = subject.model.organization == "nvidia" and "nvfp4" in subject.model.name.lower()
    if not is_theirs or support.purpose not in {"text", "vision"}:
        return
    found = [gpu.compute_capability for gpu in subject.machine.gpus if gpu.compute_capability]
    if all(float(text) >= _NATIVE_FP8 for text in found if text.replace(".", "", 1).isdigit()):
        why = "NVIDIA's NVFP4 repositories are made for a cache of 8 bits"
        gathered.add("--kv-cache-dtype", "fp8", why, "vllm-project/recipes@8959cf6 (2026-08-21)")


def quant_problem(subject: Subject, support: Support, options: Options) -> str | None:
    """Say why an asked quantization cannot be had: vLLM serves what is stored, or makes 8 bits of 16 itself."""
    if support.stored.format == "gguf":
        return part_of(subject, options).reason
    if options.quant is None:
        return None
    wanted, stored = options.quant.lower(), support.stored
    if stored.label.lower().startswith(wanted) or (stored.format == "plain" and wanted in {"bf16", "f16", "fp16"}):
        return None
    if wanted in ONLINE and stored.format == "plain":
        return None
    held = "16-bit" if stored.format == "plain" else stored.label
    return (
        f"{subject.id} holds {held} weights; vLLM serves those, not {options.quant}. It can make {', '.join(ONLINE)}."
    )
