"""SOUTH WING: how vLLM, and servers that work alike, spread a model over GPUs and nodes, and how long it may read.

Tensor parallelism must divide the attention heads; what is left over becomes pipeline stages. Several nodes are
pipeline stages of each other, as vLLM's own multi-node run wants them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.fit.config import context_of, family_of, shape_of
from modelscope_tui.fit.estimate import FitEstimate
from modelscope_tui.fit.layers import UNSAID_KINDS
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.serving import UTILIZATION
from modelscope_tui.fit.vllm import can_split
from modelscope_tui.launch.fitting import fit_of
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.stored import stored_of
from modelscope_tui.launch.subject import Options, Subject

HUGE = 262144
"""From this context on a length is always given: a cache for all of it hardly ever fits."""

ASSUMED_CONTEXT = 32768
"""The length for such a model where the machine is not known."""

GPUS_A_NODE = 8
"""What a node of a cluster is taken to have where nobody says."""

COMFORTABLE = 32768
"""GPUs are chosen so that a talk of this length fits, where they can."""

_SPARE = 1.2
_COMPRESSED = ("deepseek_v4", "deepseek_v41")
_LENGTHS = tuple(size * 1024 for size in (1024, 512, 256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 2))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a model go."""

    tensor: int = 1
    pipeline: int = 1
    nodes: int = 1
    is_assumed: bool = False
    """Whether the number of GPUs a node is an assumption."""

    @property
    def gpus(self) -> int:
        """GPUs a node."""
        return self.tensor * self.pipeline // self.nodes


def splits_over(details: ModelDetails, count: int) -> bool:
    """Tell whether a model's heads can be divided over so many GPUs; True where its heads are not known."""
    shape, _ = shape_of(details)
    if shape is not None:
        return can_split(shape, count)
    heads = details.model.heads
    return heads is None or heads % count == 0


def layout_of(subject: Subject, options: Options, fit: FitEstimate, *, can_tensor: bool = True) -> Layout:
    """Lay a model out.

    Args:
        subject: model and machine.
        options: `--gpus` and `--nodes`.
        fit: the estimate; it knows the fewest GPUs that hold the model, and the stages where heads do not divide.
        can_tensor: False for formats that cannot be divided within a layer.
    """
    nodes = options.nodes or 1
    here = len(subject.machine.gpus)
    stages, fewest = fit.pipeline_parallel or 1, fit.tensor_parallel
    if stages > 1 and can_tensor and options.gpus is None and nodes == 1 and fit.fits in {"yes", "tight"}:
        return Layout(fewest or 1, stages)
    alone = _evened(fewest or _enough(subject), here, subject.details)
    count = options.gpus or (here or GPUS_A_NODE if nodes > 1 else alone)
    tensor = count if can_tensor else 1
    while tensor > 1 and (count % tensor or not splits_over(subject.details, tensor)):
        tensor -= 1
    if options.gpus is None and nodes == 1:
        return Layout(tensor)
    assumed = nodes > 1 and options.gpus is None and not here
    return Layout(tensor, count // tensor * nodes, nodes, assumed)


def _evened(count: int, here: int, details: ModelDetails) -> int:
    """Prefer the next power of two that is there and divides the heads: servers are built and tested that way."""
    doubled = 1 << (count - 1).bit_length()
    return doubled if doubled <= here and splits_over(details, doubled) else count


def _enough(subject: Subject) -> int:
    """Guess the GPUs that hold the weights alone, where the shape of a model is not known; 1 where nothing is."""
    machine = subject.machine
    weights = fit_of(subject.details, machine, engine="vllm", quantization=said_by_tags(subject.details)).weights_bytes
    if not machine.gpus or weights is None:
        return 1
    card = min(gpu.budget_bytes for gpu in machine.gpus)
    doubled = (1 << power for power in range(8))
    return min(next(count for count in doubled if weights * _SPARE <= count * card or count >= 128), len(machine.gpus))


def estimated(
    subject: Subject,
    options: Options,
    layout: Layout | None = None,
    *,
    context: int | None = None,
    engine: str = "vllm",
    quantization: str | None = None,
) -> FitEstimate:
    """Estimate memory for a layout; several nodes count as one machine with all their GPUs."""
    machine = subject.machine
    tensor = stages = None
    if layout is not None and machine.gpus:
        machine = replace(machine, gpus=machine.gpus * layout.nodes)
        if layout.tensor * layout.pipeline <= len(machine.gpus):
            tensor, stages = layout.tensor, layout.pipeline
    return fit_of(
        subject.details,
        machine,
        engine=engine,
        quantization=quantization or said_by_tags(subject.details),
        context=options.context or context,
        kv_dtype=options.kv_dtype,
        tensor_parallel=tensor,
        pipeline_parallel=stages,
    )


def said_by_tags(details: ModelDetails) -> str | None:
    """Name the stored format where only tags or the name tell it, so that the row is not counted at 16 bit."""
    if details.files is not None or details.config is not None or details.dtypes or details.model.quantization:
        return None
    stored = stored_of(details.model)
    return None if stored.format == "plain" or stored.has_gguf else stored.label


def settled(
    subject: Subject,
    options: Options,
    *,
    can_tensor: bool = True,
    engine: str = "vllm",
    quantization: str | None = None,
) -> tuple[Layout, FitEstimate]:
    """Lay a model out for a comfortable context where that fits, and estimate what the layout needs."""
    known: Any = {"engine": engine, "quantization": quantization}
    fit = estimated(subject, options, context=comfortable(subject.details), **known)
    if fit.fits == "no":
        fit = estimated(subject, options, **known)
    layout = layout_of(subject, options, fit, can_tensor=can_tensor)
    if layout != Layout(fit.tensor_parallel or 1, fit.pipeline_parallel or 1):
        fit = estimated(subject, options, layout, **known)
    return layout, fit


def length_problem(subject: Subject, options: Options, label: str) -> str | None:
    """Say that a context is longer than the model's own: a server does not start with it."""
    limit = subject.model.context
    if options.context is None or limit is None or options.context <= limit:
        return None
    return f"{subject.id} was made for {limit} tokens; use --context {limit} at most with {label}."


def length_of(subject: Subject, options: Options, fit: FitEstimate) -> tuple[int | None, str]:
    """Choose `--max-model-len` and say why; None leaves the model's own."""
    if options.context is not None:
        return options.context, "the context asked for"
    limit = context_of(subject.details)
    room = fit.max_context if fit.fits in {"yes", "tight"} and not _is_upper_bound(subject.details) else None
    if room and limit and room < limit:
        return _below(room), f"the cache of all {limit} tokens does not fit beside the weights; this does"
    if limit is not None and limit >= HUGE:
        if room:
            return limit, f"a context of {limit} has to be asked for; the cache of it fits here"
        return min(ASSUMED_CONTEXT, limit), f"the model reads {limit} tokens, and a cache for all of them rarely fits"
    return None, ""


def comfortable(details: ModelDetails) -> int | None:
    """The context that GPUs are chosen for: the model's own, up to a long talk."""
    limit = context_of(details)
    return None if limit is None else min(limit, COMFORTABLE)


def _is_upper_bound(details: ModelDetails) -> bool:
    """Tell whether the cache is only bounded: the row of such a family does not say which layers keep less."""
    family = (family_of(details) or "").replace("-", "_")
    return not details.config and (family in UNSAID_KINDS or family in _COMPRESSED)


def _below(room: int) -> int:
    return next((length for length in _LENGTHS if length <= room), room)


def fits_machine(layout: Layout, machine: Machine) -> bool:
    """Tell whether a node of this machine has the GPUs that a layout needs."""
    return layout.gpus <= max(len(machine.gpus), 1)


def missing_gpus(layout: Layout, machine: Machine) -> str | None:
    """Say which GPUs a layout wants that a machine has not; None when it has them."""
    if fits_machine(layout, machine):
        return None
    has = len(machine.gpus) or "none"
    return f"The command wants {layout.gpus} GPUs a node; this machine ({machine.describe()}) has {has}."


def add_sharing(machine: Machine, fit: FitEstimate, gathered: Gathered) -> None:
    """Add what the memory of this machine and the width of the experts ask for beside the layout."""
    if fit.expert_parallel and (fit.tensor_parallel or 1) > 1:
        why = "gives whole experts to the GPUs: packed as they are, their width does not divide"
        gathered.add("--enable-expert-parallel", None, why)
    shared = [gpu for gpu in machine.gpus if gpu.is_unified and gpu.vendor == "NVIDIA"]
    if shared and not machine.is_apple:
        room = min(gpu.budget_bytes for gpu in shared)
        share = min(room, machine.ram_budget_bytes or room) / max(gpu.memory_bytes for gpu in shared)
        if share < UTILIZATION:
            why = "the GPU shares its memory with the system, which keeps the rest"
            gathered.add("--gpu-memory-utilization", f"{math.floor(share * 100) / 100:.2f}", why)
