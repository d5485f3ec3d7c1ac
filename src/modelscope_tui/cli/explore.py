"""Opens the terminal explorer, or says in one line why it cannot be drawn here."""

from __future__ import annotations

import os
import sys

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli.output import PROGRAM, Output, is_terminal
from modelscope_tui.errors import UsageError

EXAMPLES = """\
  modelscope-tui                                   open the explorer
  modelscope-tui 'qwen3 coder params:<40b'         … with that in its filter
  modelscope-tui --offline --machine '2xRTX 4090'  … for another machine, without the network
  modelscope-tui search org:qwen license:permissive --json
  modelscope-tui launch Qwen/Qwen3-8B --tool ollama"""

_SHELLS = ("bash", "zsh", "fish")


def new_parser() -> reading.Parser:
    """Make the parser of the program itself: a query, the shared options, the list of commands."""
    commands = "\n".join(f"  {name:9} {answers}" for name, answers in reading.COMMANDS.items())
    parser = reading.new_parser(
        "",
        examples=EXAMPLES,
        summary="Explore the Hugging Face Hub in your terminal, and leave with a launch command that works.\n\n"
        f"commands ({PROGRAM} COMMAND --help tells more):\n{commands}",
        notes=(reading.QUERY_HELP,),
    )
    reading.add_query(parser)
    add_completion(parser)
    return parser


def add_completion(parser: reading.Parser) -> None:
    """Let the program print its completion scripts."""
    parser.add_argument(
        "--print-completion", metavar="SHELL", choices=_SHELLS, help=f"print a completion script: {', '.join(_SHELLS)}"
    )


def start(line: reading.Line, output: Output) -> int:
    """Open the explorer with the query of the line in its filter, and return its exit code.

    Raises:
        UsageError: stdin, stdout or stderr is not a terminal, or ``--json`` was asked of a screen.
    """
    options = reading.parse(new_parser(), line)
    if options.print_completion:
        from modelscope_tui.cli.completion import script

        output.block(script(options.print_completion))
        return 0
    if options.json or not _has_screen():
        raise UsageError("The explorer needs a terminal;", f"in scripts and pipes use: {PROGRAM} search QUERY --json.")
    from modelscope_tui.cli.main import open_explorer

    explorer = open_explorer(options)
    settings = explorer.settings
    if settings.ascii:
        os.environ["MODELSCOPE_TUI_ASCII"] = "1"
    from modelscope_tui.ui.app import run

    if settings.keys:
        from modelscope_tui.ui.remap import checked

        checked(settings.keys, settings.config_path)
    return run(explorer, query=options.query)


def _has_screen() -> bool:
    """Tell whether somebody looks: at a terminal, or at the page that `web` serves."""
    if os.environ.get("TEXTUAL_DRIVER", "").endswith("WebDriver"):
        return True
    return all(is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr))
