"""Garbage is collected, and free memory goes back to the system, while nobody waits."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from textual._styles_cache import StylesCache
from textual.color import Color

from modelscope_tui.ui.thrift import forget_closed
from tests.ui.conftest import Open, Stage

PIECES = """
from pathlib import Path
from modelscope_tui.ui.thrift import give_back

def resident_kib():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line)

held = [bytes([number % 255 + 1]) * 20_000 for number in range(4_000)]
kept = held[::50]  # one of fifty stays, and keeps the top of the heap in use
del held
before = resident_kib()
print(give_back(), before - resident_kib())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be asked")
def test_pages_between_what_is_kept_go_back() -> None:
    ran = subprocess.run([sys.executable, "-c", PIECES], capture_output=True, text=True, check=True)
    was_given, kib = ran.stdout.split()
    assert was_given == "True"
    assert int(kib) > 40_000


def _is_tidying(stage: Stage) -> bool:
    return any(worker.group == "thrift" for worker in stage.app.workers)


async def test_it_is_done_after_use_and_not_at_rest(open_explorer: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelscope_tui.ui.thrift.REST_SECONDS", 0.0)
    async with open_explorer() as stage:
        await stage.press("j")
        assert stage.app.thrift.is_used
        stage.app.thrift.tidy()
        assert not stage.app.thrift.is_used
        assert _is_tidying(stage)
        await stage.settle()
        stage.app.thrift.tidy()
        assert not _is_tidying(stage)


async def test_nothing_is_collected_between_two_keys(open_explorer: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelscope_tui.ui.thrift.REST_SECONDS", 3600.0)
    async with open_explorer() as stage:
        await stage.press("j")
        before = gc.get_stats()[-1]["collections"]
        stage.app.thrift.tidy()
        assert gc.get_stats()[-1]["collections"] == before
        assert stage.app.thrift.is_used, "it comes back when no key has come for a moment"


async def test_what_the_start_made_is_never_looked_through_again(
    open_explorer: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelscope_tui.ui.thrift.REST_SECONDS", 0.0)
    try:
        async with open_explorer() as stage:
            gc.unfreeze()
            stage.app.thrift.tidy()
            made = gc.get_freeze_count()
            assert made > 10_000
            await stage.press("j")
            stage.app.thrift.tidy()
            assert gc.get_freeze_count() <= made, "what comes later is collected when it is garbage"
    finally:
        gc.unfreeze()


def test_what_a_closed_popup_painted_is_let_go() -> None:
    cache = StylesCache()
    cache.get_inner_outer(Color.parse("black"), Color.parse("red"))
    painted = weakref.ref(cache)
    del cache
    assert painted() is not None  # else Textual has mended it, and nothing needs to be done here any more
    forget_closed()
    assert painted() is None


async def test_that_is_done_while_the_explorer_is_in_use(open_explorer: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelscope_tui.ui.thrift.REST_SECONDS", 0.0)
    async with open_explorer() as stage:
        await stage.press("question_mark", "escape")
        await stage.settle()
        stage.app.thrift.tidy()
        assert StylesCache.get_inner_outer.cache_info().currsize == 0
        await stage.settle()


HEAPS = """
import ctypes, sys, threading
from pathlib import Path
from modelscope_tui.ui.thrift import share_one_heap

is_shared = sys.argv[1] == "shared" and share_one_heap()
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
together = threading.Barrier(9)

def take():
    held = [bytes(number) for number in range(1_000, 30_000, 100)]
    together.wait()
    together.wait()

for _ in range(8):
    threading.Thread(target=take).start()
together.wait()
file = ctypes.c_void_p(library.fopen(sys.argv[2].encode(), b"w"))
library.malloc_info(0, file)
library.fclose(file)
together.wait()
print(is_shared, Path(sys.argv[2]).read_text().count("<heap nr="))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc gives each thread a heap")
def test_all_threads_share_one_heap(tmp_path: Path) -> None:
    def heaps(how: str) -> tuple[str, int]:
        argv = [sys.executable, "-c", HEAPS, how, str(tmp_path / how)]
        ran = subprocess.run(argv, capture_output=True, text=True, check=True)
        said, number = ran.stdout.split()
        return said, int(number)

    assert heaps("shared") == ("True", 1)
    assert heaps("apart")[1] > 1
