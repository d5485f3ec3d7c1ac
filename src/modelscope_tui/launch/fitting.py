"""SOUTH WING: from an estimate of memory to a verdict and its reason."""

from __future__ import annotations

from dataclasses import dataclass

from modelscope_tui.catalog.model import ModelDetails, Quantization
from modelscope_tui.catalog.units import in_memory
from modelscope_tui.fit.estimate import FitEstimate, estimate
from modelscope_tui.fit.formats import CACHE_BYTES
from modelscope_tui.fit.machine import Machine
from modelscope_tui.launch.answer import Note, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a command will run on the machine, and why not."""

    verdict: Verdict
    reason: str | None
    notes: tuple[Note, ...]
    fit: FitEstimate | None


def fit_of(
    details: ModelDetails,
    machine: Machine,
    *,
    engine: str,
    quantization: Quantization | str | None = None,
    context: int | None = None,
    kv_dtype: str | None = None,
    tensor_parallel: int | None = None,
    pipeline_parallel: int | None = None,
) -> FitEstimate:
    """Estimate memory; a cache type whose size is not known counts as 16 bit."""
    return estimate(
        details,
        machine,
        quantization=quantization,
        context=context,
        kv_dtype=kv_dtype if kv_dtype in CACHE_BYTES else None,
        tensor_parallel=tensor_parallel,
        pipeline_parallel=pipeline_parallel,
        engine=engine,
    )


def judged(fit: FitEstimate, machine: Machine) -> Judgement:
    """Turn an estimate into a verdict; what could not be checked stays `ready` and says so."""
    if fit.fits == "no":
        return Judgement("too-large", _shortage(fit, machine), (), fit)
    if fit.fits == "tight":
        return Judgement("tight", _trade_off(fit, machine), (), fit)
    if fit.fits == "yes" and _is_only_bounded(fit):
        return Judgement("tight", _bounded(fit), (), fit)
    if fit.fits == "yes":
        return Judgement("ready", None, (), fit)
    return Judgement("ready", None, (Note("info", _unchecked(fit, machine)),), fit)


def _is_only_bounded(fit: FitEstimate) -> bool:
    """Tell whether only the weights were checked: the most that the cache can take would not fit beside them."""
    return fit.total_bytes is not None and fit.available_bytes is not None and fit.total_bytes > fit.available_bytes


def _bounded(fit: FitEstimate) -> str:
    weights, cache, room = fit.weights_bytes or 0, fit.kv_bytes or 0, fit.available_bytes or 0
    return (
        f"The weights fit ({in_memory(weights)} of {in_memory(room)}); the cache of {fit.context} tokens takes at most "
        f"{in_memory(cache)} more, and how much only {', '.join(fit.missing) or 'its configuration'} tells, "
        "not seen here. A smaller context helps."
    )


def _shortage(fit: FitEstimate, machine: Machine) -> str:
    has = machine.describe()
    if fit.total_bytes is None or fit.available_bytes is None:
        return f"The weights alone are larger than the memory of this machine ({has})."
    need, room = fit.total_bytes, fit.available_bytes
    text = f"Needs about {in_memory(need)} at a context of {fit.context}; this machine ({has}) gives {in_memory(room)}"
    lacking = max(need - room, 0)
    text += f", {in_memory(lacking)} too little." if lacking else " in the shape that it needs."
    if fit.max_context:
        return f"{text} A context of {fit.max_context} would fit."
    return f"{text} A smaller quantization or a machine with more memory would do."


def _trade_off(fit: FitEstimate, machine: Machine) -> str:
    if fit.gpu_layers is not None and machine.gpus and not machine.is_unified and fit.basis:
        return f"Runs with a trade-off on {machine.describe()}: {fit.basis[-1]}."
    if fit.max_context:
        return f"Runs with little room on {machine.describe()}: the context can grow to {fit.max_context}."
    return f"Runs with little room on {machine.describe()}."


def _unchecked(fit: FitEstimate, machine: Machine) -> str:
    if machine.source == "unknown" or machine.budget_bytes is None:
        return "Memory was not checked: this machine is not known. Name one with --machine."
    missing = ", ".join(fit.missing) or "facts of the model"
    return f"Memory was not checked: {missing} not known here."
