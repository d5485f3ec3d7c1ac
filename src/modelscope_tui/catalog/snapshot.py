"""The bundled snapshot: what is known before the network and before any index.

GROUND FLOOR. `first_page` is all that the first frame needs, and reads one small file. `build` makes the index.

To renew the snapshot from a folder of gathered facts (see ``bundle.py`` for its layout)::

    python -m modelscope_tui.catalog.snapshot SOURCE_DIR

and then write the first page with the tools' rules of the day (see :func:`write_first_page`).
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelscope_tui.catalog.facet import FacetCounts, as_json, from_json
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.packaged import FOLDER, facts
from modelscope_tui.catalog.record import FIELDS, decode, encode, reordered

if TYPE_CHECKING:
    from modelscope_tui.catalog.index import Index

_FIRST_PAGE = "first_page.json"
_FIRST_ROWS = 200


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What the first frame shows."""

    total: int
    as_of: str | None
    models: tuple[Model, ...]
    counts: FacetCounts


def first_page() -> FirstPage:
    """Read the most downloaded models and the counts of the whole snapshot, without an index."""
    kept = json.loads((FOLDER / _FIRST_PAGE).read_text(encoding="utf-8"))
    models = tuple([decode(reordered(line, kept["fields"])) for line in kept["models"]])
    return FirstPage(kept["total"], kept["as_of"], models, from_json(kept["counts"]))


def write_first_page(index: Index, path: Path = FOLDER / _FIRST_PAGE) -> None:
    """Keep the first page of a fresh index as package data; the caller gave the index its tools."""
    from modelscope_tui.catalog.query import Query

    matches = index.matches(Query())
    lines = [encode(model) for model in index.page(matches, 0, _FIRST_ROWS)]
    counts = as_json(index.facets(Query()))
    kept = {"total": matches.total, "as_of": index.as_of, "fields": FIELDS, "counts": counts, "models": lines}
    path.write_text(json.dumps(kept, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def sources() -> Mapping[str, dict[str, Any]]:
    """Tell what each source key of the catalog is, where it was found, and its date."""
    known: Mapping[str, dict[str, Any]] = facts("catalog_sources.json")["sources"]
    return known


def fingerprint(rules_version: str) -> str:
    """Name what an index is made from: the snapshot, the layout of the file, and the rules of the tools."""
    from modelscope_tui.catalog.keys import LAYOUT

    made_from = [facts("catalog_sources.json")["sha256"], LAYOUT, FIELDS, rules_version]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:32]


def build(
    path: Path,
    *,
    tools_of: Callable[[Model], tuple[str, ...]],
    fingerprint: str,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Make the index file from the snapshot; a second process that does the same waits and finds it made.

    Raises:
        CatalogError: the directory cannot be written, or is full.
    """
    from modelscope_tui.catalog.maker import make

    make(path, tools_of=tools_of, fingerprint=fingerprint, progress=progress)


def build_in_memory(
    *,
    tools_of: Callable[[Model], tuple[str, ...]],
    fingerprint: str,
    tools: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Index:
    """Make an index that is gone with the program, for a machine where nothing can be written."""
    from modelscope_tui.catalog.index import Index
    from modelscope_tui.catalog.maker import make_in_memory

    connection = make_in_memory(tools_of=tools_of, fingerprint=fingerprint, progress=progress)
    return Index(connection, path=None, tools_of=tools_of, tools=tools or {})


def main(arguments: list[str]) -> int:
    """Rebuild the package's data from a folder of gathered facts."""
    from modelscope_tui.catalog.bundle import write

    if len(arguments) != 1 or not Path(arguments[0], "catalog", "models.jsonl.gz").is_file():
        sys.stderr.write("usage: python -m modelscope_tui.catalog.snapshot SOURCE_DIR (with catalog/ and taxonomy/)\n")
        return 2
    rows = write(Path(arguments[0]), FOLDER)
    sys.stderr.write(f"{rows} rows written to {FOLDER}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
