"""Which machine models are judged for: this one, one that the user named in the settings, or any that can be written.

--machine SPEC or NAME ─┐
settings: machine ──────┼──▶ chosen        nothing said ──▶ this machine, as the probe finds it
the machine key ────────┘
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelscope_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelscope_tui.fit.machine import Machine
    from modelscope_tui.settings import Settings

HERE = "here"
"""The name of the machine that the program runs on."""


@dataclass(frozen=True, slots=True)
class MachineChoice:
    """One machine that can be chosen by its name."""

    name: str
    spec: str
    """What it was written as; empty for this machine."""
    description: str
    """It in words, or the reason why it cannot be read."""
    is_readable: bool = True
    is_chosen: bool = False


class Machines:
    """The chosen machine, and those that can be chosen by name."""

    def __init__(self, settings: Settings, given: Machine | None = None) -> None:
        self._named = settings.machines
        self._wanted = settings.machine or ""
        self._given = given
        self._detected: Machine | None = None
        self._current: Machine | None = given

    @property
    def current(self) -> Machine:
        """The machine that models are judged for.

        Raises:
            UsageError: the settings or the command line name one that cannot be read.
        """
        if self._current is None:
            self._current = self._read(self._wanted)
        return self._current

    def choose(self, text: str) -> Machine:
        """Judge for another machine: a name of the settings, a SPEC, or `here`.

        Raises:
            UsageError: it cannot be read; the one before stays.
        """
        self._current = self._read(text)
        return self._current

    def choices(self) -> tuple[MachineChoice, ...]:
        """List this machine and those with names."""
        now = self.current
        found = [self._choice(HERE, "", now)]
        return (*found, *(self._choice(name, spec, now) for name, spec in self._named.items()))

    def _choice(self, name: str, spec: str, now: Machine) -> MachineChoice:
        try:
            machine = self._read(name)
        except UsageError as problem:
            return MachineChoice(name, spec, problem.message, is_readable=False)
        return MachineChoice(name, spec, machine.describe(), is_chosen=machine == now)

    def _read(self, text: str) -> Machine:
        wanted = text.strip()
        if wanted.casefold() in {"", HERE}:
            return self._here()
        from modelscope_tui.fit.device import parse_machine

        name, spec = _named(self._named, wanted)
        if spec is None:
            return self._written(wanted)
        try:
            return replace(parse_machine(spec), name=name)
        except UsageError as problem:
            raise UsageError(f"Machine `{name}` of the settings: {problem.message}", problem.hint) from problem

    def _written(self, spec: str) -> Machine:
        from modelscope_tui.fit.device import parse_machine

        try:
            return parse_machine(spec)
        except UsageError as problem:
            if self._named:
                problem.hint = f"{problem.hint} Named in the settings: {', '.join(self._named)}.".strip()
            raise

    def _here(self) -> Machine:
        if self._given is not None:
            return self._given
        if self._detected is None:
            from modelscope_tui.fit.probe import detect

            self._detected = detect()
        return self._detected


def _named(named: Mapping[str, str], text: str) -> tuple[str, str | None]:
    """Find a name of the settings, whatever its case."""
    return next(((name, spec) for name, spec in named.items() if name.casefold() == text.casefold()), (text, None))
