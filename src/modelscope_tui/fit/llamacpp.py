"""EAST WING: how llama.cpp (and what is built on it: Ollama, LM Studio) would hold a model on a machine.

All layers on the accelerators, split between them by free memory; or some layers there and the rest in system memory;
or everything in system memory where there is no accelerator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from modelscope_tui.catalog.units import in_memory
from modelscope_tui.fit.kv_cache import (
    as_in_llamacpp,
    growing_bytes_per_token,
    llama_compute_bytes,
    llama_kv_bytes,
    recurrent_bytes,
)
from modelscope_tui.fit.machine import GIB, MIB, Machine
from modelscope_tui.fit.plan import LEAST_CONTEXT, Fits, Plan, Question, default_context, largest_context
from modelscope_tui.fit.speed import Decode, active_bytes, decode
from modelscope_tui.fit.tensors import mixed_elements

DEVICE_CONTEXT_BYTES = 300 * MIB
"""What the driver's own context takes on a discrete card; 256 to 500 MiB seen, by card."""

SPARE_BYTES = GIB
"""llama.cpp's `--fit` keeps this much free on each device; with less left a model fits tightly."""


def _held_bytes(question: Question, context: int) -> int:
    """Cache and states."""
    shape = question.shape
    return llama_kv_bytes(shape, context, k_bytes=question.cache_bytes) + recurrent_bytes(shape)


def _overhead_bytes(question: Question, context: int) -> int:
    gpus = question.machine.gpus
    drivers = sum(DEVICE_CONTEXT_BYTES for gpu in gpus if not gpu.is_unified)
    return llama_compute_bytes(question.shape, context) * max(len(gpus), 1) + drivers


def _total_bytes(question: Question, context: int) -> int:
    return question.weights.size_bytes + _held_bytes(question, context) + _overhead_bytes(question, context)


def _spare_bytes(machine: Machine) -> int:
    """What should stay free for a model to fit at ease."""
    available = machine.budget_bytes or 0
    return min(SPARE_BYTES * len(machine.gpus), available // 10) if machine.gpus else available // 20


def plan_llamacpp(question: Question) -> Plan:
    """Lay a model out for llama.cpp."""
    question = replace(question, shape=as_in_llamacpp(question.shape))
    machine = question.machine
    available = machine.budget_bytes
    limit = question.context_limit
    most = None if available is None else largest_context(limit, lambda size: _total_bytes(question, size) <= available)
    wanted = question.context or default_context(limit)
    context = wanted
    if question.context is None and most is not None and LEAST_CONTEXT <= most < wanted:
        context = most
    held, overhead = _held_bytes(question, context), _overhead_bytes(question, context)
    total = question.weights.size_bytes + held + overhead
    layers = _gpu_layers(question, held, overhead)
    experts = _expert_layers(question, total)
    fits, reason = _verdict(question, total, context < wanted, _Kept(layers, experts))
    return Plan(
        fits=fits,
        context=context,
        weights_bytes=question.weights.size_bytes,
        kv_bytes=held,
        kv_bytes_per_token=growing_bytes_per_token(question.shape, question.cache_bytes),
        overhead_bytes=overhead,
        available_bytes=available,
        max_context=most,
        gpu_layers=layers,
        cpu_expert_layers=experts if fits == "tight" and experts else None,
        decode=_speed(question, held, _host_share(question, layers, experts)) if fits in {"yes", "tight"} else None,
        basis=(*_basis(question), *reason),
        missing=() if available is not None else ("machine memory",),
    )


def _verdict(question: Question, total: int, is_shortened: bool, kept: _Kept) -> tuple[Fits, tuple[str, ...]]:
    machine = question.machine
    available = machine.budget_bytes
    if available is None:
        return "unknown", ("the machine's memory is not known",)
    if total + _spare_bytes(machine) <= available and not is_shortened:
        return "yes", ()
    if total <= available:
        return "tight", ("only a shorter context fits" if is_shortened else "little memory is left",)
    ram = machine.ram_budget_bytes
    if machine.gpus and not machine.is_unified and ram is not None and total - available <= ram:
        if kept.expert_layers:
            return "tight", (f"the experts of {kept.expert_layers} layers in system memory, all else on the GPU",)
        if kept.layers:
            part = f"{kept.layers} of {question.shape.layers} layers on the GPU, the rest in system memory"
            return "tight", (part,)
    return "no", (f"{in_memory(total - available)} more is needed",)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What goes where, when not all fits on the accelerators."""

    layers: int | None
    expert_layers: int | None


def _expert_layers(question: Question, total: int) -> int | None:
    """Count the layers whose experts must leave the accelerators so that the rest fits; None where that cannot help."""
    shape, machine = question.shape, question.machine
    mixed = mixed_elements(shape)
    if mixed is None or shape.experts is None or not shape.params or not machine.gpus or machine.is_unified:
        return None
    layers = (shape.layers if shape.mlp_layers is None else shape.mlp_layers) - shape.experts.dense_layers
    each = question.weights.size_bytes * mixed / shape.params / max(layers, 1)
    excess = total + _spare_bytes(machine) - machine.gpu_budget_bytes
    needed = max(0, math.ceil(excess / each))
    return needed if needed <= layers else None


def _host_share(question: Question, layers: int | None, experts: int | None) -> float:
    """Say which part of the work of a token is done from system memory."""
    shape = question.shape
    if layers is None:
        return 1.0
    if layers == shape.layers:
        return 0.0
    mixed = mixed_elements(shape)
    if experts and mixed and shape.experts is not None and shape.params and shape.active_params:
        mixture = shape.layers - shape.experts.dense_layers
        active = mixed * max(shape.experts.active, 1) / shape.experts.count
        return min(1.0, active / shape.active_params) * experts / max(mixture, 1)
    return 1 - layers / shape.layers


def _gpu_layers(question: Question, held: int, overhead: int) -> int | None:
    """Layers that fit on the accelerators, the output layer last; None without one."""
    machine = question.machine
    if not machine.gpus:
        return None
    layers = question.shape.layers
    each = (question.weights.size_bytes + held) / layers
    room = machine.gpu_budget_bytes - overhead
    if question.weights.size_bytes + held <= room:
        return layers
    return max(0, min(layers - 1, int((room - _spare_bytes(machine)) / each)))


def _speed(question: Question, held: int, host: float) -> Decode | None:
    weights = active_bytes(question.shape, question.weights.size_bytes)
    if weights is None:
        return None
    machine = question.machine
    return decode(
        question.shape,
        weights + held / 2,  # half-way through the context
        machine.gpus,
        host_share=host,
        host_bandwidth=machine.ram_bandwidth_bytes_per_second,
    )


def _basis(question: Question) -> tuple[str, ...]:
    kinds = []
    shape = question.shape
    if any(group.window for group in shape.attention):
        kinds.append("sliding windows counted")
    if any(group.latent_dim for group in shape.attention):
        kinds.append("latent attention counted")
    if shape.has_recurrence:
        kinds.append("recurrent states counted")
    detail = f" ({', '.join(kinds)})" if kinds else ""
    return (
        f"KV cache: llama.cpp's cells, layer by layer{detail}",
        "overhead: llama.cpp's compute buffer for a batch of 512 and the driver's context",
    )
