"""What the Hub said before, kept between sessions: JSON in a bounded diskcache, nothing else.

NORTH WING. Nothing is opened, made or imported before the first `get` or `put`. The shelf never raises for what the
disk does: a locked database is a miss, a damaged one is set aside and begun anew, a directory that cannot be written
leaves a shelf that lives in memory. What was lost is said once, in words, in `problem`.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SCHEMA = 1
"""The shape of an entry, and the version of the database (its `user_version`): one that a later version made is left
alone as a whole; an entry of another shape is a miss, not a guess."""

SIZE_LIMIT = 256 * 1024 * 1024
"""How much disk the shelf may fill before the least recently used entries go."""

LOCK_SECONDS = 1.0
"""How long another process may hold the database before an entry counts as a miss."""

MEMORY_ITEMS = 256
"""How many entries are kept when there is no disk to keep them on."""

DATABASE = "cache.db"
"""The file name that diskcache gives its database."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A value from the shelf, and when it was put there."""

    value: Any
    stored_at: datetime

    def age_seconds(self, now: datetime) -> float:
        """Tell how old the value is; never negative, whatever was done to the clock."""
        return max(0.0, (now - self.stored_at).total_seconds())


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Shelf:
    """Keeps JSON values by text key. Any thread may call it."""

    def __init__(
        self,
        path: Path,
        *,
        size_limit: int = SIZE_LIMIT,
        now: Callable[[], datetime] = _utc_now,
        items: int = MEMORY_ITEMS,
    ) -> None:
        self.path = path
        self.problem: str | None = None
        self._size_limit = size_limit
        self._now = now
        self._items = items
        self._lock = threading.RLock()
        self._cache: Any = None
        self._is_memory_only = False
        self._memory: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> Stored | None:
        """Find what was kept under a key; None when nothing was, or nothing that can be trusted."""
        with self._lock:
            text = self._memory.get(key)
            if text is None:
                text = self._ask_disk(lambda cache: self._read(cache, key))
            if text is None and self._is_memory_only:
                text = _read_only(self.path / DATABASE, key)
            return _opened(text) if text is not None else None

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key.

        Raises:
            TypeError: the value is not JSON.
        """
        entry = {"schema": SCHEMA, "stored_at": self._now().isoformat(), "value": value}
        text = json.dumps(entry, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        with self._lock:
            self._memory.pop(key, None)
            if self._ask_disk(lambda cache: cache.set(key, text)) is None:
                self._memory[key] = text
                while len(self._memory) > self._items:
                    self._memory.popitem(last=False)

    def forget(self, key: str) -> None:
        """Let go of one entry."""
        with self._lock:
            self._memory.pop(key, None)
            self._ask_disk(lambda cache: cache.delete(key))

    def stats(self) -> dict[str, Any]:
        """Say where the shelf is, how many bytes it takes and how many entries it holds; makes nothing."""
        with self._lock:
            if self._cache is None and not (self.path / DATABASE).exists():
                return {"path": str(self.path), "bytes": 0, "items": len(self._memory)}
            items = self._ask_disk(len)
            return {"path": str(self.path), "bytes": self._bytes(), "items": (items or 0) + len(self._memory)}

    def clear(self) -> None:
        """Let go of every entry."""
        with self._lock:
            self._memory.clear()
            if self._cache is not None or (self.path / DATABASE).exists():
                self._ask_disk(lambda cache: cache.clear())

    def close(self) -> None:
        """Let go of the database; the next call opens it again."""
        with self._lock:
            if self._cache is not None:
                self._cache.close()
                self._cache = None

    # -- the disk ----------------------------------------------------------------------------------------------

    def _read(self, cache: Any, key: str) -> str | None:
        from modelscope_tui.hub.json_disk import Refused

        try:
            found = cache.get(key)
        except Refused:
            # Somebody planted a pickle or a path under our key: nothing of it was loaded; it goes.
            cache.delete(key)
            return None
        return found if isinstance(found, str) else None

    def _ask_disk(self, ask: Callable[[Any], Any]) -> Any:
        """Do one thing with the database; None when the disk does not let us, whatever its reason."""
        if self._is_memory_only:
            return None
        import sqlite3

        import diskcache

        for _ in range(2):
            try:
                with self._opened() as cache:
                    return ask(cache)
            except diskcache.Timeout:
                return None
            except (OSError, sqlite3.Error, TypeError, ValueError, KeyError, AttributeError) as error:
                if not _is_damage(error):
                    self._without_disk(error)
                    return None
                if not self._set_aside(error):
                    return None
        self._without_disk(OSError("it was damaged again at once"))
        return None

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Any]:
        """Lend the cache, and close this thread's connection after: a worker ends, and nobody else could close it."""
        if self._cache is None:
            self._cache = self._open()
        cache = self._cache
        try:
            yield cache
        finally:
            cache.close()

    def _open(self) -> Any:
        import diskcache

        from modelscope_tui.hub.json_disk import JsonDisk

        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = self.path / DATABASE
        database.touch(mode=0o600)
        with contextlib.suppress(OSError):  # a file system without modes, or somebody else's directory
            self.path.chmod(0o700)
            database.chmod(0o600)  # the journal files take the mode of the database
        name = str(self.path.absolute())
        if os.path.expandvars(name) != name:  # diskcache would expand it and write somewhere else
            raise OSError("its name holds the name of an environment variable")
        is_marked = _refuse_newer(database)
        cache = diskcache.Cache.__new__(diskcache.Cache)
        try:
            cache.__init__(
                name,
                timeout=LOCK_SECONDS,
                disk=JsonDisk,
                eviction_policy="least-recently-used",
                size_limit=self._size_limit,
                sqlite_mmap_size=0,
                disk_min_file_size=2**62,
            )
        except Exception:
            with contextlib.suppress(AttributeError):  # (its connection is open, and nobody else could close it)
                cache.close()
            raise
        if not is_marked:
            _mark(database)
        return cache

    def _set_aside(self, error: Exception) -> bool:
        """Rename a damaged database so that a new one can begin; tell whether that worked."""
        self.close()
        stamp = self._now().strftime("%Y%m%dT%H%M%S")
        aside = self.path / f"damaged-{stamp}.db"
        try:
            (self.path / DATABASE).replace(aside)
            for ending in ("-wal", "-shm"):
                (self.path / (DATABASE + ending)).unlink(missing_ok=True)
        except OSError as reason:
            self._without_disk(reason)
            return False
        self.problem = (
            f"The cache of Hub answers was damaged ({error}). It was set aside as {aside} and begun anew; "
            "what the Hub said before has to be asked again."
        )
        return True

    def _without_disk(self, error: Exception) -> None:
        self._is_memory_only = True
        self._cache = None
        self.problem = (
            f"The cache of Hub answers in {self.path} cannot be used ({error}). "
            "What the Hub says now is kept in memory and forgotten at the end."
        )

    def _bytes(self) -> int:
        total = 0
        for ending in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                total += (self.path / (DATABASE + ending)).stat().st_size
        return total


def _refuse_newer(database: Path) -> bool:
    """Tell whether the database has its mark; one of a later version is not touched, not even to look into it.

    Raises:
        OSError: it was made by a later version.
    """
    import sqlite3

    try:
        with contextlib.closing(sqlite3.connect(database, timeout=LOCK_SECONDS)) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        return True  # what is broken or held is found out, and said, when it is used
    if version > SCHEMA:
        raise OSError("a newer version of this program made it; update this one, or choose another --cache-dir")
    return version == SCHEMA


def _mark(database: Path) -> None:
    """Write the version into a new database; one that is held just now is marked at another start."""
    import sqlite3

    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(database, timeout=LOCK_SECONDS)) as connection,
    ):
        connection.execute(f"PRAGMA user_version={SCHEMA}")


def _read_only(database: Path, key: str) -> str | None:
    """Read an entry from a database that cannot be written: on a full or read-only disk, what was kept still serves."""
    import sqlite3

    asked = "SELECT value FROM Cache WHERE key = ? AND raw = 1 AND mode = 1 AND typeof(value) = 'text'"
    for way in ("mode=ro", "mode=ro&immutable=1"):  # (the second needs no journal beside the file)
        try:
            with contextlib.closing(sqlite3.connect(f"{database.absolute().as_uri()}?{way}", uri=True)) as connection:
                row = connection.execute(asked, (key,)).fetchone()
        except sqlite3.Error:
            continue  # why the shelf cannot be used has been said already
        return str(row[0]) if row else None
    return None


def _is_damage(error: Exception) -> bool:
    """Tell a database that is broken, which a new one mends, from a disk that does not let us."""
    import sqlite3

    if isinstance(error, sqlite3.OperationalError):
        return any(sign in str(error).lower() for sign in ("decode", "malformed", "no such table", "no such column"))
    return not isinstance(error, OSError)


def _opened(text: str) -> Stored | None:
    """Read an entry; None for anything that this version did not write."""
    try:
        entry = json.loads(text)
        if not isinstance(entry, dict) or entry["schema"] != SCHEMA:
            return None
        stored_at = datetime.fromisoformat(entry["stored_at"])
        return Stored(entry["value"], stored_at if stored_at.tzinfo else stored_at.replace(tzinfo=UTC))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
