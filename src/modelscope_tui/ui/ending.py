"""What happens when somebody ends the program from outside: it leaves by the door, so that the terminal is clean.

UPPER FLOOR. Without this a SIGTERM (`kill`, a shutdown) or SIGHUP (the window is closed) leaves the mouse and the other
screen turned on in the shell. The second signal of a kind ends the program at once, as ever.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

SHELL_OFFSET = 128
"""What a shell adds to the number of the signal that ended a program."""


def leave_when_told(leave: Callable[[int], None]) -> None:
    """Hear the signals that end a program; call it while the event loop runs.

    Args:
        leave: ends the program in an orderly way with the exit code that it is given.
    """
    loop = asyncio.get_running_loop()

    def hear(number: int) -> None:
        loop.remove_signal_handler(number)  # whoever asks again does not want to wait
        leave(SHELL_OFFSET + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            with suppress(NotImplementedError, RuntimeError, ValueError):  # Windows; a loop in a thread of a test
                loop.add_signal_handler(number, hear, number)
