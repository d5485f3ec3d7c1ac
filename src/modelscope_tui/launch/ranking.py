"""SOUTH WING: which tool is named first for a model on a machine, and why.

A verdict stands before a taste: what runs here comes first, and among equals the tool that suits the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from modelscope_tui.fit.machine import Machine
from modelscope_tui.launch.answer import Verdict
from modelscope_tui.launch.purpose import purpose_of
from modelscope_tui.launch.stored import stored_of
from modelscope_tui.launch.subject import Subject

RANK: Mapping[Verdict, int] = MappingProxyType({"ready": 0, "tight": 1, "too-large": 2, "unknown": 3, "refused": 4})
"""The better a verdict, the smaller its number."""

HOW_ELSE: Mapping[Verdict, str] = MappingProxyType(
    {
        "ready": "runs it too",
        "tight": "runs it only with a trade-off",
        "too-large": "needs more memory than there is",
        "unknown": "cannot be judged from what is known",
        "refused": "cannot run it",
    }
)
"""What a verdict says of a tool that is not the first."""

_HERE = ("ollama", "llamacpp", "lmstudio", "docker-model-runner")
_SERVERS = ("vllm", "sglang", "tgi", "transformers")
_LAST = ("mlx", "huggingface", "replicate", "unsloth", "axolotl", "deepspeed")
_GIB = 1 << 30
_ENOUGH_FOR_A_SERVER = 24 * _GIB
_OTHER_WORK: Mapping[str, float] = MappingProxyType({"hub": 2.5, "train": 2.7})
"""Fetching files and training stand after what runs, or would run on a larger machine."""


def place_of(verdict: Verdict, purpose: str) -> float:
    """Rank an answer by its verdict and by what its tool is for."""
    rank = RANK[verdict]
    return rank if rank > RANK["too-large"] else max(rank, _OTHER_WORK.get(purpose, 0))


def order_for(subject: Subject) -> tuple[list[str], str]:
    """Rank all tools for the model and the machine, and say why the first is first."""
    machine = subject.machine
    purpose = purpose_of(subject.model)
    if purpose in {"reranker", "speech-to-text", "classifier"}:
        return [*_SERVERS, *_HERE, *_LAST], "First because it serves this kind of model."
    if machine.is_apple:
        why = "First because it uses the GPU of Apple silicon and needs nothing else."
        if stored_of(subject.model, subject.details).format == "mlx":
            return ["mlx", "lmstudio", *_HERE, *_SERVERS, *_LAST], "First because these weights are made for MLX."
        return ["ollama", "lmstudio", "llamacpp", "mlx", "docker-model-runner", *_SERVERS, *_LAST], why
    if machine.gpus and _server_memory(machine) >= _ENOUGH_FOR_A_SERVER and not machine.is_unified:
        why = f"First because {machine.describe()} has room for a server that answers many at once."
        return ["vllm", "sglang", *_HERE, *_SERVERS, *_LAST], why
    if machine.gpus:
        why = "First because it shares a model between GPU and memory by itself."
        return [*_HERE, *_SERVERS, *_LAST], why
    return [*_HERE, *_SERVERS, *_LAST], "First because it runs without a GPU."


def _server_memory(machine: Machine) -> int:
    return sum(gpu.memory_bytes for gpu in machine.gpus if (gpu.vendor or "nvidia").lower() in {"nvidia", "amd"})
