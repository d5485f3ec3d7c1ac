"""``modelscope-tui shortlist``: stars, notes and saved views: listed, exported, brought in from another machine."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli.output import Column, Output
from modelscope_tui.errors import CatalogError, UsageError
from modelscope_tui.saving import place_of, save

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.explorer import Explorer
    from modelscope_tui.shortlisted import Star

EXAMPLES = """\
  modelscope-tui shortlist list
  modelscope-tui shortlist list --json | jq -r '.models[].id'
  modelscope-tui shortlist export my-models.json
  modelscope-tui shortlist import my-models.json     merges; of the same model the later change counts
  modelscope-tui search starred:yes fits:yes         the same stars in a query"""

_COLUMNS = (Column("Model", style="bold"), Column("Starred"), Column("Tags"), Column("Note", can_shrink=True))
_VIEWS = (Column("View", style="bold"), Column("Query"))
LARGEST_BYTES = 16 << 20


def configure(parser: reading.Parser) -> None:
    """Take what to do, and a file for it."""
    actions = ("list", "export", "import")
    parser.add_argument("action", choices=actions, nargs="?", default="list", help="what to do (default: list)")
    parser.add_argument("file", metavar="FILE", nargs="?", help="the file to write or read; - is stdout or stdin")


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """List, export or merge."""
    if options.action == "list":
        _list(explorer, output)
    elif options.action == "export":
        _export(explorer, options.file, output)
    else:
        _import(explorer, options.file, output)
    if explorer.shortlist.problem:
        output.note(explorer.shortlist.problem)
    return 0


def _list(explorer: Explorer, output: Output) -> None:
    kept = explorer.shortlist.kept
    models = sorted(kept.models.values(), key=lambda one: (one.starred is None, one.id.casefold()))
    models = [one for one in models if one.starred or one.note or one.tags]
    if output.is_json:
        output.json(
            {
                "path": str(explorer.shortlist.path),
                "models": [_shaped(one) for one in models],
                "views": [{"name": one.name, "query": one.query} for one in kept.views.values()],
                "recent": list(kept.recent),
            }
        )
        return
    if models:
        output.table(_COLUMNS, [(one.id, (one.starred or "")[:10], ", ".join(one.tags), one.note) for one in models])
    if kept.views and output.is_for_a_person:
        output.heading("Saved views")
        output.table(_VIEWS, [(one.name, one.query) for one in kept.views.values()])
    if not models:
        output.note("Nothing is starred yet: * in the explorer stars the model under the cursor.")


def _shaped(one: Star) -> dict[str, Any]:
    return {"id": one.id, "starred": one.starred, "note": one.note, "tags": list(one.tags), "changed": one.changed}


def _export(explorer: Explorer, name: str | None, output: Output) -> None:
    document = explorer.shortlist.exported()
    if not explorer.shortlist.kept.is_readable:
        raise CatalogError(explorer.shortlist.problem or "The shortlist cannot be read.")
    if name in {None, "-"}:
        output.json(document)
        return
    path = place_of(str(name))
    save(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n", is_new=True)
    if output.is_json:
        output.json({"path": str(path), "models": len(document["models"]), "views": len(document["views"])})
    else:
        output.note(f"{len(document['models'])} models and {len(document['views'])} views are in {path}.")


def _import(explorer: Explorer, name: str | None, output: Output) -> None:
    if name is None:
        raise UsageError("Which file?", "modelscope-tui shortlist import FILE")
    changed = explorer.shortlist.take_in(_read(name))
    if output.is_json:
        output.json({"changed": changed, "models": len(explorer.shortlist.kept.models)})
    else:
        output.note(f"{changed} models and views are new or different now.")


def _read(name: str) -> dict[str, Any]:
    try:
        if name == "-":
            text = sys.stdin.read(LARGEST_BYTES + 1)
        else:
            with place_of(name).open(encoding="utf-8") as file:
                text = file.read(LARGEST_BYTES + 1)
        data = json.loads(text) if len(text) <= LARGEST_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"Cannot read {name}: {error}.") from error
    if not isinstance(data, dict):
        raise UsageError(f"{name} is no shortlist.", "Give a file that `modelscope-tui shortlist export` wrote.")
    return data
