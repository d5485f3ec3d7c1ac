"""Files many rows at once: which rows stand under which key, worked out fact by fact instead of row by row.

GROUND FLOOR. The same keys as ``keys.filed`` gives one row, which a test holds against each other. Whatever many rows
share is looked at once: a tag, a language, a license, the names of a base.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelscope_tui.catalog.based import Based
from modelscope_tui.catalog.coded import Coded, coded, coded_lists
from modelscope_tui.catalog.form import form_by, form_needs_id, weighed
from modelscope_tui.catalog.hints import pieces_needed
from modelscope_tui.catalog.keys import (
    BASED,
    GONE,
    LARGEST,
    MIXED,
    Key,
    Kind,
    keys_of_gate,
    keys_of_language,
    keys_of_library,
    keys_of_license,
    keys_of_quantization,
    keys_of_tag,
    keys_of_task,
    keys_of_word,
)
from modelscope_tui.catalog.moments import seconds_of_each
from modelscope_tui.catalog.ngrams import Ids
from modelscope_tui.catalog.postings import Gathered, Rows
from modelscope_tui.catalog.taxonomy import (
    FALLBACK,
    FALLBACK_TASKS,
    categories_by_name,
    categories_of_fact,
    categories_of_languages,
)

Columns = Mapping[str, Sequence[Any]]
"""The facts of rows by field, as they stand in their lines: lists, or None where there is nothing."""


def _categories(fact: str) -> list[Key]:
    return [(Kind.CATEGORY, category) for category in categories_of_fact(fact)]


def _keys_of_task(task: str) -> list[Key]:
    fallback = [(Kind.CATEGORY, FALLBACK)] if task in FALLBACK_TASKS else []  # (taken back where there is another)
    return [*keys_of_task(task), *fallback, *_categories(f"task:{task}")]


_FACTS: tuple[tuple[str, Callable[[str], list[Key]]], ...] = (
    ("task", _keys_of_task),
    ("library", keys_of_library),
    ("model_type", keys_of_word),
    ("gated", keys_of_gate),
    ("quantization", keys_of_quantization),
)
_LISTS: tuple[tuple[str, Callable[[str], list[Key]]], ...] = (
    ("capabilities", keys_of_word),
    ("languages", keys_of_language),
)
_LICENSE = ("license", "license_name", "license_link")
_TIMES = ("created", "updated")
_AMOUNTS = ("downloads", "likes", "trending", "params", "context")
_MANY = (Kind.TOKEN, Kind.BASE, Kind.ORGANIZATION)

_EXACT = float(1 << 53)
"""Whole numbers below this are the same as fractions."""


class Filing:
    """The keys of rows, gathered."""

    def __init__(self) -> None:
        self.found: Gathered[Key] = Gathered()
        """Every key with its rows, but for n-grams, numbers, and what stands in `many`."""
        self.many: dict[int, Gathered[str]] = {kind: Gathered() for kind in _MANY}
        """The values of the kinds that have very many, with their rows."""
        self.numbers: dict[str, list[NDArray[np.int64]]] = {name: [] for name in (*_AMOUNTS, *_TIMES, "size")}
        """For each row the value, or -1 where it is unknown."""
        self.rows: list[Rows] = []
        """The rows that `numbers` are of."""

    def seen(self, columns: Columns, rows: Rows) -> None:
        """File rows under when the Hub gave them, and those that are gone."""
        said = coded([*zip(columns["source"], columns["as_of"], strict=True)])
        self._file(said, rows, lambda one: [] if one[0] == "catalog" else [(Kind.SEEN, one[1] or "")])
        gone = _truths(columns["gone"])
        if gone.any():
            self.found.add((Kind.GONE, GONE), rows[gone])

    def facts(self, columns: Columns, rows: Rows, tags: Coded) -> None:
        """File rows that are not gone under everything but their names.

        Args:
            columns: their facts.
            rows: their numbers.
            tags: their tags.
        """
        self._file(tags, rows, _keys_of_tag)
        for name, keys_of in _LISTS:
            self._file(coded_lists(columns[name]), rows, keys_of)
        for name, keys_of in _FACTS:
            self._file(coded(columns[name]), rows, partial(_if_said, keys_of))
        self._file(coded([tuple(values or ()) for values in columns["languages"]]), rows, _keys_of_languages)
        licenses = coded([*zip(*[columns[name] for name in _LICENSE], strict=True)])
        self._file(licenses, rows, lambda said: keys_of_license(*said))
        moe = _truths(columns["is_moe"])
        if moe.any():
            self.found.add(MIXED[0], rows[moe])
        based = Based(columns, tags, rows)
        based.file(self.many[Kind.BASE])
        for relation, some in based.relations():
            self.found.add((Kind.RELATION, relation), some)
        self._forms(columns, rows)
        self._numbers(columns, rows)

    def _file(self, said: Coded, rows: Rows, keys_of: Callable[[Any], Sequence[Key]]) -> None:
        self.found.add_coded([keys_of(value) for value in said.values], said.codes, rows[said.places])

    def _forms(self, columns: Columns, rows: Rows) -> None:
        facts = [columns["quantization"], columns["library"], map(bool, columns["gguf_repos"]), columns["id"]]
        some = [
            (quantization, library, has_gguf, model_id if form_needs_id(quantization, library, model_id) else "")
            for quantization, library, has_gguf, model_id in zip(*facts, strict=True)
        ]
        self._file(coded(some), rows, lambda one: [(Kind.FORM, form_by(*one))])

    def _numbers(self, columns: Columns, rows: Rows) -> None:
        known = self.numbers
        self.rows.append(rows)
        for name in _AMOUNTS:
            known[name].append(_amounts(columns[name]))
        facts = [columns[name] for name in ("params", "params_estimate", "quantization", "library", "id")]
        known["size"].append(_amounts(weighed(*facts)))
        for name in _TIMES:
            known[name].append(seconds_of_each(columns[name]))

    def names(self, ids: Ids) -> None:
        """File rows that are not gone under what their names tell."""
        self.many[Kind.TOKEN].add_each(*ids.tokens())
        for category, pattern, takes in categories_by_name():
            some = [place for key, place in ids.tried(pieces_needed(pattern)) if takes(key.partition("/")[2])]
            if some:
                self.found.add((Kind.CATEGORY, category), ids.numbers[some])


def _truths(values: Sequence[Any]) -> NDArray[np.bool_]:
    return np.fromiter(map(bool, values), dtype=bool, count=len(values))


def _keys_of_tag(tag: str) -> Sequence[Key]:
    if tag.startswith(BASED):  # half of all different tags; they are filed by themselves
        return ()
    categories = categories_of_fact(tag.lower())
    return [*keys_of_tag(tag), *_categories(tag.lower())] if categories else keys_of_tag(tag)


def _if_said(keys_of: Callable[[str], list[Key]], value: str | None) -> list[Key]:
    return keys_of(value) if value else []


def _keys_of_languages(spoken: tuple[str, ...]) -> list[Key]:
    return [(Kind.CATEGORY, category) for category in categories_of_languages(spoken)]


def _amounts(values: Sequence[float | None]) -> NDArray[np.int64]:
    """Give whole numbers, -1 for what is not known or is no amount that anything has."""
    try:
        found = np.array(values, dtype=np.float64)
    except OverflowError:
        found = np.array([np.inf])
    if (np.abs(found) >= _EXACT).any():
        known = [-1 if value is None or not 0 <= value <= LARGEST else int(value) for value in values]
        return np.array(known, dtype=np.int64)
    found[~(found >= 0)] = -1
    return found.astype(np.int64)
