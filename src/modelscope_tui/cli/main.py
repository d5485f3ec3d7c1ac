"""Runs one call of the program: reads the line, hands over to a command with an Explorer, answers errors in words."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol, TextIO, cast

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli.output import Output
from modelscope_tui.errors import ModelscopeError, NotSaved

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.explorer import Explorer

_FALSE = {"", "0", "false", "no", "off"}


class Command(Protocol):
    """What the module of a subcommand offers."""

    EXAMPLES: str

    def configure(self, parser: reading.Parser) -> None:
        """Add the options that only this command has."""

    def run(self, explorer: Explorer, options: Namespace, output: Output) -> int:
        """Answer, and return the exit code."""


def run(given: Sequence[str]) -> int:
    """Run one command line to its exit code; errors of the house become words or JSON here."""
    output = _manners(given)
    try:
        return _dispatch(given, output)
    except ModelscopeError as error:
        return _answer_error(error, output)
    except SystemExit as leaving:  # --help and --version end argparse this way
        return leaving.code if isinstance(leaving.code, int) else 0
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        if _is_debugging(given):
            raise
        return _answer_error(ModelscopeError(_reported(error, given)), output)


def _reported(error: Exception, given: Sequence[str]) -> str:
    """Keep what a maintainer needs in the cache directory, and say it in a line."""
    from modelscope_tui import crash
    from modelscope_tui.settings import Settings

    named = [after for word, after in pairwise(given) if word == "--cache-dir"]
    try:
        settings = Settings.load(cache_dir=next(iter(named), None))
    except Exception:  # whatever it is: the first error is the one to tell
        return crash.line(error, None)
    secrets = [settings.token] if settings.token else []
    return crash.line(error, crash.keep(error, settings.cache_dir, secrets), secrets)


def _manners(given: Sequence[str]) -> Output:
    """Know the form of the answer before the line is read: a bad option is answered in JSON, too."""
    options = given[: given.index("--")] if "--" in given else given
    for stream in (sys.stdout, sys.stderr):
        _never_fail_on_a_letter(stream)
    return Output(is_json="--json" in options, is_quiet=bool({"-q", "--quiet"} & set(options)))


def _never_fail_on_a_letter(stream: TextIO | None) -> None:
    """A terminal that cannot show a letter gets its number instead of an exception."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _dispatch(given: Sequence[str], output: Output) -> int:
    line = reading.split(given)
    if not line.command:
        from modelscope_tui.cli import explore

        return explore.start(line, output)
    gc.enable()
    command = load(line.command)
    parser = reading.new_parser(line.command, examples=command.EXAMPLES, summary=reading.COMMANDS[line.command])
    command.configure(parser)
    options = reading.parse(parser, line)
    explorer = open_explorer(options)
    try:
        return command.run(explorer, options, output)
    finally:
        if explorer.lost:
            output.note(explorer.lost)
        explorer.close()


def load(name: str) -> Command:
    """Import the module of one subcommand; the others are not paid for."""
    return cast("Command", import_module(f"modelscope_tui.cli.{name}"))


def open_explorer(options: Namespace) -> Explorer:
    """Make the Explorer that the shared options ask for; nothing is opened yet.

    Raises:
        UsageError: an option, the environment or the settings file holds something unusable.
    """
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.settings import Settings

    settings = Settings.load(
        cache_dir=options.cache_dir,
        endpoint=options.endpoint,
        offline=options.offline,
        refresh=options.refresh,
        machine=options.machine,
        **{name: getattr(options, name, None) for name in ("policy", "region", "use")},
    )
    explorer = Explorer(settings)
    if settings.machine:
        _ = explorer.machine  # a SPEC that cannot be read is said before any work
    if settings.policy:
        _ = explorer.policy  # so is a policy
    return explorer


def _is_debugging(given: Sequence[str]) -> bool:
    asked = os.environ.get("MODELSCOPE_TUI_DEBUG", "").strip().lower() not in _FALSE
    return asked or "--debug" in given


def _answer_error(error: ModelscopeError, output: Output) -> int:
    if output.is_json:
        from modelscope_tui.cli import shape

        try:
            output.json({"error": shape.problem(error)})
        except BrokenPipeError:
            raise
        except NotSaved:  # stdout itself is what is broken
            output.note(str(error))
    else:
        output.note(str(error))
    return error.exit_code
