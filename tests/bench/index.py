"""The index alone: open, rows, rows with counts, per keystroke, and the build."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from modelscope_tui.catalog.query import parse
from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from tests.bench.keys import QUERIES


def _percentiles(times: list[float]) -> str:
    ordered = sorted(times)
    return (
        f"p50 {statistics.median(times):7.2f}   p95 {ordered[int(len(ordered) * 0.95)]:7.2f}   max {ordered[-1]:7.2f}"
    )


def run(arguments: list[str]) -> None:
    """Report milliseconds for each step at the size of the bundled catalog."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench index")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(cache_dir=Path(folder), config_path=Path(folder) / "none.toml", offline=True)
        began = time.perf_counter()
        Explorer(settings).prepare()
        print(f"build and open   {(time.perf_counter() - began) * 1000:9.0f} ms")
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        print(f"on disk          {size / 1e6:9.1f} MB")
        opens, rows, counted = [], [], []
        for _ in range(options.rounds):
            explorer = Explorer(settings)
            began = time.perf_counter()
            explorer.prepare()
            opens.append((time.perf_counter() - began) * 1000)
            for text in QUERIES:
                for end in range(1, len(text) + 1):
                    query = parse(text[:end])
                    began = time.perf_counter()
                    explorer.search(query, 0, 48)
                    rows.append((time.perf_counter() - began) * 1000)
                    explorer.facets(query)
                    counted.append((time.perf_counter() - began) * 1000)
            explorer.close()
        print(f"open             {_percentiles(opens)} ms")
        print(f"rows             {_percentiles(rows)} ms")
        print(f"rows and counts  {_percentiles(counted)} ms")
