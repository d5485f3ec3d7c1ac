"""``modelscope-tui search``: lists models. A table for a person, one tab-separated row a model in a pipe, or JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelscope_tui import exporting
from modelscope_tui.catalog.query import format_query
from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import asking, lens, say, shape
from modelscope_tui.cli.output import Column, Output, answering
from modelscope_tui.cli.text import escape_controls
from modelscope_tui.errors import PolicyDenied, UsageError
from modelscope_tui.exporting import FORMATS
from modelscope_tui.saving import place_of, save

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.catalog.model import Model
    from modelscope_tui.catalog.policy_check import PolicyResult
    from modelscope_tui.errors import ModelscopeError
    from modelscope_tui.explorer import Explorer, ModelView, Page

EXAMPLES = """\
  modelscope-tui search qwen3 coder
  modelscope-tui search 'org:qwen license:permissive params:<10b sort:likes' --limit 10
  modelscope-tui search tool:vllm -tag:moe --json | jq -r '.models[].id'
  modelscope-tui search starred:yes --format md
  modelscope-tui search org:qwen --limit 5000 -o qwen.csv
  modelscope-tui search category:code --offline | cut -f1"""

_PIPED = """\
piped:
  one row a model, fields separated by tabs, empty where unknown:
  id, task, license, params, context, downloads, likes, updated, fits, tools; with a policy also its verdict"""

_COLUMNS = (
    Column("Model", style="bold"),
    Column("Task", can_shrink=True, from_width=110),
    Column("License", can_shrink=True),
    Column("Params", is_number=True),
    Column("Context", is_number=True),
    Column("Downloads", is_number=True),
    Column("Likes", is_number=True, from_width=90),
    Column("Updated", from_width=130),
    Column("Fits"),
    Column("Use"),
    Column("Tools", can_shrink=True, from_width=150),
)
_POLICY_COLUMN = Column("Policy")


def configure(parser: reading.Parser) -> None:
    """Take a query and how many models to list."""
    reading.add_query(parser)
    parser.add_argument(
        "--limit", type=reading.positive, default=50, metavar="N", help="at most N models (default: 50)"
    )
    reading.add_policy(parser)
    parser.add_argument(
        "--format", choices=FORMATS, dest="form", help="write json, csv, md (a Markdown table) or ids (one a line)"
    )
    parser.add_argument("--output", "-o", metavar="FILE", help="write to a new file, never over another one")
    parser.epilog = f"{parser.epilog}\n\n{reading.QUERY_HELP}\n\n{_PIPED}"


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """List what the query finds on this machine and, online, what the Hub adds to it."""
    query = asking.readable(options.query)
    asking.prepare(explorer, output)
    failure = asking.ask_hub(explorer, query, output)
    page = explorer.search(query, 0, options.limit)
    asking.refuse(page.problems)
    if failure is not None and page.total == 0:
        raise failure  # "nothing found" and "could not ask" never look alike
    views = [explorer.view(model) for model in page.models]
    held = _held(explorer, page)
    code = 0 if all(result.is_allowed for result in held) else PolicyDenied.exit_code
    if options.form or options.output:
        _write(options, [shape.row(model, view) for model, view in zip(page.models, views, strict=True)])
        _finish(explorer, page, held, output)
        return code
    if output.is_json:
        output.json(_document(explorer, options.query, page, views, failure) | _judged(page, views, held))
        return code
    cells = _told if output.is_for_a_person else _piped
    if page.models or not output.is_for_a_person:
        rows = [cells(model, view) for model, view in zip(page.models, views, strict=True)]
        rows = [(*row, result.verdict) for row, result in zip(rows, held, strict=True)] if held else rows
        output.table((*_COLUMNS, _POLICY_COLUMN) if held else _COLUMNS, rows)
    _finish(explorer, page, held, output)
    return code


def _finish(explorer: Explorer, page: Page, held: list[PolicyResult], output: Output) -> None:
    """Say beside the rows how many there are, and how many the policy does not allow."""
    _summarize(explorer, page, output)
    denied = sum(not result.is_allowed for result in held)
    if denied:
        output.note(f"The policy does not allow {denied:,} of these {len(held):,} models.")


def _held(explorer: Explorer, page: Page) -> list[PolicyResult]:
    """Hold every listed model against the policy, with what the shelf knows of its files; nothing without a policy."""
    if explorer.policy is None:
        return []
    found = [explorer.lens(explorer.kept_details(model)).policy for model in page.models]
    return [result for result in found if result is not None]


def _judged(page: Page, views: list[ModelView], held: list[PolicyResult]) -> dict[str, Any]:
    """Shape the rows, each with what the policy says of it."""
    rows = [shape.row(model, view) for model, view in zip(page.models, views, strict=True)]
    told: list[dict[str, Any] | None] = [lens.policy(result) for result in held] or [None] * len(rows)
    return {"models": [row | {"policy": one} for row, one in zip(rows, told, strict=True)]}


def _write(options: Namespace, rows: list[dict[str, Any]]) -> None:
    """Write the rows in the form that was asked for, to a new file or to stdout."""
    form = options.form or ("json" if options.json else _form_of(options.output))
    text = exporting.text_of(rows, form)
    if options.output:
        save(place_of(options.output), text, is_new=True)
    else:
        with answering():
            sys.stdout.write(escape_controls(text))


def _form_of(name: str) -> str:
    """Take the format from the ending of a file.

    Raises:
        UsageError: the ending is none that is known.
    """
    ending = Path(name).suffix.removeprefix(".").lower()
    found = {"txt": "ids", "markdown": "md"}.get(ending, ending)
    if found not in FORMATS:
        raise UsageError(f"{name} does not say which format is wanted.", f"Add --format {'|'.join(FORMATS)}.")
    return found


def _document(
    explorer: Explorer, typed: str, page: Page, views: list[ModelView], failure: ModelscopeError | None
) -> dict[str, Any]:
    return {
        "query": typed,
        "total": page.total,
        "shown": len(page.models),
        "searched": page.searched,
        "offline": explorer.settings.offline,
        "as_of": page.as_of,
        "elapsed_ms": round(page.elapsed_ms, 3),
        "models": [shape.row(model, view) for model, view in zip(page.models, views, strict=True)],
        "did_you_mean": _meant(explorer, page),
        "problems": [],  # a query with problems is refused; the field is part of the contract
        "hub_problem": shape.problem(failure) if failure else None,
    }


def _meant(explorer: Explorer, page: Page) -> str | None:
    """Write the query with a mistyped word put right, where it finds nothing as it stands."""
    meant = explorer.did_you_mean(page.query) if page.total == 0 else None
    return format_query(meant) if meant else None


def _told(model: Model, view: ModelView) -> tuple[str, ...]:
    return (
        model.id,
        say.text(model.task),
        say.text(model.license_name or model.license),
        say.params(model.params),
        say.tokens(model.context),
        say.count(model.downloads),
        say.count(model.likes),
        say.day(model.updated),
        view.fits if view.fits != "unknown" else say.UNKNOWN,
        view.allowed,
        say.words(view.tools),
    )


def _piped(model: Model, view: ModelView) -> tuple[str, ...]:
    facts = (
        model.id,
        model.task,
        model.license_name or model.license,
        model.params,
        model.context,
        model.downloads,
        model.likes,
        model.updated,
        view.fits,
        ",".join(view.tools),
    )
    return tuple("" if fact is None else str(fact) for fact in facts)


def _summarize(explorer: Explorer, page: Page, output: Output) -> None:
    if page.total == 0:
        meant, blocker = _meant(explorer, page), explorer.why_empty(page.query)
        advice = (
            f" Did you mean: {meant}" if meant else f" Without {blocker!r} there would be results." if blocker else ""
        )
        output.note(f"Nothing among {page.searched:,} models matches.{advice}")
    elif len(page.models) < page.total:
        output.note(f"{len(page.models):,} of {page.total:,} models; --limit N shows more.")
