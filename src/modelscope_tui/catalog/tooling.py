"""Which tools can run each of many rows, asked once for all rows that are alike in what that depends on.

GROUND FLOOR. The rooms above say what it depends on (:class:`Offers`); judging a row takes longer than everything else
that is found out about it, and millions of rows are alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from modelscope_tui.catalog.coded import Coded, coded
from modelscope_tui.catalog.hints import pieces_needed
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.ngrams import Ids
from modelscope_tui.catalog.record import decode
from modelscope_tui.catalog.told import Told, ToolsOf

Tools = tuple[str, ...]

_MOST_KEPT = 1 << 18


@dataclass(frozen=True, slots=True)
class Offers:
    """Tells which tools can run a model, and what that depends on."""

    tools_of: ToolsOf
    digest: Callable[[Mapping[str, Sequence[Any]], Coded], Sequence[Hashable]]
    """Brings the facts of rows, as they stand in their lines, and their tags to what matters for each row."""
    in_id: tuple[re.Pattern[str], ...]
    """What matters of the folded id: which of these it matches, and what their first group holds."""
    in_name: tuple[re.Pattern[str], ...]
    """The same of what stands after the slash."""
    _kept: dict[Hashable, Tools] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, model: Model) -> Tools:
        """Name the tools that can run a model."""
        return self.tools_of(model)

    def asked_once(self, key: Hashable, line: str) -> Tools:
        """Name the tools that can run a row, from another row with the same key where there was one."""
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = self._kept[key] = self.tools_of(decode(line))
        return found


def digests(tools_of: ToolsOf, columns: Mapping[str, Sequence[Any]], tags: Coded) -> Sequence[Hashable]:
    """Give for each row what matters of its facts; nothing where nobody says what does."""
    if not isinstance(tools_of, Offers):
        return []
    return tools_of.digest(columns, tags)


def tools_of_all(tools_of: ToolsOf, lines: Sequence[str], matter: Sequence[Hashable], ids: Ids, told: Told) -> Coded:
    """Give for each row its tools.

    Args:
        tools_of: tells which tools can run a model.
        lines: the rows.
        matter: what :func:`digests` gave for them.
        ids: their ids.
        told: rows of which the tools are known already.
    """
    known = [told.get(line) for line in lines] if told else [None] * len(lines)
    if not isinstance(tools_of, Offers):
        return coded(
            [tools_of(decode(line)) if tools is None else tools for tools, line in zip(known, lines, strict=True)]
        )
    signs = _signs(tools_of, ids)
    unknown = [place for place, tools in enumerate(known) if tools is None]
    alike = coded([(matter[place], signs[place]) for place in unknown])
    _, firsts = np.unique(alike.codes, return_index=True)
    answers = [
        tools_of.asked_once(key, lines[unknown[first]])
        for key, first in zip(alike.values, firsts.tolist(), strict=True)
    ]
    for place, code in zip(unknown, alike.codes.tolist(), strict=True):
        known[place] = answers[code]
    return coded(known)


def _signs(offers: Offers, ids: Ids) -> list[Hashable]:
    """Give for each row which patterns its id matches, and with what."""
    signs: list[Hashable] = [None] * len(ids.numbers)
    for at, pattern in enumerate((*offers.in_id, *offers.in_name)):
        search, has_group, is_in_name = pattern.search, pattern.groups > 0, at >= len(offers.in_id)
        for key, place in ids.tried(pieces_needed(pattern)):
            found = search(key.partition("/")[2] if is_in_name else key)
            if found is not None:
                signs[place] = (signs[place], at, found[1] if has_group else None)
    return signs
