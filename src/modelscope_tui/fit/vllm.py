"""EAST WING: how vLLM (and servers that work alike) would hold a model on the cards of a machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from modelscope_tui.catalog.units import in_memory
from modelscope_tui.fit.kv_cache import growing_bytes_per_token
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.plan import LEAST_CONTEXT, Fits, Plan, Question, default_context, largest_context
from modelscope_tui.fit.serving import UTILIZATION, Serving, default_serving
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.speed import Decode, active_bytes, decode
from modelscope_tui.fit.vllm_blocks import concurrency, sequence_bytes
from modelscope_tui.fit.vllm_pool import overhead_bytes, runtime_bytes, weights_bytes_per_gpu

VOCABULARY_STEP = 64
"""vLLM pads the vocabulary to this before cutting it."""

MOST_CARDS = 64
"""More cards are not tried one by one; a command asks for them by number."""


@dataclass(frozen=True, slots=True)
class Split:
    """How many cards, and how the model is cut over them."""

    tensor: int = 1
    """Cards that share each layer."""
    pipeline: int = 1
    """Stages of layers, one after another."""
    by_expert: bool = False
    """Whole experts go to the cards (`--enable-expert-parallel`), because their width cannot be cut."""

    @property
    def cards(self) -> int:
        """Cards in all."""
        return self.tensor * self.pipeline


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


def tensor_split(shape: Shape, parallel: int, group_size: int | None = None) -> Split | None:
    """Cut every layer over so many cards; None where that is not possible.

    A packed matrix is only cut between its groups; experts whose width does not allow that go to the cards whole.
    """
    if not can_split(shape, parallel):
        return None
    step = parallel * (group_size or 1)
    experts = shape.experts
    if group_size and shape.inner_dim and (experts is None or experts.dense_layers) and shape.inner_dim % step:
        return None
    if experts is None or parallel == 1 or experts.inner_dim % step == 0:
        return Split(parallel)
    return Split(parallel, by_expert=True) if experts.count % parallel == 0 else None


def splits(shape: Shape, cards: int, group_size: int | None = None) -> list[Split]:
    """List how a model can be cut over 1, 2 … cards: within layers as far as they divide, into stages for the rest."""
    found = []
    for count in range(1, cards + 1):
        divisors = (tensor for tensor in range(count, 0, -1) if count % tensor == 0)
        within = next((one for tensor in divisors if (one := tensor_split(shape, tensor, group_size))), Split())
        stages = count // within.tensor
        if stages <= shape.layers and within.tensor * stages == count:
            found.append(replace(within, pipeline=stages))
    return found or [Split()]


def plan_vllm(question: Question) -> Plan:
    """Lay a model out for vLLM: the fewest cards that hold it, in stages only where cutting within layers does not."""
    machine = question.machine
    if machine.budget_bytes is None:
        return replace(_plan(question, Split()), fits="unknown", missing=("machine memory",))
    if question.tensor_parallel is not None:
        asked = tensor_split(question.shape, question.tensor_parallel, question.group_size)
        stages = question.pipeline_parallel or 1
        return _plan(question, replace(asked or Split(question.tensor_parallel), pipeline=stages))
    most = min(len(machine.gpus), MOST_CARDS) or 1
    plans = [_plan(question, split) for split in splits(question.shape, most, question.group_size)]
    plans.sort(key=lambda plan: (plan.pipeline_parallel or 1) > 1)
    good = [plan for plan in plans if plan.fits == "yes"] or [plan for plan in plans if plan.fits == "tight"]
    whole = [plan for plan in plans if plan.pipeline_parallel == 1]
    return good[0] if good else (whole or plans)[-1]


def _at_once(question: Question, serving: Serving, room: int, context: int) -> float | None:
    """Sequences of the context that run at once: what the pool holds, and no more than the server takes."""
    held = concurrency(question.shape, room, context, question.cache_bytes, serving)
    return min(held, serving.max_sequences) if held else None


def _needed(question: Question, serving: Serving, context: int) -> int:
    return sequence_bytes(question.shape, context, question.cache_bytes, serving)


def _card(machine: Machine, count: int) -> tuple[int, str]:
    """Memory and name of the smallest of the largest cards: every card holds the same share."""
    if not machine.gpus:
        return machine.ram_budget_bytes or 0, "CPU"
    largest = sorted(machine.gpus, key=lambda gpu: -gpu.budget_bytes)
    gpu = largest[min(count, len(largest)) - 1]
    return gpu.budget_bytes, gpu.name


def _plan(question: Question, split: Split) -> Plan:
    shape, machine, cards = question.shape, question.machine, split.cards
    memory, name = _card(machine, cards)
    serving = replace(default_serving(memory, name, split.tensor), pipeline_parallel=split.pipeline)
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
        weights_bytes=weights * cards,
        kv_bytes=held * cards,
        kv_bytes_per_token=growing_bytes_per_token(shape, question.cache_bytes),
        overhead_bytes=overhead * cards,
        available_bytes=budget * cards if machine.budget_bytes is not None else None,
        max_context=most,
        tensor_parallel=split.tensor,
        pipeline_parallel=split.pipeline,
        expert_parallel=split.by_expert,
        concurrency=_at_once(question, serving, room, context),
        decode=_speed(question, held, split) if fits in {"yes", "tight"} else None,
        basis=(*_basis(serving, split), *reason),
    )


def _verdict(question: Question, left: int, budget: int, is_shortened: bool) -> tuple[Fits, tuple[str, ...]]:
    tensor, has = question.tensor_parallel, max(len(question.machine.gpus), 1)
    if tensor is not None and tensor_split(question.shape, tensor, question.group_size) is None:
        return "no", (f"heads, vocabulary or packed groups do not divide by {tensor} cards",)
    if tensor is not None and tensor * (question.pipeline_parallel or 1) > has:
        return "no", (f"the machine has {len(question.machine.gpus)} cards",)
    if left < 0:
        return "no", (f"{in_memory(-left)} more is needed on each card",)
    if is_shortened:
        return "tight", ("only a shorter context fits",)
    return ("tight", ("little memory is left",)) if left < budget // 20 else ("yes", ())


def _speed(question: Question, held: int, split: Split) -> Decode | None:
    weights = active_bytes(question.shape, question.weights.size_bytes)
    if weights is None or not question.machine.gpus:
        return None
    # Cards of one stage work at the same time on their shares of every layer; stages one after another.
    read = weights / split.tensor + held / 2 * split.pipeline
    return decode(question.shape, read, question.machine.gpus[: split.pipeline])


def _basis(serving: Serving, split: Split) -> tuple[str, ...]:
    cut = []
    if split.pipeline > 1:
        cut.append(
            f"layout: {split.pipeline} stages of layers, {split.tensor} cards each; heads do not divide by all cards"
            if split.tensor > 1
            else f"layout: {split.pipeline} stages of layers; heads do not divide by {split.cards} cards"
        )
    if split.by_expert:
        cut.append("layout: whole experts on each card, because their packed width does not divide")
    return (
        *cut,
        "KV cache: one sequence in vLLM's blocks",
        f"overhead: activation at {serving.max_sequences} sequences and {serving.batch_tokens} batched tokens, graphs",
        f"available: {UTILIZATION:.0%} of each card, vLLM's default",
    )
