"""Docker: `docker run` with the GPUs, shared memory, cache and token that a server needs; one step a node."""

from __future__ import annotations

from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.command import Step
from modelscope_tui.launch.container import Container
from modelscope_tui.launch.targets.written import Written

_HOST_IPC_GB = 16
"""From here on a server's processes share so much that the host's own shared memory is given."""

TOOLKIT = Note("info", "The GPUs of NVIDIA reach a container through the NVIDIA Container Toolkit, on the host.")
"""What a host needs besides Docker."""


def write(container: Container, name: str) -> Written:
    """Write the command that starts the container."""
    notes = (TOOLKIT,) if container.accelerator == "nvidia" and container.gpus else ()
    if container.ranks:
        steps = tuple(
            Step(
                f"Run on node {rank}" if rank else "Run on the first node",
                (*_run(container, name, is_on_host_network=True), *argv),
                container.env,
            )
            for rank, argv in enumerate(container.ranks)
        )
        return Written(steps, notes=notes)
    if container.after:
        started = (*_run(container, name, is_detached=True), *container.argv)
        inside = tuple(Step("Run inside", ("docker", "exec", "-it", name, *argv)) for argv in container.after)
        steps = (Step("Start the server", started, container.env), *inside)
        return Written(steps, main=len(steps) - 1, notes=notes)
    return Written((Step("Serve the model", (*_run(container, name), *container.argv), container.env),), notes=notes)


def _run(
    container: Container, name: str, *, is_detached: bool = False, is_on_host_network: bool = False
) -> tuple[str, ...]:
    words = ["docker", "run"]
    words += ["-d", "--name", name] if is_detached else ["--rm"]
    words += _accelerator(container)
    if container.shared_memory_gb >= _HOST_IPC_GB:
        words.append("--ipc=host")
    elif container.shared_memory_gb:
        words += ["--shm-size", f"{container.shared_memory_gb}g"]
    words += ["--network", "host"] if is_on_host_network else ["-p", f"{container.host_port}:{container.port}"]
    for outside, inside in container.mounts:
        words += ["-v", f"{outside}:{inside}"]
    for key, value in container.env:
        words += ["-e", key if value is None else f"{key}={value}"]
    for key in container.wishes:
        words += ["-e", key]
    return (*words, container.image)


def _accelerator(container: Container) -> list[str]:
    if container.accelerator == "nvidia" and container.gpus:
        return ["--gpus", "all" if container.is_all_gpus else str(container.gpus)]
    if container.accelerator == "amd":
        return ["--device", "/dev/kfd", "--device", "/dev/dri", "--group-add", "video"]
    return ["--device", "/dev/dri"] if container.accelerator == "intel" else []
