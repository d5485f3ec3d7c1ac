"""Judging: every row for a machine, one model from every side, and another machine on the screen."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from modelscope_tui.catalog.query import parse
from modelscope_tui.explorer import Explorer
from modelscope_tui.launch.subject import Options
from modelscope_tui.settings import Settings
from tests.bench import programs
from tests.bench.terminal import Terminal

SPECS = ("RTX 4090", "2x80GB", "M3 Max 64GB", "cpu:64GB", "3x RTX 4090", "RTX 3060", "H200", "8GB")
BARS_MS = {"every row judged": 150.0}


def _line(name: str, times: list[float]) -> str:
    bar = f"   (bar {BARS_MS[name]:g} ms)" if name in BARS_MS else ""
    return f"{name:36} {len(times):4} {statistics.median(times):9.2f} {max(times):9.2f}{bar}"


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def _in_process(cache: Path, rounds: int) -> dict[str, list[float]]:
    """Judge in this process: no terminal."""
    names = ("every row judged", "machine chosen, fits:yes answered", "a screen of rows judged")
    found: dict[str, list[float]] = {name: [] for name in (*names, "one model from every side")}
    explorer = Explorer(Settings(cache_dir=cache, config_path=cache / "none.toml", offline=True))
    explorer.prepare()
    rows = explorer.page(parse(""), 0, explorer.index.total)
    details = explorer.cached_details("Qwen/Qwen3-8B")
    row = explorer.model("Qwen/Qwen3-8B")
    query = parse("fits:yes")
    for _ in range(rounds):
        for spec in SPECS:

            def _switched(spec: str = spec) -> None:
                explorer.choose_machine(spec)
                explorer.search(query, 0, 48)

            found["machine chosen, fits:yes answered"].append(_timed(_switched))
            found["every row judged"].append(_timed(lambda: [explorer.fits(row) for row in rows]))
            found["a screen of rows judged"].append(_timed(lambda: [explorer.fits(row) for row in rows[:48]]))
            if row is not None:
                from modelscope_tui.catalog.model import ModelDetails

                known = details.value if details else ModelDetails(row)
                found["one model from every side"].append(_timed(lambda: explorer.outlook(known, Options())))  # noqa: B023
    print(f"{len(rows)} rows")
    explorer.close()
    return found


def _on_the_screen(cache: Path, rounds: int) -> list[float]:
    """Choose another machine in the running program: from enter to the last change on the screen."""
    times = []
    terminal: Terminal = programs.explorer(cache, "--offline", "fits:yes")
    try:
        terminal.wait_for(programs.is_filled)
        terminal.settle(1.5)
        for number in range(rounds * 2):
            terminal.send("M")
            terminal.settle(0.3)
            terminal.send("\t" + SPECS[number % len(SPECS)])
            terminal.settle(0.3)
            sent = time.perf_counter()
            terminal.send("\r")
            painted = terminal.settle(0.3)
            if painted is not None:
                times.append((painted - sent) * 1000)
    finally:
        terminal.close()
    return times


def run(arguments: list[str]) -> None:
    """Report milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench fit")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        programs.warm(cache)
        found = _in_process(cache, options.rounds)
        found["enter to the last paint of a switch"] = _on_the_screen(cache, options.rounds)
    print(f"{'milliseconds':36} {'n':>4} {'p50':>9} {'max':>9}")
    for name, times in found.items():
        print(_line(name, times))
