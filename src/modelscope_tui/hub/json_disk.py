"""How the shelf writes: text in one SQLite file, nothing else. Imported by `shelf.py` when the shelf is first used.

NORTH WING. `diskcache` falls back to pickle for whatever it does not know, and runs a pickle that somebody else put
into its table (CVE-2025-69872, unfixed upstream). Here neither can happen: only `str` goes in, only `str` comes out,
and a row that says otherwise raises :class:`Refused` before a byte of it is looked at.
"""

from __future__ import annotations

from typing import Any

import diskcache

MODE_RAW = 1
"""diskcache's own number for a value that stands in the row itself; pickle is 4, files are 2 and 3."""


class Refused(Exception):
    """A row of the shelf that is not plain text in its own place."""


class JsonDisk(diskcache.Disk):  # type: ignore[misc] # diskcache has no types
    """Text keys and text values, always inside the database: no pickle, and no path that a row could choose."""

    def put(self, key: Any) -> tuple[str, bool]:
        """Accept text as a key, nothing else."""
        if type(key) is not str:
            raise Refused(f"a key of type {type(key).__name__}")
        return key, True

    def get(self, key: Any, raw: Any) -> str:
        """Give back a text key; a pickled one is refused."""
        if not raw or type(key) is not str:
            raise Refused("a key that is not text")
        return key

    def store(self, value: Any, read: bool, key: Any = None) -> tuple[int, int, None, str]:  # noqa: ARG002 - diskcache's
        """Accept text as a value, nothing else; its size is counted by the pages of the database."""
        if read or type(value) is not str:
            raise Refused(f"a value of type {type(value).__name__}")
        return 0, MODE_RAW, None, value

    def fetch(self, mode: Any, filename: Any, value: Any, read: Any) -> str:
        """Give back text; pickles, files and bytes are refused."""
        if mode != MODE_RAW or filename is not None or read or type(value) is not str:
            raise Refused(f"a value of mode {mode!r}")
        return value

    def remove(self, file_path: Any) -> None:
        """Remove nothing: no row of ours names a file, so one that does was planted."""
