"""SOUTH WING: what a tool is, and the register of all tools in house order.

A tool answers three questions about a model: can you run it, does it fit, what is the command? One tool, one file
under ``tools/``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, Protocol

from modelscope_tui.catalog.model import Model
from modelscope_tui.errors import UsageError
from modelscope_tui.launch.answer import Alternative, Flag, LaunchAnswer, Note, Verdict
from modelscope_tui.launch.deferred import Deferred
from modelscope_tui.launch.rulebook import rules_version
from modelscope_tui.launch.subject import Options, Subject

__all__ = [
    "TOOLS",
    "Alternative",
    "Flag",
    "LaunchAnswer",
    "Note",
    "Options",
    "Purpose",
    "Subject",
    "Tool",
    "Verdict",
    "get",
    "rules_version",
    "tools_of",
]

Purpose = Literal["run", "serve", "hub", "train"]
"""What a tool is used for: on this computer, as a server, for files, for training."""


class Tool(Protocol):
    """One program that can do something with a model."""

    @property
    def name(self) -> str:
        """How it is typed: `vllm`."""
        ...

    @property
    def label(self) -> str:
        """How it is written: `vLLM`."""
        ...

    @property
    def purpose(self) -> Purpose:
        """What it is used for."""
        ...

    def can_run(self, model: Model) -> bool:
        """Say from the row alone, within microseconds, whether the tool is offered for a model."""
        ...

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build the command, or say which fact stands in the way."""
        ...


TOOLS: tuple[Tool, ...] = (
    Deferred("ollama", "Ollama", "run", "ollama:Ollama"),
    Deferred("lmstudio", "LM Studio", "run", "lmstudio:LmStudio"),
    Deferred("llamacpp", "llama.cpp", "run", "llamacpp:LlamaCpp"),
    Deferred("mlx", "MLX", "run", "mlx:Mlx"),
    Deferred("docker-model-runner", "Docker Model Runner", "run", "docker_model_runner:DockerModelRunner"),
    Deferred("vllm", "vLLM", "serve", "vllm:Vllm"),
    Deferred("sglang", "SGLang", "serve", "sglang:Sglang"),
    Deferred("tgi", "TGI", "serve", "tgi:Tgi"),
    Deferred("transformers", "Transformers", "serve", "transformers:Transformers"),
    Deferred("huggingface", "Hugging Face", "hub", "huggingface:HuggingFace"),
    Deferred("replicate", "Replicate", "hub", "replicate:Replicate"),
    Deferred("deepspeed", "DeepSpeed", "train", "deepspeed:DeepSpeed"),
    Deferred("unsloth", "Unsloth", "train", "unsloth:Unsloth"),
    Deferred("axolotl", "Axolotl", "train", "axolotl:Axolotl"),
)
"""Every tool, in house order: run here, serve, files, train."""

_BY_NAME = MappingProxyType({tool.name: tool for tool in TOOLS})


def get(name: str) -> Tool:
    """Find a tool by the name that is typed.

    Raises:
        UsageError: naming the tools that there are.
    """
    tool = _BY_NAME.get(name.strip().lower())
    if tool is None:
        raise UsageError(f"There is no tool {name!a}.", f"Tools: {', '.join(_BY_NAME)}.")
    return tool


def tools_of(model: Model) -> tuple[str, ...]:
    """Name the tools that are offered for a row, in house order."""
    return tuple([tool.name for tool in TOOLS if tool.can_run(model)])
