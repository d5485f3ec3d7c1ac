"""Who changes an index that others may be reading.

GROUND FLOOR. Each call is one transaction on a connection of its own: readers see all of it or nothing, and notice it
by SQLite's data version; a process that is killed leaves what was committed. Writers wait for one another.

A walk over the Hub gives its pages to :meth:`Index.upsert` together with notes on where it stands, so that rows and
position are never apart. What the Hub does not name any more is given once more with `gone` set: no search finds it
then, and :meth:`Index.get` still tells what was known.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from modelscope_tui.catalog.changing import Changes
from modelscope_tui.catalog.keys import LAYOUT
from modelscope_tui.catalog.lock import locked
from modelscope_tui.catalog.model import EMPTY, Model
from modelscope_tui.catalog.record import FIELDS
from modelscope_tui.catalog.store import NOTE, connect, why_broken
from modelscope_tui.catalog.told import ToolsOf
from modelscope_tui.catalog.uncollected import uncollected
from modelscope_tui.errors import CatalogError

Notes = Mapping[str, str | None]
"""What is written down beside the rows, by name; None takes a note away."""

_PATIENCE_MS = 60_000
"""How long a writer waits for another one: never on the interface's thread, so it may be long."""


class Writer:
    """Changes the rows of an index, one transaction a call."""

    def __init__(self, connected: Callable[[], AbstractContextManager[sqlite3.Connection]], tools_of: ToolsOf) -> None:
        self._connected = connected
        self._tools_of = tools_of

    def upsert(self, models: Sequence[Model], notes: Notes = EMPTY) -> int:
        """Merge rows into the index and write notes, all or nothing.

        Args:
            models: rows as the Hub tells them, each with its own `as_of`; a row may occur twice.
            notes: written down in the same transaction.

        Returns:
            How many rows are new or know something else now; who said it and when does not count.

        Raises:
            CatalogError: the file is gone, of another version, locked for too long, or cannot be written.
        """
        if not models and not notes:
            return 0
        with uncollected(), self._transaction() as connection:
            changes = Changes(connection, self._tools_of)
            changed = sum(changes.take(model) for model in models)
            changes.write()
            _write_notes(connection, notes)
            return changed

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    _require_layout(connection)
                    yield connection
                except BaseException:
                    if connection.in_transaction:  # (on a full disk SQLite has done so itself)
                        connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
            except CatalogError:
                raise
            except Exception as error:
                why = why_broken(error, connection)
                if why is None:
                    raise
                raise CatalogError(f"The index cannot be written: {why}.") from error


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one transaction, and keep it from being replaced meanwhile.

    Raises:
        CatalogError: there is no such file, or it cannot be opened.
    """
    with locked(path, is_shared=True):
        connection = connect(path)
        try:
            connection.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
            yield connection
        finally:
            connection.close()


def _write_notes(connection: sqlite3.Connection, notes: Notes) -> None:
    for name, text in notes.items():
        if text is None:
            connection.execute("DELETE FROM meta WHERE key = ?", (NOTE + name,))
        else:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (NOTE + name, text))


def _require_layout(connection: sqlite3.Connection) -> None:
    """Leave a file alone that another version of this program has made meanwhile."""
    found = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('layout', 'fields')"))
    if found.get("layout") != str(LAYOUT) or json.loads(found.get("fields") or "null") != list(FIELDS):
        raise CatalogError("The index was made by another version of this program.", "Start this one again.")
