"""``modelscope-tui web``: the explorer in a browser of this machine."""

from __future__ import annotations

import importlib.util
import socket
import sys
from typing import TYPE_CHECKING

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli.output import PROGRAM, Output
from modelscope_tui.errors import UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.explorer import Explorer

EXAMPLES = """\
  modelscope-tui web                        print an address; open it in a browser of this machine
  modelscope-tui web --port 9000 'org:qwen fits:yes'
  ssh -L 8090:127.0.0.1:8090 HOST           then the same address works at home"""

PORT = 8090
"""Where it listens: not where the servers of models do."""


def configure(parser: reading.Parser) -> None:
    """Take a query and a port."""
    reading.add_query(parser)
    parser.add_argument("--port", type=reading.port, default=PORT, metavar="N", help=f"where it listens ({PORT})")


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Serve until it is interrupted."""
    if options.json:
        raise UsageError("web answers with a page, not with JSON.", f"Use {PROGRAM} search QUERY --json.")
    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError("The explorer in a browser needs the extra `web`.", 'Install it: pip install ".[web]"')
    _check_port(options.port)
    from modelscope_tui.ui.browser import ExplorerServer

    output.note("it listens on 127.0.0.1 only; ctrl+c ends it")
    ExplorerServer(_words(explorer, options), options.port, output.block).serve()
    return 0


def _words(explorer: Explorer, options: Namespace) -> list[str]:
    """Hand the options on, as they were understood; the token stays in the environment."""
    settings = explorer.settings
    words = ["--cache-dir", str(settings.cache_dir), "--endpoint", settings.endpoint]
    words += ["--offline"] if settings.offline else []
    words += ["--machine", settings.machine] if settings.machine else []
    return [*words, "--", options.query] if options.query else words


def _check_port(port: int) -> None:
    with socket.socket() as one:
        if sys.platform != "win32":
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError(f"Port {port} is taken here.", "Give another with --port.") from error
