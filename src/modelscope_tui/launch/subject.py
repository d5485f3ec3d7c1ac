"""SOUTH WING: what a tool is asked: which model on which machine, and what the user chose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelscope_tui.catalog.model import EMPTY, Model, ModelDetails
from modelscope_tui.errors import UsageError

if TYPE_CHECKING:
    from modelscope_tui.fit.machine import Machine

_WORD = re.compile(r"[A-Za-z0-9][\w.+-]*", re.ASCII)
_SERVED_NAME = re.compile(r"[A-Za-z0-9][\w./:@+-]*", re.ASCII)


EXECUTORS = ("mp", "ray")
"""The ways in which several nodes can work together."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose; None is the tool's or the model's own default."""

    quant: str | None = None
    context: int | None = None
    gpus: int | None = None
    """GPUs a node."""
    nodes: int | None = None
    port: int | None = None
    served_name: str | None = None
    dtype: str | None = None
    kv_dtype: str | None = None
    target: str = "shell"
    shell: str = "bash"
    revision: str | None = None
    executor: str | None = None
    """How several nodes work together: `mp` is the engine's own way, `ray` a Ray cluster."""

    def __post_init__(self) -> None:
        for name, pattern in (("quant", _WORD), ("dtype", _WORD), ("kv_dtype", _WORD), ("served_name", _SERVED_NAME)):
            value = getattr(self, name)
            if value is not None and not pattern.fullmatch(value):
                raise UsageError(f"{value!a} cannot be used as --{name.replace('_', '-')}.", "Letters, digits, . _ -")
        if self.revision is not None and (not _SERVED_NAME.fullmatch(self.revision) or ".." in self.revision):
            raise UsageError(f"{self.revision!a} is not a revision.", "Give a commit, a branch or a tag.")
        if self.executor not in {None, *EXECUTORS}:
            raise UsageError(f"{self.executor!a} is no way to join nodes.", f"Known: {', '.join(EXECUTORS)}.")
        for name in ("context", "gpus", "nodes", "port"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"--{name} {value} is not possible.", "Give at least 1.")


def _nothing() -> Mapping[str, ModelDetails]:
    return EMPTY


def _no_versions() -> Mapping[str, str]:
    return EMPTY


@dataclass(frozen=True, slots=True)
class Subject:
    """A model with everything known of it, the machine, and repositories that hold the same model."""

    details: ModelDetails
    machine: Machine
    related: Mapping[str, ModelDetails] = field(default_factory=_nothing, hash=False)
    """By id: GGUF repositories of the model, and its base model, where they are known."""
    versions: Mapping[str, str] = field(default_factory=_no_versions, hash=False)
    """By tool: the version that is installed here, where it was found out."""

    @property
    def model(self) -> Model:
        """The row."""
        return self.details.model

    @property
    def id(self) -> str:
        """The repository id."""
        return self.details.model.id
