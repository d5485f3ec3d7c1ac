"""The console script: ``modelscope-tui`` and ``python -m modelscope_tui``.

The last wall: whatever happens inside leaves here as an exit code and at most one line, never as a traceback.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130
"""What a shell expects of a program that was ended with ctrl+c."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    Args:
        arguments: stands in for ``sys.argv[1:]``.
    """
    given = tuple(sys.argv[1:] if arguments is None else arguments)
    gc.disable()  # collections are a tenth of the way to the first frame; a door that stays open turns them on again
    try:
        from modelscope_tui.cli.main import run

        return _flushed(run(given))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `… | head` has read enough
        _silence_stdout()
        return 0
    finally:
        gc.enable()


def _flushed(code: int) -> int:
    """Write what is still in the buffer while an error can be said; the exit code is 1 when it cannot be written."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:  # the disk under stdout is full
        _silence_stdout()
        if code == 0:  # else what went wrong has been said
            sys.stderr.write(f"modelscope-tui: The answer cannot be written: {error}\n")
        return code or 1
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
