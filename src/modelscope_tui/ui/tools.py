"""What the Tools pane says beside a tool: what it is for, whether it is installed here, and whether it answers.

UPPER FLOOR. It puts into words what ``installed.py`` and ``answering.py`` found; it looks at nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from modelscope_tui.ui.present import clean

if TYPE_CHECKING:
    from modelscope_tui.answering import Answering
    from modelscope_tui.installed import Installed

PURPOSES: Mapping[str, str] = MappingProxyType({"hub": "download", "run": "run here"})
"""A purpose in the words of a person, where the word alone does not say it."""


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


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools in words."""

    labels: Mapping[str, str]
    """How people write them."""
    purposes: Mapping[str, str]
    """What they are for: `run` here, `serve` to others, get from a `hub`, `train`."""
    installed: Mapping[str, str]
    """Those that are here, with their version; empty where it is not known."""
    running: Mapping[str, str] = field(default_factory=dict)
    """Those that answer, with their address."""

    def words(self, tool: str) -> str:
        """Say what is known of a tool here: `to serve · 0.33.0 here · answers at http://…`."""
        parts = [f"to {self.purposes[tool]}" if tool in self.purposes else ""]
        if tool in self.installed:
            parts.append(f"{self.installed[tool] or 'installed'} here")
        if tool in self.running:
            parts.append(f"answers at {self.running[tool]}")
        return " · ".join(part for part in parts if part)


NO_TOOLS = Tools(MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))
"""What is known before the worker looked."""


def about_tools(
    tools: Iterable[AboutTool], here: Mapping[str, Installed], answering: Iterable[Answering] = ()
) -> Tools:
    """Put the tools into words: what they are for, which are installed, which answer."""
    known = tuple(tools)
    labels = {tool.name: tool.label for tool in known}
    purposes = {tool.name: PURPOSES.get(tool.purpose, tool.purpose) for tool in known}
    installed = {name: clean(one.version or "", 40) for name, one in here.items() if name in labels}
    running = {one.tool: clean(one.address, 80) for one in answering if one.tool in labels and one.tool is not None}
    return Tools(labels, purposes, installed, running)
