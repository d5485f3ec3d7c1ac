"""What a released version left on people's disks: one folder a release, and how a test lays it out anew.

    0.1.0/catalog.sql.gz    the index of 40 rows of the bundled catalog, two of the Hub, and a sync under way
    0.1.0/shelf.sql.gz      the cache of Hub answers: details and card of one model, points of its downloads
    0.1.0/config.toml       settings with every key that the version knows
    0.1.0/shortlist.json    stars, notes, tags, views, and what was looked at
    0.1.0/hub.parcel        what `cache export` wrote
    0.1.0/policy.toml       a team's policy

0.0.6 was never released: it is what a copy of the sources left whose index had the layout before that of 0.1.0.

`python -m tests.released` writes the folder of the present version, once, when it is released. A folder that is there
is never changed: it is what people have.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
DATABASES = {"catalog.sql.gz": "cache/catalog.db", "shelf.sql.gz": "cache/shelf/cache.db"}
PLAIN = ("config.toml", "shortlist.json", "hub.parcel", "policy.toml")

MODEL = "google-bert/bert-base-uncased"
"""Looked at, starred, with a note; its details and card are on the shelf."""
HEARD = "newcomer/zyzzyva-7b"
"""Only the Hub named it."""
GONE = "newcomer/withdrawn"
"""The Hub named it once and does not any more."""
NOTE = "kept since the first version: ümläut, 模型, \"quotes\" and 'more'"
VIEWS = {"mine": "org:qwen sort:likes", "small ones": "params:<3b license:mit"}


@dataclass(frozen=True)
class Disk:
    """Where everything lies."""

    cache: Path
    config: Path
    shortlist: Path
    parcel: Path
    policy: Path


def versions() -> list[str]:
    """Name the releases, the first one first."""
    found = [path.name for path in FOLDER.iterdir() if (path / "catalog.sql.gz").is_file()]
    return sorted(found, key=lambda name: [int(part) for part in name.split(".")])


def laid_out(version: str, place: Path) -> Disk:
    """Lay out the files of a release as it left them."""
    for name, where in DATABASES.items():
        path = place / where
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = gzip.decompress((FOLDER / version / name).read_bytes()).decode("utf-8")
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(text)
        path.chmod(0o600)
    for name in PLAIN:
        shutil.copy(FOLDER / version / name, place / name)
    return Disk(place / "cache", *(place / name for name in PLAIN))


def dumped(path: Path) -> bytes:
    """Write a database as the statements that make it again, compressed; the same rows give the same bytes."""
    with closing(sqlite3.connect(path)) as connection:
        (mark,) = connection.execute("PRAGMA user_version").fetchone()
        lines = [*connection.iterdump(), f"PRAGMA user_version={mark};"]
    return gzip.compress("\n".join(lines).encode("utf-8"), 9, mtime=0)
