"""Makes the index file from the bundled snapshot, whatever was there before.

GROUND FLOOR. A temporary file beside the index is filled and then renamed: nobody ever sees half an index. Rows that
the Hub gave to an older index are carried over (``salvage.py``); a damaged file is set aside as ``….broken``, one of a
newer version of this program is left alone.
"""

from __future__ import annotations

import glob
import gzip
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from modelscope_tui.catalog.builder import Progress, ToolsOf, fill
from modelscope_tui.catalog.facet import as_json
from modelscope_tui.catalog.filed import PAGE_BYTES
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.lock import locked
from modelscope_tui.catalog.packaged import CATALOG, FOLDER, facts
from modelscope_tui.catalog.query import Query
from modelscope_tui.catalog.record import reordered
from modelscope_tui.catalog.salvage import Salvage, joined
from modelscope_tui.catalog.store import NOTE, connect
from modelscope_tui.catalog.told import NOTHING_TOLD, Told, told_of
from modelscope_tui.errors import CatalogError

_ELSEWHERE = "Choose another --cache-dir."
_IN_A_HURRY = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536")
"""The new file is nobody's until it is whole: a maker that ends leaves nothing behind that counts."""

_BESIDE = ("-wal", "-shm", "-journal")


def make(path: Path, *, tools_of: ToolsOf, fingerprint: str, progress: Progress | None = None) -> None:
    """Make the index file, or find that another process has just made it.

    Raises:
        CatalogError: the directory cannot be written, or is full.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(path):
            if _is_made(path, fingerprint):
                return
            with closing(Salvage(path)) as salvage:
                salvage.refuse_newer()
                _clear_away(path)
                _replace(path, salvage, tools_of=tools_of, fingerprint=fingerprint, progress=progress)
    except (sqlite3.Error, OSError) as error:
        raise CatalogError(f"The index {path} cannot be made: {_why(path, error)}.", _ELSEWHERE) from error


def _clear_away(path: Path) -> None:
    """Remove what makers left that were killed: whoever holds the lock is the only one alive."""
    for left in path.parent.glob(f".{path.name}.*.new*"):
        left.unlink(missing_ok=True)


def _why(path: Path, error: Exception) -> str:
    """Say what is in the way, without the numbers of the operating system."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{path.parent} is not a directory"
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return words[:1].lower() + words[1:].rstrip(".")


def make_in_memory(*, tools_of: ToolsOf, fingerprint: str, progress: Progress | None = None) -> sqlite3.Connection:
    """Make an index that lives only as long as the program, where no directory can be written."""
    connection = connect(":memory:")
    lines, meta = list(snapshot_lines()), {"fingerprint": fingerprint}
    known = told_of(lines, fingerprint)
    _fill(connection, lines, len(lines), tools_of=tools_of, meta=meta, told=known, beside=None, progress=progress)
    return connection


def snapshot_lines() -> Iterator[str]:
    """Read the rows of the bundled snapshot, in today's order of fields."""
    with gzip.open(FOLDER / CATALOG, "rt", encoding="utf-8") as lines:
        names = json.loads(next(lines))
        for line in lines:
            yield reordered(line.rstrip("\n"), names)


def _is_made(path: Path, fingerprint: str) -> bool:
    try:
        Index.open(path, fingerprint=fingerprint).close()
    except CatalogError:
        return False
    return True


def _replace(path: Path, salvage: Salvage, *, tools_of: ToolsOf, fingerprint: str, progress: Progress | None) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        meta = {"fingerprint": fingerprint, **{NOTE + name: text for name, text in salvage.notes.items()}}
        bundled = list(snapshot_lines())
        lines, total, known = (
            joined(iter(bundled), salvage),
            len(bundled) + salvage.count,
            told_of(bundled, fingerprint),
        )
        write_file(fresh, lines, total, tools_of=tools_of, meta=meta, told=known, progress=progress)
        salvage.close()
        _put_in_place(fresh, path, is_broken=salvage.is_broken)
    finally:
        for name in (fresh.name, *(fresh.name + ending for ending in _BESIDE)):
            fresh.with_name(name).unlink(missing_ok=True)


def write_file(
    path: Path,
    lines: Iterable[str],
    total: int,
    *,
    tools_of: ToolsOf,
    meta: Mapping[str, str],
    told: Told = NOTHING_TOLD,
    progress: Progress | None = None,
) -> None:
    """Write an index of any rows to a file that is not there yet, for its owner alone; whole when this returns."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(connect(path)) as connection:
            for setting in (f"page_size={PAGE_BYTES}", *_IN_A_HURRY):
                connection.execute(f"PRAGMA {setting}")
            _fill(connection, lines, total, tools_of=tools_of, meta=meta, told=told, beside=path, progress=progress)
            connection.execute("PRAGMA journal_mode=WAL")
    finally:
        for run in path.parent.glob(f"{glob.escape(path.name)}-run*"):
            run.unlink()
    with path.open("rb+") as written:
        os.fsync(written.fileno())


def _fill(
    connection: sqlite3.Connection,
    lines: Iterable[str],
    total: int,
    *,
    tools_of: ToolsOf,
    meta: Mapping[str, str],
    told: Told,
    beside: Path | None,
    progress: Progress | None,
) -> None:
    known = {"as_of": facts("catalog_sources.json")["as_of"], **meta}
    fill(connection, lines, total, tools_of=tools_of, meta=known, told=told, beside=beside, progress=progress)
    counts = Index(connection, path=None).facets(Query())
    connection.execute("INSERT INTO meta VALUES ('base_counts', ?)", (json.dumps(as_json(counts)),))


def _put_in_place(fresh: Path, path: Path, *, is_broken: bool) -> None:
    if is_broken:
        with suppress(OSError):
            path.replace(path.with_name(f"{path.name}.broken"))
    # What is beside the old file belongs to it; SQLite would apply it to the new one.
    for ending in _BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)
    fresh.replace(path)
