"""From process start to the first filled screen, against a Textual app with one label, in one run."""

from __future__ import annotations

import argparse
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import programs
from tests.bench.terminal import Terminal


def _time_once(open_program: Callable[[], Terminal], seen: Callable[[str], bool]) -> tuple[float, float]:
    terminal = open_program()
    try:
        painted = terminal.wait_for(seen)
        terminal.settle(0.5)
        return (painted - terminal.began) * 1000, terminal.resident_mib()
    finally:
        terminal.close()


def _fresh(root: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=root))


def run(arguments: list[str]) -> None:
    """Time the bare app, a warm start, a first start and starts with a dead or hanging Hub, turn by turn."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench start")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(arguments)
    hanging = socket.create_server(("127.0.0.1", 0))  # accepts, and never answers
    endpoint = f"http://127.0.0.1:{hanging.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder, hanging:
        root = Path(folder)
        cache = _fresh(root)
        programs.warm(cache)
        cases: dict[str, tuple[Callable[[], Terminal], Callable[[str], bool]]] = {
            "bare Textual label": (programs.bare, lambda screen: "bare label" in screen),
            "explorer, warm, offline": (lambda: programs.explorer(cache, "--offline"), programs.is_filled),
            "explorer, first start": (lambda: programs.explorer(_fresh(root), "--offline"), programs.is_filled),
            "explorer, Hub hangs": (lambda: programs.explorer(cache, "--endpoint", endpoint), programs.is_filled),
            "explorer, Hub refuses": (
                lambda: programs.explorer(cache, "--endpoint", "http://127.0.0.1:9"),
                programs.is_filled,
            ),
        }
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
        for _ in range(options.rounds):
            for name, (open_program, seen) in cases.items():
                measured[name].append(_time_once(open_program, seen))
                time.sleep(0.05)
        _report(measured)


def _report(measured: dict[str, list[tuple[float, float]]]) -> None:
    floor = statistics.median(ms for ms, _ in measured["bare Textual label"])
    print(f"{'program':28} {'paint ms':>9} {'x bare':>7} {'RSS MiB':>8}")
    for name, runs in measured.items():
        paint = statistics.median(ms for ms, _ in runs)
        memory = statistics.median(mib for _, mib in runs)
        print(f"{name:28} {paint:9.0f} {paint / floor:7.2f} {memory:8.1f}")
