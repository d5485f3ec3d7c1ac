"""EAST WING: how vLLM (and servers that work alike) would hold a model on the cards of a machine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from modelscope_tui.fit.kv_cache import growing_bytes_per_token
from modelscope_tui.fit.machine import Machine, gigabytes
from modelscope_tui.fit.plan import LEAST_CONTEXT, Fits, Plan, Question, default_context, largest_context
from modelscope_tui.fit.serving import UTILIZATION, Serving, default_serving
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.speed import Decode, active_bytes, decode
from modelscope_tui.fit.vllm_blocks import concurrency, sequence_bytes
from modelscope_tui.fit.vllm_pool import overhead_bytes, runtime_bytes, weights_bytes_per_gpu

VOCABULARY_STEP = 64
"""vLLM pads the vocabulary to this before cutting it."""


def can_split(shape: Shape, parallel: int) -> bool:
    """Tell whether tensor parallelism over so many cards is possible: heads, KV heads and vocabulary must divide."""
    padded = -(-shape.vocab // VOCABULARY_STEP) * VOCABULARY_STEP
    if padded % parallel:
        return False
    return all(
        group.heads % parallel == 0
        and (group.latent_dim is not None or group.kv_heads % parallel == 0 or parallel % group.kv_heads == 0)
        for group in shape.attention
    )


def splits(shape: Shape, machine: Machine) -> list[int]:
    """List the numbers of cards that the model can be split over here, fewest first."""
    count = max(len(machine.gpus), 1)
    return [parallel for parallel in range(1, count + 1) if can_split(shape, parallel)] or [1]


def plan_vllm(question: Question) -> Plan:
    """Lay a model out for vLLM: the fewest cards that hold it."""
    machine = question.machine
    if machine.budget_bytes is None:
        return replace(_plan(question, 1), fits="unknown", missing=("machine memory",))
    if question.tensor_parallel is not None:
        return _plan(question, question.tensor_parallel)
    plans = [_plan(question, parallel) for parallel in splits(question.shape, machine)]
    good = [plan for plan in plans if plan.fits == "yes"] or [plan for plan in plans if plan.fits == "tight"]
    return good[0] if good else plans[-1]


def _needed(question: Question, serving: Serving, context: int) -> int:
    return sequence_bytes(question.shape, context, question.cache_bytes, serving)


def _card(machine: Machine) -> tuple[int, str]:
    """Memory and name of the smallest card: every card holds the same share."""
    if not machine.gpus:
        return machine.ram_budget_bytes or 0, "CPU"
    gpu = min(machine.gpus, key=lambda gpu: gpu.budget_bytes)
    return gpu.budget_bytes, gpu.name


def _plan(question: Question, parallel: int) -> Plan:
    shape, machine = question.shape, question.machine
    memory, name = _card(machine)
    serving = default_serving(memory, name, parallel)
    if not machine.gpus:
        serving = replace(serving, has_graphs=False)
    budget = round(memory * (UTILIZATION if machine.gpus else 1))
    weights = weights_bytes_per_gpu(shape, runtime_bytes(shape, question.weights.size_bytes), serving)
    overhead = overhead_bytes(shape, serving)
    room = budget - weights - overhead
    needed = partial(_needed, question, serving)

    most = largest_context(question.context_limit, lambda size: needed(size) <= room) if room >= 0 else 0
    wanted = question.context or default_context(question.context_limit)
    context = most if question.context is None and LEAST_CONTEXT <= most < wanted else wanted
    held = needed(context)
    fits, reason = _verdict(question, room - held, budget, context < wanted)
    return Plan(
        fits=fits,
        context=context,
        weights_bytes=weights * parallel,
        kv_bytes=held * parallel,
        kv_bytes_per_token=growing_bytes_per_token(shape, question.cache_bytes),
        overhead_bytes=overhead * parallel,
        available_bytes=budget * parallel if machine.budget_bytes is not None else None,
        max_context=most,
        tensor_parallel=parallel,
        concurrency=concurrency(shape, room, context, question.cache_bytes, serving) or None,
        decode=_speed(question, held, parallel) if fits in {"yes", "tight"} else None,
        basis=(*_basis(serving), *reason),
    )


def _verdict(question: Question, left: int, budget: int, is_shortened: bool) -> tuple[Fits, tuple[str, ...]]:
    if question.tensor_parallel is not None and not can_split(question.shape, question.tensor_parallel):
        return "no", (f"heads or vocabulary do not divide by {question.tensor_parallel} cards",)
    if question.tensor_parallel is not None and question.tensor_parallel > max(len(question.machine.gpus), 1):
        return "no", (f"the machine has {len(question.machine.gpus)} cards",)
    if left < 0:
        return "no", (f"{gigabytes(-left)} more is needed on each card",)
    if is_shortened:
        return "tight", ("only a shorter context fits",)
    return ("tight", ("little memory is left",)) if left < budget // 20 else ("yes", ())


def _speed(question: Question, held: int, parallel: int) -> Decode | None:
    weights = active_bytes(question.shape, question.weights.size_bytes)
    if weights is None or not question.machine.gpus:
        return None
    # Cards work at the same time on their shares of every layer.
    return decode(question.shape, (weights / parallel) + held / 2, question.machine.gpus[:1])


def _basis(serving: Serving) -> tuple[str, ...]:
    return (
        "KV cache: one sequence in vLLM's blocks",
        f"overhead: activation at {serving.max_sequences} sequences and {serving.batch_tokens} batched tokens, graphs",
        f"available: {UTILIZATION:.0%} of each card, vLLM's default",
    )
