"""What is around this program on the machine, found out when somebody asks: installed tools, answering servers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelscope_tui.answering import Answering
    from modelscope_tui.fit.machine import Machine
    from modelscope_tui.installed import Installed


class Surroundings:
    """The machine that this program runs on, beyond its hardware."""

    def __init__(self, *, is_offline: bool) -> None:
        self.is_offline = is_offline
        """Whether no server is asked."""

    @cached_property
    def installed(self) -> Mapping[str, Installed]:
        """The tools that are installed here, by name, as far as a look at files tells."""
        from modelscope_tui.installed import installed

        return installed()

    def answering(self) -> tuple[Answering, ...]:
        """Ask which servers answer on this machine; none is asked offline. Blocks briefly: call it in a worker."""
        if self.is_offline:
            return ()
        from modelscope_tui.answering import answering

        return answering()

    def versions_for(self, machine: Machine) -> Mapping[str, str]:
        """Give the known versions by tool; what is installed here says nothing of another machine."""
        if machine.source != "detected":
            return {}
        return {name: one.version for name, one in self.installed.items() if one.version}
