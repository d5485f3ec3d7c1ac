"""The sync at full size: killed at random moments, run again, held to a window, and with explorers beside it.

    python -m tests.bench sync                  200,000 models, 50 ms a page, ten kills
    python -m tests.bench sync --rows 20000     the same, smaller

Everything runs on loopback. Peak memory is that of the largest run, as the operating system counted it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from modelscope_tui.catalog.query import parse
from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from tests.hub_many import Many, Window
from tests.hub_server import HubServer

QUERIES = (
    "q",
    "qw",
    "qwen",
    "qwen coder",
    "org:google",
    "license:mit gguf",
    "tool:vllm params:<10b",
    "bge",
    "instruct",
)


def _explorer(cache: Path) -> Explorer:
    return Explorer(Settings(cache_dir=cache, config_path=cache / "none.toml", offline=True))


class Syncs:
    """Runs of the program against one Hub and one cache."""

    def __init__(self, hub: HubServer, cache: Path) -> None:
        self.hub, self.cache = hub, cache
        self.peak_mib = 0.0

    def start(self, *words: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "modelscope_tui", "sync", "--json", "--endpoint", self.hub.url, *words]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        argv += ["--cache-dir", str(self.cache)]
        return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    def end(self, process: subprocess.Popen[str]) -> tuple[int, dict[str, Any], str]:
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_mib = max(self.peak_mib, used.ru_maxrss / 1024)
        process.stdout.close()
        process.stderr.close()
        return process.returncode, json.loads(out) if out.strip() else {}, err

    def killed_after(self, pages: int, delay_seconds: float, *words: str) -> None:
        reached = threading.Event()
        left = [pages]
        many = self.hub.many
        assert many is not None

        def count() -> None:
            left[0] -= 1
            if left[0] <= 0:
                reached.set()

        many.asked = count
        process = self.start(*words)
        reached.wait(600)
        time.sleep(delay_seconds)
        process.send_signal(signal.SIGKILL)
        self.end(process)
        many.asked = lambda: None


def run(arguments: list[str]) -> None:
    """Report every figure in a line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench sync")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    with tempfile.TemporaryDirectory() as folder, HubServer(with_models=False) as hub:
        hub.many = Many(options.rows, latency_seconds=options.latency)
        cache = Path(folder) / "cache"
        with closing(_explorer(cache)) as explorer:
            explorer.prepare()
            bundled = explorer.index.total
        syncs = Syncs(hub, cache)
        _killed(syncs, options, bundled)
        _again(syncs)
        _held_to_a_window(syncs)
        _beside_explorers(syncs)
        print(f"peak memory       {syncs.peak_mib:9.0f} MiB")


def _killed(syncs: Syncs, options: argparse.Namespace, bundled: int) -> None:
    dice = random.Random(options.seed)
    pages = -(-options.rows // 1000)
    moments = sorted(dice.randrange(1, pages) for _ in range(options.kills))
    began = time.perf_counter()
    for before, moment in zip([0, *moments], moments, strict=False):
        syncs.killed_after(max(1, moment - before), dice.random() * 1.5, "--all")
    code, answer, said = syncs.end(syncs.start("--all"))
    assert code == 0, said
    took = time.perf_counter() - began
    many = syncs.hub.many
    assert many is not None
    with closing(_explorer(syncs.cache)) as explorer:
        explorer.prepare()
        known = {row.id for number in range(options.rows) if (row := explorer.model(many.id_of(number)))}
        total = explorer.index.total
    size = sum(path.stat().st_size for path in syncs.cache.rglob("*") if path.is_file())
    asked = len(syncs.hub.requests)
    print(f"killed -9         {options.kills:9} times; the last run went on: {answer['is_resumed']}")
    print(f"rows              {len(known):9,} of {options.rows:,} by id; {total - len(known):,} others of {bundled:,}")
    print(f"requests          {asked:9,} for {pages:,} pages")
    print(f"time              {took:9.1f} s with all starts, {options.rows / took:,.0f} rows/s")
    print(f"on disk           {size / 1e6:9.1f} MB")
    assert len(known) == options.rows


def _again(syncs: Syncs) -> None:
    for name, touched in (("second run", ()), ("40 changed", range(50, 90))):
        assert syncs.hub.many is not None
        syncs.hub.many.touch(*touched)
        before = len(syncs.hub.requests)
        _, answer, _ = syncs.end(syncs.start("--all"))
        pages, took = len(syncs.hub.requests) - before, answer["elapsed_seconds"]
        print(f"{name:17} {pages:9} requests, {answer['changed']} changed, {took:.2f} s")


def _held_to_a_window(syncs: Syncs) -> None:
    syncs.hub.page_size = 100  # small pages, or writing them would be slower than the window is
    window = syncs.hub.window = Window(8, 10)
    syncs.hub.fault("rate-limit", "/api/models", times=1, seconds=4)
    _, answer, _ = syncs.end(syncs.start("--limit", "3000", "--refresh"))
    syncs.hub.window, syncs.hub.page_size = None, 1000
    print(f"window of 8/10 s  {window.most:9} requests at most in one, {window.refused} refused by it, ", end="")
    print(f"{answer['waited_seconds']:.1f} s waited for {answer['pages']} pages (4 s of it told by a 429)")


def _beside_explorers(syncs: Syncs) -> None:
    argv = [sys.executable, "-c", "from tests.bench import sync; sync.explore()", str(syncs.cache)]
    idle = [_explored(process) for process in _started(argv, 2, "8")]
    process = syncs.start("--limit", "40000", "--refresh")
    busy = [_explored(explorer) for explorer in _started(argv, 2, "30")]
    code, answer, said = syncs.end(process)
    assert code == 0, said
    for name, found in (("two explorers", idle), ("and one sync", busy)):
        ms = "  ".join(f"p50 {one['p50']:.1f} p95 {one['p95']:.1f} ms" for one in found)
        errors = [error for one in found for error in one["errors"]]
        print(f"{name:17} {sum(one['searches'] for one in found):9,} searches: {ms}; errors: {errors or 'none'}")
    print(f"                  {answer['rows']:9,} rows synced meanwhile")


def _started(argv: list[str], count: int, seconds: str) -> list[subprocess.Popen[str]]:
    return [subprocess.Popen([*argv, seconds], stdout=subprocess.PIPE, text=True) for _ in range(count)]


def _explored(process: subprocess.Popen[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(process.communicate()[0])
    return found


def explore() -> None:
    """Search without pause for some seconds, write a row now and then, and tell how it went."""
    cache, seconds = Path(sys.argv[1]), float(sys.argv[2])
    times: list[float] = []
    errors: list[str] = []
    with closing(_explorer(cache)) as explorer:
        explorer.prepare()
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            query = parse(QUERIES[len(times) % len(QUERIES)])
            began = time.perf_counter()
            try:
                explorer.search(query, 0, 48)
                explorer.facets(query)
                if len(times) % 50 == 0 and (row := explorer.index.get("Qwen/Qwen3-8B")):
                    explorer.index.upsert([row])
            except Exception as error:  # whatever reaches a person is counted
                errors.append(str(error))
            times.append((time.perf_counter() - began) * 1000)
            time.sleep(0.02)
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    print(json.dumps({"searches": len(times), "p50": statistics.median(times), "p95": p95, "errors": errors}))
