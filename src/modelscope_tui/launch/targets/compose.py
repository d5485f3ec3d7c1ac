"""Docker Compose: a `compose.yaml` with one service, and the step that starts it."""

from __future__ import annotations

from typing import Any

from modelscope_tui.launch.command import File, Step
from modelscope_tui.launch.container import HOME, Container
from modelscope_tui.launch.targets import docker
from modelscope_tui.launch.targets.written import Written, yaml_text

PATH = "compose.yaml"
"""What Compose looks for."""

_HOST_IPC_GB = 16


def write(container: Container, name: str, model_id: str) -> Written:
    """Write the file and the step that starts it."""
    document: dict[str, Any] = {"services": {name: _service(container)}}
    volumes: dict[str, Any] = {outside: {} for outside, _ in container.mounts if not outside.startswith(HOME)}
    if volumes:
        document["volumes"] = volumes
    content = yaml_text([document], f"{model_id} in {container.tool}: docker compose up -d")
    up = Step(
        "Start it", ("docker", "compose", "up", "-d"), tuple((key, None) for key, value in container.env if not value)
    )
    after = tuple(Step("Run inside", ("docker", "compose", "exec", name, *argv)) for argv in container.after)
    notes = (docker.TOOLKIT,) if container.accelerator == "nvidia" and container.gpus else ()
    return Written((up, *after), (File(PATH, content),), notes=notes)


def _service(container: Container) -> dict[str, Any]:
    service: dict[str, Any] = {"image": container.image}
    if container.argv:
        service["command"] = [_escaped(word) for word in container.argv]
    service["ports"] = [f"{container.host_port}:{container.port}"]
    service["volumes"] = [f"{outside.replace(HOME, '~')}:{inside}" for outside, inside in container.mounts]
    # a name alone takes its value from whoever starts it: no secret is written
    given = [key if value is None else f"{key}={_escaped(value)}" for key, value in container.env]
    if given or container.wishes:
        service["environment"] = [*given, *container.wishes]
    if container.shared_memory_gb >= _HOST_IPC_GB:
        service["ipc"] = "host"
    elif container.shared_memory_gb:
        service["shm_size"] = f"{container.shared_memory_gb}gb"
    service |= _accelerator(container)
    service["restart"] = "unless-stopped"
    return service


def _accelerator(container: Container) -> dict[str, Any]:
    if container.accelerator == "nvidia" and container.gpus:
        count: int | str = "all" if container.is_all_gpus else container.gpus
        device = {"driver": "nvidia", "count": count, "capabilities": ["gpu"]}
        return {"deploy": {"resources": {"reservations": {"devices": [device]}}}}
    if container.accelerator == "amd":
        return {"devices": ["/dev/kfd", "/dev/dri"], "group_add": ["video"]}
    return {"devices": ["/dev/dri"]} if container.accelerator == "intel" else {}


def _escaped(word: str) -> str:
    """Write a dollar so that Compose puts no variable there."""
    return word.replace("$", "$$")
