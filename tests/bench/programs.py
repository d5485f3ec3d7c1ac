"""The programs that are timed: ours, and the smallest Textual app there can be."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.bench.terminal import Terminal

BARE = """
from textual.app import App
from textual.widgets import Label

class Bare(App):
    def compose(self):
        yield Label("hello, bare label")

Bare().run()
"""

TITLES = ("Organizations", "Categories", "Licenses", "Tools")


def bare() -> Terminal:
    """One label, nothing else: the floor of any Textual program."""
    return Terminal([sys.executable, "-c", BARE])


def explorer_argv(cache: Path, *arguments: str) -> list[str]:
    """What is run to open the explorer on a cache directory of its own."""
    return [sys.executable, "-m", "modelscope_tui", "--cache-dir", str(cache), *arguments]


def explorer(
    cache: Path, *arguments: str, columns: int = 160, lines: int = 48, env: Mapping[str, str] | None = None
) -> Terminal:
    """The explorer on a cache directory of its own."""
    given = {"MODELSCOPE_TUI_CONFIG": str(cache / "none.toml"), **(env or {})}
    return Terminal(explorer_argv(cache, *arguments), columns=columns, lines=lines, env=given)


def is_filled(screen: str) -> bool:
    """Tell whether the four panes have their titles and real rows are on the screen."""
    return all(title in screen for title in TITLES) and "sentence-transformers/" in screen and screen.count("/") > 20


def warm(cache: Path) -> None:
    """Make the index, so that a start is not the first one."""
    import subprocess

    argv = [
        sys.executable,
        "-m",
        "modelscope_tui",
        "search",
        "--cache-dir",
        str(cache),
        "--offline",
        "--limit",
        "1",
        "-q",
    ]
    subprocess.run(argv, check=True, capture_output=True)
