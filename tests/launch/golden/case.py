"""What one golden answer is, and the sources that it may name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

SOURCES: Mapping[str, str] = {
    "R": "vllm-project/recipes@8959cf6 (2026-08-21), models/*.yaml",
    "V": "vLLM 0.33.0: registry, tool_parsers, reasoning_parsers, removed and plugin tables",
    "VG": "vLLM documentation, features/quantization/gguf; vllm-gguf-plugin: README and test_gguf_generation.py",
    "P": "vLLM documentation, docs/models/pooling_models/{embed,scoring}.md",
    "O": "Ollama's library as of 2026-08-21",
    "OD": "Ollama documentation: import, modelfile, and the Hub's page on Ollama (docs/hub/ollama.md)",
    "L": "llama.cpp@0c1e57098: tools/server/README.md, common/download.cpp, conversion/__init__.py",
    "LM": "lmstudio-ai/lms@07b7252: src/subcommands",
    "H": "huggingface_hub 2.4.0: cli/download.py",
    "S": "the Hub's own snippets: huggingface.js packages/tasks/src/local-apps.ts",
    "SC": "sgl-project/sgl-cookbook (2026-05-01), docs/autoregressive",
    "SG": "SGLang 0.5.23: documentation of models, parsers, rerankers, embeddings and diffusion; its class list",
    "MX": "mlx-lm 0.32.2 and mlx-vlm 0.7.10: model folders and server options",
    "TG": "text-generation-inference db931fcf: README, launcher.md and the list of models",
    "TF": "transformers 5.23.0: cli/serve.py and the documentation of quantization",
    "DM": "docker/model-runner 642c7211: command reference, README and model cards",
    "CO": "replicate/cog 0.23: docs/cli.md and docs/yaml.md",
    "FT": "documentation of Unsloth 2026.10.9, Axolotl 0.19.0 and DeepSpeed 0.19.6",
    "VR": "vLLM: tests/models/registry.py and transformers_utils/config.py; transformers 5.23.0: models/auto",
    "C": "the repository's own card or config.json",
}
"""Where an expectation was read, by the letter that a table names."""


@dataclass(frozen=True, slots=True)
class Case:
    """One model, one tool, and what must stand in the answer."""

    tool: str
    model: str
    expected: tuple[str, ...]
    """Parts of the command, or of the reason; one that begins with `!` must not stand in it."""
    source: str
    is_refused: bool = False
    machine: str = "8xH100"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """How a test run names it."""
        return f"{self.tool}-{'not-' if self.is_refused else ''}{self.model}"


Row = tuple[str, str, str]
"""Model, parts separated by ` | `, source."""


def runs(tool: str, rows: Iterable[Row], **facts: Any) -> list[Case]:
    """Make cases of a table of commands."""
    return [Case(tool, model, tuple(parts.split(" | ")), source, **facts) for model, parts, source in rows]


def asked_on(tool: str, rows: Iterable[tuple[str, str, str, str]], *, is_refused: bool = False) -> list[Case]:
    """Make cases of a table whose rows name their machine: model, parts, source, machine."""
    return [
        Case(tool, model, tuple(parts.split(" | ")), source, is_refused, machine)
        for model, parts, source, machine in rows
    ]


def refuses(tool: str, rows: Iterable[Row], **facts: Any) -> list[Case]:
    """Make cases of a table of refusals: model, parts of the reason, source."""
    return [
        Case(tool, model, tuple(parts.split(" | ")), source, is_refused=True, **facts) for model, parts, source in rows
    ]


def from_table(table: ModuleType) -> list[Case]:
    """Make cases of a module that keeps `COMMANDS` and `REFUSALS` as rows: tool, model, parts between `|`, source.

    A leading `---` and the part `--parser` name what must not stand; the letters are explained in its first lines.
    """
    made = []
    for rows, is_refused in ((table.COMMANDS, False), (table.REFUSALS, True)):
        for tool, model, parts, letter in rows:
            told = re.search(rf"\b{letter} (is )?[\w-]+", table.__doc__ or "")
            source = " ".join((table.__doc__ or "").split()) if told else ""
            expected = tuple(_today(part) for part in parts.split("|"))
            made.append(Case(tool, model, expected, source, is_refused=is_refused))
    return made


def _today(part: str) -> str:
    return f"!{part.lstrip('-')}" if part.startswith("---") or part == "--parser" else part
