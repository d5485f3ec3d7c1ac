"""A program in a pseudo-terminal, read by a terminal emulator: what a person would see, with the times."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyte


class Terminal:
    """One program in a pseudo-terminal of ``columns`` by ``lines``; the clock starts just before it does."""

    def __init__(
        self, argv: Sequence[str], *, columns: int = 160, lines: int = 48, env: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(env or {})}
        self.began = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # pragma: no cover - the child becomes another program
            os.execvpe(argv[0], list(argv), environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    def read(self, seconds: float) -> float | None:
        """Take one piece of output; the time it came, or None when nothing came within ``seconds``."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return None
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return None
        came = time.perf_counter()
        if not data:
            return None
        self.raw += data
        self._stream.feed(data)
        return came

    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen.display)

    def wait_for(self, seen: Callable[[str], bool], seconds: float = 20.0) -> float:
        """Read until the screen shows what is asked for; the time when it did.

        Raises:
            TimeoutError: with the last screen.
        """
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            came = self.read(left)
            if came is not None and seen(self.text()):
                return came
        raise TimeoutError(f"not seen within {seconds} s; the screen was:\n{self.text()}")

    def settle(self, quiet_seconds: float = 0.12, limit_seconds: float = 5.0) -> float | None:
        """Read until nothing came for ``quiet_seconds``; the time of the last piece, None when there was none."""
        last = None
        end = time.perf_counter() + limit_seconds
        while time.perf_counter() < end:
            came = self.read(quiet_seconds)
            if came is None:
                break
            last = came
        return last

    def resident_mib(self) -> float:
        """Resident memory of the program in MiB (Linux)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("the program has ended")

    def close(self) -> None:
        """End the program, politely and then not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
            deadline = time.perf_counter() + 1.0
            while time.perf_counter() < deadline:
                self.read(0.02)
                with suppress(ChildProcessError):
                    if os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                        continue
                os.close(self._fd)
                return
