"""Reads what was written down beside the rows without opening the index: for a look that makes and warms nothing.

GROUND FLOOR.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from modelscope_tui.catalog.store import NOTE, connect
from modelscope_tui.errors import CatalogError


def note_in(path: Path, name: str) -> str | None:
    """Read one note of an index file; None where there is no such note, no file, or none that can be read."""
    try:
        with closing(connect(path)) as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = ?", (NOTE + name,)).fetchone()
    except (CatalogError, sqlite3.Error):
        return None
    return str(found[0]) if found else None
