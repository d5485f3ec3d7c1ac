"""Writes completion scripts with shtab, from the same parsers that read the command line."""

from __future__ import annotations

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import explore
from modelscope_tui.cli.main import load
from modelscope_tui.errors import UsageError


def script(shell: str) -> str:
    """Write the completion script of one shell.

    Raises:
        UsageError: the installed shtab does not know this shell; nothing is invented in its place.
    """
    import shtab

    if shell not in shtab.SUPPORTED_SHELLS:
        known = ", ".join(shtab.SUPPORTED_SHELLS)
        raise UsageError(
            f"The installed shtab {shtab.__version__} writes no completion for {shell}.", f"It knows {known}."
        )
    return str(shtab.complete(whole_parser(), shell))


def whole_parser() -> reading.Parser:
    """Make one parser that knows every command, as completion needs it; a query's words cannot be completed."""
    parser = reading.new_parser("", examples=explore.EXAMPLES)
    explore.add_completion(parser)
    commands = parser.add_subparsers(dest="command", parser_class=reading.Parser)
    for name, answers in reading.COMMANDS.items():
        command = load(name)
        single = reading.new_parser(name, examples=command.EXAMPLES, summary=answers)
        command.configure(single)
        commands.add_parser(name, help=answers, parents=[single], add_help=False)
    return parser
