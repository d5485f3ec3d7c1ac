"""SOUTH WING: how vLLM spreads a model over GPUs and nodes, and how long its context may be.

Tensor parallelism must divide the attention heads; what is left over becomes pipeline stages. Several nodes are
pipeline stages of each other, as vLLM's own multi-node run wants them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.fit.config import context_of, shape_of
from modelscope_tui.fit.estimate import FitEstimate
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.vllm import can_split
from modelscope_tui.launch.fitting import fit_of
from modelscope_tui.launch.subject import Options, Subject

HUGE = 262144
"""From this context on a length is always given: a cache for all of it hardly ever fits."""

ASSUMED_CONTEXT = 32768
"""The length for such a model where the machine is not known."""

GPUS_A_NODE = 8
"""What a node of a cluster is taken to have where nobody says."""

_LENGTHS = (1048576, 524288, 262144, 196608, 131072, 98304, 65536, 49152, 32768, 24576, 16384, 12288, 8192, 6144, 4096, 2048)  # fmt: skip


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


def layout_of(subject: Subject, options: Options, fewest: int | None, *, can_tensor: bool = True) -> Layout:
    """Lay a model out.

    Args:
        subject: model and machine.
        options: `--gpus` and `--nodes`.
        fewest: the fewest GPUs that hold the model, where an estimate says so.
        can_tensor: False for formats that cannot be divided within a layer.
    """
    nodes = options.nodes or 1
    here = len(subject.machine.gpus)
    alone = fewest or (here if subject.model.heads else 1) or 1
    count = options.gpus or (here or GPUS_A_NODE if nodes > 1 else alone)
    tensor = count if can_tensor else 1
    while tensor > 1 and (count % tensor or not splits_over(subject.details, tensor)):
        tensor -= 1
    if options.gpus is None and nodes == 1:
        return Layout(tensor)
    assumed = nodes > 1 and options.gpus is None and not here
    return Layout(tensor, count // tensor * nodes, nodes, assumed)


def estimated(subject: Subject, options: Options, layout: Layout | None = None, context: int | None = None) -> FitEstimate:
    """Estimate memory for a layout; several nodes count as one machine with all their GPUs."""
    machine = subject.machine
    tensor = None
    if layout is not None and machine.gpus:
        machine = replace(machine, gpus=machine.gpus * layout.nodes)
        total = layout.tensor * layout.pipeline
        tensor = total if total <= len(machine.gpus) and splits_over(subject.details, total) else None
    return fit_of(
        subject.details,
        machine,
        engine="vllm",
        context=options.context or context,
        kv_dtype=options.kv_dtype,
        tensor_parallel=tensor,
    )


def length_of(subject: Subject, options: Options, fit: FitEstimate) -> tuple[int | None, str]:
    """Choose `--max-model-len` and say why; None leaves the model's own."""
    if options.context is not None:
        return options.context, "the context asked for"
    limit = context_of(subject.details)
    room = fit.max_context if fit.fits in {"yes", "tight"} else None
    if room and limit and room < limit:
        return _below(room), f"the cache of all {limit} tokens does not fit beside the weights; this does"
    if limit is not None and limit >= HUGE:
        if room:
            return limit, f"a context of {limit} has to be asked for; the cache of it fits here"
        return min(ASSUMED_CONTEXT, limit), f"the model reads {limit} tokens, and a cache for all of them rarely fits"
    return None, ""


def _below(room: int) -> int:
    return next((length for length in _LENGTHS if length <= room), room)


def fits_machine(layout: Layout, machine: Machine) -> bool:
    """Tell whether a node of this machine has the GPUs that a layout needs."""
    return not machine.gpus or layout.gpus <= len(machine.gpus)
