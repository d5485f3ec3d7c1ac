"""What the Tools pane says beside a tool: what it is for, and whether it is installed here.

UPPER FLOOR. Looks for executables and modules by name only; nothing is run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from modelscope_tui.ui.present import glyphs

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


def about_tools(tools: Iterable[AboutTool]) -> tuple[dict[str, str], dict[str, str]]:
    """Give each tool's label, and the badge that stands beside it in the pane."""
    labels: dict[str, str] = {}
    badges: dict[str, str] = {}
    for tool in tools:
        labels[tool.name] = tool.label
        program = EXECUTABLES.get(tool.name)
        is_here = program is not None and shutil.which(program) is not None
        badges[tool.name] = f"{glyphs().online} {tool.purpose}" if is_here else tool.purpose
    return labels, badges
