"""``cache export`` and ``cache import``: the catalog in one file, for a host without network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelscope_tui.catalog.model import is_repo_id
from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import asking, say
from modelscope_tui.cli.output import Output
from modelscope_tui.cli.progress import LongTask
from modelscope_tui.errors import ModelscopeError, UsageError
from modelscope_tui.saving import place_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from modelscope_tui.explorer import Explorer

MOST_LISTED = 1000
"""Each model costs some requests when it was never looked at."""

LARGEST_LIST_BYTES = 1_000_000

NOTES = """\
export and import:
  Rows that the Hub gave (sync, searches) always go along. Of starred models, and those of --models (ids, or files
  with one id a line) and --query, also details, files and cards; online, what was never seen is asked for first.
  An import is checked as a whole before anything of it is taken: a damaged or changed file changes nothing."""


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Write or read a file."""
    asking.prepare(explorer, output)
    path = place_of(options.file)
    if options.action == "export":
        _export(explorer, path, options, output)
    else:
        _import(explorer, path, output)
    return 0


def _export(explorer: Explorer, path: Path, options: Namespace, output: Output) -> None:
    listed = _listed(options.models)
    if options.query is not None:
        page = explorer.search(asking.readable(options.query), 0, MOST_LISTED)
        asking.refuse(page.problems)
        listed += [model.id for model in page.models]
        if page.total > len(page.models):
            output.note(f"The first {len(page.models):,} of {page.total:,} models go along with details.")
    listed = list(dict.fromkeys([*listed, *sorted(explorer.shortlist.starred)]))
    if listed and not explorer.settings.offline:
        _gather(explorer, listed, output)
    with LongTask("Writing", output) as progress:
        done = explorer.carrying.write(path, listed, progress)
    if done.missing:
        few = ", ".join(done.missing[:3]) + (" …" if len(done.missing) > 3 else "")
        output.note(f"Of {len(done.missing):,} models only the row is known here: {few}.")
    document = {
        "path": str(path), "bytes": done.bytes, "rows": done.seal.rows, "details": done.seal.details,
        "cards": done.seal.cards, "sha256": done.seal.sha256, "without_details": list(done.missing),
    }  # fmt: skip
    if output.is_json:
        output.json(document)
    else:
        document["bytes"] = say.size(done.bytes)
        document["without_details"] = len(done.missing)
        output.facts([(name.replace("_", " "), say.text(value)) for name, value in document.items()])


def _import(explorer: Explorer, path: Path, output: Output) -> None:
    with LongTask("Importing", output) as progress:
        done = explorer.carrying.read(path, progress)
    document = {
        "path": str(path), "rows": done.rows, "changed": done.changed, "details": done.details, "cards": done.cards,
        "already_newer": done.already_newer, "as_of": done.as_of, "index_rows": explorer.index.total,
    }  # fmt: skip
    if output.is_json:
        output.json(document)
    else:
        output.facts([(name.replace("_", " "), say.text(value)) for name, value in document.items()])


def _listed(given: Sequence[str]) -> list[str]:
    """Read ids, and files that hold one a line; blank lines and what follows a # do not count."""
    found: list[str] = []
    for word in given:
        name = reading.model_id(word)
        if is_repo_id(name) and not Path(word).is_file():
            found.append(name)
        else:
            found += _in_file(Path(word))
    return found


def _in_file(path: Path) -> list[str]:
    try:
        if not path.is_file():
            raise UsageError(
                f"{str(path)!r} is neither a model's id nor a file.", "Give owner/name, or a list of them."
            )
        with path.open("rb") as file:
            lines = file.read(LARGEST_LIST_BYTES).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a list of models.", "Write one id a line.") from error
    names = [name for line in lines if (name := reading.model_id(line.partition("#")[0].strip()))]
    wrong = next((name for name in names if not is_repo_id(name)), None)
    if wrong is not None:
        raise UsageError(f"{path}: {wrong[:100]!r} is not a repository id.", "Write one owner/name a line.")
    return names


def _gather(explorer: Explorer, listed: Sequence[str], output: Output) -> None:
    """Ask the Hub for what was never seen of the listed models; what it refuses is said, and the rest goes along."""
    refused: list[str] = []
    with LongTask("Asking the Hub", output) as progress:
        for number, model_id in enumerate(listed):
            progress(number, len(listed))
            try:
                explorer.gather_related(explorer.details(model_id).value)
                explorer.card(model_id)
            except ModelscopeError as problem:
                refused.append(f"{model_id}: {problem.message}")
    for words in refused[:3]:
        output.note(words)
    if len(refused) > 3:
        output.note(f"{len(refused) - 3:,} more models could not be read.")
