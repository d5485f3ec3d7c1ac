"""How long the Hub told us to wait. Pure.

NORTH WING. `RateLimit` comes with every answer of the Hub, `Retry-After` from whatever stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from modelscope_tui.errors import RateLimited

UNTOLD_SECONDS = 60
"""How long to wait when the Hub says 429 and not for how long."""

LONGEST_SECONDS = 24 * 3600
"""A longer wait than this is a mistake of whoever answered."""

_RESET = re.compile(r";\s*t\s*=\s*(\d{1,9})")


def rate_limited(seconds: int) -> RateLimited:
    """Say how long the Hub asked us to wait."""
    return RateLimited(
        f"The Hub asked us to wait {seconds} s.",
        "Nothing is asked until then; a token (HF_TOKEN) raises the limit.",
        seconds=seconds,
    )


def wait_seconds(headers: Mapping[str, str], now: datetime | None = None) -> int:
    """Read how long to wait: `RateLimit: "api";r=0;t=55`, else `Retry-After` in seconds or as a date."""
    told = _RESET.search(headers.get("ratelimit", ""))
    if told:
        return _sane(int(told[1]))
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit() and len(after) < 10:
        return _sane(int(after))
    from email.utils import parsedate_to_datetime  # (10 ms that nobody needs before a 429)

    try:
        moment = parsedate_to_datetime(after)
    except ValueError:
        return UNTOLD_SECONDS
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _sane(round((moment - (now or datetime.now(UTC))).total_seconds()))


def _sane(seconds: int) -> int:
    return max(1, min(seconds, LONGEST_SECONDS))
