"""What the title line says of the way to the Hub, and for how long the Hub lets us wait.

UPPER FLOOR. Pure.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modelscope_tui.ui.present import age, clean, glyphs, moment

if TYPE_CHECKING:
    from modelscope_tui.hub.answer import HubState


def seconds_left(state: HubState | None, now: datetime | None = None) -> int:
    """Tell in how many seconds the Hub may be asked again; 0 when it may be asked now."""
    until = moment(state.retry_at) if state is not None else None
    return 0 if until is None else max(0, math.ceil((until - (now or datetime.now(UTC))).total_seconds()))


def hub_words(state: HubState | None, *, is_offline: bool, now: datetime | None = None) -> tuple[str, str]:
    """Give the words and their style; nothing while nothing is known."""
    signs = glyphs()
    if is_offline:
        return f"{signs.offline} offline", "$foreground 60%"
    if state is None or state.kind == "unknown":
        return "", ""
    if state.kind == "online":
        return f"{signs.online} online", "$text-success"
    left = seconds_left(state, now)
    if state.kind == "offline":
        since = age(state.since, now).removesuffix(" ago")
        said = f"offline since {since}" if since else "offline"
    elif left:
        said = f"the Hub lets us wait: {left} s"
    elif state.retry_at is not None:
        said = "the wait is over: R asks the Hub"
    else:
        said = clean(state.message, 80) or "the Hub does not answer"
    return f"{signs.offline} {said}", "$text-warning"
