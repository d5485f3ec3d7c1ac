"""SOUTH WING: the dated rule files of ``data/``, read when somebody asks, and their common version.

Whoever needs a fact about a tool asks here; no other file opens ``data/launch_*.json``. Treat every answer as
read-only: each file is read once.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Any

from modelscope_tui.catalog.packaged import FOLDER, facts

NAMES = (
    "axolotl", "configs", "containers", "deepspeed", "docker-model-runner", "families", "hosted", "huggingface",
    "llamacpp", "lmstudio", "mlx", "ollama", "recipes", "replicate", "serving", "sglang", "tgi", "transformers",
    "unsloth", "vllm",
)  # fmt: skip
"""The rule files, `data/launch_NAME.json`."""

_AS_OF = re.compile(rb'^ ?"as_of": "(\d{4}-\d\d-\d\d)"', re.MULTILINE)


def rules(name: str) -> Any:
    """Read one rule file."""
    return facts(f"launch_{name}.json")


@cache
def rules_version() -> str:
    """Give the newest date of the rules and a hash over all of them: an index made by other rules is made again."""
    digest = hashlib.sha256()
    dates = []
    for name in NAMES:
        content = (FOLDER / f"launch_{name}.json").read_bytes()
        digest.update(content)
        dates += _AS_OF.findall(content)  # (an index is opened before anybody needs what stands in the files)
    return f"{max(dates).decode()}-{digest.hexdigest()[:12]}"


@cache
def served_by_vllm() -> frozenset[str]:
    """The classes that vLLM serves on their own: its registry without draft models and stand-ins."""
    return frozenset(
        name
        for name, tasks in rules("vllm")["architectures"].items()
        if tasks[0] not in {"draft-only", "transformers backend class"}
    )


def source_of(name: str) -> str:
    """Say where a tool's facts come from, with version and date, for a person who asks why."""
    about = rules(name)
    return f"{about['version']}, read {about['as_of']}"
