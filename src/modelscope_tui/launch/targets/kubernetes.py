"""Kubernetes: claim, Deployment and Service for one node; see ``leader_worker_set.py`` for several."""

from __future__ import annotations

import math
from typing import Any

from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.command import File, Step
from modelscope_tui.launch.container import Container
from modelscope_tui.launch.targets.written import Written, yaml_text

SECRET = "hf-token"  # noqa: S105 - the name of a Secret, never its value
"""The Secret that holds the token, under the key HF_TOKEN."""

_RESOURCES = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "intel": "gpu.intel.com/i915"}
_USUAL_CACHE_GIB = 100
_HOUR = 360
"""Tries of ten seconds that a server gets to fetch and load its model."""


def write(container: Container, name: str, model_id: str) -> Written:
    """Write the manifest and the steps that bring it up."""
    path = f"{name}.yaml"
    documents = [_claim(container, name), _deployment(container, name), service_of(container, name, {"app": name})]
    content = yaml_text(documents, f"{model_id} in {container.tool}: kubectl apply -f {path}")
    reached = f"{container.host_port}:{container.host_port}"
    steps = (
        Step("Bring it up", ("kubectl", "apply", "-f", path)),
        Step("Wait until it serves", ("kubectl", "rollout", "status", f"deployment/{name}", "--timeout=60m")),
        *(Step("Run inside", ("kubectl", "exec", f"deployment/{name}", "--", *argv)) for argv in container.after),
        Step("Reach it from here", ("kubectl", "port-forward", f"service/{name}", reached)),
    )
    return Written(steps, (File(path, content),), notes=notes_of(container))


def notes_of(container: Container) -> tuple[Note, ...]:
    """Say what has to be there before: the Secret, the device plugin, a storage class."""
    notes = []
    if any(value is None for _, value in container.env):
        text = (
            f"The token comes from a Secret, made once: kubectl create secret generic {SECRET}"
            ' --from-literal=HF_TOKEN="$HF_TOKEN"'
        )
        notes.append(Note("warning", text))
    if container.gpus:
        text = f"The nodes need the device plugin that offers {_RESOURCES[container.accelerator]}."
        notes.append(Note("info", text))
    return tuple(notes)


def pod_of(container: Container, argv: tuple[str, ...], cache: dict[str, Any]) -> dict[str, Any]:
    """Give the pod's specification.

    Args:
        container: what runs in it.
        argv: the arguments that the image is given.
        cache: the volume that holds what was fetched, without its name.
    """
    volumes: list[dict[str, Any]] = [{"name": "cache", **cache}]
    mounts = [{"name": "cache", "mountPath": inside} for _, inside in container.mounts]
    if container.shared_memory_gb:
        size = f"{container.shared_memory_gb}Gi"
        volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": size}})
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108 - inside the pod
    inside: dict[str, Any] = {"name": "server", "image": container.image}
    if argv:
        inside["args"] = list(argv)
    named = [_variable(key, value) for key, value in container.env]
    if named or container.wishes:
        inside["env"] = [*named, *(_variable(key, None, is_wish=True) for key in container.wishes)]
    inside["ports"] = [{"name": "http", "containerPort": container.port}]
    if container.gpus:
        inside["resources"] = {"limits": {_RESOURCES[container.accelerator]: str(container.gpus)}}
    inside["volumeMounts"] = mounts
    # the names of services must not become variables: a server reads VLLM_PORT as its own
    return {"enableServiceLinks": False, "containers": [inside], "volumes": volumes}


def probes_of(container: Container) -> dict[str, Any]:
    """Give the probes of the pod that answers."""
    asked = {"httpGet": {"path": container.health, "port": "http"}}
    return {
        "startupProbe": asked | {"periodSeconds": 10, "failureThreshold": _HOUR},
        "readinessProbe": asked | {"periodSeconds": 10},
        "livenessProbe": asked | {"periodSeconds": 30, "failureThreshold": 6},
    }


def service_of(container: Container, name: str, selector: dict[str, str]) -> dict[str, Any]:
    """Give the Service that is asked from inside the cluster."""
    port = {"name": "http", "port": container.host_port, "targetPort": "http"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": selector, "ports": [port]},
    }


def _claim(container: Container, name: str) -> dict[str, Any]:
    size = _USUAL_CACHE_GIB
    if container.size_bytes is not None:
        size = math.ceil(container.size_bytes * 1.25 / (1 << 30) / 10) * 10  # (room for a second revision's changes)
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": f"{size}Gi"}}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"{name}-cache"},
        "spec": spec,
    }


def _deployment(container: Container, name: str) -> dict[str, Any]:
    pod = pod_of(container, container.argv, {"persistentVolumeClaim": {"claimName": f"{name}-cache"}})
    pod["containers"][0] |= probes_of(container)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},  # (two pods would wait for the same GPUs)
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
        },
    }


def _variable(key: str, value: str | None, *, is_wish: bool = False) -> dict[str, Any]:
    if value is None:
        secret: dict[str, Any] = {"name": SECRET, "key": key} | ({"optional": True} if is_wish else {})
        return {"name": key, "valueFrom": {"secretKeyRef": secret}}
    return {"name": key, "value": value}
