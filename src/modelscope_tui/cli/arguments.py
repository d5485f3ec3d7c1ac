"""Reads the command line: which command is meant, and its options before or after it.

    modelscope-tui --offline search qwen -tag:moe --limit 5
                   └ option  └ command └ words of the query may begin with a minus: `-tag:moe` excludes

A first word that is no command is the explorer's QUERY; ``--`` in front makes any word one.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from modelscope_tui import __version__
from modelscope_tui.catalog.query import storable
from modelscope_tui.cli.output import PROGRAM
from modelscope_tui.errors import UsageError

COMMANDS: Mapping[str, str] = {
    "search": "list models",
    "show": "one model's facts, each with its age and its source",
    "launch": "the command that runs a model, or the reason why it cannot",
    "fit": "memory and speed of a model on a machine",
    "facets": "counts per organization, category, license, tool and task",
    "sync": "bring the local catalog up to date with the Hub",
    "shortlist": "stars, notes and saved views: list, export, import",
    "cache": "what is kept on this machine, and how to clear it",
    "policy": "hold models against a policy file, rule by rule",
    "config": "the settings file: write, find, check, show",
    "web": "the explorer in a browser of this machine",
    "doctor": "what was found: machine, tools, Hub, cache, terminal",
}
"""Every subcommand with what it answers; ``modelscope_tui.cli.<name>`` holds it."""

ENVIRONMENT = """\
environment:
  HF_TOKEN, HF_HOME, HF_ENDPOINT, HF_HUB_OFFLINE, HTTP(S)_PROXY   as in the Hub's own tools
  MODELSCOPE_TUI_CACHE    the cache directory          MODELSCOPE_TUI_CONFIG   the settings file
  MODELSCOPE_TUI_DEBUG=1  tracebacks of unexpected errors
  MODELSCOPE_TUI_ASCII=1  draw with ASCII alone        MODELSCOPE_TUI_REDUCED_MOTION=1   nothing moves by itself
  NO_COLOR, FORCE_COLOR   colour never, colour always"""

EXIT_CODES = """\
exit codes:
  0 an answer (an empty one too)   1 unexpected error         2 usage, unreadable query term
  3 no such model                  4 offline and not cached   5 gated or not authorised
  6 rate limited                   7 Hub unreachable          8 refused: this tool cannot run this model
  9 the policy does not allow it   130 interrupted"""

QUERY_HELP = """\
query:
  words match id, organization, name and tags; terms narrow; -term excludes; a|b is either:
  org:qwen category:code license:permissive task:text-generation tool:vllm tag:moe params:<10b
  context:>=128k downloads:>1m likes:>100 updated:<30d gated:no fits:yes allowed:yes|conditions
  sort:trending   allowed: is the license's answer for --use in --region (or the settings file's)
  base:Qwen/Qwen3-8B relation:quantized|finetune|adapter|merge format:gguf|awq|gptq|mlx|fp8   what was made from it"""

_PAGE = re.compile(
    r"(?:https?://)?(?:huggingface\.co|hf\.co)/"
    r"(?!(?:datasets|spaces|docs|papers|collections|blog|api)/)([^/?#\s]+/[^/?#\s:]+)"
)
"""The page of a model, of one of its files, or the form that Ollama uses; not the Hub's other pages."""
_EXCLUDING_WORD = re.compile(r"-[^-\s].+", re.DOTALL)
_PLAIN_WORD = re.compile(r"[A-Za-z0-9][\w.+:/-]*", re.ASCII)
_QUERY_COMMANDS = frozenset({"search", "facets", "web", ""})
_WITH_VALUE = frozenset({"--endpoint", "--cache-dir", "--machine", "--print-completion"})


class Parser(argparse.ArgumentParser):
    """An argparse parser that raises instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        """Turn argparse's complaint into a usage error of the house."""
        text = message[:1].upper() + message[1:]
        raise UsageError(f"{text.rstrip('.')}.", f"See {self.prog} --help.")


@dataclass(frozen=True, slots=True)
class Line:
    """A command line, split: the command (empty for the explorer) and what is said to it."""

    command: str
    arguments: tuple[str, ...] = field(default=())


def new_parser(command: str, *, examples: str, summary: str | None = None, notes: Sequence[str] = ()) -> Parser:
    """Make a parser with the options that every command has, and a help that ends with examples."""
    blocks = [f"examples:\n{examples}", *notes, EXIT_CODES, ENVIRONMENT]
    parser = Parser(
        prog=f"{PROGRAM} {command}".strip(),
        description=summary,
        epilog="\n\n".join(blocks),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    _add_shared_options(parser)
    return parser


def _add_shared_options(parser: Parser) -> None:
    group = parser.add_argument_group("options of every command")
    group.add_argument("--json", action="store_true", help="answer with one JSON document on stdout")
    group.add_argument("--offline", action="store_const", const=True, help="never open a socket (HF_HUB_OFFLINE=1)")
    group.add_argument("--refresh", action="store_const", const=True, help="ignore fresh answers of the cache")
    group.add_argument("--endpoint", metavar="URL", help="address of the Hub (HF_ENDPOINT)")
    group.add_argument("--cache-dir", metavar="DIR", help="where the index and the cache live (MODELSCOPE_TUI_CACHE)")
    group.add_argument(
        "--machine",
        metavar="SPEC",
        help="in place of this machine: 2x80GB, 'RTX 4090', 'M3 Max 64GB', cpu:64GB, or a name of the settings",
    )
    group.add_argument("-q", "--quiet", action="store_true", help="nothing on stderr")
    group.add_argument("--debug", action="store_true", help="show the traceback of an unexpected error")
    group.add_argument("-h", "--help", action="help", help="show this help and leave")
    group.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}", help="show the version")


def split(arguments: Sequence[str]) -> Line:
    """Find the command among the arguments; shared options may stand before it.

    Raises:
        UsageError: the word is a name that this version reserves.
    """
    position = 0
    while position < len(arguments):
        word = arguments[position]
        if word == "--" or (_EXCLUDING_WORD.fullmatch(word) and not word.startswith("--")):
            break
        if not word.startswith("-") or word == "-":
            return _named(word, arguments, position)
        position += 2 if word in _WITH_VALUE else 1
    return Line("", tuple(arguments))


def _named(word: str, arguments: Sequence[str], position: int) -> Line:
    if word not in COMMANDS:
        return Line("", tuple(arguments))
    return Line(word, (*arguments[:position], *arguments[position + 1 :]))


def parse(parser: Parser, line: Line) -> argparse.Namespace:
    """Read a line with its parser; a query may mix words and options in any order."""
    arguments = list(line.arguments)
    if line.command in _QUERY_COMMANDS:
        arguments = _protected(arguments)
    found = parser.parse_intermixed_args(arguments)
    if isinstance(words := getattr(found, "query", None), list):
        found.query = " ".join(word.removeprefix(" ") for word in words)
    return found


def _protected(arguments: Sequence[str]) -> list[str]:
    """Put a blank before ``-tag:moe`` so that argparse takes it for a word; single letters stay options."""
    after = arguments.index("--") if "--" in arguments else len(arguments)
    options = (
        f" {word}" if _EXCLUDING_WORD.fullmatch(word) or word.startswith(" ") else word for word in arguments[:after]
    )
    return [*options, *(f" {word}" for word in arguments[after + 1 :])]


def add_query(parser: Parser) -> None:
    """Let a command take the words of a query."""
    parser.add_argument("query", nargs="*", metavar="QUERY", help="words and terms, as in the explorer's filter")


def add_policy(parser: Parser) -> None:
    """Let a command be held to a team's policy, and be asked about a region and a use."""
    from modelscope_tui.catalog.permission import REGIONS, USES  # no first frame waits for it

    group = parser.add_argument_group("terms of use")
    group.add_argument("--policy", metavar="FILE", help="the team's policy (TOML); exit code 9 when it does not allow")
    group.add_argument("--region", choices=tuple(REGIONS), help="where a model would be used")
    group.add_argument("--use", choices=tuple(USES), help="what for (default: commercial)")


def add_model(parser: Parser) -> None:
    """Let a command take one model's id."""
    parser.add_argument("model", metavar="MODEL", type=model_id, help="owner/name, as in Qwen/Qwen3-8B, or its address")


def model_id(text: str) -> str:
    """Read an id, also out of the address of a model's page or of a file in it, as one copies it from a browser."""
    found = _PAGE.match(text)
    return storable(found[1] if found else text)


def positive(text: str) -> int:
    """Read a number above zero."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above zero")
    return number


def word(text: str) -> str:
    """Read a name that may stand in a command: letters, digits and a few signs, never an option."""
    if len(text) > 200 or not _PLAIN_WORD.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a plain word of letters, digits and . _ - + : /")
    return text


def port(text: str) -> int:
    """Read a port."""
    number = positive(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return number


def tokens(text: str) -> int:
    """Read a context length: ``32768``, ``32k``, ``1m``."""
    factor = {"k": 1024, "m": 1024 * 1024}.get(text[-1:].lower())
    return positive(text) if factor is None else positive(text[:-1]) * factor
