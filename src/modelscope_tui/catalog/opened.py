"""An index file, open: who may read and write it, and which moment of it is seen. The lower half of ``index.py``.

GROUND FLOOR. Every question of the upper half is asked within one picture of the file, however many processes write to
it meanwhile; threads take turns.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from modelscope_tui.catalog.counting import Counting
from modelscope_tui.catalog.facet import FacetCounts
from modelscope_tui.catalog.kept import Kept
from modelscope_tui.catalog.keys import LAYOUT
from modelscope_tui.catalog.matching import Matching
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.ordering import Ordering
from modelscope_tui.catalog.record import decode
from modelscope_tui.catalog.store import Store, connect, unseen_since, why_broken
from modelscope_tui.catalog.told import ToolsOf
from modelscope_tui.catalog.writer import Notes, Writer, connected
from modelscope_tui.errors import CatalogError

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""No names, no notes, no narrowing."""


def _now() -> datetime:
    return datetime.now(UTC)


def _no_tools(_: Model) -> tuple[str, ...]:
    return ()


class Opened:
    """An open index: its connection, and what was read through it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        path: Path | None,
        tools_of: ToolsOf = _no_tools,
        tools: Mapping[str, str] = NOTHING,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.path = path
        """The file; None for an index that lives in memory only."""
        self._lock = threading.RLock()
        self._connection = connection
        self._decoded: Kept[int, Model] = Kept(1024)
        self._writer = Writer(self._writable, tools_of)
        self._base_counts: FacetCounts | None = None
        self._generation = 0
        with self._reading():
            self._store = Store(connection)
            self._matching = Matching(self._store, now)
            self._counting = Counting(self._store, tools)
            self._ordering = Ordering(self._store)
            self._counting.renew()
            self.as_of = self._store.as_of()
            """How new the catalog is: the date of the bundled snapshot, or of the last sync."""

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        fingerprint: str,
        tools_of: ToolsOf = _no_tools,
        tools: Mapping[str, str] = NOTHING,
        now: Callable[[], datetime] = _now,
    ) -> Self:
        """Open the index file.

        Args:
            path: The file.
            fingerprint: What it must have been made from (``snapshot.fingerprint``).
            tools_of: Which tools can run a model; asked for rows that are added later.
            tools: Name → label of all tools, in the order in which they are listed.
            now: The clock that ages are counted from.

        Raises:
            CatalogError: it is missing, broken, of another layout, or made from something else.
        """
        connection = connect(path)
        try:
            _check(connection, path, fingerprint)
            return cls(connection, path=path, tools_of=tools_of, tools=tools, now=now)
        except CatalogError:
            connection.close()
            raise

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Keep threads apart, and translate what SQLite says when the file is broken."""
        with self._lock:
            try:
                yield
            except CatalogError:
                raise
            except Exception as error:
                why = why_broken(error, self._connection)
                if why is None:
                    raise
                raise CatalogError(f"The index cannot be read: {why}.", "It is made anew at the next start.") from error

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Read what is in the file now, even if another process has just written to it."""
        with self._reading():
            is_outermost = not self._connection.in_transaction
            if is_outermost:
                self._connection.execute("BEGIN")  # one moment's picture for all that a call reads
            try:
                if self._store.has_changed():
                    self._renew()
                yield
            finally:
                if is_outermost:
                    self._connection.execute("COMMIT")

    def _renew(self) -> None:
        self._generation += 1
        self._decoded.drop()
        self._base_counts = None
        self._matching.renew()
        self._counting.renew()
        self.as_of = self._store.as_of()

    @property
    def total(self) -> int:
        """How many models there are."""
        with self._current():
            return len(self._matching.everything)

    def unseen_since(self, moment: str, *, everywhere: bool = False) -> list[str]:
        """List the ids that the Hub has not named since a moment; with `everywhere`, those of the snapshot too."""
        with self._current():
            return unseen_since(self._store, moment, everywhere=everywhere)

    def notes(self, prefix: str = "") -> dict[str, str]:
        """Read what was written down beside the rows, by name: how far a sync is, say."""
        with self._current():
            return self._store.notes(prefix)

    def upsert(self, models: Sequence[Model], *, notes: Notes = NOTHING) -> int:
        """Take in what the Hub says: new rows are added, known ones learn what is new.

        Args:
            models: rows; each is merged with what is known of it. One with `gone` set is found by no search any more.
            notes: written down in the same transaction; None takes a note away.

        Returns:
            How many rows are new or know something else now.

        Raises:
            CatalogError: the file cannot be written.
        """
        return self._writer.upsert(models, notes)

    @contextmanager
    def _writable(self) -> Iterator[sqlite3.Connection]:
        """Open a connection to write with; an index in memory has but the one."""
        if self.path is not None:
            with connected(self.path) as connection:
                yield connection
            return
        with self._reading():
            yield self._connection
            self._store.forget()
            self._renew()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _model(self, number: int) -> Model:
        found = self._decoded.get(number)
        if found is None:
            line = next(self._store.facts([number]))[1]
            found = self._decoded.put(number, decode(line))
        return found


def _check(connection: sqlite3.Connection, path: Path, fingerprint: str) -> None:
    try:
        found: Mapping[str, str] = dict(
            connection.execute("SELECT key, value FROM meta WHERE key IN ('layout', 'fingerprint')")
        )
        pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    except sqlite3.Error as error:
        raise CatalogError(f"The index {path} is broken: {error}.") from error
    if found.get("layout") != str(LAYOUT) or found.get("fingerprint") != fingerprint:
        raise CatalogError("The index is of another version.")
    if path.stat().st_size < pages * size:
        raise CatalogError(f"The index {path} is broken: its end is missing.")
