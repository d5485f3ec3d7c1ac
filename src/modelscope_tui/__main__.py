"""The console script: ``modelscope-tui`` and ``python -m modelscope_tui``.

The last wall: whatever happens inside leaves here as an exit code and at most one line, never as a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    Args:
        arguments: stands in for ``sys.argv[1:]``.
    """
    from modelscope_tui.cli.main import run

    given = tuple(sys.argv[1:] if arguments is None else arguments)
    try:
        code = run(given)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `… | head` has read enough
        _silence_stdout()
        return 0
    return code


def _silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush has nobody to complain to."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        return  # stdout is no real file: nothing will be flushed into a pipe


if __name__ == "__main__":
    sys.exit(main())
