"""SOUTH WING: the context that a tool takes when nobody asks for one, and how much more would fit.

Ollama     by the memory of all accelerators: 4096 tokens below 24 GiB, 32,768 from there, 262,144 from 48 GiB, and no
           more than the model's own. It counts a card of 24 GB (23.5 GiB) as 24 GiB: `routes.go`, `ollama serve` 2026.
llama.cpp  the model's own, shortened by `--fit` until it fits (tools/server/README.md, 2026).
"""

from __future__ import annotations

from modelscope_tui.fit.config import context_of
from modelscope_tui.fit.estimate import FitEstimate
from modelscope_tui.fit.machine import GIB
from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.subject import Options, Subject

_OLLAMA_STEPS = ((47 * GIB, 262_144, "48 GiB and more"), (23 * GIB, 32_768, "24 to 48 GiB"), (0, 4096, "below 24 GiB"))


def ollama_window(subject: Subject, options: Options, fit: FitEstimate | None) -> tuple[Note, ...]:
    """Say how much context Ollama gives here by default, and with what it grows."""
    machine, own = subject.machine, context_of(subject.details)
    if options.context is not None or machine.source == "unknown" or fit is None:
        return ()
    taken, why = next((tokens, words) for least, tokens, words in _OLLAMA_STEPS if machine.gpu_budget_bytes >= least)
    taken = taken if own is None else min(taken, own)
    text = f"Without --context Ollama takes {taken} tokens here ({why} of GPU memory)"
    text += "" if own is None or own > taken else ", which is all that the model reads"
    most = fit.max_context
    if most is None or most == taken or (most > taken and own == taken):
        return (Note("info", f"{text}."),)
    if most < taken:
        less = f"{most} fit" if most else "none of it fits"
        return (Note("info", f"{text}; {less}, the rest slows it down: ask for less with --context."),)
    return (Note("info", f"{text}; up to {most} fit: --context sets OLLAMA_CONTEXT_LENGTH."),)


def llamacpp_window(subject: Subject, options: Options, fit: FitEstimate) -> tuple[Note, ...]:
    """Say which context llama-server ends up with here, and the option that sets it."""
    own, most = context_of(subject.details), fit.max_context
    if options.context is not None or subject.machine.source == "unknown" or own is None or not most:
        return ()
    if most >= own:
        return (Note("info", f"Without --context llama-server takes all {own} tokens of the model; they fit here."),)
    text = (
        f"Without --context llama-server shortens the model's {own} tokens to what fits; about {most} do (-c {most})."
    )
    return (Note("info", text),)
