"""What takes long to make is made once a run, and not once by each of its processes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

LONGEST_SECONDS = 300.0


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give the folder that ``make`` fills; the first process fills it, the others wait for it.

    A transaction of SQLite is the lock: it exists on every system, and ends with the process that holds it.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    base = factory.getbasetemp()
    shared = base if run is None else base.parent / f"once-{run}"
    shared.mkdir(exist_ok=True)
    folder = shared / name
    with closing(sqlite3.connect(shared / f"{name}.lock", timeout=LONGEST_SECONDS, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        if not folder.exists():
            part = factory.mktemp(name) / "part"
            make(part)
            part.rename(folder)
        lock.execute("ROLLBACK")
    return folder
