"""SOUTH WING: how a tool's server runs in a container: which image, and what it needs of the host.

machine ──kind of accelerator──▶ image of ``launch_containers.json`` ──▶ Container ──▶ launch/targets/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from modelscope_tui.fit.machine import Machine
from modelscope_tui.launch.command import Environment
from modelscope_tui.launch.remark import TOKEN
from modelscope_tui.launch.rulebook import rules

Accelerator = Literal["nvidia", "amd", "intel", "cpu"]
"""What the image is built for."""

HOME = "$HOME"
"""Stands for the home directory at the beginning of an argument; each shell writes it in its own way."""

HEAD = "HEAD_NODE_IP"
"""Stands for the address of the first of several nodes."""

RANK_FLAGS = ("--node-rank", "--node_rank")
"""What is followed by a node's number, counted from 0."""

_HUB_CACHE = f"{HOME}/.cache/huggingface"
_NOT_IN_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Container:
    """A server in a container."""

    tool: str
    image: str
    accelerator: Accelerator
    argv: tuple[str, ...]
    """What stands after the image's name."""
    port: int
    """Where the server listens inside."""
    host_port: int
    """Where it is reached from outside."""
    gpus: int
    """How many GPUs it works with; 0 without any."""
    health: str
    """The path that answers when it is ready."""
    env: Environment = ()
    mounts: tuple[tuple[str, str], ...] = ()
    """What of the host, or which named volume, is seen where inside."""
    shared_memory_gb: int = 0
    """Shared memory that the processes inside need among each other, in GB (10^9 bytes); 0 is the default."""
    is_all_gpus: bool = True
    """Whether it may take every GPU that is there."""
    after: tuple[tuple[str, ...], ...] = ()
    """What is run inside once the server is up: Ollama fetches its model then."""
    ranks: tuple[tuple[str, ...], ...] = ()
    """For several nodes: `argv` of each, the first node's first."""
    may_be_gated: bool = False
    """Whether nobody knows if the repository asks for a token: its name is passed on then, and need not be set."""
    size_bytes: int | None = None
    """The bytes that the cache has to hold, where they are known."""

    @property
    def wishes(self) -> tuple[str, ...]:
        """Variables that are passed on where they are set, and not needed."""
        asks_hub = any(outside.startswith(HOME) for outside, _ in self.mounts)
        is_named = any(name == TOKEN for name, _ in self.env)
        return (TOKEN,) if self.may_be_gated and asks_hub and not is_named else ()


def accelerator_of(machine: Machine) -> Accelerator:
    """Say for which accelerator an image is wanted; an unknown machine is taken to have NVIDIA GPUs."""
    vendors = {(gpu.vendor or "nvidia").lower() for gpu in machine.gpus}
    for kind in ("nvidia", "amd", "intel"):
        if kind in vendors:
            return kind
    return "nvidia" if machine.source == "unknown" else "cpu"


def container_of(
    tool: str,
    machine: Machine,
    argv: tuple[str, ...],
    *,
    gpus: int = 1,
    host_port: int | None = None,
    env: Environment = (),
    **more: Any,
) -> Container | None:
    """Put a server into its tool's image; None where the tool has none for the machine's accelerator.

    Args:
        tool: whose image.
        machine: which accelerator it has.
        argv: what stands after the image's name.
        gpus: how many GPUs the server works with, where there are any.
        host_port: where it is reached from outside; the tool's own port when None.
        env: what the server needs in its environment.
        more: other fields of Container.
    """
    about = rules("containers")["images"].get(tool, {})
    kind = accelerator_of(machine)
    if kind not in about:
        return None
    return Container(
        tool=tool,
        image=about[kind],
        accelerator=kind,
        argv=argv,
        port=about["port"],
        host_port=host_port or about["port"],
        gpus=0 if kind == "cpu" else gpus,
        health=about["health"],
        env=env,
        mounts=_mounts(about),
        shared_memory_gb=about["shm_gb"],
        **more,
    )


def _mounts(about: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    cache = ((_HUB_CACHE, about["cache"]),) if about["cache"] else ()
    name, _, inside = about.get("volume", "").partition(":")
    return (*cache, (name, inside)) if name else cache


def name_of(tool: str, model_id: str) -> str:
    """Name a service after its model, as DNS wants it: `qwen3-8b`; never the bare name of its tool.

    A Kubernetes Service called `vllm` would put VLLM_PORT into every container (vllm-project/vllm#15613).
    """
    short = _NOT_IN_NAME.sub("-", model_id.rpartition("/")[2].lower()).strip("-")[:40].strip("-")
    return short if short and short[0].isalpha() and short != tool else f"model-{short}".rstrip("-")
