"""SGLang: `sglang.launch_server` with the parsers, parallelism and context that a model needs.

sglang_support (can it?) ─▶ vllm_layout (GPUs, nodes, context; does it fit?) ─▶ sglang_flags (what does it need?)

Pictures and videos have a server of their own: ``sglang_diffusion.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Flag, LaunchAnswer, refused
from modelscope_tui.launch.command import LaunchCommand, Step
from modelscope_tui.launch.container import HEAD, Container, container_of
from modelscope_tui.launch.fitting import Judgement, judged
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.purpose import is_chat
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.served import Served, not_served, quant_refusal
from modelscope_tui.launch.sglang_diffusion import pictures
from modelscope_tui.launch.sglang_flags import add_family, add_wishes
from modelscope_tui.launch.sglang_support import LABEL, support_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.vllm_layout import (
    GPUS_A_NODE,
    Layout,
    length_of,
    length_problem,
    missing_gpus,
    settled,
    splits_over,
)
from modelscope_tui.launch.vllm_support import POOLING

PORT = 30000
"""Where SGLang listens unless told otherwise."""

MEETING_PORT = 5000
"""Where several nodes find each other, on the first."""

_PROGRAM = ("python", "-m", "sglang.launch_server")


@dataclass(frozen=True, slots=True)
class Sglang:
    """Serves models on GPUs, for many users at once, with shared prefixes kept."""

    name: str = "sglang"
    label: str = LABEL
    purpose: Literal["serve"] = "serve"

    def can_run(self, model: Model) -> bool:
        """Offer what is among its classes in a format that it reads, and pipelines of diffusers."""
        return is_repo_id(model.id) and support_of(model).kind is not None

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build the server's command, or say which fact stands in the way."""
        support = support_of(subject.model, subject.details)
        if support.kind is None:
            return not_served(subject.id, self.name, support)
        online = () if support.purpose == "image-generation" else rules("serving")["sglang"]["online"]
        problem = quant_refusal(subject.model, support.stored, options.quant, online, LABEL)
        if problem is None and _has_length(support):
            problem = length_problem(subject, options, LABEL)
        if problem is not None:
            return refused(subject.id, self.name, problem)
        if support.purpose == "image-generation":
            return pictures(subject, options, PORT)
        return _answer(subject, options, support)


def _has_length(support: Served) -> bool:
    return support.purpose not in POOLING and support.purpose not in {"speech-to-text", "image-generation"}


def _answer(subject: Subject, options: Options, support: Served) -> LaunchAnswer:
    is_bnb = support.stored.format == "bitsandbytes"
    layout, fit = settled(subject, options, can_tensor=not is_bnb, engine="sglang")
    layout = _spread(subject, layout, can_tensor=not is_bnb)
    gathered = Gathered(f"SGLang {source_of('sglang')}")
    add_family(subject, support, layout, gathered)
    length, why = length_of(subject, options, fit) if _has_length(support) else (None, "")
    if length is not None:
        gathered.add("--context-length", length, why)
    _add_layout(layout, gathered)
    add_wishes(support, options, gathered)
    _add_notes(subject, support, gathered, layout)
    judgement = _on_this_machine(subject, layout, judged(fit, subject.machine))
    name = options.served_name or subject.id
    return LaunchAnswer(
        subject.id,
        "sglang",
        judgement.verdict,
        judgement.reason,
        command=_command(subject, options, gathered, layout),
        flags=(Flag("--model-path", subject.id, "the model", gathered.source), *gathered.flags, *_node_flags(layout)),
        smoke_test=smoke.openai(
            options.port or PORT,
            name,
            support.purpose,
            is_chat=is_chat(subject.model) is not False,
            shell=options.shell,
        ),
        notes=(*gathered.notes, *judgement.notes, *gate_note(subject.model), *general_notes(subject.details)),
        fit=judgement.fit,
        served_as=name,
        container=_container(subject, options, gathered, layout, fit.weights_bytes),
    )


def _spread(subject: Subject, layout: Layout, *, can_tensor: bool) -> Layout:
    """Divide layers over the GPUs of all nodes, as SGLang's own runs over several nodes do, where heads allow it."""
    total = layout.tensor * layout.pipeline
    if layout.nodes == 1 or not can_tensor or not splits_over(subject.details, total):
        return layout
    return replace(layout, tensor=total, pipeline=1)


def _add_layout(layout: Layout, gathered: Gathered) -> None:
    if layout.tensor > 1:
        why = f"divides every layer over {layout.tensor} GPUs; the number divides the attention heads"
        gathered.add("--tp-size", layout.tensor, why)
    if layout.pipeline > 1:
        gathered.add("--pp-size", layout.pipeline, "puts the layers into stages, where the heads do not divide")
    if layout.is_assumed:
        gathered.say(f"{GPUS_A_NODE} GPUs a node were assumed: say how many with --gpus.")


def _add_notes(subject: Subject, support: Served, gathered: Gathered, layout: Layout) -> None:
    machine = subject.machine
    if support.stored.has_gguf and support.stored.has_other:
        gathered.say("The repository also holds GGUF files; SGLang loads the others.")
    if machine.os == "windows":
        gathered.warn("SGLang has no Windows build: run it in WSL2 or in Docker.")
    if 1 < layout.gpus < len(machine.gpus):
        gathered.say(f"It uses {layout.gpus} of {len(machine.gpus)} GPUs; --gpus asks for another number.")
    if layout.nodes > 1:
        gathered.say(
            f"Put the first node's address in place of {HEAD}; where nodes have several networks, name the right one in"
            " NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME."
        )


def _on_this_machine(subject: Subject, layout: Layout, judgement: Judgement) -> Judgement:
    """Add what the kind of machine means for SGLang, which wants GPUs of NVIDIA or AMD."""
    machine = subject.machine
    if machine.source == "unknown":
        return judgement
    if machine.is_apple or machine.os == "macos":
        reason = "SGLang has only an experimental backend for macOS: run it on another machine, or the model in MLX."
        return replace(judgement, verdict="too-large", reason=reason)
    if missing := missing_gpus(layout, machine):
        return replace(judgement, verdict="too-large", reason=missing)
    if not machine.gpus:
        reason = (
            f"No GPU was found ({machine.describe()}); SGLang's build for processors is made from source."
            " llama.cpp or Ollama suit this machine."
        )
        return replace(judgement, verdict="too-large", reason=reason)
    return judgement


def _command(subject: Subject, options: Options, gathered: Gathered, layout: Layout) -> LaunchCommand:
    argv = (*_PROGRAM, "--model-path", subject.id, *gathered.arguments())
    env = token_env(subject.model)
    if layout.nodes == 1:
        return LaunchCommand((Step("Serve the model", argv, env),), options.shell)
    ranks = [
        Step(f"Run on node {rank}" if rank else "Run on the first node", (*argv, *_rank(rank, layout.nodes)), env)
        for rank in range(layout.nodes)
    ]
    return LaunchCommand(tuple(ranks), options.shell)


def _rank(rank: int, nodes: int) -> tuple[str, ...]:
    return ("--nnodes", str(nodes), "--node-rank", str(rank), "--dist-init-addr", f"{HEAD}:{MEETING_PORT}")


def _container(
    subject: Subject, options: Options, gathered: Gathered, layout: Layout, size_bytes: int | None
) -> Container | None:
    """Put the same server into SGLang's image; inside, it has to listen for the host."""
    own = Gathered(gathered.source, [flag for flag in gathered.flags if flag.flag != "--port"])
    inside = ("--host", "0.0.0.0", "--port", str(PORT))  # noqa: S104 - inside the container
    program = ("python3", *_PROGRAM[1:])  # (as the image calls it)
    argv = (*program, "--model-path", subject.id, *own.arguments(), *inside)
    nodes = layout.nodes
    return container_of(
        "sglang",
        subject.machine,
        argv,
        gpus=layout.gpus,
        host_port=options.port,
        env=token_env(subject.model),
        is_all_gpus=options.gpus is None or layout.gpus >= len(subject.machine.gpus) > 0,
        ranks=tuple((*argv, *_rank(rank, nodes)) for rank in range(nodes)) if nodes > 1 else (),
        size_bytes=size_bytes,
    )


def _node_flags(layout: Layout) -> tuple[Flag, ...]:
    """Explain the flags that only a run over several nodes has."""
    if layout.nodes == 1:
        return ()
    source = f"SGLang {source_of('sglang')}"
    return (
        Flag("--nnodes", str(layout.nodes), "how many machines run together", source),
        Flag("--node-rank", "0", "which of them this is; the others count on", source),
        Flag("--dist-init-addr", f"{HEAD}:{MEETING_PORT}", "where they find the first machine", source),
    )
