"""From a key to a settled paint on every tab of the detail pane, a card of 200 KB included."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from modelscope_tui.hub.shelf import Shelf
from modelscope_tui.settings import DEFAULT_ENDPOINT
from modelscope_tui.ui.panes.tab import TABS
from tests.bench import programs
from tests.bench.keys import _line, _type
from tests.bench.terminal import Terminal

MODEL = "Qwen/Qwen3-8B"


@dataclass(frozen=True, slots=True)
class Turn:
    """One first turn to a tab, in milliseconds."""

    painted: float
    """Until the first change of the screen."""
    settled: float
    """Until the last one."""
    processor: float
    """What it cost the program, all threads."""

    @property
    def figures(self) -> tuple[float, float, float]:
        """All three."""
        return self.painted, self.settled, self.processor


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
    parser.add_argument("--rounds", type=int, default=3, help="how often the program is started: a first turn is once")
    parser.add_argument("--quiet-ms", type=float, default=150.0)
    options = parser.parse_args(arguments)
    turns: dict[str, list[Turn]] = {line.label: [] for line in TABS[1:]}
    moves: dict[str, list[float]] = {line.label: [] for line in TABS}
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        programs.warm(cache)
        _keep_card(cache)
        for _ in range(options.rounds):
            _round(cache, options.keys, options.quiet_ms / 1000, turns, moves)
    _tell_turns(turns)
    print(f"{'key':28} {'n':>5} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
    for label, times in moves.items():
        if times:
            print(_line(f"move in {label}", times))
    print(_line("settled: first turns", [turn.settled for found in turns.values() for turn in found]))
    print(_line("first paint: first turns", [turn.painted for found in turns.values() for turn in found]))


def _round(cache: Path, keys: int, quiet: float, turns: dict[str, list[Turn]], moves: dict[str, list[float]]) -> None:
    terminal = programs.explorer(cache, "--offline", MODEL)
    try:
        terminal.wait_for(lambda screen: MODEL in screen)
        terminal.settle(1.5)
        terminal.send("6")
        terminal.settle(1.0)
        for place, line in enumerate(TABS):
            if place:
                turns[line.label].append(_turned(terminal, quiet))
            terminal.settle(0.5)
            moves[line.label] += _type(terminal, "j" * keys + "G" + "k" * 5 + "g", quiet)
    finally:
        terminal.close()


def _turned(terminal: Terminal, quiet: float) -> Turn:
    """Turn to the tab on the right."""
    before, sent = _processor_ms(terminal.pid), time.perf_counter()
    terminal.send("l")
    first = terminal.read(5.0)
    last = terminal.settle(quiet) or first
    painted = (first or sent) - sent
    return Turn(painted * 1000, ((last or sent) - sent) * 1000, _processor_ms(terminal.pid) - before)


def _processor_ms(pid: int) -> float:
    """Give the processor time of all threads of a process (Linux); what the terminal waits for does not count."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


def _tell_turns(turns: dict[str, list[Turn]]) -> None:
    print(f"{'first turn, median ms':28} {'n':>5} {'first':>8} {'settled':>8} {'cpu':>8}")
    for label, found in turns.items():
        shown = (statistics.median(values) for values in zip(*(turn.figures for turn in found), strict=True))
        print(f"{label:28} {len(found):5}" + "".join(f" {value:8.1f}" for value in shown))
