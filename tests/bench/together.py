"""Two programs that search and one that writes pages of rows, on the same cache: errors, lost rows, and key latency."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from modelscope_tui import indexing
from modelscope_tui.catalog.model import Model
from tests.bench import programs
from tests.bench.figures import figure, p95

_ASKS = """
import sys, json, time
from pathlib import Path
from modelscope_tui.indexing import open_index
from modelscope_tui.catalog.query import parse
index = open_index(Path(sys.argv[1])); index.warm()
until, times, done = time.time() + float(sys.argv[2]), [], 0
while time.time() < until:
    for text in ("qwen3 coder", "llama 8b", "license:mit bert"):
        for end in range(1, len(text) + 1):
            began = time.thread_time()
            query = parse(text[:end]); index.page(index.matches(query), 0, 48); index.facets(query)
            times.append((time.thread_time() - began) * 1000)
            time.sleep(0.05)
print(json.dumps({"times": times, "total": index.total}))
"""


def _two_ask(path: Path, seconds: float) -> list[subprocess.Popen[str]]:
    argv = [sys.executable, "-c", _ASKS, str(path), str(seconds)]
    return [subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]


def _heard(asking: list[subprocess.Popen[str]]) -> list[float]:
    times: list[float] = []
    for process in asking:
        out, problems = process.communicate()
        if process.returncode:
            raise SystemExit(f"a search failed:\n{problems}")
        times += json.loads(out)["times"]
    return times


def run(arguments: list[str]) -> None:
    """Let two ask alone, then beside a writer; the ratio of the two is what counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench together")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each half lasts")
    parser.add_argument("--page", type=int, default=1000, help="rows a page")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        programs.warm(cache)
        path = cache / "catalog.db"
        idle = p95(_heard(_two_ask(path, options.seconds)))
        writer = indexing.open_index(path)
        before, pages = writer.total, 0
        asking = _two_ask(path, options.seconds)
        until = time.time() + options.seconds
        while time.time() < until:
            rows = [Model(f"org{n % 97}/new-{pages}-{n}", downloads=n, source="hub") for n in range(options.page)]
            writer.upsert(rows, notes={"bench": str(pages)})
            pages += 1
        busy = p95(_heard(asking))
        lost = before + pages * options.page - writer.total
        writer.close()
    print(f"{pages} pages of {options.page} rows written; key p95 {idle:.2f} ms alone, {busy:.2f} ms beside them")
    print(figure("key latency, beside to alone", busy / idle, 2))
    print(figure("rows lost", lost, 0))
