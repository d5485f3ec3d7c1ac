"""What happens when somebody ends the program from outside: it leaves by the door, so that the terminal is clean.

UPPER FLOOR. Without this a SIGTERM (`kill`, a shutdown) or SIGHUP (the window is closed) leaves the mouse and the other
screen turned on in the shell. The second signal of a kind ends the program at once, as ever.

When the window is gone, nothing can be written any more. Textual's thread that writes would end with the first error,
thirty writes later the program would wait for it for ever, and nobody would see that it is still there.
"""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from textual.driver import Driver

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


class Outlasting:
    """A terminal to write to that may go away: what is written to it then goes nowhere."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> None:
        """Write, as long as there is a window."""
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        """Have it shown, as long as there is a window."""
        self._try(self._file.flush)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError as error:
            if error.errno != errno.EIO:  # (what a terminal says whose window was closed; SIGHUP ends the program)
                raise


def outlasting(kind: type[Driver]) -> type[Driver]:
    """Make a driver of Textual one that a closed window does not hold up."""

    class Lasting(kind):  # type: ignore[misc, valid-type]
        """The same driver, with a terminal that may go away."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            file: IO[str] | None = getattr(self, "_file", None)
            if file is not None:
                self._file = Outlasting(file)

    return Lasting
