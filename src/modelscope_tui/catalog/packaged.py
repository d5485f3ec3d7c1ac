"""The facts that ship with the package, read from ``data/`` when somebody asks for them.

GROUND FLOOR. Nothing is read at import; each file is read once and never changed.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "data"
"""Where the package keeps its facts."""

CATALOG = "catalog.jsonl.gz"
"""All rows of the bundled snapshot: a line of field names, then a line a row (see ``record.py``)."""

TOOLS_TOLD = "catalog_tools.json.gz"
"""The tools that can run each row of the snapshot (see ``told.py``)."""


@cache
def facts(name: str) -> Any:
    """Read one JSON file of the package. Treat the answer as read-only."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))
