"""Where a sync meets this machine: one at a time, with room on the disk, and what earlier ones left.

Between the explorer and the hub. Nothing here asks the network before :meth:`Syncing.run`.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from modelscope_tui.catalog.lock import claimed
from modelscope_tui.catalog.notes import note_in
from modelscope_tui.catalog.units import on_disk
from modelscope_tui.errors import CatalogError, NotCached, UsageError
from modelscope_tui.hub.answer import Cancelled
from modelscope_tui.settings import DEFAULT_ENDPOINT

if TYPE_CHECKING:
    from modelscope_tui.catalog.index import Index
    from modelscope_tui.hub.client import HubClient
    from modelscope_tui.hub.plan import Plan, Wanted
    from modelscope_tui.hub.sync import Progress, Report, Sync
    from modelscope_tui.hub.walk import SyncNote

SPARE_BYTES = 200_000_000
"""A sync does not begin when less than this would be left on the disk."""

ROW_BYTES = 1500.0
"""Bytes of the index per row, for an index that is too small to measure it."""


class Syncing:
    """Syncs of one cache with one Hub."""

    def __init__(self, hub: HubClient, path: Path, index: Callable[[], Index]) -> None:
        """Know one cache.

        Args:
            hub: whom to ask.
            path: the file of the index; need not exist.
            index: opens the index.
        """
        self._hub = hub
        self._path = path
        self._index = index
        self._stop = threading.Event()

    def note(self) -> SyncNote:
        """Read how far the last sync came; makes no index where there is none."""
        from modelscope_tui.hub import walk

        return walk.read(note_in(self._path, walk.name_of(self._hub.endpoint)))

    def usual_words(self) -> tuple[str, ...]:
        """Give the options of `sync` that go on with what was begun or brought before."""
        note = self.note()
        begun = note.walk.request if note.walk is not None else ""
        if begun == "all" or (not begun and note.covered is not None and note.covered.kind == "all"):
            return ("--all",)
        limit = begun.removeprefix("top ") if begun.startswith("top ") else ""
        if not begun and note.covered is not None:
            limit = str(note.covered.limit or "")
        return ("--limit", limit) if limit.isdigit() else ()

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open a sync: it alone may write for as long as the block lasts.

        Raises:
            NotCached: offline.
            UsageError: another process syncs this cache.
            CatalogError: the index lives in memory only.
        """
        from modelscope_tui.hub.sync import Sync

        index = self._index()
        if self._hub.is_offline:
            raise NotCached("Offline: nothing can be brought from the Hub.", "Leave --offline and HF_HUB_OFFLINE away.")
        if index.path is None:
            raise CatalogError("The index lives in memory only: a sync would be lost.", "Give another --cache-dir.")
        with claimed(index.path.with_name("sync.lock")) as is_free:
            if not is_free:
                raise UsageError("Another sync of this cache is under way.", "Let it finish, or stop it first.")
            lister = self._hub.lister()
            is_the_hub = self._hub.endpoint == DEFAULT_ENDPOINT
            try:
                sync = Sync(lister, index, wait=self._wait, is_the_hub=is_the_hub)
                yield Opened(sync, index.path, index.total)
            finally:
                lister.close()

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Cancelled("The sync was called off.")


class Opened:
    """A sync that may run."""

    def __init__(self, sync: Sync, path: Path, total: int) -> None:
        self._sync = sync
        self._path = path
        self._total = total

    def plan(self, wanted: Wanted) -> Plan:
        """Choose the walk and estimate what it costs."""
        size = self._path.stat().st_size
        row_bytes = size / self._total if self._total > 1000 else ROW_BYTES
        return self._sync.plan(wanted, row_bytes=row_bytes)

    @property
    def free_bytes(self) -> int:
        """Room on the disk where the index lives."""
        return shutil.disk_usage(self._path.parent).free

    def run(self, plan: Plan, wanted: Wanted, tell: Callable[[Progress], None]) -> Report:
        """Walk to the end; see :meth:`Sync.run`.

        Raises:
            CatalogError: the disk has no room for what is to come.
        """
        needed = (plan.disk_bytes or 0) + SPARE_BYTES
        if self.free_bytes < needed:
            raise CatalogError(
                f"The sync needs about {on_disk(needed)} on the disk of {self._path.parent}; "
                f"{on_disk(self.free_bytes)} are free.",
                "Make room, give another --cache-dir, or bring fewer models with --limit.",
            )
        return self._sync.run(plan, wanted, tell)
