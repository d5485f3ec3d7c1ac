"""The index at the size of the whole Hub: made, opened, asked, changed; and the explorer on it.

``--keep DIR`` keeps the synthetic rows and the index between runs; ``--rows N`` takes fewer.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from dataclasses import replace
from pathlib import Path

from modelscope_tui import indexing
from modelscope_tui.catalog import snapshot
from modelscope_tui.catalog.maker import write_file
from modelscope_tui.catalog.query import SORTS, parse
from modelscope_tui.catalog.record import FIELDS
from modelscope_tui.launch.offered import offered
from modelscope_tui.launch.tool import rules_version
from tests.bench import keys, programs, synthetic
from tests.bench.figures import HEADING, Times, figure, told
from tests.bench.start import _time_once

FILTERS = (
    "", "qwen", "license:mit", "params:<10b", "-tag:moe", "gguf", "org:google", "updated:<2y", "tool:vllm x",
    "relation:quantized -llama", "base:Qwen/Qwen3-8B relation:quantized",
)  # fmt: skip
_MEMORY = """
import sys, json, psutil
from pathlib import Path
from modelscope_tui.indexing import open_index
from modelscope_tui.catalog.query import parse
index = open_index(Path(sys.argv[1])); index.warm()
for text in json.loads(sys.argv[2]):
    for end in range(1, len(text) + 1):
        index.page(index.matches(parse(text[:end])), 0, 48); index.facets(parse(text[:end]))
print(psutil.Process().memory_full_info().uss / 2**20)
"""


def run(arguments: list[str]) -> None:
    """Print every figure against its bar."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench scale")
    parser.add_argument("--rows", type=int, default=2_500_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--no-screen", action="store_true", help="leave the explorer, fzf and the bare app out")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = options.keep or Path(folder)
        small = root / "small"
        programs.warm(small)
        large = _large(root, options.rows)
        print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n{HEADING}")
        _asked("26k", small / "catalog.db", options.rounds, bars=(3, 3, 50, 15))
        _asked(f"{options.rows:,}", large / "catalog.db", options.rounds, bars=(5, 25, 50, 30))
        extra = _private_mib(large / "catalog.db") - _private_mib(small / "catalog.db")
        print(figure("private memory above 26k, MiB", extra, 60))
        _changed(large / "catalog.db", Path(folder))
        if not options.no_screen:
            _on_screen(small, large, _lines_of(root, options.rows))


def _large(root: Path, rows: int) -> Path:
    """Make the index of the synthetic rows, where it is not kept from before."""
    lines, cache = _lines_of(root, rows), root / f"cache-{rows}"
    if not lines.exists():
        synthetic.write_lines(lines, rows)
    path = cache / "catalog.db"
    mark = {"fingerprint": snapshot.fingerprint(rules_version())}
    if path.exists() and _is_of_today(path):
        return cache
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(mode=0o700)
    began, used = time.perf_counter(), _processor_seconds()
    write_file(path, synthetic.read_lines(lines), rows, tools_of=offered(), meta=mark)
    took, used = time.perf_counter() - began, _processor_seconds() - used
    size = path.stat().st_size
    print(figure("bulk load, rows a second", rows / took, 40_000, is_least=True))
    print(f"  {used / rows * 1e6:.0f} microseconds of processor a row, over all processes")
    print(figure("on disk, MB", size / 1e6, 600 * rows / 2_500_000))
    return cache


def _lines_of(root: Path, rows: int) -> Path:
    """Name the file of the synthetic rows; rows with other fields are other rows."""
    mark = zlib.crc32(json.dumps(FIELDS).encode())
    return root / f"{rows}-{mark:08x}.jsonl"


def _is_of_today(path: Path) -> bool:
    try:
        indexing.open_index(path).close()
    except Exception:
        return False
    return True


def _processor_seconds() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def _asked(size: str, path: Path, rounds: int, *, bars: tuple[float, float, float, float]) -> None:
    opens, rows, counted, combined = Times(), Times(), Times(), Times()
    for _ in range(rounds):
        opens.begin()
        index = indexing.open_index(path)
        opens.take()
        index.warm()
        for text in keys.QUERIES:
            for end in range(1, len(text) + 1):
                query = parse(text[:end])
                rows.begin()
                index.page(index.matches(query), 0, 48)
                rows.take()
                counted._began = rows._began
                index.facets(query)
                counted.take()
        for text in FILTERS:
            for sort in SORTS:
                for is_reversed in (False, True):
                    query = parse(text).with_sort(sort, is_reversed)
                    combined.begin()
                    index.page(index.matches(query), 0, 48)
                    combined.take()
        index.close()
    print(told(f"{size}: open", opens, bars[3]))
    print(told(f"{size}: rows", rows, bars[0]))
    print(told(f"{size}: rows and counts", counted, bars[1]))
    print(told(f"{size}: any sort and filter", combined, bars[2]))


def _private_mib(path: Path) -> float:
    argv = [sys.executable, "-c", _MEMORY, str(path), json.dumps(keys.QUERIES)]
    return float(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)


def _changed(path: Path, folder: Path) -> None:
    """Change 2,000 models of a copy while another thread asks."""
    copy = folder / "copy" / "catalog.db"
    copy.parent.mkdir()
    shutil.copy(path, copy)
    index, asking = indexing.open_index(copy), indexing.open_index(copy)
    every = index.total
    dice = random.Random(3)
    matches = index.matches(parse(""))
    starts = [dice.randrange(every) for _ in range(20)]
    models = [model for start in starts for model in index.page(matches, start, start + 100)]
    news = [replace(one, downloads=(one.downloads or 0) + 7, as_of="2026-11-25T00:00:00Z") for one in models]
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            asking.facets(parse("llama"))

    thread = threading.Thread(target=ask)
    thread.start()
    began, used = time.perf_counter(), time.thread_time()
    index.upsert(news)
    took, used = time.perf_counter() - began, time.thread_time() - used
    done.set()
    thread.join()
    print(figure(f"{len(news):,} upserts while asked, s", took, 1) + f"   ({used:.2f} s of processor)")
    for one in (index, asking):
        one.close()


def _on_screen(small: Path, large: Path, lines: Path) -> None:
    """Type into the explorer on both, and look at the first frame of each and of a bare app."""
    paints = {}
    for name, opened in (
        ("bare Textual label", programs.bare),
        ("explorer, 26k", lambda: programs.explorer(small, "--offline")),
        ("explorer, all", lambda: programs.explorer(large, "--offline")),
    ):
        seen = (lambda screen: "bare label" in screen) if name.startswith("bare") else programs.is_filled
        paints[name] = min(_time_once(opened, seen)[0] for _ in range(5))
        print(f"{name + ': first paint':34} {paints[name]:9.0f}")
    print(figure("first paint, all to 26k", paints["explorer, all"] / paints["explorer, 26k"], 1.1))
    for name, cache in (("26k", small), ("all", large)):
        typed = keys.typed(cache)
        print(
            f"{name + ': key to settled paint':34} {'':9} {'':9} {sorted(typed)[int(len(typed) * 0.95)]:10.1f} {55:8}"
        )
    if shutil.which("fzf"):
        _fzf(lines)


def _fzf(lines: Path) -> None:
    names = lines.with_suffix(".names")
    if not names.exists():
        with names.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.loads(line)[0]}\n" for line in synthetic.read_lines(lines))
    with names.open("rb") as file:
        began = time.perf_counter()
        subprocess.run(["fzf", "--filter", "qwen3 coder"], stdin=file, capture_output=True, check=False)
    print(f"{'fzf --filter over the same names':34} {'':9} {'':9} {(time.perf_counter() - began) * 1000:10.0f}")
