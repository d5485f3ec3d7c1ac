"""From a typed key to rows, counts and paint settled, at the size of the bundled catalog."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench import programs
from tests.bench.terminal import Terminal

QUERIES = ("qwen3 coder", "llama 8b", "org:google gemma", "license:mit bert", "tool:vllm deepseek", "embed", "x")
CLEAR = "\x15"


def _type(terminal: Terminal, keys: str, quiet: float) -> list[float]:
    times = []
    for key in keys:
        sent = time.perf_counter()
        terminal.send(key)
        settled = terminal.settle(quiet)
        if settled is not None:
            times.append((settled - sent) * 1000)
    return times


def _line(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    worst = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"{name:28} {len(times):5} {statistics.median(times):8.1f} {worst:8.1f} {ordered[-1]:8.1f}"


def typed(cache: Path, rounds: int = 1, quiet: float = 0.15) -> list[float]:
    """Type the queries into the explorer on a cache; milliseconds from each key to a settled screen."""
    terminal = programs.explorer(cache, "--offline")
    try:
        terminal.wait_for(programs.is_filled)
        terminal.settle(1.0)
        terminal.send("/")
        terminal.settle(quiet)
        times: list[float] = []
        for query in QUERIES * rounds:
            times += _type(terminal, query, quiet)
            _type(terminal, CLEAR, quiet)
        return times
    finally:
        terminal.close()


def run(arguments: list[str]) -> None:
    """Type the queries key by key, clear, move the cursor, and report milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench keys")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quiet-ms", type=float, default=150.0, help="how long the screen must be still to be settled")
    parser.add_argument("--size", default="160x48")
    options = parser.parse_args(arguments)
    quiet = options.quiet_ms / 1000
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        programs.warm(cache)
        terminal = programs.explorer(cache, "--offline")
        try:
            terminal.wait_for(programs.is_filled)
            terminal.settle(1.0)
            terminal.send("/")
            terminal.settle(quiet)
            typed: list[float] = []
            cleared: list[float] = []
            for _ in range(options.rounds):
                for query in QUERIES:
                    typed += _type(terminal, query, quiet)
                    cleared += _type(terminal, CLEAR, quiet)
            terminal.send("\x1b")
            terminal.settle(0.5)
            terminal.send("5")
            terminal.settle(0.5)
            moved = _type(terminal, "j" * 60, quiet)
            memory = terminal.resident_mib()
        finally:
            terminal.close()
    print(f"{'key':28} {'n':>5} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
    print(_line("typed in the filter", typed))
    print(_line("filter cleared", cleared))
    print(_line("cursor down in the table", moved))
    print(f"resident memory afterwards: {memory:.1f} MiB")
