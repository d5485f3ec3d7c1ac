"""Times of many turns, and a table that holds each figure against its bar.

The machine may be shared: besides the time on the clock, the processor's own time is taken, which waiting for others
does not add to.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field


@dataclass
class Times:
    """Milliseconds of many turns, on the clock and of this thread's processor time."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    _began: tuple[float, float] = (0.0, 0.0)

    def begin(self) -> None:
        """Start a turn."""
        self._began = (time.perf_counter(), time.thread_time())

    def take(self) -> None:
        """Take the time since the turn began."""
        self.clock.append((time.perf_counter() - self._began[0]) * 1000)
        self.processor.append((time.thread_time() - self._began[1]) * 1000)


def p95(times: list[float]) -> float:
    """The time that one turn in twenty takes longer than."""
    return sorted(times)[int(len(times) * 0.95)]


def told(name: str, times: Times, bar_ms: float) -> str:
    """One line of the table: p50 and p95 of the processor's time, p95 on the clock, the bar, and whether it is met."""
    found = p95(times.processor)
    verdict = "met" if found <= bar_ms else "MISSED"
    middle, clock = statistics.median(times.processor), p95(times.clock)
    return f"{name:34} {middle:9.2f} {found:9.2f} {clock:10.2f} {bar_ms:8.0f}  {verdict}"


HEADING = f"{'ms':34} {'cpu p50':>9} {'cpu p95':>9} {'clock p95':>10} {'bar':>8}"


def figure(name: str, value: float, bar: float, *, is_least: bool = False) -> str:
    """One line for a single figure."""
    is_met = value >= bar if is_least else value <= bar
    return f"{name:34} {value:9.1f} {'':9} {'':10} {bar:8.0f}  {'met' if is_met else 'MISSED'}"
