"""``launch --run``: shows exactly what runs, asks, saves the files it needs, runs it, passes its code on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from modelscope_tui.cli.output import is_terminal
from modelscope_tui.errors import NotSaved, UsageError
from modelscope_tui.starting import Run, ended, execute, in_the_way, run_of, store, why_not

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.cli.output import Output
    from modelscope_tui.launch.command import LaunchCommand


def check(options: Namespace) -> None:
    """Refuse what cannot be asked before anything is looked up.

    Raises:
        UsageError: there is nobody to ask, or the answer has another form.
    """
    if options.is_asked_for and not options.is_run:
        raise UsageError("--yes answers the question of --run.", "Add --run, or leave --yes out.")
    if not options.is_run:
        return
    if options.json or options.is_bare:
        raise UsageError("--run shows the command and runs it.", "Leave --json and --print out.")
    if not options.is_asked_for and not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise UsageError("--run asks before it runs, and there is no terminal to ask on.", "Add --yes to run it.")


def carry_out(command: LaunchCommand, options: Namespace, output: Output) -> int:
    """Show, ask, save, run.

    Raises:
        UsageError: it cannot be run here.
        NotSaved: a file is in the way.
    """
    run = run_of(command)
    problem = why_not(run, options.nodes)
    if problem is not None:
        raise UsageError(problem)
    folder = Path.cwd()
    others = in_the_way(run.files, folder)
    if others:
        raise NotSaved(f"{', '.join(others)} in {folder} would be replaced.", "Run it in another folder.")
    _show(run, command, folder)
    if not options.is_asked_for and not _agreed():
        output.note("Nothing was run.")
        return 0  # (it was asked, and it answered: nothing failed, and nothing was interrupted)
    store(run.files, folder)
    code = execute(run, output.remark)
    if code:
        output.note(f"The command ended with {ended(code)}.")
    return code


def _show(run: Run, command: LaunchCommand, folder: Path) -> None:
    """Write what is run to stderr, whether quiet or not: nobody should agree to what was not shown."""
    lines = ["This runs here, without a shell:"]
    for step in run.steps:
        lines += [f"  # {step.title}", f"  {step.text('bash')}"]
    if run.variables:
        lines.append(f"with these variables: {', '.join(run.variables)}")
    lacking = run.lacking()
    if lacking:
        lines.append(f"not set in this terminal: {', '.join(lacking)}")
    if run.files:
        lines.append(f"and writes into {folder}: {', '.join(file.path for file in run.files)}")
    later = [step for step in command.steps if step.is_later]
    if later:
        lines.append(f"left to you: {'; '.join(step.text('bash') for step in later)}")
    print("\n".join(lines), file=sys.stderr)


def _agreed() -> bool:
    print("Run it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}
