"""SOUTH WING: what a tool gathers while it builds a command: flags with their reasons, and notes beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modelscope_tui.launch.answer import Flag, Note
from modelscope_tui.launch.command import option

_NUMBERS = re.compile(r"\d+")


def is_older(version: str, other: str) -> bool:
    """Tell whether a version comes before another, by the numbers of its release: `0.16.0rc1` is as old as 0.16.0."""
    mine, its = ([int(number) for number in _NUMBERS.findall(text)[:3]] for text in (version, other))
    return mine < its


@dataclass(slots=True)
class Gathered:
    """Flags and notes, in the order in which they were asked for."""

    source: str
    """Where a flag comes from when nothing better is said: `vLLM 0.33.0, read 2026-11-23`."""
    flags: list[Flag] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    known: Mapping[str, Any] = field(default_factory=dict)
    """What the rules say of each flag: `since` names the first of the releases that were read that has it."""
    installed: str | None = None
    """The version of the tool that is installed where the command shall run, when it is known."""

    def add(self, flag: str, value: object | None, why: str, source: str | None = None) -> None:
        """Add a flag once; a family's own choice stands before a later one."""
        since = self.known.get(flag, {}).get("since")
        if since is not None and self.installed is not None and is_older(self.installed, since):
            self._leave_out(flag, since)
        elif all(known.flag != flag for known in self.flags):
            text = None if value is None else str(value)
            self.flags.append(Flag(flag, text, why, source or self.source))

    def _leave_out(self, flag: str, since: str) -> None:
        note = Note(
            "info", f"{flag} is left out: {self.installed} is installed here, and {since} is the first to have it."
        )
        if note not in self.notes:
            self.notes.append(note)

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
