"""EAST WING: all that a person asks about memory at once: every way to store the weights, every context, more machines.

Everything here is :func:`modelscope_tui.fit.estimate.estimate`, asked again with one thing changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from modelscope_tui.catalog.model import ModelDetails, Quantization
from modelscope_tui.catalog.quantization import quantizations_of
from modelscope_tui.fit.config import context_of
from modelscope_tui.fit.device import Device, devices
from modelscope_tui.fit.estimate import FitEstimate, estimate
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.weights import with_projector

USUAL_MIXES = ("Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0")
"""The GGUF mixes that most models are published in, estimated where no file of them is known."""

MOST_WAYS = 32
"""More quantizations of one model than this are not worked out."""

_SHORTEST = 2048
_COUNTS = (2, 4, 8)
_KINDS: tuple[tuple[str, ...], ...] = (("consumer", "workstation"), ("unified",), ("datacenter",))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person assumes; None is the default of :func:`estimate`."""

    quantization: str | None = None
    context: int | None = None
    kv_dtype: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A model on a machine, from every side."""

    chosen: FitEstimate
    """The way that was asked for, or that the repository stores."""
    ways: tuple[FitEstimate, ...]
    """Each known way to store the weights, smallest first."""
    curve: tuple[tuple[int, int], ...]
    """Context in tokens, bytes in all: twice the context at each step, the model's own at the end."""
    hardware: tuple[tuple[str, FitEstimate], ...]
    """The smallest devices of each kind that hold the chosen way at its context, and how they do."""


def outlook(details: ModelDetails, machine: Machine, wish: Wish, others: Iterable[ModelDetails] = ()) -> Outlook:
    """Look at a model from every side.

    Args:
        details: what is known of the model.
        machine: where it shall run.
        wish: what is assumed.
        others: repositories that hold GGUF files of the same model; the first that lists any is used.
    """
    choices = tuple(choices_of(details, others))
    asked = wish.quantization
    named = next((one for one in choices if asked and _name(one).upper() == asked.upper()), asked)
    chosen = _estimated(details, machine, wish, named)
    ways = [_estimated(details, machine, wish, choice) for choice in choices]
    if chosen.weights_bytes is not None and chosen.quantization not in {way.quantization for way in ways}:
        ways.append(chosen)
    return Outlook(
        chosen=chosen,
        ways=tuple(sorted(ways, key=lambda way: way.weights_bytes or 0)),
        curve=tuple(_curve(details, machine, wish, named, chosen)),
        hardware=tuple(_hardware(details, wish, named, chosen)),
    )


def choices_of(details: ModelDetails, others: Iterable[ModelDetails] = ()) -> Iterator[Quantization | str]:
    """List the ways to store the weights: own files, files of another repository, else the usual mixes by name."""
    own = {one.name: one for one in reversed(quantizations_of(details))}
    yield from tuple(reversed(own.values()))[:MOST_WAYS]
    if any(_is_gguf(one) for one in own.values()):
        return
    for other in others:
        found = {one.name: one for one in quantizations_of(other) if _is_gguf(one)}
        if found:
            yield from (with_projector(one, other) for one in tuple(found.values())[:MOST_WAYS])
            return
    if (details.model.params or 0) > 0 and details.model.quantization is None:
        yield from USUAL_MIXES


def _is_gguf(one: Quantization) -> bool:
    return bool(one.files) and one.files[0].path.lower().endswith(".gguf")


def _name(choice: Quantization | str) -> str:
    return choice if isinstance(choice, str) else choice.name


def _estimated(
    details: ModelDetails, machine: Machine, wish: Wish, choice: Quantization | str | None, tensor: int | None = None
) -> FitEstimate:
    return estimate(
        details, machine, quantization=choice, context=wish.context, kv_dtype=wish.kv_dtype, tensor_parallel=tensor
    )


def _curve(
    details: ModelDetails, machine: Machine, wish: Wish, choice: Quantization | str | None, chosen: FitEstimate
) -> Iterator[tuple[int, int]]:
    limit = context_of(details)
    if chosen.total_bytes is None or limit is None:
        return
    lengths = [_SHORTEST << step for step in range(16) if _SHORTEST << step < limit]
    for length in (*lengths, limit):
        asked = replace(wish, context=length)
        total = _estimated(details, machine, asked, choice, chosen.tensor_parallel).total_bytes
        if total is not None:
            yield length, total


def _hardware(
    details: ModelDetails, wish: Wish, choice: Quantization | str | None, chosen: FitEstimate
) -> Iterator[tuple[str, FitEstimate]]:
    """Find the smallest device of each kind that holds it at ease; where none does alone, the fewest of them."""
    if chosen.total_bytes is None or chosen.weights_bytes is None:
        return
    asked = replace(wish, context=chosen.context)
    for kinds in _KINDS:
        known = [device for device in devices() if device.kind in kinds and _budget(device) > 0]
        for count in (1, *_COUNTS):
            room = [device for device in known if _budget(device) * count > chosen.weights_bytes]
            found = _smallest(details, asked, choice, (room, count))
            if found is not None:
                yield found
                break
            if "unified" in kinds:
                break  # one memory: they are not put together


def _smallest(
    details: ModelDetails, asked: Wish, choice: Quantization | str | None, among: tuple[list[Device], int]
) -> tuple[str, FitEstimate] | None:
    known, count = among
    tried: set[int] = set()
    for device in sorted(known, key=lambda one: (_budget(one), -(one.bandwidth_bytes_per_second or 0))):
        if device.memory_bytes in tried:  # another of the same size would come to the same
            continue
        tried.add(device.memory_bytes)
        machine = device.machine(count)
        found = _estimated(details, machine, asked, choice)
        if found.fits == "yes" and found.context >= (asked.context or 0):
            return machine.describe(), found
    return None


def _budget(device: Device) -> int:
    return device.gpu().budget_bytes
