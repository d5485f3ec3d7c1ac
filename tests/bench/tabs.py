"""From a key to a settled paint on every tab of the detail pane, a card of 200 KB included."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from modelscope_tui.hub.shelf import Shelf
from modelscope_tui.settings import DEFAULT_ENDPOINT
from modelscope_tui.ui.panes.tab import TABS
from tests.bench import programs
from tests.bench.keys import _line, _type

MODEL = "Qwen/Qwen3-8B"


def _keep_card(cache: Path) -> None:
    part = "## Part {0}\n\nSome *text* with a [link](https://example.org/{0}) and `code`.\n\n" + "words " * 40
    text = "\n\n".join(f"{part.format(number)}\n\n| a | b |\n|---|---|\n| 1 | 2 |" for number in range(550))
    shelf = Shelf(cache / "shelf")
    data = {"as_of": "2026-11-20T00:00:00+00:00", "data": {"text": text}, "with_token": False}
    shelf.put(f"card|{DEFAULT_ENDPOINT}|{MODEL.casefold()}", data)
    shelf.close()
    print(f"card of {len(text):,} letters")


def run(arguments: list[str]) -> None:
    """Turn to each tab, scroll in it, and report milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench tabs")
    parser.add_argument("--keys", type=int, default=30, help="how often each tab is scrolled by a line")
    parser.add_argument("--quiet-ms", type=float, default=150.0)
    options = parser.parse_args(arguments)
    quiet = options.quiet_ms / 1000
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        programs.warm(cache)
        _keep_card(cache)
        terminal = programs.explorer(cache, "--offline", MODEL)
        try:
            terminal.wait_for(lambda screen: MODEL in screen)
            terminal.settle(1.5)
            terminal.send("6")
            terminal.settle(1.0)
            print(f"{'key':28} {'n':>5} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
            for place, line in enumerate(TABS):
                turned = _type(terminal, "l", quiet) if place else []
                terminal.settle(0.5)
                moved = _type(terminal, "j" * options.keys + "G" + "k" * 5 + "g", quiet)
                if turned:
                    print(_line(f"turn to {line.label}", turned))
                if moved:
                    print(_line(f"move in {line.label}", moved))
        finally:
            terminal.close()
