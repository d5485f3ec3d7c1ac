"""A program in a pseudo-terminal, read by a terminal emulator: what a person would see, with the times.

A thread takes the output the moment it comes and notes the time; the emulator, which is slow, works behind it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import queue
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyte

ESCAPE = "\x1b[27u"
"""The key as terminals with the Kitty protocol send it. A bare ESC and the letter after it, when both are there before
the program reads, are Alt and that letter; this one stays itself however busy the machine is."""


class Terminal:
    """One program in a pseudo-terminal of ``columns`` by ``lines``; the clock starts just before it does."""

    def __init__(
        self, argv: Sequence[str], *, columns: int = 160, lines: int = 48, env: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            **(env or {}),
        }
        self.began = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # pragma: no cover - the child becomes another program
            os.execvpe(argv[0], list(argv), environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._ended: int | None = None
        self._unread: list[bytes] = []
        self._pieces: queue.Queue[tuple[float, bytes]] = queue.Queue()
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):
            while data := os.read(self._fd, 1 << 16):
                self._pieces.put((time.perf_counter(), data))

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    def read(self, seconds: float) -> float | None:
        """Take one piece of output; the time it came, or None when nothing came within ``seconds``."""
        try:
            came, data = self._pieces.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None
        self.raw += data
        self._unread.append(data)
        return came

    def text(self) -> str:
        """The screen as text."""
        for data in self._unread:
            self._stream.feed(data)
        self._unread.clear()
        return "\n".join(self.screen.display)

    def wait_for(self, seen: Callable[[str], bool], seconds: float = 60.0) -> float:
        """Read until the screen shows what is asked for; the time when it did.

        Raises:
            TimeoutError: with the last screen.
        """
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            pieces = []
            while (came := self.read(0.05)) is not None:  # the emulator stays out of the way while output comes
                pieces.append((came, self._unread.pop()))
            for came, data in pieces:
                self._unread.append(data)
                if seen(self.text()):
                    self._unread += [later for time_later, later in pieces if time_later > came]
                    return came
            if not pieces and not self.is_alive():
                break
        raise TimeoutError(f"not seen within {seconds} s; the screen was:\n{self.text()}")

    def is_alive(self) -> bool:
        """Tell whether the program still runs."""
        if self._ended is None:
            with suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self._ended = os.waitstatus_to_exitcode(status) if pid else None
        return self._ended is None

    def wait_for_end(self, seconds: float = 30.0) -> int:
        """Read on until the program has ended; its exit code."""
        deadline = time.perf_counter() + seconds
        while self.is_alive():
            if time.perf_counter() > deadline:
                raise TimeoutError(f"still running; the screen was:\n{self.text()}")
            self.read(0.05)
        self.settle(0.05)
        return self._ended or 0

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
            deadline = time.perf_counter() + 2.0
            while self.is_alive() and time.perf_counter() < deadline:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)
                self.read(0.05)
        os.close(self._fd)
