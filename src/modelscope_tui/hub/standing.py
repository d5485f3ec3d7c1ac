"""How we stand with the Hub: online, offline, in trouble, or told to wait. No network.

NORTH WING. A told wait is kept on the shelf too, so that the next start does not ask too early either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from modelscope_tui.errors import AccessDenied, HubUnreachable, ModelscopeError, RateLimited
from modelscope_tui.hub.answer import Cancelled, HubState
from modelscope_tui.hub.shelf import Shelf
from modelscope_tui.hub.wait import LONGEST_SECONDS, rate_limited

OFFLINE = "Offline. What was seen before is shown with its age."


def stamp(moment: datetime) -> str:
    """Write a time as every answer of ours carries it: ISO 8601 UTC, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class Standing:
    """The state that the status line shows, and the wait that the Hub told us. Any thread may call it."""

    def __init__(self, *, endpoint: str, shelf: Shelf, is_offline: bool, now: Callable[[], datetime]) -> None:
        self._key = f"wait|{endpoint}"
        self._shelf = shelf
        self._now = now
        self._lock = threading.Lock()
        self._quiet_until: datetime | None = None
        self._has_looked = False
        self.is_offline = is_offline
        self.state = HubState("offline", OFFLINE) if is_offline else HubState("unknown")

    def set_offline(self, is_offline: bool) -> None:
        """Go offline, or back."""
        self.is_offline = is_offline
        self._become(HubState("offline", OFFLINE) if is_offline else HubState("unknown"))

    def check_wait(self) -> None:
        """Raise RateLimited while the Hub's wait lasts."""
        until = self._told()
        left = (until - self._now()).total_seconds() if until is not None else 0
        if until is None or left <= 0:
            return
        problem = rate_limited(max(1, -int(-left // 1)))
        self._become(HubState("problem", problem.message, retry_at=stamp(until)))
        raise problem

    def note(self, problem: ModelscopeError | None) -> None:
        """Take in how a question ended. A refusal about one model is an answer all the same: the Hub is there."""
        if isinstance(problem, Cancelled):
            return
        if isinstance(problem, RateLimited):
            until = self._now() + timedelta(seconds=problem.seconds)
            with self._lock:
                self._quiet_until, self._has_looked = until, True
            self._shelf.put(self._key, until.isoformat())
            self._become(HubState("problem", problem.message, retry_at=stamp(until)))
        elif isinstance(problem, HubUnreachable) or (
            isinstance(problem, AccessDenied) and problem.kind == "not-authorised"
        ):
            self._become(HubState("problem", problem.message))
        else:
            self._become(HubState("online"))

    def _told(self) -> datetime | None:
        with self._lock:
            if not self._has_looked:
                self._has_looked = True
                self._quiet_until = self._kept_wait()
            return self._quiet_until

    def _kept_wait(self) -> datetime | None:
        kept = self._shelf.get(self._key)
        try:
            until = datetime.fromisoformat(kept.value) if kept else None
            too_far = until is not None and (until - self._now()).total_seconds() > LONGEST_SECONDS
        except (TypeError, ValueError):
            return None
        return None if too_far else until

    def _become(self, state: HubState) -> None:
        if self.is_offline and state.kind != "offline":
            return
        same = (state.kind, state.message, state.retry_at) == (self.state.kind, self.state.message, self.state.retry_at)
        if not same:
            self.state = HubState(state.kind, state.message, stamp(self._now()), state.retry_at)
