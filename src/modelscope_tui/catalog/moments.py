"""Times of many rows as seconds since 1970, read from all their digits at once.

GROUND FLOOR. What ``measure.seconds_of`` says of each, by which everything is read that is not written as the Hub does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from modelscope_tui.catalog.coded import coded
from modelscope_tui.catalog.measure import seconds_of

_AS_THE_HUB = (len("2026-01-31T12:30:59Z"), len("2026-01-31T12:30:59.000Z"))
_SIGNS = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"}
_DIGITS = [place for place in range(19) if place not in _SIGNS]
_FIRST_YEAR = 1971
"""Before it a fraction of a second would be rounded to the other side."""


def seconds_of_each(texts: Sequence[str | None]) -> NDArray[np.int64]:
    """Turn ISO dates and times into seconds since 1970; -1 for what is none, or was before."""
    lengths = np.fromiter([len(text) if text else 0 for text in texts], dtype=np.int64, count=len(texts))
    found = np.full(len(texts), -1, dtype=np.int64)
    others = lengths > 0
    for length in _AS_THE_HUB:
        places = np.flatnonzero(lengths == length)
        if len(places):
            some = [texts[place] or "" for place in places.tolist()]
            seconds = _read("".join(some), length)
            found[places] = seconds
            others[places] = seconds < 0
    rest = np.flatnonzero(others)
    said = coded([texts[place] for place in rest.tolist()])
    known = [seconds_of(text) for text in said.values]
    found[rest] = np.array([-1 if value is None else value for value in known], dtype=np.int64)[said.codes]
    return np.maximum(found, -1)


def _read(text: str, length: int) -> NDArray[np.int64]:
    """Read times that stand one after the other, each of one length; -1 where one has to be read by itself."""
    if not text.isascii():
        return np.full(len(text) // length, -1, dtype=np.int64)
    letters = np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(-1, length)
    digits = letters - np.uint8(ord("0"))
    places = [*_DIGITS, *range(20, length - 1)]
    is_read = (digits[:, places] <= 9).all(axis=1) & (letters[:, -1] == ord("Z"))
    for place, sign in (*_SIGNS.items(), *([(19, ".")] if length > 20 else [])):
        is_read &= letters[:, place] == ord(sign)
    year, month, day, hour, minute, second = (
        digits[:, start:stop].astype(np.int64) @ (10 ** np.arange(stop - start - 1, -1, -1))
        for start, stop in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
    )
    is_read &= (year >= _FIRST_YEAR) & (hour < 24) & (minute < 60) & (second < 60)
    dates, codes = np.unique(np.where(is_read, (year * 100 + month) * 100 + day, 0), return_inverse=True)
    days = [seconds_of(f"{date // 10000:04}-{date // 100 % 100:02}-{date % 100:02}") for date in dates.tolist()]
    starts = np.array([-1 if start is None else start for start in days], dtype=np.int64)[codes]
    return np.where(is_read & (starts >= 0), starts + hour * 3600 + minute * 60 + second, -1)
