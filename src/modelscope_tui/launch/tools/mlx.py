"""MLX: Apple's own library, as two servers: `mlx_lm.server` for text, `mlx_vlm.server` for everything else.

mlx_support (can it, with which server?) ─▶ do 16 bits fit this Mac? else `mlx_lm.convert` makes 8 or 4 of them first
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.catalog.units import in_memory
from modelscope_tui.fit.estimate import FitEstimate
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note, refused
from modelscope_tui.launch.command import LaunchCommand, Step
from modelscope_tui.launch.fitting import Judgement, fit_of, judged
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.mlx_support import EVERYTHING, LABEL, TEXT, Way, bits_of, holds_bits, way_of
from modelscope_tui.launch.purpose import is_chat
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.served import add_trust, not_served, say_unused, stored_label_matches
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.vllm_layout import said_by_tags

PORT = 8080
"""Where both servers listen unless told otherwise."""

_SMALLER = (8, 4)
_PACKAGES = {TEXT: "mlx-lm", EVERYTHING: "mlx-vlm"}


@dataclass(frozen=True, slots=True)
class Mlx:
    """Runs models on the GPU of Apple silicon."""

    name: str = "mlx"
    label: str = LABEL
    purpose: Literal["run"] = "run"

    def can_run(self, model: Model) -> bool:
        """Offer what is of a type that mlx-lm or mlx-vlm has, in a format that they load."""
        return is_repo_id(model.id) and way_of(model).served.kind is not None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build the server's command, or say which fact stands in the way."""
        way = way_of(subject.model, subject.details)
        if way.served.kind is None:
            return not_served(subject.id, self.name, way.served)
        if options.nodes is not None and options.nodes > 1:
            reason = "mlx_lm.server uses one Mac; mlx.launch with a file of hosts spreads programs over several."
            return refused(subject.id, self.name, reason)
        problem = _quant_problem(subject, options, way)
        if problem is not None:
            return refused(subject.id, self.name, problem)
        return _answer(subject, options, way)


def _quant_problem(subject: Subject, options: Options, way: Way) -> str | None:
    if options.quant is None:
        return None
    stored, bits = way.served.stored, bits_of(options.quant)
    if stored_label_matches(stored, options.quant) or (bits is not None and holds_bits(subject.model, stored, bits)):
        return None
    if bits is not None and _can_convert(way):
        return None
    held = "16-bit" if stored.format == "plain" else stored.label
    made = " mlx_lm.convert makes 4bit or 8bit of 16-bit text models." if stored.format == "plain" else ""
    return f"{subject.id} holds {held} weights; MLX runs those, not {options.quant}.{made}"


def _can_convert(way: Way) -> bool:
    return way.served.stored.format == "plain" and way.program == TEXT


def _answer(subject: Subject, options: Options, way: Way) -> LaunchAnswer:
    bits, fit = _bits(subject, options, way)
    gathered = Gathered(f"{source_of('mlx')}")
    model = subject.id if bits is None else f"{subject.model.name}-{bits}bit"
    gathered.add(way.option, model, "what it serves" if bits is None else "what was made in the first step")
    _add_wishes(subject, options, way, gathered)
    _add_notes(subject, options, way, gathered)
    judgement = _on_this_machine(subject, judged(fit, subject.machine))
    env = token_env(subject.model)
    serve = Step("Serve the model", (way.program, *gathered.arguments()), () if bits is not None else env)
    steps: tuple[Step, ...] = (serve,)
    making: tuple[Flag, ...] = ()
    if bits is not None:
        made = _convert(subject, bits, model, gathered)
        making = made[1]
        steps = (Step(f"Make {bits} bits of the weights", ("mlx_lm.convert", *made[0]), env), serve)
    return LaunchAnswer(
        subject.id,
        "mlx",
        judgement.verdict,
        judgement.reason,
        command=LaunchCommand(steps, options.shell, main=len(steps) - 1),
        flags=(*making, *gathered.flags),
        smoke_test=_smoke(subject, options, way, model),
        notes=(*gathered.notes, *judgement.notes, *gate_note(subject.model), *general_notes(subject.details)),
        fit=judgement.fit,
        served_as=model,
    )


def _bits(subject: Subject, options: Options, way: Way) -> tuple[int | None, FitEstimate]:
    """Choose how many bits are made of 16-bit weights: those asked for, else the most that fit this Mac."""
    asked = bits_of(options.quant) if options.quant is not None and _can_convert(way) else None
    if asked is not None:
        return asked, _fit(subject, options, f"MLX-{asked}bit")
    whole = _fit(subject, options, said_by_tags(subject.details))
    if whole.fits != "no" or not subject.machine.is_apple or not _can_convert(way) or options.quant is not None:
        return None, whole
    smaller = ((bits, _fit(subject, options, f"MLX-{bits}bit")) for bits in _SMALLER)
    return next(((bits, fit) for bits, fit in smaller if fit.fits in {"yes", "tight"}), (None, whole))


def _fit(subject: Subject, options: Options, quantization: str | None) -> FitEstimate:
    return fit_of(
        subject.details, subject.machine, engine="mlx", quantization=quantization, context=options.context,
        kv_dtype=options.kv_dtype,
    )  # fmt: skip


def _convert(subject: Subject, bits: int, folder: str, gathered: Gathered) -> tuple[list[str], tuple[Flag, ...]]:
    made = Gathered(gathered.source)
    made.add("--hf-path", subject.id, "the 16-bit weights that it starts from")
    made.add("-q", None, "makes fewer bits of them")
    made.add("--q-bits", bits, "asked for, or the most that fits this Mac beside a context")
    made.add("--mlx-path", folder, "the folder that it writes, below this one")
    return made.arguments(), tuple(made.flags)


def _add_wishes(subject: Subject, options: Options, way: Way, gathered: Gathered) -> None:
    if way.program == EVERYTHING:
        gathered.add("--host", "127.0.0.1", "it would listen to the whole network otherwise")
    add_trust(subject, gathered)
    if options.context is not None and way.program == EVERYTHING and way.option == "--model":
        gathered.add("--max-kv-size", options.context, "the context asked for")
    elif options.context is not None:
        gathered.say("mlx_lm.server sets no limit on the context: it grows with the talk.")
    if options.kv_dtype is not None:
        bits = rules("serving")["mlx"]["cache_bits"]
        if options.kv_dtype.lower() in bits:
            gathered.add("--kv-bits", bits[options.kv_dtype.lower()], "the cache type asked for")
        else:
            gathered.warn(f"MLX has no cache type {options.kv_dtype}: {', '.join(bits)}.")
    if options.port is not None:
        gathered.add("--port", options.port, "the port asked for")
    say_unused(options, ("gpus", "dtype", "served_name"), gathered, LABEL)
    if options.revision is not None:
        gathered.warn("MLX's servers cannot pin a revision; hf download --revision can, into a folder to serve.")


def _add_notes(subject: Subject, options: Options, way: Way, gathered: Gathered) -> None:
    package = _PACKAGES[way.program]
    gathered.say(f"It needs: pip install {package} (or without installing: uvx --from {package} {way.program} …)")
    stored = way.served.stored
    if way.option == "--model":
        gathered.say("An answer ends after 512 tokens unless the client's max_tokens or --max-tokens asks for more.")
    if stored.format in {"awq", "gptq"}:
        gathered.say(f"MLX converts {stored.label} while it loads.")
    if way.served.purpose == "vision" and way.program == TEXT:
        gathered.warn("mlx-vlm does not have this model: mlx_lm.server reads text, not pictures.")
    if stored.has_gguf and stored.has_other:
        gathered.say("The repository also holds GGUF files; MLX loads the others.")
    if subject.machine.source == "unknown":
        gathered.say("MLX runs on Apple silicon; this machine is not known here.")
    if options.quant is None and subject.machine.is_apple and _can_convert(way):
        gathered.say("--quant 4bit and --quant 8bit make smaller weights first.")


def _on_this_machine(subject: Subject, judgement: Judgement) -> Judgement:
    """Say that only Macs with Apple silicon run it: the command is right, another machine is not."""
    machine = subject.machine
    if machine.is_apple or machine.source == "unknown":
        return judgement
    need = judgement.fit.total_bytes if judgement.fit else None
    would = f" of about {in_memory(need)} or more" if need else ""
    reason = f"MLX runs on Apple silicon, and this machine ({machine.describe()}) is none: a Mac{would} would do."
    return replace(judgement, verdict="too-large", reason=reason, notes=_without_memory(judgement.notes))


def _without_memory(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    return tuple(note for note in notes if not note.text.startswith("Memory was not checked"))


def _smoke(subject: Subject, options: Options, way: Way, model: str) -> str | None:
    port, purpose = options.port or PORT, way.served.purpose
    if purpose == "vision" and way.program == TEXT:
        purpose = "text"
    if purpose == "image-generation":
        url = f"http://localhost:{port}/v1/images/generations"
        return smoke.post(url, {"model": model, "prompt": "A panda reading a book"}, options.shell)
    if purpose == "text-to-speech":
        url = f"http://localhost:{port}/v1/audio/speech"
        return smoke.post(url, {"model": model, "input": "Hello"}, options.shell)
    return smoke.openai(port, model, purpose, is_chat=is_chat(subject.model) is not False, shell=options.shell)
