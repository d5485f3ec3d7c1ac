"""SOUTH WING: from a command for a shell to the same server in Docker, Compose, Kubernetes or systemd.

    answer for a shell ─▶ has the tool an image, or a program that can be a service? ─▶ launch/targets/ ─▶ answer

A tool that writes a target itself (TGI is a container already) is left as it is.
"""

from __future__ import annotations

from dataclasses import replace

from modelscope_tui.launch.answer import LaunchAnswer, Note, refused
from modelscope_tui.launch.command import LaunchCommand
from modelscope_tui.launch.container import Container, accelerator_of, name_of
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.targets import compose, docker, kubernetes, leader_worker_set, systemd
from modelscope_tui.launch.targets.written import Written

TARGETS = ("shell", "docker", "compose", "kubernetes", "systemd")
"""What commands can be written for."""

_SAID = {"docker": "Docker", "compose": "Docker Compose", "kubernetes": "Kubernetes", "systemd": "systemd"}
_SERVICES = frozenset({"vllm", "sglang", "llamacpp", "transformers", "ollama", "tgi"})
_NO_SERVER = {
    "huggingface": "hf download fetches files and ends; there is no server to put into {target}.",
    "replicate": "cog builds its own image; there is nothing else to put into {target}.",
    "lmstudio": "LM Studio is a desktop program without an image; llama.cpp serves the same files in {target}.",
    "mlx": "MLX needs macOS on Apple silicon, which {target} does not give it.",
    "docker-model-runner": "Docker Model Runner runs its models itself, outside of containers; use shell or compose.",
}
_OTHERS = ("macos", "windows")


def retarget(answer: LaunchAnswer, subject: Subject, options: Options, label: str, purpose: str) -> LaunchAnswer:
    """Write an answer's command for the target that was asked for; refused where the tool cannot be there.

    Args:
        answer: what the tool said for a shell.
        subject: model and machine.
        options: with the target.
        label: the tool's name for a sentence.
        purpose: what the tool is used for.
    """
    command = answer.command
    if command is None or options.target in {"shell", command.target}:
        return answer
    problem = _problem(answer, subject, options, label, purpose)
    if problem is not None:
        return refused(answer.model, answer.tool, problem)
    if answer.container is not None:
        answer = replace(answer, container=replace(answer.container, may_be_gated=subject.model.gated is None))
    written = _written(answer, command, options)
    notes = (*answer.notes, *written.notes, *_mac_note(subject, options))
    made = LaunchCommand(written.steps, options.shell, options.target, written.files, written.main)
    return replace(answer, command=made, notes=tuple(dict.fromkeys(notes)))


def _problem(answer: LaunchAnswer, subject: Subject, options: Options, label: str, purpose: str) -> str | None:
    target = _SAID[options.target]
    if purpose == "train":
        return f"A training run by {label} ends by itself; it is no service for {target}. Use the target shell."
    if options.target == "systemd" and answer.tool in _SERVICES:
        return "systemd is Linux's; this machine has another system." if subject.machine.os in _OTHERS else None
    if answer.tool in _NO_SERVER:
        return _NO_SERVER[answer.tool].format(target=target)
    if answer.tool not in rules("containers")["images"]:
        return f"{label} has no image of its own here; write it for the shell."
    if answer.container is None or options.target == "systemd":
        return _image_problem(answer, subject, options, label)
    return _nodes_problem(answer.container, options, target)


def _image_problem(answer: LaunchAnswer, subject: Subject, options: Options, label: str) -> str:
    """Say why no image can be named: for another accelerator, or without what a shell's command installs first."""
    has_image = accelerator_of(subject.machine) in rules("containers")["images"][answer.tool]
    installs = [step.argv[-1] for step in answer.command.steps if step.argv[0] == "pip"] if answer.command else []
    if has_image and installs and options.target != "systemd":
        return f"The image of {label} lacks what this model needs ({', '.join(installs)}); write it for the shell."
    kinds = ", ".join(sorted({gpu.vendor or "unknown" for gpu in subject.machine.gpus})) or "CPU only"
    return f"There is no image of {label} for this machine's accelerator ({kinds}); write it for the shell."


def _nodes_problem(container: Container, options: Options, target: str) -> str | None:
    if options.executor == "ray" and (options.nodes or 1) > 1:
        return f"A Ray cluster in {target} is made by vLLM's own run_cluster.sh or KubeRay; leave --executor out."
    if container.ranks and options.target == "compose":
        return "Docker Compose starts containers on one machine; for several nodes use docker or kubernetes."
    return None


def _written(answer: LaunchAnswer, command: LaunchCommand, options: Options) -> Written:
    name, container = name_of(answer.tool, answer.model), answer.container
    if options.target == "systemd":
        if answer.tool == "ollama":
            return _of_ollama(command, container)
        return systemd.write(command.steps, command.main, name, answer.model)
    if container is None:
        raise AssertionError(answer.tool)  # (_problem has answered already)
    if options.target == "docker":
        return docker.write(container, name)
    if options.target == "compose":
        return compose.write(container, name, answer.model)
    write = leader_worker_set.write if container.ranks else kubernetes.write
    return write(container, name, answer.model)


def _of_ollama(command: LaunchCommand, container: Container | None) -> Written:
    if container is not None:
        return systemd.write_for_ollama(_with_port(container), container.after)
    after = tuple(step.argv for step in command.steps[command.main :])
    return systemd.write_for_ollama((), after)


def _with_port(container: Container) -> tuple[tuple[str, str | None], ...]:
    if container.host_port == container.port:
        return container.env
    return (*container.env, ("OLLAMA_HOST", f"127.0.0.1:{container.host_port}"))


def _mac_note(subject: Subject, options: Options) -> tuple[Note, ...]:
    if options.target in {"docker", "compose"} and (subject.machine.is_apple or subject.machine.os == "macos"):
        return (Note("warning", "Docker on macOS gives containers no GPU: it runs on the CPU there, slowly."),)
    return ()
