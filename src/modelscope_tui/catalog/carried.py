"""Rows that come from a file somebody carried here: every fact checked before it becomes one.

GROUND FLOOR. The same lines as in the index (``record.py``), but nobody knows who wrote them. A line that holds
anything else than a row is refused with words, never mended.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from modelscope_tui.catalog.measure import seconds_of
from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.catalog.record import FIELDS, decode, reordered
from modelscope_tui.catalog.salvage import Salvage
from modelscope_tui.errors import CatalogError

LONGEST_TEXT, MOST_ITEMS, LARGEST = 20_000, 1000, 2**62
_KINDS = {item.name: str(item.type) for item in fields(Model)}
_CHOICES: Mapping[str, frozenset[str]] = {
    "gated": frozenset({"no", "yes", "auto", "manual"}),
    "source": frozenset({"hub", "cache", "catalog"}),
}
_TIMES = frozenset({"created", "updated", "as_of", "gone"})
_IDS = frozenset({"id", "gguf_repos", "base_models"})


def hub_lines(path: Path) -> Iterator[str]:
    """Read the rows that the Hub gave to an index, as lines in today's order; a moment's picture of them.

    Raises:
        CatalogError: the index cannot be read.
    """
    with closing(Salvage(path)) as there:
        yield from there.lines()
        if there.is_broken:
            raise CatalogError(f"The index {path} cannot be read to its end.", "It is made anew at the next start.")


def names_of(value: Any) -> tuple[str, ...]:
    """Read which fact stands where in the lines of a file.

    Raises:
        ValueError: that is no list of names, or it lacks the id.
    """
    is_list = isinstance(value, list) and len(value) <= 200 and all(isinstance(name, str) for name in value)
    if not is_list or "id" not in value or len(set(value)) < len(value):
        raise ValueError("the facts of the rows are not named")
    return tuple(value)


def row_of(values: Any, names: Sequence[str]) -> Model:
    """Read a row.

    Args:
        values: the line, parsed.
        names: what stands where in it.

    Raises:
        ValueError: it is not a row; the message names the fact.
    """
    if not isinstance(values, list) or len(values) != len(names) + 2:
        raise ValueError("a row has another number of facts than it should")
    *facts, main, elsewhere = values
    by_name = dict(zip(names, facts, strict=True))
    for name in FIELDS:
        _check(name, by_name.get(name))
    if not (main is None or _is_text(main)) or not _is_said(elsewhere):
        raise ValueError(f"who said what of {by_name['id']} cannot be read")
    return decode(reordered(json.dumps(values), names) if tuple(names) != FIELDS else json.dumps(values))


def _check(name: str, value: Any) -> None:
    if value is None and name not in {"id", "source"}:
        return
    kind = _KINDS[name]
    if "tuple" in kind:
        is_right = isinstance(value, list) and len(value) <= MOST_ITEMS and all(_is_text(item) for item in value)
        is_right = is_right and (name not in _IDS or all(is_repo_id(item) for item in value))
    elif "bool" in kind:
        is_right = isinstance(value, bool)
    elif "int" in kind:
        is_right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST
    else:
        is_right = _is_text(value) and (name not in _CHOICES or value in _CHOICES[name])
        is_right = is_right and (name not in _TIMES or seconds_of(_whole(value)) is not None)
        is_right = is_right and (name not in _IDS or is_repo_id(value))
    if not is_right:
        raise ValueError(f"a row's {name} is not what it must be")


def _whole(moment: str) -> str:
    """Some sources know a year or a month only."""
    return moment + "-01" * ((10 - len(moment)) // 3) if len(moment) in {4, 7} else moment


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value:
        return False
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_said(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, dict) and all(name in _KINDS and _is_text(said) for name, said in value.items())
