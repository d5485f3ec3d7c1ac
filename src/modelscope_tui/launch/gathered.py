"""SOUTH WING: what a tool gathers while it builds a command: flags with their reasons, and notes beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

from modelscope_tui.launch.answer import Flag, Note
from modelscope_tui.launch.command import option


@dataclass(slots=True)
class Gathered:
    """Flags and notes, in the order in which they were asked for."""

    source: str
    """Where a flag comes from when nothing better is said: `vLLM 0.33.0, read 2026-11-23`."""
    flags: list[Flag] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, flag: str, value: object | None, why: str, source: str | None = None) -> None:
        """Add a flag once; a family's own choice stands before a later one."""
        if all(known.flag != flag for known in self.flags):
            text = None if value is None else str(value)
            self.flags.append(Flag(flag, text, why, source or self.source))

    def warn(self, text: str) -> None:
        """Add a warning."""
        self.notes.append(Note("warning", text))

    def say(self, text: str) -> None:
        """Add a remark."""
        self.notes.append(Note("info", text))

    def arguments(self) -> list[str]:
        """Give the flags as arguments."""
        return [
            part
            for flag in self.flags
            for part in ((flag.flag,) if flag.value is None else option(flag.flag, flag.value))
        ]
