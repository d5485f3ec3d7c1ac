"""Makes the index file from the bundled snapshot, whatever was there before.

GROUND FLOOR. A temporary file beside the index is filled and then renamed: nobody ever sees half an index. Rows that
the Hub gave to an older index are carried over; a file that cannot be read is set aside as ``….broken``.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from modelscope_tui.catalog.builder import Progress, ToolsOf, fill
from modelscope_tui.catalog.facet import as_json
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.lock import locked
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.packaged import CATALOG, FOLDER, facts
from modelscope_tui.catalog.query import Query
from modelscope_tui.catalog.record import decode, reordered
from modelscope_tui.catalog.store import Store, connect
from modelscope_tui.catalog.writer import Writer
from modelscope_tui.errors import CatalogError

_ELSEWHERE = "Choose another --cache-dir."
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
            kept, is_broken = _kept(path)
            fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
            try:
                _fill_file(fresh, kept, tools_of=tools_of, fingerprint=fingerprint, progress=progress)
                _put_in_place(fresh, path, is_broken=is_broken)
            finally:
                for name in (fresh.name, *(fresh.name + ending for ending in _BESIDE)):
                    fresh.with_name(name).unlink(missing_ok=True)
    except (sqlite3.Error, OSError) as error:
        raise CatalogError(f"The index {path} cannot be made: {_why(path, error)}.", _ELSEWHERE) from error


def _why(path: Path, error: Exception) -> str:
    """Say what is in the way, without the numbers of the operating system."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{path.parent} is not a directory"
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return words[:1].lower() + words[1:].rstrip(".")


def make_in_memory(*, tools_of: ToolsOf, fingerprint: str, progress: Progress | None = None) -> sqlite3.Connection:
    """Make an index that lives only as long as the program, where no directory can be written."""
    connection = connect(":memory:")
    _fill(connection, _Kept(), tools_of=tools_of, fingerprint=fingerprint, progress=progress)
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


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the next index takes over from the one that is there now."""

    models: tuple[Model, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


def _kept(path: Path) -> tuple[_Kept, bool]:
    """Read what the Hub gave to the index that is there now; tells as well whether that file is broken."""
    if not path.exists():
        return _Kept(), False
    try:
        with closing(connect(path)) as connection:
            names = json.loads(connection.execute("SELECT value FROM meta WHERE key = 'fields'").fetchone()[0])
            lines = connection.execute("SELECT facts FROM rows WHERE is_from_hub ORDER BY number")
            models = tuple([decode(reordered(line, names)) for (line,) in lines])
            return _Kept(models, Store(connection).notes("")), False
    except (CatalogError, sqlite3.Error, ValueError, TypeError, IndexError):
        return _Kept(), True


def _fill_file(fresh: Path, kept: _Kept, *, tools_of: ToolsOf, fingerprint: str, progress: Progress | None) -> None:
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(connect(fresh)) as connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        _fill(connection, kept, tools_of=tools_of, fingerprint=fingerprint, progress=progress)
        connection.execute("PRAGMA journal_mode=WAL")
    with fresh.open("rb+") as written:
        os.fsync(written.fileno())


def _fill(
    connection: sqlite3.Connection,
    kept: _Kept,
    *,
    tools_of: ToolsOf,
    fingerprint: str,
    progress: Callable[[int, int], None] | None,
) -> None:
    about = facts("catalog_sources.json")
    meta = {"fingerprint": fingerprint, "as_of": about["as_of"]}
    fill(connection, snapshot_lines(), about["rows"], tools_of=tools_of, meta=meta, progress=progress)
    if kept.models or kept.notes:
        Writer(lambda: nullcontext(connection), tools_of).upsert(kept.models, kept.notes)
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
