"""Replicate: a cog project around the model, to try, serve and push; or the hosted copy where one is known.

The Hub's ids are not runnable there: cog builds an image from cog.yaml and run.py, and Replicate runs the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Alternative, LaunchAnswer, Note, refused
from modelscope_tui.launch.cog_runner import KINDS, Kind, runner
from modelscope_tui.launch.command import File, LaunchCommand, Step
from modelscope_tui.launch.family import model_type_of
from modelscope_tui.launch.fitting import Judgement, fit_of, judged
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.near import originals_of
from modelscope_tui.launch.purpose import purpose_of, said_of
from modelscope_tui.launch.recipe import config_rule
from modelscope_tui.launch.remark import gate_note, general_notes, has_custom_code, is_gated
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.stored import Format, Stored, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.targets.written import yaml_text
from modelscope_tui.launch.tuning import unused_note

PORT = 8393
"""Where `cog serve` listens unless told otherwise."""

TOKEN = "REPLICATE_API_TOKEN"  # noqa: S105 - the name of a variable, never its value
"""The variable with Replicate's token."""

_MORE: dict[Format, tuple[str, ...]] = {
    "bitsandbytes": ("bitsandbytes",),
    "gptq": ("gptqmodel", "optimum"),
    "awq": ("gptqmodel",),
    "compressed-tensors": ("compressed-tensors",),
    "fp4": ("kernels", "triton"),
}
"""Packages that transformers asks for, by the format of the weights."""

_UNREADABLE: dict[Format, str] = {
    "gguf": "GGUF files are for llama.cpp; the Runner loads weights with transformers",
    "mlx": "MLX weights run on Apple silicon alone, and Replicate has NVIDIA GPUs",
    "exl3": "ExLlama weights are not read by transformers",
    "onnx": "ONNX files are not read by transformers",
    "runtime": "transformers does not read what is made for that program",
    "timm": "timm models are not loaded by the Runner that is written here",
}
_WITHOUT_USE = ("quant", "context", "gpus", "nodes", "served_name", "dtype", "kv_dtype")


@dataclass(frozen=True, slots=True)
class Replicate:
    """Runs a model on Replicate, in an image that cog builds."""

    name: str = "replicate"
    label: str = "Replicate"
    purpose: Literal["hub"] = "hub"

    def can_run(self, model: Model) -> bool:
        """Offer what transformers, diffusers or sentence-transformers load."""
        return is_repo_id(model.id) and purpose_of(model) in KINDS and _blocked(model) is None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build the cog project, or say which fact stands in the way."""
        problem = _blocked(subject.model, subject.details)
        return problem if problem is not None else _answer(subject, options, KINDS[purpose_of(subject.model)])


def hosted_name(model_id: str) -> str | None:
    """Give the name of a copy that Replicate hosts, where one is known."""
    found = rules("hosted")["models"].get(model_id)
    return None if found is None else str(found["name"])


def _blocked(model: Model, details: ModelDetails | None = None) -> LaunchAnswer | None:
    stored = stored_of(model, details)
    if stored.format in _UNREADABLE:
        others = tuple(
            Alternative("replicate", name, None, "the model that this one was made from")
            for name in originals_of(model)[:1]
        )
        reason = f"{model.id} holds weights in {stored.label}: {_UNREADABLE[stored.format]}."
        return refused(model.id, "replicate", reason, others=others)
    if purpose_of(model) not in KINDS:
        return refused(model.id, "replicate", f"There is no Runner here for {said_of(model)}.")
    kind = model_type_of(model, details)
    if config_rule("transformers", kind) is not None:
        reason = f"The configuration of {model.id} ({kind}) is code of the repository, which the Runner does not run."
        return refused(model.id, "replicate", reason)
    if purpose_of(model) == "image-generation" and stored.format != "diffusers":
        return refused(model.id, "replicate", f"{model.id} is not in the form of diffusers, which the Runner loads.")
    return None


def _answer(subject: Subject, options: Options, kind: Kind) -> LaunchAnswer:
    model, stored = subject.model, stored_of(subject.model, subject.details)
    gathered = Gathered(f"cog {source_of('replicate')}")
    packages = (*kind.packages, *_MORE.get(stored.format, ()))
    files = (
        File("cog.yaml", yaml_text([_project(gathered)], f"cog: {subject.id}")),
        File("requirements.txt", "".join(f"{name}\n" for name in packages)),
        File("run.py", runner(kind, subject.id, options.revision, model.task)),
    )
    hosted = hosted_name(subject.id)
    steps = _steps(subject, options, kind, gathered, hosted)
    command = LaunchCommand(steps, options.shell, files=files, main=0 if hosted else 2)
    judgement = _judged(subject, stored)
    return LaunchAnswer(
        subject.id,
        "replicate",
        "ready" if hosted else judgement.verdict,
        None if hosted else judgement.reason,
        command=command,
        flags=tuple(gathered.flags),
        smoke_test=_smoke(options, kind),
        notes=(
            *judgement.notes,
            *_notes(subject, hosted),
            *unused_note(options, "A cog project", _WITHOUT_USE),
            *gate_note(model),
            *general_notes(subject.details),
        ),
        fit=judgement.fit,
    )


def _project(gathered: Gathered) -> dict[str, Any]:
    gathered.add("build.gpu", "true", "the image gets CUDA, and the container the GPUs")
    gathered.add("build.python_requirements", "requirements.txt", "the packages that run.py imports")
    gathered.add("run", "run.py:Runner", "the class that cog loads; `predict:` is its older name")
    return {
        "build": {"gpu": True, "python_version": "3.12", "python_requirements": "requirements.txt"},
        "run": "run.py:Runner",
    }


def _steps(subject: Subject, options: Options, kind: Kind, gathered: Gathered, hosted: str | None) -> tuple[Step, ...]:
    port = options.port or PORT
    token = ("-e", "HF_TOKEN") if is_gated(subject.model) else ()
    inputs = tuple(part for example in kind.example for part in ("-i", example))
    gathered.add("-p", port, "the port asked for" if options.port else "the port that cog uses by itself")
    if token:
        gathered.add("-e", "HF_TOKEN", "the container needs the token to fetch a gated model")
    env = (("HF_TOKEN", None),) if token else ()
    name = subject.id.rpartition("/")[2].lower()
    own = (
        Step("Make the project around these files, which are kept", ("cog", "init")),
        Step("Try it", ("cog", "run", *token, *inputs), env),
        Step("Serve it here", ("cog", "serve", "-p", str(port)), env),
        Step("Log in to Replicate", ("cog", "login"), is_later=True),
        Step("Push the image to your account", ("cog", "push", f"r8.im/USER/{name}"), is_later=True),
    )
    if hosted is None:
        return own
    gathered.add(hosted, None, "the copy that Replicate hosts", rules("hosted")["models"][subject.id]["source"])
    run = Step("Run the copy that Replicate hosts", ("replicate", "run", hosted, *kind.example), ((TOKEN, None),))
    return (run, *(Step(step.title, step.argv, step.env, is_later=True) for step in own))


def _judged(subject: Subject, stored: Stored) -> Judgement:
    """Judge the local try by its weights; on Replicate the hardware is chosen there."""
    if stored.format == "diffusers":
        return Judgement("ready", None, (), None)
    fit = fit_of(subject.details, subject.machine, engine="transformers")
    judgement = judged(fit, subject.machine)
    if judgement.verdict == "too-large":
        reason = f"Too large to try here, so push it and choose the hardware there. {judgement.reason or ''}".strip()
        return Judgement("tight", reason, judgement.notes, judgement.fit)
    if subject.machine.source != "unknown" and not subject.machine.gpus:
        reason = "No GPU was found here: cog builds the image, and it runs on Replicate's hardware."
        return Judgement("tight", reason, judgement.notes, judgement.fit)
    return judgement


def _notes(subject: Subject, hosted: str | None) -> tuple[Note, ...]:
    notes = [
        Note("info", "cog needs Docker. Put your account in place of USER; `replicate model create` makes the model."),
    ]
    if hosted is None:
        notes.insert(0, Note("info", f"No copy of {subject.id} that Replicate hosts is known here."))
    if has_custom_code(subject.details):
        notes.append(Note("warning", "The repository brings its own Python code, which run.py does not let in."))
    if is_gated(subject.model):
        notes.append(Note("warning", "`cog serve` has no option for the token: a gated model is fetched by `cog run`."))
    return tuple(notes)


def _smoke(options: Options, kind: Kind) -> str | None:
    if any("=@" in example for example in kind.example):
        return None  # (a file is sent as an address or as data, which is no single line)
    inputs = dict(example.split("=", 1) for example in kind.example)
    return smoke.post(f"http://localhost:{options.port or PORT}/predictions", {"input": inputs}, options.shell)
