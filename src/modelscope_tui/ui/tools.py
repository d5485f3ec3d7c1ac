"""What the Tools pane says beside a tool: what it is for, and whether it is installed here.

UPPER FLOOR. Looks for executables and modules by name only; nothing is run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

EXECUTABLES: Mapping[str, str] = MappingProxyType(
    {
        "ollama": "ollama",
        "lmstudio": "lms",
        "llamacpp": "llama-server",
        "mlx": "mlx_lm.server",
        "docker-model-runner": "docker",
        "vllm": "vllm",
        "sglang": "sglang",
        "tgi": "text-generation-launcher",
        "huggingface": "hf",
        "deepspeed": "deepspeed",
        "axolotl": "axolotl",
        "transformers": "transformers",
    }
)
"""The program whose presence on the PATH means that a tool is installed."""


PURPOSES: Mapping[str, str] = MappingProxyType({"hub": "download", "run": "run here"})
"""A purpose in the words of a person, where the word alone does not say it."""


class AboutTool(Protocol):
    """What is asked of a tool here."""

    @property
    def name(self) -> str:
        """Its name in the query language."""

    @property
    def label(self) -> str:
        """Its name for a person."""

    @property
    def purpose(self) -> str:
        """What it is for."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools in words."""

    labels: Mapping[str, str]
    """How people write them."""
    purposes: Mapping[str, str]
    """What they are for: `run` here, `serve` to others, get from a `hub`, `train`."""
    installed: frozenset[str]
    """Those whose program is on the PATH."""


NO_TOOLS = Tools(MappingProxyType({}), MappingProxyType({}), frozenset())
"""What is known before the worker looked."""


def about_tools(tools: Iterable[AboutTool]) -> Tools:
    """Look the tools up: their words, and which are installed."""
    known = tuple(tools)
    labels = {tool.name: tool.label for tool in known}
    purposes = {tool.name: PURPOSES.get(tool.purpose, tool.purpose) for tool in known}
    return Tools(labels, purposes, frozenset(name for name in labels if _is_installed(name)))


def _is_installed(name: str) -> bool:
    program = EXECUTABLES.get(name)
    return program is not None and shutil.which(program) is not None
