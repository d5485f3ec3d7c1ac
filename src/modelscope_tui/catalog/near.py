"""Ids that look like a mistyped one.

GROUND FLOOR. Only rows that share rare three-character pieces are compared, so that it stays quick at any size.
"""

from __future__ import annotations

import difflib
from collections import Counter

from modelscope_tui.catalog.keys import Kind, folded
from modelscope_tui.catalog.store import Store

_RARE_PIECES = 12
_LARGEST_PIECE = 20_000
_COMPARED = 150
_ALIKE = 0.6


def numbers(store: Store, text: str, limit: int) -> list[int]:
    """Find the rows whose ids are most like `text`, the most alike first."""
    key = folded(text)
    pieces = {key[at : at + 3] for at in range(len(key) - 2)} - {"/"}
    bitmaps = sorted((store.bitmap(Kind.GRAM, piece) for piece in pieces), key=len)
    shared: Counter[int] = Counter()
    for rows in [rows for rows in bitmaps if 0 < len(rows) <= _LARGEST_PIECE][:_RARE_PIECES]:
        shared.update(rows)
    ranked: list[tuple[float, int]] = []
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(key)
    alike = [number for number, _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))[:_COMPARED]]
    for number, name in store.names_of(alike):
        matcher.set_seq1(name if "/" in key else name.partition("/")[2])
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            ratio = matcher.ratio()
            if ratio >= _ALIKE:
                ranked.append((-ratio, number))
    return [number for _, number in sorted(ranked)[:limit]]
