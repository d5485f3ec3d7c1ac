"""``modelscope-tui doctor``: what was found here, in one look; every problem comes with the next step. Never fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from modelscope_tui import __version__
from modelscope_tui.cli import asking, check, say, shape, synced
from modelscope_tui.cli.check import Finding, Status
from modelscope_tui.cli.output import Column, Output
from modelscope_tui.errors import HubUnreachable, ModelNotFound, ModelscopeError, RateLimited

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from modelscope_tui.cli import arguments as reading
    from modelscope_tui.explorer import Explorer

EXAMPLES = """\
  modelscope-tui doctor
  modelscope-tui doctor --offline --json | jq '.machine, .index'
  modelscope-tui doctor --machine 2x80GB"""

_MARKS: dict[Status, str] = {"ok": "✓ ok", "warning": "! warning", "problem": "✗ problem", "unknown": "? unknown"}
_ORDER: tuple[Status, ...] = ("ok", "unknown", "warning", "problem")
_RULE_COLUMNS = (Column("Rules", style="bold"), Column("Read"), Column("Version", can_shrink=True))
_COLUMNS = (Column("", style="bold"), Column("Status"), Column("Found"))


def configure(parser: reading.Parser) -> None:
    """Take nothing but the shared options."""
    parser.epilog = f"{parser.epilog}\n\nAlways exits 0 when it could look; the statuses are in the answer."


def run(explorer: Explorer, options: Namespace, output: Output) -> int:  # noqa: ARG001 - one form for all commands
    """Look at everything that a command or a first frame depends on."""
    looks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("machine", lambda: _machine(explorer)),
        ("tools", lambda: check.tools(explorer.surroundings.installed)),
        ("servers", lambda: check.servers(explorer.surroundings.answering, is_offline=explorer.settings.offline)),
        ("cache", lambda: _cache(explorer)),
        ("index", lambda: _index(explorer, output)),
        ("sync", lambda: _sync(explorer)),
        ("rules", _rules),
        ("hub", lambda: _hub(explorer)),
        ("terminal", check.terminal),
        ("runtime", check.runtime),
    )
    findings = [_looked(name, look) for name, look in looks]
    worst = max((found.status for found in findings), key=_ORDER.index)
    if output.is_json:
        output.json({"version": __version__, "status": worst, **{found.name: found.as_json() for found in findings}})
        return 0
    output.table(_COLUMNS, [(found.name, _MARKS[found.status], found.message) for found in findings])
    if output.is_for_a_person:  # (piped, there is one row a part)
        output.heading("Rules of the tools")
        output.table(_RULE_COLUMNS, _rule_rows())
    for found in findings:
        if found.hint:
            output.note(f"{found.name}: {found.hint}")
    return 0


def _looked(name: str, look: Callable[[], Finding]) -> Finding:
    """Turn whatever goes wrong while looking into a finding: this command is for broken places."""
    try:
        return look()
    except ModelscopeError as error:
        return Finding(name, "problem", error.message, error.hint or None)
    except Exception as error:
        return Finding(name, "problem", f"Could not look: {type(error).__name__}: {error}")


def _machine(explorer: Explorer) -> Finding:
    machine = explorer.machine
    known = machine.gpus or machine.ram_bytes is not None
    hint = None if known else "Say it with --machine, as in --machine 'RTX 4090'."
    said = f"{machine.describe()} ({machine.source})"
    return Finding("machine", "ok" if known else "unknown", said, hint, machine.as_json())


def _cache(explorer: Explorer) -> Finding:
    path = explorer.settings.cache_dir
    kept = size_of(path)
    facts = {"path": str(path), "exists": path.is_dir(), "bytes": kept, "is_writable": _is_writable(path)}
    if path.exists() and not path.is_dir():
        return Finding("cache", "problem", f"{path} is not a directory.", "Remove it or give --cache-dir.", facts)
    if not facts["is_writable"]:
        hint = "Nothing will be remembered: give --cache-dir a place that can be written."
        return Finding("cache", "problem", f"{path} cannot be written.", hint, facts)
    return Finding("cache", "ok", f"{path}, {say.size(kept)}", facts=facts)


def size_of(directory: Path) -> int:
    """Add up the files under a directory; what cannot be read or vanishes meanwhile counts nothing."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += (Path(folder) / name).lstat().st_size
            except OSError:
                continue  # another process has just renamed it
    return total


def _is_writable(path: Path) -> bool:
    """Tell whether files can be made there, or the directory itself, without making anything."""
    place = path
    while not place.exists() and place != place.parent:
        place = place.parent
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)


def _index(explorer: Explorer, output: Output) -> Finding:
    from modelscope_tui.catalog.snapshot import fingerprint
    from modelscope_tui.launch.rulebook import rules_version

    asking.prepare(explorer, output)
    index = explorer.index
    facts = {
        "path": str(explorer.index_path),
        "models": index.total,
        "as_of": index.as_of,
        "fingerprint": fingerprint(rules_version()),
    }
    if explorer.index_problem:
        return Finding(
            "index", "warning", explorer.index_problem, "Give --cache-dir a place that can be written.", facts
        )
    return Finding("index", "ok", f"{index.total:,} models, catalog of {index.as_of or 'unknown date'}", facts=facts)


def _sync(explorer: Explorer) -> Finding:
    note = explorer.syncing.note()
    hint = "`modelscope-tui sync` goes on there when the same is asked for." if note.walk is not None else None
    return Finding("sync", "warning" if note.walk is not None else "ok", synced.words(note), hint, synced.facts(note))


def _rules() -> Finding:
    from modelscope_tui.catalog.snapshot import sources
    from modelscope_tui.launch.rulebook import NAMES, rules, rules_version

    dates = {name: rules(name).get("as_of") for name in NAMES}
    versions = {name: rules(name).get("version") for name in NAMES}
    facts = {
        "version": rules_version(),
        "launch": dates,
        "tool_versions": versions,
        "catalog": shape.plain(sources()),
    }
    oldest, newest = min(dates.values()), max(dates.values())
    span = newest if oldest == newest else f"{oldest} to {newest}"
    return Finding("rules", "ok", f"launch rules of {span}, catalog from {len(sources())} sources", facts=facts)


def _rule_rows() -> list[tuple[str, str, str]]:
    """List every rule file with its date, and the version of the tool that was read."""
    from modelscope_tui.launch.rulebook import NAMES, rules

    return [(name, rules(name)["as_of"], rules(name).get("version") or say.UNKNOWN) for name in NAMES]


def _hub(explorer: Explorer) -> Finding:
    """Ask the Hub one small question, within its own deadlines; any answer at all means that it can be reached."""
    settings = explorer.settings
    facts: dict[str, object] = {
        "endpoint": settings.endpoint,
        "is_offline": settings.offline,
        "has_token": settings.token is not None,
        "is_reachable": None,
    }
    if settings.offline:
        return Finding("hub", "ok", f"{settings.endpoint} is not asked: offline", facts=facts)
    problem = _refusal(explorer)
    facts["is_reachable"] = not isinstance(problem, HubUnreachable)
    if problem is None or isinstance(problem, ModelNotFound):  # a mirror need not have the one model that is asked for
        return Finding("hub", "ok", f"{settings.endpoint} answers", facts=facts)
    status: Status = "problem" if isinstance(problem, HubUnreachable | RateLimited) else "warning"
    return Finding("hub", status, problem.message, problem.hint or None, facts)


def _refusal(explorer: Explorer) -> ModelscopeError | None:
    try:
        return explorer.hub.details(_ASKED, refresh=True).problem
    except ModelscopeError as error:
        return error


_ASKED = "Qwen/Qwen3-8B"
"""A model that the Hub surely has."""
