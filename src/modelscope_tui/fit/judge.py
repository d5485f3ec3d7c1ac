"""EAST WING: the cheap verdict of the Fit column and of `fits:`, from the row alone.

It goes by parameters and stored format, so that the index can answer `fits:yes` with ranges: :func:`judge` and
:func:`params_limits` are the same rule. The Fit tab (``estimate.py``) knows more and may differ near an edge.

    need = parameters × bits + 0.5 GB + 12 kB × √parameters

The last two are cache, buffers and driver at a context of 8192: 0.9 GB for 1B, 1.6 GB for 8B, 3.7 GB for 70B, within
0.5 GB of the full arithmetic on dense models.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from modelscope_tui.catalog.form import GGUF, PLAIN, form_of, params_weighed
from modelscope_tui.catalog.model import Model
from modelscope_tui.fit.formats import FILE_BITS, stored_bits
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.plan import Fits

LIST_MIX = "Q4_K_M"
"""The GGUF mix that a list is judged by: the usual one, smallest without a loss that people notice."""

AT_EASE = 0.92
"""Share of the memory that a model may take and still fit at ease."""

_FIXED_BYTES = 0.5e9
_ROOT_BYTES = 12e3

_LADDER = (2.25, 3.25, 4.0, 4.25, 4.5, 5.25, 5.5, 6.25, 6.5, 8.0, 8.5)

CLASSES: Mapping[str | None, float] = MappingProxyType(
    dict[str | None, float]({None: 16.0, "gguf": FILE_BITS[LIST_MIX]})
    | dict[str | None, float]({f"{bits:g}-bit": bits for bits in _LADDER})
)
"""Bits per weight of each class of stored format; None is 16 bit as published."""


@lru_cache(maxsize=256)
def fit_class(form: str) -> str | None:
    """Name the class of bits that a form (``catalog.form.form_of``) is judged in; `other` where its size is unknown."""
    if form in {GGUF, PLAIN}:
        return GGUF if form == GGUF else None
    bits = stored_bits(form)
    if bits is None or bits > 16:
        return "other"
    step = next((step for step in _LADDER if step >= bits), None)
    return None if step is None else f"{step:g}-bit"


def judge(model: Model, machine: Machine) -> Fits:
    """Say whether a row's model fits a machine, from parameters (or an estimate of them) and form alone."""
    params = params_weighed(model)
    limits = limits_of(form_of(model), machine)
    if params is None or limits is None:
        return "unknown"
    if params <= limits[0]:
        return "yes"
    return "tight" if params <= limits[1] else "no"


def limits_of(form: str, machine: Machine) -> tuple[int, int] | None:
    """Give the most parameters of a form that fit at ease and that fit at all; None when nobody can tell."""
    return params_limits(machine).get(fit_class(form))


@lru_cache(maxsize=16)
def params_limits(machine: Machine) -> Mapping[str | None, tuple[int, int]]:
    """Give, for each class of format, the most parameters that fit at ease and that fit at all.

    A class that is not in the mapping, or a row without parameters, is unknown. Empty when the machine's memory is not
    known. GGUF models may keep layers in system memory beside the cards: that is tight.
    """
    available = machine.budget_bytes
    if available is None:
        return MappingProxyType({})
    beside = _beside(machine)
    return MappingProxyType(
        {
            name: (_most(bits, AT_EASE * available), _most(bits, available + (beside if name == "gguf" else 0)))
            for name, bits in CLASSES.items()
        }
    )


def rough_verdict(weights_bytes: int, params: int, machine: Machine, *, may_spill: bool) -> Fits:
    """Apply the rule of the list to weights whose size is known, where the shape of the model is not."""
    available = machine.budget_bytes
    if available is None:
        return "unknown"
    need = weights_bytes + _FIXED_BYTES + _ROOT_BYTES * math.sqrt(params)
    if need <= AT_EASE * available:
        return "yes"
    return "tight" if need <= available + (_beside(machine) if may_spill else 0) else "no"


def _beside(machine: Machine) -> int:
    """System memory that may hold layers beside the cards."""
    return 0 if not machine.gpus or machine.is_unified else machine.ram_budget_bytes or 0


def _most(bits: float, available: float) -> int:
    """Solve need(parameters) = available for the parameters."""
    room = available - _FIXED_BYTES
    if room <= 0:
        return 0
    per_weight = bits / 8
    root = (-_ROOT_BYTES + math.sqrt(_ROOT_BYTES**2 + 4 * per_weight * room)) / (2 * per_weight)
    return math.floor(root * root)
