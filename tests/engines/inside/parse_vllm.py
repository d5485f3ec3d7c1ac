"""Read commands of `vllm serve` with vLLM's own parser: one JSON list of words a line in, failures out."""

from __future__ import annotations

import contextlib
import io
import json
import sys

from vllm.entrypoints.launchers.cli_args import make_arg_parser, validate_parsed_serve_args
from vllm.reasoning import ReasoningParserManager
from vllm.tool_parsers import ToolParserManager
from vllm.utils.argparse_utils import FlexibleArgumentParser

NAMES = {
    "tool_call_parser": ToolParserManager.list_registered(),
    "reasoning_parser": ReasoningParserManager.list_registered(),
}


def problem_of(parser: FlexibleArgumentParser, words: list[str]) -> str | None:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            found = parser.parse_args(words)
            validate_parsed_serve_args(found)
    except (SystemExit, ValueError, TypeError, KeyError) as error:
        return f"{error!r} {said.getvalue()[-300:]}"
    asked = [(name, getattr(found, name, None), names) for name, names in NAMES.items()]
    return next(
        (f"{name} {value} is not registered" for name, value, names in asked if value and value not in names), None
    )


def main() -> None:
    parser = make_arg_parser(FlexibleArgumentParser())
    read = [json.loads(line) for line in sys.stdin]
    failures = [[words, problem] for words in read if (problem := problem_of(parser, words)) is not None]
    print(json.dumps({"read": len(read), "failures": failures}))


main()
