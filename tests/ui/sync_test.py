"""The Hub's list comes in the background while one goes on exploring."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from modelscope_tui.errors import HubUnreachable, ModelscopeError
from tests.ui.conftest import Open
from tests.ui.fake_explorer import FakeExplorer, a_model

PAGE = {"status": "running", "rows": 2000, "rows_to_come": 98_000, "seconds_left": 40.2, "waiting_seconds": None}


class FakeSync:
    """Tells one page and waits to be let on, or stopped."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.told = threading.Event()
        self.page: Mapping[str, Any] = PAGE
        self.is_running = False
        self.is_stopped = False
        self.problem: ModelscopeError | None = None

    def run(self, tell: Callable[[Mapping[str, Any]], None]) -> Mapping[str, Any] | None:
        self.is_running = True
        tell(self.page)
        self.told.set()
        self.gate.wait(10)
        self.is_running = False
        if self.problem is not None:
            raise self.problem
        return None if self.is_stopped else {"status": "complete", "changed": 1}

    def stop(self, *, for_good: bool = False) -> None:
        self.is_stopped = True
        self.gate.set()


def online() -> tuple[FakeExplorer, FakeSync]:
    explorer = FakeExplorer(offline=False)
    explorer.background_sync = FakeSync()  # type: ignore[attr-defined]
    return explorer, explorer.background_sync  # type: ignore[attr-defined]


async def test_the_title_says_how_far_it_is_and_new_rows_come_at_the_end(open_explorer: Open) -> None:
    explorer, sync = online()
    async with open_explorer(explorer=explorer) as stage:
        await stage.press("U")
        sync.told.wait(10)
        await stage.pause()
        await stage.pause()
        assert "syncing 2,000 of 100,000, 40 s left" in stage.text()
        await stage.type("/qwen")
        assert stage.ids() == ["Qwen/Qwen3-Coder-30B-A3B-Instruct", "Qwen/Qwen3-8B"]
        explorer.models.append(a_model("Qwen/Brand-New", downloads=5))
        sync.gate.set()
        await stage.settle()
        assert "Qwen/Brand-New" in stage.ids()
        assert "syncing" not in stage.text()
        assert "The catalog is up to date: 1 rows are new." in stage.said()


async def test_the_same_key_stops_it(open_explorer: Open) -> None:
    explorer, sync = online()
    async with open_explorer(explorer=explorer) as stage:
        await stage.press("U")
        sync.told.wait(10)
        await stage.press("U")
        await stage.settle()
        assert sync.is_stopped
        assert "The sync was stopped; what came is kept." in stage.said()


async def test_a_wait_and_a_failure_are_said(open_explorer: Open) -> None:
    explorer, sync = online()
    sync.page = {"status": "waiting", "rows": 9000, "rows_to_come": None, "waiting_seconds": 61}
    sync.problem = HubUnreachable("The Hub hung up.", "What came before is kept.")
    async with open_explorer(explorer=explorer) as stage:
        await stage.press("U")
        sync.told.wait(10)
        await stage.pause()
        await stage.pause()
        assert "waiting 61 s" in stage.text()
        sync.gate.set()
        await stage.settle()
        assert "The Hub hung up. What came before is kept." in stage.said()


async def test_offline_it_is_said_that_nothing_can_come(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("U")
        assert "Offline: nothing can be brought from the Hub. O goes online." in stage.said()
