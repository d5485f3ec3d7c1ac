"""``modelscope-tui sync``: bring the Hub's list to this machine, resumably, at the Hub's pace."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import asking, say, shape
from modelscope_tui.cli.output import Output, answering
from modelscope_tui.cli.walking import Walking, lasting
from modelscope_tui.errors import ModelscopeError, UsageError
from modelscope_tui.hub.plan import MEMORY_BYTES, TOP, WINDOW_SECONDS, Wanted, since_of

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.explorer import Explorer
    from modelscope_tui.hub.plan import Plan
    from modelscope_tui.hub.sync import Progress, Report
    from modelscope_tui.hub.walk import Walk

INTERRUPTED = 130

EXAMPLES = f"""\
  modelscope-tui sync                     the {TOP:,} most downloaded models; later only what has changed
  modelscope-tui sync --all               the whole Hub, about 2.5 million models
  modelscope-tui sync --since 7d          what was changed in the last seven days
  modelscope-tui sync --query 'org:qwen'  what the Hub finds for a query
  modelscope-tui sync --refresh           walk the whole list anew"""

_NOTES = """\
notes:
  A sync that was ended (ctrl+c, kill, power) goes on at the page where it was when the same is asked for again.
  Requests are spread over the Hub's windows of five minutes; a token (HF_TOKEN) raises the limit.
  --all marks models that the Hub does not list any more; later runs fetch changes, and after 30 days all anew."""


def configure(parser: reading.Parser) -> None:
    """Take what to bring."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", dest="everything", action="store_true", help="the whole Hub")
    which.add_argument("--query", metavar="QUERY", help="what the Hub finds for a query, as far as it can narrow")
    which.add_argument("--since", metavar="DATE", help="what was changed since: an age (7d, 2w, 3m) or a date")
    parser.add_argument("--limit", type=reading.positive, metavar="N", help=f"at most N models (default: {TOP:,})")
    parser.add_argument("--json-lines", action="store_true", help="one JSON document a page, the answer as the last")
    parser.epilog = f"{parser.epilog}\n\n{_NOTES}"


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Bring the list, page by page."""
    wanted = _wanted(explorer, options)
    asking.prepare(explorer, output)
    with explorer.syncing.opened() as sync:
        plan = sync.plan(wanted)
        announced = _announced(plan, sync.free_bytes, has_token=explorer.settings.token is not None)
        for line in announced:
            output.note(line)
        with Walking(output) as walking:
            tell = _told_in_lines if options.json_lines else walking
            try:
                report = sync.run(plan, wanted, tell)
            except KeyboardInterrupt:
                return _interrupted(explorer, output, options)
            except ModelscopeError as problem:
                kept = "What came is kept: the same command goes on there, --refresh begins anew."
                problem.hint = f"{problem.hint} {kept}".strip()
                raise
    _answer(explorer, report, output, options)
    return 0


def _wanted(explorer: Explorer, options: Namespace) -> Wanted:
    if options.everything and options.limit:
        raise UsageError("--all and --limit exclude each other.", "Give one of them.")
    since = since_of(options.since, datetime.now(UTC)) if options.since else None
    query = asking.readable(options.query) if options.query is not None else None
    return Wanted(
        everything=options.everything,
        limit=options.limit,
        query=query,
        since=since,
        since_text=options.since or "",
        anew=explorer.settings.refresh,
    )


def _announced(plan: Plan, free_bytes: int, *, has_token: bool) -> list[str]:
    """Say before it starts what comes and what it costs; every number with what it is based on."""
    walk = plan.walk
    what = {
        "top": f"the {walk.limit or 0:,} most downloaded models",
        "all": "every model of the Hub",
        "query": f"what the Hub finds for {walk.request.removeprefix('query ')}",
        "since": f"what was changed since {say.day(walk.until)}",
        "changes": f"what has changed since {walk.until}",
    }[walk.kind]
    goes_on = f"Going on after page {walk.pages:,} ({walk.rows:,} models). " if plan.is_resumed and walk.pages else ""
    lines = [f"{goes_on}Bringing {what}."]
    if plan.rows is not None and plan.requests is not None and plan.least_seconds is not None:
        times = f", so at least {lasting(plan.least_seconds)}" if plan.least_seconds else ""
        whose = "a token" if has_token else "no token"
        lines.append(
            f"About {plan.rows:,} models in {plan.requests:,} requests ({plan.window_requests:,} in "
            f"{WINDOW_SECONDS // 60} minutes with {whose}{times}), {say.size(plan.wire_bytes)} to fetch, "
            f"{say.size(plan.disk_bytes)} on disk as the rows here take now ({say.size(free_bytes)} free), "
            f"at most {say.memory(MEMORY_BYTES)} of memory."
        )
    return lines


def _interrupted(explorer: Explorer, output: Output, options: Namespace) -> int:
    walk = explorer.syncing.note().walk
    done = f"{walk.pages:,} pages with {walk.rows:,} models are kept. " if walk else ""
    output.note(f"Interrupted. {done}The same command goes on there.")
    if output.is_json or options.json_lines:
        _write({"status": "interrupted", **_of_walk(walk)} if walk else {"status": "interrupted"}, output, options)
    return INTERRUPTED


def _answer(explorer: Explorer, report: Report, output: Output, options: Namespace) -> None:
    document = {
        "status": "complete",
        "is_resumed": report.is_resumed,
        **_of_walk(report.walk),
        "gone": report.gone,
        "not_believed_gone": report.doubted,
        "waited_seconds": round(report.waited_seconds, 3),
        "elapsed_seconds": round(report.elapsed_seconds, 3),
        "index_rows": explorer.index.total,
        "as_of": explorer.index.as_of,
    }
    if output.is_json or options.json_lines:
        _write(document, output, options)
        return
    output.facts([(name.replace("_", " "), say.text(value)) for name, value in document.items()])
    if report.walk.bad:
        output.note(f"{report.walk.bad:,} rows of the Hub name no repository and were left out.")
    if report.doubted:
        output.note(
            f"{report.doubted:,} known models are not in this list: too many to have been removed, so none was marked."
        )


def _of_walk(walk: Walk) -> dict[str, Any]:
    return {
        "request": walk.request,
        "kind": walk.kind,
        "pages": walk.pages,
        "rows": walk.rows,
        "changed": walk.changed,
        "skipped": walk.skipped,
        "bad_rows": walk.bad,
        "started": walk.started,
    }


def _told_in_lines(progress: Progress) -> None:
    document = {
        "status": "waiting" if progress.waiting_seconds else "running",
        **_of_walk(progress.walk),
        "rows_to_come": progress.rows_to_come,
        "rows_per_second": progress.rows_per_second,
        "seconds_left": progress.seconds_left,
        "waiting_seconds": progress.waiting_seconds or None,
        "why": progress.why or None,
    }
    with answering():
        print(json.dumps(shape.plain(document)), flush=True)


def _write(document: dict[str, Any], output: Output, options: Namespace) -> None:
    if options.json_lines:
        with answering():
            print(json.dumps(document), flush=True)
    else:
        output.json(document)
