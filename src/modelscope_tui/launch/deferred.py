"""SOUTH WING: a tool whose file is read when it is first asked, so that a command for another one need not wait."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model
    from modelscope_tui.launch.answer import LaunchAnswer
    from modelscope_tui.launch.subject import Options, Subject
    from modelscope_tui.launch.tool import Tool


@dataclass(frozen=True, slots=True)
class Deferred:
    """What must be known of a tool before it is asked, and where it is."""

    name: str
    label: str
    purpose: Literal["run", "serve", "hub", "train"]
    place: str
    """File under ``tools/`` and class: `axolotl:Axolotl`."""

    def can_run(self, model: Model) -> bool:
        """Ask the tool whether it is offered for a model."""
        return _read(self.place).can_run(model)

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Ask the tool for its answer."""
        return _read(self.place).plan(subject, options)


@cache
def _read(place: str) -> Tool:
    file, _, name = place.partition(":")
    tool: Tool = getattr(import_module(f"modelscope_tui.launch.tools.{file}"), name)()
    return tool
