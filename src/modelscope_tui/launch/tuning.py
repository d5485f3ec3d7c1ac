"""SOUTH WING: what the tools for fine-tuning share: which bases can be trained, and how, on the machine that is there.

    model ─▶ blocked: the fact that stands in the way, and the nearest base
    machine ─▶ chosen: full, LoRA or QLoRA, the first that fits; with the arithmetic in words

The data sets are examples that the tools' own documentation trains with; a note says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.units import in_memory
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.training import Need, Way, Zero, need_of, params_of, zero_need
from modelscope_tui.launch.answer import Alternative, LaunchAnswer, Note, Verdict, refused
from modelscope_tui.launch.family import architectures_of, model_type_of
from modelscope_tui.launch.near import originals_of
from modelscope_tui.launch.purpose import Purpose, is_chat, purpose_of, said_of
from modelscope_tui.launch.stored import Format, stored_of
from modelscope_tui.launch.subject import Options, Subject

TOKENS = 2048
"""Length of a sequence where nobody asks for another: what Unsloth and Axolotl's examples take."""

EASE = 0.9
"""The share of a GPU that a run may take and still be called at ease; fragments take the rest."""

CHAT_DATA = "mlabonne/FineTome-100k"
"""Conversations, from and value; Axolotl's and Unsloth's own examples train on it."""

TEXT_DATA = "yahma/alpaca-cleaned"
"""Instructions and answers, for models that do not talk in turns yet; Unsloth's own examples train on it."""

PICTURE_DATA = "HuggingFaceH4/llava-instruct-mix-vsft"
"""Conversations about pictures; Axolotl's multimodal page trains on it."""

SAID: Mapping[Way, str] = MappingProxyType({"full": "full fine-tuning", "lora": "LoRA", "qlora": "QLoRA"})
"""How a sentence names each way."""

_WISHES: Mapping[str, Way] = MappingProxyType(
    dict[str, Way](full="full", lora="lora", bf16="lora", fp16="lora", qlora="qlora", nf4="qlora")
    | dict[str, Way].fromkeys(("16bit", "16-bit"), "lora")
    | dict[str, Way].fromkeys(("4bit", "4-bit", "int4", "bnb-4bit"), "qlora")
)
_NOT_TRAINED: Mapping[Format, str] = MappingProxyType(
    dict[Format, str](
        {
            "gguf": "GGUF files are for llama.cpp and cannot be trained",
            "mlx": "MLX weights are read by MLX alone",
            "awq": "AWQ weights are packed for inference and have no gradients",
            "gptq": "GPTQ weights are packed for inference and have no gradients",
            "auto-round": "AutoRound weights are packed for inference and have no gradients",
            "bitsandbytes": "bitsandbytes weights stay frozen under an adapter and cannot be trained as a whole",
            "exl3": "ExLlama weights are packed for inference and have no gradients",
            "fp8": "FP8 weights are made for inference",
            "fp4": "4-bit float weights are made for inference",
            "compressed-tensors": "compressed-tensors weights are made for inference",
            "onnx": "ONNX files are made for inference",
            "runtime": "what is made for that program has no gradients",
            "timm": "timm has its own training scripts",
            "diffusers": "diffusers has its own training scripts",
        }
    )
)
_OTHER_LIBRARIES: frozenset[Format] = frozenset({"onnx", "timm", "diffusers", "runtime"})
_UNPACKED = frozenset({"gpt_oss"})
"""Types whose only weights are 4-bit floats, which transformers unpacks to 16 bit for training."""

_ENCODER_DECODERS = frozenset(
    {"t5", "mt5", "umt5", "longt5", "t5gemma", "t5gemma2", "switch_transformers", "bart", "mbart", "pegasus",
     "pegasus_x", "bigbird_pegasus", "marian", "m2m_100", "nllb-moe", "blenderbot", "blenderbot-small", "led", "fsmt",
     "prophetnet", "encoder-decoder", "seamless_m4t", "seamless_m4t_v2", "whisper", "speech_to_text"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a model is trained here."""

    way: Way
    zero: Zero | None
    """How DeepSpeed spreads it; None where each GPU holds the whole model."""
    gpus: int
    """GPUs a node."""
    verdict: Verdict
    reason: str | None
    notes: tuple[Note, ...]
    why: str
    """Why this way, for a person who asks."""


def blocked(
    model: Model,
    details: ModelDetails | None,
    tool: str,
    label: str,
    *,
    purposes: frozenset[Purpose],
    formats: frozenset[Format],
) -> LaunchAnswer | None:
    """Say which fact keeps a model from being trained, and name the nearest base; None where nothing does.

    Args:
        model: the row.
        details: what more is known of it.
        tool: the tool's name.
        label: its name in a sentence.
        purposes: what it trains.
        formats: how weights may be kept for it.
    """
    stored = stored_of(model, details)
    is_packed = stored.format == "fp4" and model_type_of(model, details) not in _UNPACKED
    if stored.format in _NOT_TRAINED and (is_packed or stored.format not in formats):
        holds = "is made for" if stored.format in _OTHER_LIBRARIES else "holds weights in"
        reason = f"{model.id} {holds} {stored.label}: {_NOT_TRAINED[stored.format]}."
        more = "" if stored.format in _OTHER_LIBRARIES else f" {label} needs the original 16-bit ones."
        return refused(model.id, tool, f"{reason}{more}", others=_bases(tool, model))
    if purpose_of(model) not in purposes:
        own = " An adapter goes on training on top of its base." if purpose_of(model) == "adapter" else ""
        reason = f"{label} does not train {said_of(model)}.{own}"
        return refused(model.id, tool, reason, others=_bases(tool, model) if own else ())
    kind = model_type_of(model, details)
    if kind in _ENCODER_DECODERS or any("T5" in name for name in architectures_of(model, details)):
        return refused(model.id, tool, f"{model.id} is an encoder-decoder ({kind}); {label} trains decoders.")
    if not is_known(model, details):
        reason = "Whether it can be trained is not known: its architecture (config.json) was never seen here."
        return LaunchAnswer(model.id, tool, "unknown", reason)
    return None


def may_train(model: Model, purposes: frozenset[Purpose], formats: frozenset[Format]) -> bool:
    """Say at a glance whether `blocked` has more to ask: it refuses every other row for its purpose or its format."""
    kept = stored_of(model).format
    return purpose_of(model) in purposes and (kept in formats or kept not in _NOT_TRAINED)


def is_known(model: Model, details: ModelDetails | None = None) -> bool:
    """Tell whether anything says that transformers can load a model."""
    return bool(
        architectures_of(model, details)
        or model_type_of(model, details)
        or model.library in {"transformers", "unsloth", "axolotl", "trl"}
        or "transformers" in model.tags
    )


def _bases(tool: str, model: Model) -> tuple[Alternative, ...]:
    return tuple(Alternative(tool, name, None, "the model that this one was made from") for name in originals_of(model))


def no_way(model_id: str, tool: str, options: Options) -> LaunchAnswer | None:
    """Refuse a `--quant` that names no way of training; every tool is asked with the same options."""
    if options.quant is None or options.quant.lower() in _WISHES:
        return None
    reason = f"{options.quant} is no way of training; --quant full, lora or qlora is."
    return refused(model_id, tool, reason)


def tokens_of(subject: Subject, options: Options) -> int:
    """Give the length of a sequence: the asked one, and never more than the model was made for."""
    wanted = options.context or TOKENS
    return min(wanted, subject.model.context or wanted)


def chosen(
    subject: Subject,
    options: Options,
    label: str,
    vendors: frozenset[str],
    *,
    ways: tuple[Way, ...] = ("full", "lora", "qlora"),
    batch: int = 1,
    has_logits: bool = True,
    can_spread: bool = False,
) -> Chosen:
    """Choose the way that keeps most of the model and fits; what was asked for stands, and is judged.

    Args:
        subject: model and machine.
        options: wishes.
        label: the tool's name in a sentence.
        vendors: whose GPUs it uses, in lower case.
        ways: what the model's format allows, the best first.
        batch: sequences on a GPU at a time.
        has_logits: whether the logits of a sequence are held.
        can_spread: whether full training and LoRA may be spread over GPUs by ZeRO-3.
    """
    machine, tokens = subject.machine, tokens_of(subject, options)
    gpus = min(options.gpus or len(machine.gpus) or 1, len(machine.gpus) or options.gpus or 1)
    gpus = options.gpus or gpus
    wish = _WISHES.get(options.quant.lower()) if options.quant is not None else None
    ways = (wish,) if wish is not None else ways
    trials: list[tuple[Way, Zero | None, Need | None]] = []
    for way in ways:
        need = need_of(subject.details, way, tokens=tokens, batch=batch, has_logits=has_logits)
        trials.append((way, None, need))
        if can_spread and gpus > 1 and way == "full":
            trials.append((way, Zero(3), zero_need(subject.details, Zero(3), gpus=gpus, tokens=tokens)))
        elif can_spread and gpus > 1 and way == "lora" and need is not None:
            trials.append((way, Zero(3), _spread(need, subject.details, gpus)))
    return _settled(subject, machine, trials, gpus, label, vendors)


def _spread(need: Need, details: ModelDetails, gpus: int) -> Need:
    """Divide the frozen weights of LoRA over the GPUs, as ZeRO-3 does; the rest stays on each."""
    weights = 2 * (params_of(details) or 0)
    words = f"{in_memory(weights / gpus)} weights in 16 bit, a {gpus}th of them on each GPU"
    return replace(need, gpu_bytes=need.gpu_bytes - weights + weights // gpus, basis=(words, *need.basis[1:]))


def _settled(  # noqa: PLR0917 - what a judgement goes by
    subject: Subject,
    machine: Machine,
    trials: list[tuple[Way, Zero | None, Need | None]],
    gpus: int,
    label: str,
    vendors: frozenset[str],
) -> Chosen:
    way, zero, need = trials[-1]
    if machine.source == "unknown" or need is None:
        what = "the machine is not known: name one with --machine" if need is not None else "params not known here"
        why = f"memory was not checked ({what}); {SAID[way]} needs least"
        return Chosen(way, zero, gpus, "ready", None, (Note("info", f"Memory was not checked: {what}."),), why)
    usable = [gpu for gpu in machine.gpus if (gpu.vendor or "nvidia").lower() in vendors]
    if not usable:
        names = ", ".join(sorted({"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}.get(v, v) for v in vendors))
        reason = f"{label} needs a GPU ({names}); this machine ({machine.describe()}) has none of them."
        return Chosen(way, zero, gpus, "too-large", reason, (), f"{SAID[way]} needs least memory")
    if gpus > len(usable):
        reason = f"The command wants {gpus} GPUs; this machine ({machine.describe()}) has {len(usable)}."
        return Chosen(way, zero, gpus, "too-large", reason, (), f"{SAID[way]} was judged for {gpus} GPUs")
    room = min(gpu.budget_bytes for gpu in usable[:gpus])
    for share, verdict in ((EASE, "ready"), (1.0, "tight")):
        for way, zero, need in trials:
            if need is not None and need.gpu_bytes <= share * room:
                return _fitting(subject, way, zero, need, room, gpus, "ready" if verdict == "ready" else "tight")
    smallest = min((trial for trial in trials if trial[2] is not None), key=lambda trial: trial[2].gpu_bytes)  # type: ignore[union-attr]
    return _too_large(machine, smallest, room, gpus, has_choice=len(trials) > 1)


def _fitting(  # noqa: PLR0917
    subject: Subject, way: Way, zero: Zero | None, need: Need, room: int, gpus: int, verdict: Verdict
) -> Chosen:
    each = " on each GPU" if gpus > 1 else ""
    spread = " spread by ZeRO-3" if zero is not None else ""
    sum_ = f"{SAID[way]}{spread} takes about {in_memory(need.gpu_bytes)} of {in_memory(room)}{each}"
    notes = (Note("info", f"{sum_}: {'; '.join(need.basis)}."),)
    reason = None
    if verdict == "tight":
        reason = f"{sum_}: little is left. A smaller --context or another --quant (lora, qlora) leaves more."
    elif not need.is_whole:
        verdict, reason = "tight", f"{sum_}, without activations: the shape of {subject.id} is not known here."
    return Chosen(way, zero, gpus, verdict, reason, notes, sum_)


def _too_large(
    machine: Machine, trial: tuple[Way, Zero | None, Need | None], room: int, gpus: int, *, has_choice: bool
) -> Chosen:
    way, zero, need = trial
    if need is None:
        raise AssertionError(way)  # (only trials with a need are compared)
    reason = (
        f"{SAID[way]} takes about {in_memory(need.gpu_bytes)} on each GPU; {machine.describe()} gives "
        f"{in_memory(room)}, {in_memory(need.gpu_bytes - room)} too little. "
    )
    is_least = has_choice or way == "qlora"
    reason += "A smaller base or a larger GPU would do." if is_least else "--quant qlora takes less."
    notes = (Note("info", f"Counted: {'; '.join(need.basis)}."),)
    return Chosen(way, zero, gpus, "too-large", reason, notes, "the way that needs least memory, and still too much")


def data_of(model: Model) -> tuple[str, str]:
    """Name an example of a data set for a model, and say what it holds."""
    if purpose_of(model) == "vision":
        return PICTURE_DATA, "conversations about pictures"
    if is_chat(model) is False:
        return TEXT_DATA, "instructions with answers"
    return CHAT_DATA, "conversations"


def data_note(model: Model) -> Note:
    """Say that the data set is an example."""
    name, what = data_of(model)
    return Note("info", f"The data set is an example ({name}: {what}). Put your own in its place.")


def unused_note(options: Options, label: str, names: tuple[str, ...]) -> tuple[Note, ...]:
    """Name the options that a training tool has no use for."""
    given = [f"--{name.replace('_', '-')}" for name in names if getattr(options, name) is not None]
    return (Note("info", f"{label} has no use for {', '.join(given)}."),) if given else ()


def has_old_chips(machine: Machine) -> bool:
    """Tell whether a GPU is known to be older than bfloat16 (NVIDIA before compute capability 8)."""
    found = [gpu.compute_capability for gpu in machine.gpus if gpu.compute_capability]
    return any(float(text) < 8 for text in found if text.replace(".", "", 1).isdigit())


def name_for(model_id: str) -> str:
    """Name the output folder after the model: plain characters only."""
    return f"{model_id.rpartition('/')[2]}-tuned"
