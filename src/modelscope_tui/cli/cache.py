"""``modelscope-tui cache``: what is kept on this machine, how to be rid of it, and how to carry it to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import parcel, say, synced
from modelscope_tui.cli.doctor import size_of
from modelscope_tui.cli.output import Output
from modelscope_tui.errors import CatalogError, UsageError

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from modelscope_tui.explorer import Explorer

EXAMPLES = """\
  modelscope-tui cache info
  modelscope-tui cache info --json | jq .bytes
  modelscope-tui cache clear
  modelscope-tui cache export hub.parcel --models Qwen/Qwen3-8B google/gemma-3-12b-it
  modelscope-tui cache export hub.parcel --models my-models.txt --query 'org:qwen task:text-generation'
  modelscope-tui cache import hub.parcel --offline"""

_ACTIONS = ("info", "clear", "export", "import")


def configure(parser: reading.Parser) -> None:
    """Take what to do with the cache."""
    told = "tell what is kept, remove it (the index is made again), or carry it to a host without network"
    parser.add_argument("action", metavar="info|clear|export|import", type=_action, help=told)
    parser.add_argument("file", metavar="FILE", nargs="?", help="the file to write or to take in")
    parser.add_argument(
        "--models", metavar="FILE|ID", nargs="+", default=[], help="models whose details and cards go along"
    )
    parser.add_argument("--query", metavar="QUERY", help=f"as many as {parcel.MOST_LISTED} models of a query, likewise")
    parser.epilog = f"{parser.epilog}\n\n{parcel.NOTES}"


def _action(text: str) -> str:
    if text not in _ACTIONS:
        raise UsageError(f"cache knows no {text!r}.", f"It knows: {', '.join(_ACTIONS)}.")
    return text


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Tell, remove or carry what is kept."""
    is_carried = options.action in {"export", "import"}
    if is_carried != (options.file is not None):
        words = "needs the name of a file" if is_carried else "takes no file"
        raise UsageError(f"cache {options.action} {words}.", "See modelscope-tui cache --help.")
    if options.action != "export" and (options.models or options.query):
        raise UsageError("--models and --query choose what cache export takes along.", "Leave them away here.")
    if is_carried:
        return parcel.run(explorer, options, output)
    document = _info(explorer)
    if options.action == "clear":
        _clear(explorer)
        left = _info(explorer)["bytes"]
        document = {"path": document["path"], "removed_bytes": document["bytes"] - left, "bytes": left}
    if output.is_json:
        output.json(document)
    else:
        output.facts([(name.removesuffix("_bytes"), _told(name, value)) for name, value in document.items()])
    return 0


def _info(explorer: Explorer) -> dict[str, Any]:
    path = explorer.settings.cache_dir
    index = explorer.index_path
    shelf = explorer.hub.shelf.stats()
    return {
        "path": str(path),
        "exists": path.is_dir(),
        "bytes": size_of(path),
        "index_path": str(index),
        "index_bytes": sum(part.stat().st_size for part in _parts(index)),
        "shelf_path": shelf["path"],
        "shelf_bytes": shelf["bytes"],
        "shelf_items": shelf["items"],
        **synced.facts(explorer.syncing.note()),
    }


def _parts(index: Path) -> list[Path]:
    """The index and what SQLite keeps beside it."""
    return [part for part in index.parent.glob(f"{index.name}*") if part.is_file()]


def _clear(explorer: Explorer) -> None:
    """Remove the index, empty the shelf, and touch nothing else that may lie in the directory.

    Raises:
        CatalogError: a file cannot be removed.
    """
    folder = explorer.settings.cache_dir
    if folder.exists() and not folder.is_dir():
        raise CatalogError(f"{folder} is not a directory: there is no cache in it.", "Give another --cache-dir.")
    explorer.hub.shelf.clear()
    try:
        for part in _parts(explorer.index_path):
            part.unlink(missing_ok=True)
    except OSError as error:
        raise CatalogError(f"The cache cannot be removed: {error}.", "Is it owned by another user?") from error


def _told(name: str, value: Any) -> str:
    return say.size(value) if name.endswith("bytes") else say.text(value)
