"""How fast a long walk may ask: what the Hub says of its window with every answer, and the rest that follows. Pure.

NORTH WING. The Hub counts requests in fixed windows of five minutes and says how many are left. A walk that fits into
what is left goes at full speed; a longer one spreads its requests evenly over the window, and a part of every window
stays free for whoever explores meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

SPARED = 20
"""One request in so many is left for the explorer."""

LEAST_SPARED = 2

_PART = re.compile(r";\s*([a-z])\s*=\s*(\d{1,9})")


class Pace:
    """The window as it was last told, on a clock in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.quota: int | None = None
        """Requests in one window; None until the Hub says so."""
        self.window_seconds: int | None = None
        self._left: int | None = None
        self._ends = 0.0

    def hear(self, headers: Mapping[str, str]) -> None:
        """Take in `RateLimit: "api";r=499;t=293` and `RateLimit-Policy: …;q=500;w=300`; names in lower case."""
        now = dict(_PART.findall(headers.get("ratelimit", "")))
        policy = dict(_PART.findall(headers.get("ratelimit-policy", "")))
        if "q" in policy:
            self.quota = int(policy["q"])
        if "w" in policy:
            self.window_seconds = int(policy["w"])
        if "r" in now and "t" in now:
            self._left, self._ends = int(now["r"]), self._clock() + int(now["t"])

    def rest_seconds(self, requests: int | None) -> float:
        """Tell how long to wait before the next request.

        Args:
            requests: how many are still to come; None when nobody knows.
        """
        remaining = self._ends - self._clock()
        if self._left is None or remaining <= 0:
            return 0.0
        usable = self._left - self._spared()
        if usable <= 0:
            return remaining + 1.0  # (the Hub says whole seconds)
        if requests is not None and requests <= usable:
            return 0.0
        if requests is None and self._left * 2 > (self.quota or 0):
            return 0.0  # most such walks are short
        return remaining / usable

    def _spared(self) -> int:
        quota = self.quota or 0
        return max(LEAST_SPARED, quota // SPARED) if quota > 10 * LEAST_SPARED else 0
