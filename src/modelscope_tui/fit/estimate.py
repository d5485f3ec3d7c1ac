"""EAST WING: what a model needs on a machine, in bytes and tokens per second, with the reasons in words.

    details ─▶ shape, weights ─▶ an engine's arithmetic (llamacpp.py or vllm.py) ─▶ FitEstimate

Every figure is a total over the accelerators that are used. A fact that is missing makes `unknown` and is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from modelscope_tui.catalog.form import params_weighed
from modelscope_tui.catalog.model import ModelDetails, Quantization
from modelscope_tui.errors import UsageError
from modelscope_tui.fit.config import context_of, family_of, shape_of
from modelscope_tui.fit.formats import CACHE_BYTES
from modelscope_tui.fit.judge import rough_verdict
from modelscope_tui.fit.kv_cache import cache_bytes
from modelscope_tui.fit.layers import UNSAID_KINDS
from modelscope_tui.fit.llamacpp import plan_llamacpp
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.packing import group_size_of
from modelscope_tui.fit.plan import Fits, Plan, Question, default_context
from modelscope_tui.fit.speed import Decode
from modelscope_tui.fit.vllm import plan_vllm
from modelscope_tui.fit.weights import Weights, weights_of

_ROUGHLY = "verdict: by parameters and format alone, as in the list"
_SERVERS = frozenset({"vllm", "sglang", "tgi", "transformers"})


@dataclass(frozen=True, slots=True)
class FitEstimate:
    """Memory and speed of one model, in one form, on one machine. None is unknown."""

    model: str
    machine: Machine
    engine: str
    quantization: str | None
    context: int
    kv_dtype: str
    weights_bytes: int | None
    kv_bytes_per_token: float | None
    """What each further token adds once every sliding window is full."""
    kv_bytes: int | None
    overhead_bytes: int | None
    total_bytes: int | None
    available_bytes: int | None
    fits: Fits
    max_context: int | None
    """The largest context that fits without any layer in system memory; 0 when none does."""
    gpu_layers: int | None = None
    cpu_expert_layers: int | None = None
    """Layers whose experts stay in system memory (`--n-cpu-moe`), where all else is on the accelerators."""
    tensor_parallel: int | None = None
    pipeline_parallel: int | None = None
    expert_parallel: bool = False
    """Whether whole experts go to the cards, because their packed width does not divide."""
    concurrency: float | None = None
    decode: Decode | None = None
    basis: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give it as `fit --json` shows it."""
        speed = self.decode
        return {
            "model": self.model,
            "machine": self.machine.as_json(),
            "engine": self.engine,
            "quantization": self.quantization,
            "context": self.context,
            "kv_dtype": self.kv_dtype,
            "weights_bytes": self.weights_bytes,
            "kv_bytes_per_token": self.kv_bytes_per_token,
            "kv_bytes": self.kv_bytes,
            "overhead_bytes": self.overhead_bytes,
            "total_bytes": self.total_bytes,
            "available_bytes": self.available_bytes,
            "fits": self.fits,
            "max_context": self.max_context,
            "gpu_layers": self.gpu_layers,
            "cpu_expert_layers": self.cpu_expert_layers,
            "tensor_parallel": self.tensor_parallel,
            "pipeline_parallel": self.pipeline_parallel,
            "expert_parallel": self.expert_parallel,
            "concurrency": self.concurrency,
            "decode_tokens_per_second": {"low": round(speed.low, 1), "high": round(speed.high, 1), "bound": speed.bound}
            if speed
            else None,
            "basis": list(self.basis),
            "missing": list(self.missing),
        }


def engine_of(weights: Weights | None, machine: Machine) -> str:
    """Choose the arithmetic when no engine is named: vLLM's for other files than GGUF on NVIDIA and AMD cards."""
    if weights is None or weights.is_gguf or not machine.gpus or machine.is_unified:
        return "llamacpp"
    return "vllm"


def estimate(
    details: ModelDetails,
    machine: Machine,
    *,
    quantization: Quantization | str | None = None,
    context: int | None = None,
    kv_dtype: str | None = None,
    tensor_parallel: int | None = None,
    pipeline_parallel: int | None = None,
    engine: str | None = None,
) -> FitEstimate:
    """Estimate what a model needs on a machine.

    Args:
        details: what is known of the model; the row alone will do, and the basis says so.
        machine: where it shall run.
        quantization: a form with files, or a name; None is what the repository stores.
        context: tokens; None is the model's own up to 8192, shortened (not below 2048) when only less fits.
        kv_dtype: type of the KV cache; None is 16 bit.
        tensor_parallel: cards to split every layer over; None is the fewest that hold the model.
        pipeline_parallel: stages of layers, beside `tensor_parallel`.
        engine: a tool's name; what is not a server counts as llama.cpp.
    """
    element_bytes = _checked(kv_dtype, context)
    shape, missing = shape_of(details)
    weights = weights_of(details, shape, quantization)
    chosen = engine or engine_of(weights, machine)
    if weights is None or shape is None:
        lacking = (*(_unweighed(details) if weights is None else ()), *missing)
        return _partial(details, machine, weights, lacking, (chosen, kv_dtype, context))
    question = Question(
        *(shape, weights, machine, context, context_of(details), element_bytes, tensor_parallel, pipeline_parallel),
        group_size=None if weights.is_gguf else group_size_of(details),
    )
    plan = plan_vllm(question) if chosen in _SERVERS else plan_llamacpp(question)
    return _estimate(details, question, _bounded(details, question, plan), chosen, kv_dtype)


def _unweighed(details: ModelDetails) -> tuple[str, ...]:
    """Name what is missing for the size of the weights."""
    if details.model.params is None:
        return ("params",)
    if params_weighed(details.model, with_estimate=False) is None:
        return ("params (the count is of packed elements)",)
    return ("bits per weight of the stored format",)


def _checked(kv_dtype: str | None, context: int | None) -> float:
    """Give the bytes of a cached element, or say in words what cannot be used."""
    element_bytes = cache_bytes(kv_dtype)
    if element_bytes is None:
        raise UsageError(f"`{kv_dtype}` is not a type of KV cache.", f"Known: {', '.join(CACHE_BYTES)}.")
    if context is not None and context < 1:
        raise UsageError(f"A context of {context} tokens is not possible.", "Give at least 1.")
    return element_bytes


def _bounded(details: ModelDetails, question: Question, plan: Plan) -> Plan:
    """Take back what the row alone cannot promise: some families keep far less cache than their row suggests."""
    family = (family_of(details) or "").replace("-", "_")
    if details.config or family not in UNSAID_KINDS or plan.fits == "unknown":
        return plan
    plan = replace(plan, basis=(*plan.basis, "KV cache: at most this; the row does not tell which layers keep less"))
    if plan.fits == "yes":
        return plan
    verdict = _rough(question.weights, question.shape.params, question.machine)
    reasons = (*plan.basis, _ROUGHLY)
    return replace(plan, fits=verdict, max_context=None, basis=reasons, missing=(*plan.missing, "config.json"))


def _rough(weights: Weights, params: int | None, machine: Machine) -> Fits:
    if params is None:
        return "unknown"
    return rough_verdict(weights.size_bytes, params, machine, may_spill=weights.is_gguf)


def _estimate(details: ModelDetails, question: Question, plan: Plan, engine: str, kv_dtype: str | None) -> FitEstimate:
    source = "config.json" if details.config else "the catalog's row"
    unsaid = () if question.context_limit else ("the model does not say its longest context",)
    return FitEstimate(
        model=details.id,
        machine=question.machine,
        engine=engine,
        quantization=question.weights.name,
        context=plan.context,
        kv_dtype=kv_dtype or "f16",
        weights_bytes=plan.weights_bytes,
        kv_bytes_per_token=plan.kv_bytes_per_token,
        kv_bytes=plan.kv_bytes,
        overhead_bytes=plan.overhead_bytes,
        total_bytes=plan.weights_bytes + plan.kv_bytes + plan.overhead_bytes,
        available_bytes=plan.available_bytes,
        fits=plan.fits,
        max_context=plan.max_context,
        gpu_layers=plan.gpu_layers,
        cpu_expert_layers=plan.cpu_expert_layers,
        tensor_parallel=plan.tensor_parallel,
        pipeline_parallel=plan.pipeline_parallel,
        expert_parallel=plan.expert_parallel,
        concurrency=plan.concurrency,
        decode=plan.decode,
        basis=(f"weights: {question.weights.basis}", f"layers: {source}", *plan.basis, *unsaid),
        missing=plan.missing,
    )


def _partial(
    details: ModelDetails,
    machine: Machine,
    weights: Weights | None,
    missing: tuple[str, ...],
    asked: tuple[str, str | None, int | None],
) -> FitEstimate:
    """Say what little is known; the verdict is that of the list, by parameters and format."""
    engine, kv_dtype, context = asked
    budget = machine.budget_bytes
    fits = _rough(weights, details.model.params, machine) if weights else "unknown"
    basis: tuple[str, ...] = (f"weights: {weights.basis}",) if weights else ()
    return FitEstimate(
        model=details.id,
        machine=machine,
        engine=engine,
        quantization=weights.name if weights else None,
        context=context or default_context(context_of(details)),
        kv_dtype=kv_dtype or "f16",
        weights_bytes=weights.size_bytes if weights else None,
        kv_bytes_per_token=None,
        kv_bytes=None,
        overhead_bytes=None,
        total_bytes=None,
        available_bytes=budget,
        fits=fits,
        max_context=None,
        basis=basis if fits == "unknown" else (*basis, _ROUGHLY),
        missing=missing if budget is not None else (*missing, "machine memory"),
    )
