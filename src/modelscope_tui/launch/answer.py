"""SOUTH WING: what a tool answers: a verdict, a command, why each flag is there, and what works instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from modelscope_tui.launch.command import LaunchCommand

if TYPE_CHECKING:
    from modelscope_tui.fit.estimate import FitEstimate
    from modelscope_tui.launch.container import Container

Verdict = Literal["ready", "tight", "too-large", "refused", "unknown"]
"""`ready` will run here · `tight` runs with the named trade-off · `too-large` the command is right, the machine is
not · `refused` this tool cannot serve this model · `unknown` facts are missing, and the reason says which."""

Level = Literal["info", "warning"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """What works instead."""

    tool: str
    model: str
    text: str | None
    """The command, where it is known."""
    why: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One part of a command that can be asked why it is there."""

    flag: str
    value: str | None
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know beside the command."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class LaunchAnswer:
    """The answer of one tool for one model on one machine."""

    model: str
    tool: str
    verdict: Verdict
    reason: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    command: LaunchCommand | None = None
    flags: tuple[Flag, ...] = ()
    smoke_test: str | None = None
    """One line that shows the server answers."""
    notes: tuple[Note, ...] = ()
    fit: FitEstimate | None = None
    served_as: str | None = None
    """The model name that a client must send."""
    container: Container | None = None
    """How the same server runs in a container; None where it cannot. The targets are written from it."""

    def as_json(self) -> dict[str, Any]:
        """Give it as `launch --json` shows it."""
        return {
            "model": self.model,
            "tool": self.tool,
            "verdict": self.verdict,
            "reason": self.reason,
            "alternatives": [
                {"tool": other.tool, "model": other.model, "text": other.text, "why": other.why}
                for other in self.alternatives
            ],
            "command": self.command.as_json() if self.command else None,
            "flags": [
                {"flag": item.flag, "value": item.value, "why": item.why, "source": item.source} for item in self.flags
            ],
            "smoke_test": self.smoke_test,
            "served_as": self.served_as,
            "notes": [{"level": note.level, "text": note.text} for note in self.notes],
            "fit": self.fit.as_json() if self.fit else None,
        }


def refused(model: str, tool: str, reason: str, *notes: Note, others: tuple[Alternative, ...] = ()) -> LaunchAnswer:
    """Say that a tool cannot serve a model, naming the blocking fact."""
    return LaunchAnswer(model, tool, "refused", reason, alternatives=others, notes=notes)
