"""Which tools can run each of many rows, asked once for all rows that are alike in what that depends on.

GROUND FLOOR. The rooms above say what it depends on (:class:`Offers`); judging a row takes longer than everything else
that is found out about it, and millions of rows are alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    fields: tuple[str, ...]
    """The facts that it depends on, by name."""
    digest: Callable[..., Hashable]
    """Brings these facts, as they stand in a line, to what matters of them."""
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


def digests(tools_of: ToolsOf, columns: Mapping[str, Sequence[Any]]) -> list[Hashable]:
    """Give for each row what matters of its facts; nothing where nobody says what does."""
    if not isinstance(tools_of, Offers):
        return []
    if not tools_of.fields:
        return [None] * len(columns["id"])
    return list(map(tools_of.digest, *[columns[name] for name in tools_of.fields]))


def tools_of_all(
    tools_of: ToolsOf, lines: Mapping[int, str], matter: Sequence[Hashable], ids: Ids, told: Told
) -> dict[Tools, list[int]]:
    """Give the rows that have the same tools.

    Args:
        tools_of: tells which tools can run a model.
        lines: the rows by their numbers.
        matter: what :func:`digests` gave for them.
        ids: their ids.
        told: rows of which the tools are known already.
    """
    found: dict[Tools, list[int]] = {}
    signs = _signs(tools_of, tuple(lines), ids) if isinstance(tools_of, Offers) else []
    for place, (number, line) in enumerate(lines.items()):
        tools = told.get(line) if told else None
        if tools is None:
            if isinstance(tools_of, Offers):
                tools = tools_of.asked_once((matter[place], signs[place]), line)
            else:
                tools = tools_of(decode(line))
        found.setdefault(tools, []).append(number)
    return found


def _signs(offers: Offers, numbers: Sequence[int], ids: Ids) -> list[Hashable]:
    """Give for each row which patterns its id matches, and with what."""
    place_of = dict(zip(numbers, range(len(numbers)), strict=True))
    signs: list[Hashable] = [None] * len(numbers)
    for at, pattern in enumerate((*offers.in_id, *offers.in_name)):
        search, has_group, is_in_name = pattern.search, pattern.groups > 0, at >= len(offers.in_id)
        for key, number in ids.tried(pieces_needed(pattern)):
            found = search(key.partition("/")[2] if is_in_name else key)
            if found is not None:
                place = place_of[number]
                signs[place] = (signs[place], at, found[1] if has_group else None)
    return signs
