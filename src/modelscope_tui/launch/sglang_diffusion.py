"""SOUTH WING: SGLang's server for pictures and videos: `sglang serve` with a pipeline in the layout of diffusers."""

from __future__ import annotations

import re

from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Flag, LaunchAnswer, refused
from modelscope_tui.launch.command import LaunchCommand, Step
from modelscope_tui.launch.fitting import fit_of, judged
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.served import say_unused
from modelscope_tui.launch.subject import Options, Subject

_VIDEO = re.compile(r"video|wan2|ltx-|cogvideo|t2v|i2v|ti2v", re.IGNORECASE)


def pictures(subject: Subject, options: Options, port: int) -> LaunchAnswer:
    """Build `sglang serve` for a pipeline.

    Args:
        subject: model and machine.
        options: what was asked for; the server for pictures knows few of them.
        port: where it listens unless told otherwise.
    """
    if options.nodes is not None and options.nodes > 1:
        return refused(subject.id, "sglang", "SGLang's diffusion server uses one machine.")
    gathered = Gathered(f"SGLang {source_of('sglang')}")
    if options.port is not None:
        gathered.add("--port", options.port, "the port asked for")
    _add_notes(subject, options, gathered)
    machine = subject.machine
    judgement = judged(fit_of(subject.details, machine, engine="sglang"), machine)
    verdict, reason = judgement.verdict, judgement.reason
    if machine.source != "unknown" and (machine.is_apple or not machine.gpus):
        verdict, reason = (
            "too-large",
            f"SGLang's diffusion server wants a GPU of NVIDIA or AMD, not {machine.describe()}.",
        )
    serve = Step("Serve it", ("sglang", "serve", "--model-path", subject.id, *gathered.arguments()), _env(subject))
    install = Step("Install the server for pictures", ("pip", "install", "sglang[diffusion]"))
    return LaunchAnswer(
        subject.id,
        "sglang",
        verdict,
        reason,
        command=LaunchCommand((install, serve), options.shell, main=1),
        flags=(Flag("--model-path", subject.id, "the pipeline", gathered.source), *gathered.flags),
        smoke_test=_smoke(subject, options, port),
        notes=(*gathered.notes, *judgement.notes, *gate_note(subject.model), *general_notes(subject.details)),
        fit=judgement.fit,
        served_as=subject.id,
    )


def _env(subject: Subject) -> tuple[tuple[str, str | None], ...]:
    return token_env(subject.model)


def _add_notes(subject: Subject, options: Options, gathered: Gathered) -> None:
    about = rules("serving")["sglang"]["diffusion"]
    if not re.search(about["native"], subject.id.lower()):
        gathered.say("It is not among the pipelines that SGLang has of its own: it runs through diffusers, slower.")
    wishes = ("context", "gpus", "dtype", "kv_dtype", "served_name", "revision")
    say_unused(options, wishes, gathered, "The server for pictures")


def _smoke(subject: Subject, options: Options, port: int) -> str:
    is_video = _VIDEO.search(f"{subject.model.task or ''} {subject.model.name}") is not None
    url = f"http://localhost:{options.port or port}/v1/{'videos' if is_video else 'images/generations'}"
    return smoke.post(url, {"model": subject.id, "prompt": "A panda reading a book"}, options.shell)
