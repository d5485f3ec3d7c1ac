"""One maker of an index at a time, across processes.

GROUND FLOOR. Who replaces the file holds the lock alone; who changes it holds it with others. It is a lock of the
operating system: it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelscope_tui.errors import CatalogError


@contextmanager
def locked(path: Path, *, is_shared: bool = False) -> Iterator[None]:
    """Hold the lock of an index file; waits for whoever holds it.

    Raises:
        CatalogError: the lock file cannot be made.
    """
    beside = path.with_name(f"{path.name}.lock")
    try:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CatalogError(f"{path.parent} cannot be written: {error.strerror}.") from error
    try:
        _wait(handle, is_shared=is_shared)
        yield
    finally:
        os.close(handle)


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Take a lock file for as long as the block lasts; tells whether it was free. Never waits.

    Raises:
        CatalogError: the lock file cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CatalogError(f"{path.parent} cannot be written: {error.strerror}.") from error
    try:
        yield _take(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":  # pragma: no cover - the other branch is tested

    def _wait(handle: int, *, is_shared: bool) -> None:
        import msvcrt
        import time

        del is_shared  # there is no shared kind here
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
            except OSError:
                time.sleep(0.05)  # LK_LOCK gives up after ten seconds; a build may take longer
            else:
                return

    def _take(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:

    def _wait(handle: int, *, is_shared: bool) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)

    def _take(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
