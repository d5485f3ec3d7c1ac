"""vLLM: `vllm serve` with the parsers, runner, parallelism and context that a model needs.

vllm_support (can it?) ─▶ vllm_layout (GPUs, nodes, context; does it fit?) ─▶ vllm_flags (what does it need?)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.fit.estimate import FitEstimate
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Alternative, Flag, LaunchAnswer, refused
from modelscope_tui.launch.command import Environment, LaunchCommand, Step
from modelscope_tui.launch.container import HEAD, Container, container_of
from modelscope_tui.launch.fitting import Judgement, judged
from modelscope_tui.launch.gathered import Gathered, is_older
from modelscope_tui.launch.purpose import Purpose, is_chat
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.vllm_flags import add_family, add_for_chips, add_wishes, quant_problem
from modelscope_tui.launch.vllm_gguf import Part, add_gguf, experimental, part_of, token_of
from modelscope_tui.launch.vllm_layout import (
    GPUS_A_NODE,
    Layout,
    add_sharing,
    length_of,
    length_problem,
    missing_gpus,
    settled,
)
from modelscope_tui.launch.vllm_support import POOLING, Support, hf_twin, support_of

PORT = 8000
"""Where vLLM listens unless told otherwise."""

_NODES_SINCE = "0.16.0"
"""The first of the releases that were read with `--nnodes`."""

RAY_PORT = 6379
"""Where the head of a Ray cluster listens."""


@dataclass(frozen=True, slots=True)
class Vllm:
    """Serves models on GPUs, for many users at once."""

    name: str = "vllm"
    label: str = "vLLM"
    purpose: Literal["serve"] = "serve"

    def can_run(self, model: Model) -> bool:
        """Offer what the registry serves in a format that it reads."""
        return support_of(model).architecture is not None and is_repo_id(model.id)

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `vllm serve`, or say which fact stands in the way."""
        support = support_of(subject.model, subject.details)
        if support.reason is not None:
            verdict: Literal["unknown", "refused"] = "unknown" if support.is_unknown else "refused"
            return LaunchAnswer(subject.id, self.name, verdict, support.reason, alternatives=_twins(subject.model))
        problem = quant_problem(subject, support, options)
        if problem is None and _has_length(support.purpose):
            problem = length_problem(subject, options, self.label)
        if problem is not None:
            return refused(subject.id, self.name, problem)
        return _answer(subject, options, support)


def _twins(model: Model) -> tuple[Alternative, ...]:
    twin = hf_twin(model)
    why = "the same weights for the class that transformers has"
    return (Alternative("vllm", twin, f"vllm serve {twin}", why),) if twin else ()


def _answer(subject: Subject, options: Options, support: Support) -> LaunchAnswer:
    part = part_of(subject, options) if support.stored.format == "gguf" else None
    quantization = part.quant if part is not None else None
    layout, fit = settled(subject, options, can_tensor=support.can_tensor, quantization=quantization)
    gathered = _gathered(subject, options, support, layout, fit=fit, part=part)
    judgement = _on_this_machine(subject, layout, judged(fit, subject.machine))
    if part is not None:
        judgement = experimental(subject.machine, judgement)
    name = options.served_name or subject.id
    return LaunchAnswer(
        subject.id,
        "vllm",
        judgement.verdict,
        judgement.reason,
        command=_command(subject, options, support, gathered, layout, part=part),
        flags=(*gathered.flags, *_multi_node_flags(layout, options)),
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
        container=_container(subject, options, support, gathered, layout, size_bytes=fit.weights_bytes),
    )


def _gathered(
    subject: Subject, options: Options, support: Support, layout: Layout, *, fit: FitEstimate, part: Part | None
) -> Gathered:
    gathered = Gathered(
        f"vLLM {source_of('vllm')}",
        known=rules("vllm")["commands"]["vllm serve"],
        installed=subject.versions.get("vllm") if options.target == "shell" else None,
    )
    if part is not None:
        add_gguf(subject, options, part, gathered)
    add_family(subject, support, layout, gathered)
    length, why = length_of(subject, options, fit) if _has_length(support.purpose) else (None, "")
    if length is not None:
        gathered.add("--max-model-len", length, why)
    _add_layout(layout, gathered)
    add_sharing(subject.machine, fit, gathered)
    add_wishes(support, options, gathered)
    add_for_chips(subject, support, gathered)
    _add_notes(subject, options, support, gathered, layout)
    return gathered


def _has_length(purpose: Purpose) -> bool:
    """Speech models have their own fixed length; vectors and scores rarely need another."""
    return purpose != "speech-to-text" and purpose not in POOLING


def _add_layout(layout: Layout, gathered: Gathered) -> None:
    if layout.tensor > 1:
        why = f"divides every layer over {layout.tensor} GPUs; the number divides the attention heads"
        gathered.add("--tensor-parallel-size", layout.tensor, why)
    if layout.pipeline > 1:
        why = "puts the layers into stages, one after another: over nodes, or where heads do not divide"
        gathered.add("--pipeline-parallel-size", layout.pipeline, why)
    if layout.is_assumed:
        gathered.say(f"{GPUS_A_NODE} GPUs a node were assumed: say how many with --gpus.")


def _add_notes(subject: Subject, options: Options, support: Support, gathered: Gathered, layout: Layout) -> None:
    machine = subject.machine
    if support.purpose == "speech-to-text" and options.target in {"shell", "systemd"}:
        gathered.say('Speech needs the extra packages of vLLM: pip install "vllm[audio]"')
    elif support.purpose == "speech-to-text":  # (docs.vllm.ai, deployment/docker: left out for their licences)
        gathered.warn(
            'vLLM\'s image has no packages for speech: make one on top of it, RUN uv pip install "vllm[audio]".'
        )
    if support.tasks and "transformers backend" in support.tasks[0]:
        gathered.say(f"vLLM runs {support.architecture} through its Transformers backend.")
    if support.stored.has_gguf and support.stored.has_other:
        gathered.say("The repository also holds GGUF files; vLLM loads the others.")
    if machine.os == "windows":
        gathered.warn("vLLM has no Windows build: run it in WSL2 or in Docker.")
    _add_chip_notes(subject, support, gathered)
    if 1 < layout.gpus < len(machine.gpus):
        gathered.say(f"It uses {layout.gpus} of {len(machine.gpus)} GPUs; --gpus asks for another number.")
    if options.executor == "ray" and layout.nodes == 1:
        gathered.say("One node needs no Ray: vLLM's own executor drives its GPUs.")
    installed = gathered.installed
    if layout.nodes > 1 and options.executor != "ray" and installed and is_older(installed, _NODES_SINCE):
        gathered.warn(f"vLLM {installed} is installed here and has no --nnodes: --executor ray joins nodes with it.")
    if layout.nodes > 1:
        gathered.say(
            f"Put the first node's address in place of {HEAD}; where nodes have several networks, name the right one in"
            " NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME."
        )


def _add_chip_notes(subject: Subject, support: Support, gathered: Gathered) -> None:
    found = [gpu.compute_capability for gpu in subject.machine.gpus if gpu.compute_capability]
    numbers = [float(text) for text in found if text.replace(".", "", 1).isdigit()]
    needed = 10.0 if support.stored.label.startswith("NVFP4") else {"fp8": 8.9}.get(support.stored.format)
    if needed is not None and numbers and min(numbers) < needed:
        gathered.say(
            f"{support.stored.label} is native from compute capability {needed}; on {min(numbers)} vLLM unpacks it."
        )


def _on_this_machine(subject: Subject, layout: Layout, judgement: Judgement) -> Judgement:
    """Add what the kind of machine means for vLLM, which wants GPUs of NVIDIA or AMD."""
    machine = subject.machine
    if machine.source == "unknown":
        return judgement
    if machine.is_apple or machine.os == "macos":
        reason = "vLLM has no GPU build for macOS (vllm-metal is a separate project): run it on another machine."
        return replace(judgement, verdict="too-large", reason=reason)
    if missing := missing_gpus(layout, machine):
        return replace(judgement, verdict="too-large", reason=missing)
    if not machine.gpus and machine.ram_bytes is not None:
        no_gpu = f"No GPU was found ({machine.describe()})"
        if judgement.verdict == "too-large":
            return replace(judgement, reason=f"{no_gpu}. {judgement.reason}")
        text = f"{no_gpu}: it runs only with vLLM's CPU build, slowly. llama.cpp or Ollama suit this machine better."
        return replace(judgement, verdict="tight", reason=text)
    return judgement


def _command(
    subject: Subject, options: Options, support: Support, gathered: Gathered, layout: Layout, *, part: Part | None
) -> LaunchCommand:
    argv = ("vllm", "serve", subject.id if part is None else f"{subject.id}:{part.quant}", *gathered.arguments())
    env = token_env(subject.model) or (token_of(subject) if part is not None else ())
    before = _installing(support.plugin, gathered.installed)
    if layout.nodes > 1 and options.executor == "ray":
        return _in_ray(argv, env, before, options.shell)
    if layout.nodes == 1:
        return LaunchCommand((*before, Step("Serve the model", argv, env)), options.shell, main=len(before))
    ranks = [
        Step(f"Run on node {rank}" if rank else "Run on the first node", (*argv, *_rank(rank, layout.nodes)), env)
        for rank in range(layout.nodes)
    ]
    return LaunchCommand((*before, *ranks), options.shell, main=len(before))


def _installing(plugin: Mapping[str, str] | None, installed: str | None) -> tuple[Step, ...]:
    """Install the plugin that reads the format, where the vLLM that is installed has not it in itself."""
    if plugin is None or (installed is not None and is_older(installed, plugin["since"])):
        return ()
    return (Step(f"Install the plugin that loads {plugin['said']}", ("pip", "install", plugin["package"])),)


def _in_ray(argv: tuple[str, ...], env: Environment, before: tuple[Step, ...], shell: str) -> LaunchCommand:
    """Join the nodes first; vLLM is started on the head alone and finds the others."""
    steps = (
        *before,
        Step("Run on the first node", ("ray", "start", "--head", f"--port={RAY_PORT}")),
        Step("Run on each other node", ("ray", "start", f"--address={HEAD}:{RAY_PORT}"), env),
        Step("Run on the first node, when all have joined", (*argv, "--distributed-executor-backend", "ray"), env),
    )
    return LaunchCommand(steps, shell, main=len(steps) - 1)


def _rank(rank: int, nodes: int) -> tuple[str, ...]:
    place = ("--nnodes", str(nodes), "--node-rank", str(rank), "--master-addr", HEAD)
    return (*place, "--headless") if rank else place


def _container(
    subject: Subject,
    options: Options,
    support: Support,
    gathered: Gathered,
    layout: Layout,
    *,
    size_bytes: int | None,
) -> Container | None:
    """Put the same server into vLLM's image, whose entry point is `vllm serve` already."""
    if support.plugin is not None:
        return None  # (the image has no plugins)
    own = Gathered(gathered.source, [flag for flag in gathered.flags if flag.flag != "--port"])
    argv = (subject.id, *own.arguments())
    nodes = layout.nodes
    return container_of(
        "vllm",
        subject.machine,
        argv,
        gpus=layout.gpus,
        host_port=options.port,
        env=token_env(subject.model),
        is_all_gpus=options.gpus is None or layout.gpus >= len(subject.machine.gpus) > 0,
        ranks=tuple((*argv, *_rank(rank, nodes)) for rank in range(nodes)) if nodes > 1 else (),
        size_bytes=size_bytes,
    )


def _multi_node_flags(layout: Layout, options: Options) -> tuple[Flag, ...]:
    """Explain the flags that only a run over several nodes has."""
    source = f"vLLM {source_of('vllm')}"
    if layout.nodes == 1:
        return ()
    if options.executor == "ray":
        return (Flag("--distributed-executor-backend", "ray", "the nodes are joined by Ray, as asked for", source),)
    return (
        Flag("--nnodes", str(layout.nodes), "how many machines run together", source),
        Flag("--node-rank", "0", "which of them this is; the others count on and add --headless", source),
        Flag("--master-addr", HEAD, "the address of the first machine", source),
    )
