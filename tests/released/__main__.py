"""Writes what the present version leaves on a disk into a folder of its name: once, when it is released.

    python -m tests.released

Never run it to make a test pass: a release that is out stays as it is, and the present program must read it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import closing
from itertools import islice
from pathlib import Path
from unittest.mock import patch

from modelscope_tui import __version__
from modelscope_tui.catalog import maker
from modelscope_tui.catalog.model import Model
from modelscope_tui.explorer import Explorer
from modelscope_tui.hub.client import HubClient
from modelscope_tui.hub.shelf import Shelf
from modelscope_tui.hub.walk import Covered, Last, SyncNote, Walk, name_of
from modelscope_tui.settings import DEFAULT_ENDPOINT, Settings
from modelscope_tui.shortlist import Shortlist
from tests import released
from tests.hub_server import HubServer

ROWS = 40
CONFIG = f"""\
# written by hand, kept for years
endpoint = "{DEFAULT_ENDPOINT}"
offline = true
machine = "server"
theme = "modelscope-light"
ascii = true
region = "eu"
use = "internal"

[machines]
laptop = "M3 Max 64GB"
server = "4xH100"

[keys]
copy = "ctrl+y"
"""
POLICY = """\
unknown = "deny"

[licenses]
allow = ["permissive"]

[use]
purpose = "internal"
regions = ["eu"]

[safety]
no_pickle = true

[publishers]
deny = ["somebody"]
"""
WHEN = "2026-11-20T10:00:00Z"
PLACE = SyncNote(
    walk=Walk("top 2000", "top", ((("sort", "downloads"), ("limit", "1000")),), WHEN, cursor="the-second-page",
              limit=2000, head=WHEN, pages=1, rows=1000, changed=2, total=2_000_000, least=7000),
    covered=Covered("top", 1000, 1000, "2026-11-01T00:00:00Z", 9000, "2026-11-01T00:00:00Z"),
    last=Last("top 1000", "top", "2026-11-01T00:01:00Z", 1, 1000, 40, 0, 0),
)  # fmt: skip
"""A sync that was ended between two pages."""


class _Hub(HubClient):
    """Asks the loopback Hub, and keeps what it says as the Hub's own."""

    def _key(self, kind: str, name: str) -> str:
        return f"{kind}|{DEFAULT_ENDPOINT}|{name}"


def use(place: Path) -> None:
    """Use the program a little: a model looked at, a sync begun, a star with a note, views, an export."""
    whole = maker.snapshot_lines
    settings = Settings(place / "cache", place / "config.toml")
    with HubServer() as hub, patch.object(maker, "snapshot_lines", lambda: islice(whole(), ROWS)):
        client = _Hub(endpoint=hub.url, token=None, shelf=Shelf(settings.cache_dir / "shelf"))
        with closing(Explorer(settings, hub=client)) as explorer:
            explorer.prepare()
            heard = [Model(released.HEARD, downloads=77, license="mit", task="text-generation", updated=WHEN),
                     Model(released.GONE, downloads=1, gone=WHEN)]  # fmt: skip
            rows = [_said_by_the_hub(model) for model in heard]
            explorer.index.upsert(rows, notes={name_of(DEFAULT_ENDPOINT): PLACE.text(), "as_of": WHEN[:10]})
            details = explorer.details(released.MODEL).value
            explorer.card(released.MODEL)
            _keep(Shortlist(place / "shortlist.json"), details)
            explorer.carrying.write(place / "hub.parcel", [released.MODEL], lambda _, __: None)
    (place / "config.toml").write_text(CONFIG, encoding="utf-8")
    (place / "policy.toml").write_text(POLICY, encoding="utf-8")


def _said_by_the_hub(model: Model) -> Model:
    from dataclasses import replace

    return replace(model, source="hub", as_of=WHEN)


def _keep(shortlist: Shortlist, details: object) -> None:
    shortlist.toggle([released.MODEL, released.HEARD])
    shortlist.annotate(released.MODEL, released.NOTE, ["tried", "日本"])
    for name, query in released.VIEWS.items():
        shortlist.save_view(name, query)
    shortlist.look(details)  # type: ignore[arg-type]


def main() -> int:
    """Write the folder, if this version has none yet."""
    target = released.FOLDER / __version__
    if target.exists():
        print(f"{target} is there already: what was released stays as it is.", file=sys.stderr)
        return 1
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        use(place)
        target.mkdir(mode=0o755)
        for name, where in released.DATABASES.items():
            (target / name).write_bytes(released.dumped(place / where))
        for name in released.PLAIN:
            shutil.copy(place / name, target / name)
    for path in sorted(target.iterdir()):
        path.chmod(0o644)
        print(f"{path.stat().st_size:8,} bytes  {path.relative_to(released.FOLDER)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
