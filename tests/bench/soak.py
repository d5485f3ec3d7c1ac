"""One hour's worth of use, compressed: does memory grow, does anything leak, is the last key as quick as the first?

    python -m tests.bench soak                                        20,000 keys, 500 details, 50 sizes, 20 flips
    python -m tests.bench soak --keys 2000 --details 50 --sizes 10    the same, smaller

The explorer runs in a pseudo-terminal against a loopback Hub that goes away and comes back; keys are sent one by one as
fast as each is answered. Each tenth opens every tab and popup once. The first tenth warms up: its caches, which all
have a bound, fill; memory, threads and files are counted from its end, and at the end of all, both times at rest.

What a key takes is measured twice: from the key to the first answer on the terminal, and in processor time of the
program for the keys of a tenth, which does not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import random
import signal
import statistics
import string
import struct
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench import programs
from tests.bench.terminal import ESCAPE, Terminal
from tests.hub_server import HubServer

TOUR = (
    *("5", "\r", "l", "l", "l", "l", "l", "l", "l", ESCAPE, "?", ESCAPE, "V", ESCAPE, "M", ESCAPE, "v", ESCAPE),
    *("n", ESCAPE, "e", ESCAPE, "m", "j", "m", "c", ESCAPE, ESCAPE, "1", "2", "3", "4", "s", ESCAPE, "\x10", ESCAPE),
    "5",
)
"""Every tab, popup and pane."""

REST_SECONDS = 6.0
"""What waits for the Hub has ended then, and its threads with it."""

QUERIES = ("qwen3 coder", "llama 8b", "org:google gemma", "license:mit bert", "tool:vllm deepseek", "embed", "x")
SIZES = ((80, 24), (160, 48), (60, 20), (120, 40), (1, 1))
NEW_WORDS_OF_TEN = 3
"""So many of ten queries are a word that nobody has typed before; most of these find nothing."""

CLEAR, DOWN, UP, TO_THE_LIST = "\x15", "j", "k", "\r"


@dataclass(frozen=True)
class Held:
    """What the program holds at a moment."""

    mib: float
    threads: int
    files: int


def held(terminal: Terminal) -> Held:
    """Count memory, threads and open files (Linux)."""
    process = Path(f"/proc/{terminal.pid}")
    return Held(terminal.resident_mib(), len(list((process / "task").iterdir())), len(list((process / "fd").iterdir())))


class Soak:
    """One explorer, and what is done to it."""

    def __init__(self, terminal: Terminal, hub: HubServer, chance: random.Random) -> None:
        self.terminal, self.hub, self.chance = terminal, hub, chance
        self.latencies_ms: list[float] = []
        self.is_down = False

    def key(self, key: str) -> None:
        """Press one key and wait for its first answer on the screen."""
        self.terminal.settle(0.005, 0.2)
        sent = time.perf_counter()
        self.terminal.send(key)
        came = self.terminal.read(0.25)
        if came is not None:
            self.latencies_ms.append((came - sent) * 1000)
        self.forget()

    def forget(self) -> None:
        """Keep no output: an hour of it would be the largest thing here."""
        self.terminal.raw.clear()
        self.terminal._unread.clear()

    def keys(self, number: int) -> None:
        """Type queries and move in the list, so many keys in all."""
        done = 0
        while done < number:
            if self.chance.randrange(10) < NEW_WORDS_OF_TEN:
                word = "".join(self.chance.choices(string.ascii_lowercase, k=self.chance.randrange(4, 9)))
                pressed = ["/", *word, CLEAR, ESCAPE]
            else:
                moves = [DOWN, DOWN, *self.chance.choices((DOWN, DOWN, UP), k=18)]
                pressed = ["/", *self.chance.choice(QUERIES), TO_THE_LIST, *moves, "/", CLEAR, ESCAPE]
            for key in pressed:
                self.key(key)
            done += len(pressed)

    def detail(self) -> None:
        """Open a model, look at two tabs, and go back."""
        for key in ("5", "\x04", "\r", "l", "l"):
            self.terminal.send(key)
            self.terminal.settle(0.05, 0.5)
            self.forget()
        self.terminal.send("5")
        self.terminal.settle(0.02, 0.3)
        self.forget()

    def tour(self) -> None:
        """Open every tab, popup and pane."""
        for key in TOUR:
            if not self.terminal.is_alive():
                raise RuntimeError(f"the explorer has ended before {key!r}")
            self.terminal.send(key)
            self.terminal.settle(0.05, 1.0)
            self.forget()

    def rest(self) -> Held:
        """Wait until nothing is under way, and count."""
        self.terminal.settle(REST_SECONDS, 2 * REST_SECONDS)
        self.forget()
        return held(self.terminal)

    def processor_seconds(self) -> float:
        """Processor time of the program so far (Linux)."""
        fields = Path(f"/proc/{self.terminal.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resize(self) -> None:
        """Make the window another size."""
        columns, lines = self.chance.choice(SIZES)
        fcntl.ioctl(self.terminal._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        os.kill(self.terminal.pid, signal.SIGWINCH)
        self.terminal.settle(0.05, 0.5)
        self.forget()

    def size_back(self) -> None:
        """Make it the size that latency is measured at."""
        fcntl.ioctl(self.terminal._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
        os.kill(self.terminal.pid, signal.SIGWINCH)
        self.terminal.settle(0.3, 2.0)
        self.forget()

    def flip(self) -> None:
        """Let the Hub go away, or come back."""
        self.is_down = not self.is_down
        if self.is_down:
            self.hub.fault("hang-up")
        else:
            self.hub.heal()


def _shares(total: int, parts: int) -> list[int]:
    return [total * (part + 1) // parts - total * part // parts for part in range(parts)]


def _round(soak: Soak, keys: int, details: int, sizes: int, flips: int) -> tuple[float, float]:
    """Do one tenth of everything; gives the median latency of its keys and their processor time, both in ms a key."""
    for _ in range(flips):
        soak.flip()
    for _ in range(sizes):
        soak.resize()
    soak.size_back()
    soak.tour()
    for _ in range(details):
        soak.detail()
    soak.latencies_ms = []
    before = soak.processor_seconds()
    soak.keys(keys)
    if not soak.terminal.is_alive():
        raise RuntimeError("the explorer has ended: see `crashes` in its cache directory")
    spent = soak.processor_seconds() - before
    return statistics.median(soak.latencies_ms), spent * 1000 / len(soak.latencies_ms)


def run(arguments: list[str]) -> None:
    """Use the explorer for long, and compare its end with its start."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench soak")
    parser.add_argument("--keys", type=int, default=20_000)
    parser.add_argument("--details", type=int, default=500)
    parser.add_argument("--sizes", type=int, default=50)
    parser.add_argument("--flips", type=int, default=20)
    options = parser.parse_args(arguments)
    parts = list(zip(*(_shares(total, 10) for total in (options.keys, options.details, options.sizes, options.flips)),
                     strict=True))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, HubServer() as hub:
        cache = Path(folder)
        programs.warm(cache)
        terminal = programs.explorer(cache, "--endpoint", hub.url)
        began = time.monotonic()
        try:
            terminal.wait_for(programs.is_filled)
            terminal.settle(1.0)
            soak = Soak(terminal, hub, random.Random(2026))
            at_start: Held | None = None
            walls: list[float] = []
            processor: list[float] = []
            for number, part in enumerate(parts):
                wall, spent = _round(soak, *part)
                walls.append(wall)
                processor.append(spent)
                at_start = at_start or soak.rest()
                now = held(terminal)
                print(f"{(number + 1) * 10:3} %  {wall:6.1f} ms a key, {spent:5.1f} ms of the processor"
                      f"  {now.mib:6.1f} MiB  {now.threads} threads  {now.files} files", flush=True)  # fmt: skip
            hub.heal()
            at_end = soak.rest()
        finally:
            terminal.close()
    assert at_start is not None
    said = f"{options.keys:,} keys, {options.details} details, {options.sizes} sizes, {options.flips} flips"
    print(f"{said} in {time.monotonic() - began:.0f} s")
    grown = (at_end.mib / at_start.mib - 1) * 100
    print(f"memory {at_start.mib:.1f} to {at_end.mib:.1f} MiB: {grown:+.1f} % (limit +10)")
    print(f"threads {at_start.threads} to {at_end.threads}, files {at_start.files} to {at_end.files}")
    for what, took in (("on the terminal", walls), ("of the processor", processor)):
        ratio = statistics.median(took[-3:]) / statistics.median(took[:3])
        print(f"a key at the end takes {ratio:.2f} times the time {what} that it took at the start (limit 1.20)")
