"""Memory that was used and is free again goes back to the system."""

from __future__ import annotations

import subprocess
import sys
import weakref

import pytest
from textual._styles_cache import StylesCache
from textual.color import Color

from modelscope_tui.ui.thrift import forget_closed
from tests.ui.conftest import Open

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


async def test_it_is_done_after_use_and_not_at_rest(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("j")
        assert stage.app._is_used
        stage.app._be_thrifty()
        assert not stage.app._is_used
        assert [worker for worker in stage.app.workers if worker.group == "thrift"]
        await stage.settle()
        stage.app._be_thrifty()
        assert not [worker for worker in stage.app.workers if worker.group == "thrift"]


def test_what_a_closed_popup_painted_is_let_go() -> None:
    cache = StylesCache()
    cache.get_inner_outer(Color.parse("black"), Color.parse("red"))
    painted = weakref.ref(cache)
    del cache
    assert painted() is not None  # else Textual has mended it, and nothing needs to be done here any more
    forget_closed()
    assert painted() is None


async def test_that_is_done_while_the_explorer_is_in_use(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("question_mark", "escape")
        await stage.settle()
        stage.app._be_thrifty()
        assert StylesCache.get_inner_outer.cache_info().currsize == 0
        await stage.settle()
