"""Files many rows at once: which rows stand under which key, worked out fact by fact instead of row by row.

GROUND FLOOR. The same keys as ``keys.filed`` gives one row, which a test holds against each other. Whatever many rows
share is looked at once: a tag, a language, a license, the names of a base.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from modelscope_tui.catalog.form import form_by, form_needs_id, weighed_by
from modelscope_tui.catalog.hints import pieces_needed
from modelscope_tui.catalog.keys import (
    BASED,
    GONE,
    LARGEST,
    MIXED,
    Key,
    Kind,
    folded,
    keys_of_gate,
    keys_of_language,
    keys_of_library,
    keys_of_license,
    keys_of_quantization,
    keys_of_tag,
    keys_of_task,
    keys_of_word,
)
from modelscope_tui.catalog.measure import seconds_of
from modelscope_tui.catalog.ngrams import Ids
from modelscope_tui.catalog.postings import Gathered
from modelscope_tui.catalog.relation import UNKNOWN, bases_of, relation_of
from modelscope_tui.catalog.taxonomy import (
    FALLBACK,
    FALLBACK_TASKS,
    categories_by_name,
    categories_of_fact,
    categories_of_languages,
)

Columns = Mapping[str, Sequence[Any]]
"""The facts of rows by field, as they stand in their lines: lists, or None where there is nothing."""

_FACTS: tuple[tuple[str, Callable[[str], list[Key]]], ...] = (
    ("task", keys_of_task),
    ("library", keys_of_library),
    ("model_type", keys_of_word),
    ("gated", keys_of_gate),
    ("quantization", keys_of_quantization),
)
_LISTS: tuple[tuple[str, Callable[[str], list[Key]]], ...] = (
    ("tags", keys_of_tag),
    ("capabilities", keys_of_word),
    ("languages", keys_of_language),
)
_LICENSE = ("license", "license_name", "license_link")
_TIMES = ("created", "updated")
_AMOUNTS = ("downloads", "likes", "trending", "params", "context")


class _Made(NamedTuple):
    """The facts that tell what a row was made from, and how."""

    id: str
    library: str | None
    tags: tuple[str, ...]
    quantization: str | None
    base_models: tuple[str, ...]

    @property
    def name(self) -> str:
        """The part of its id after the slash."""
        return self.id.partition("/")[2]


class Filing:
    """The keys of rows, gathered."""

    def __init__(self) -> None:
        self.found: Gathered[Key] = Gathered()
        """Every key but n-grams and numbers, with its rows."""
        self.numbers: dict[str, array[int]] = {name: array("q") for name in (*_AMOUNTS, *_TIMES, "size")}
        """For each row the value, or -1 where it is unknown."""
        self.rows = array("I")
        """The rows that `numbers` are of."""
        self.gone: set[int] = set()
        """The rows that the Hub no longer has."""

    def seen(self, columns: Columns, numbers: Iterable[int]) -> None:
        """File rows under when the Hub gave them, and those that are gone."""
        rows = _grouped(zip(columns["source"], columns["as_of"], strict=True), numbers)
        for (source, as_of), some in rows.items():
            if source != "catalog":
                self.found.add((Kind.SEEN, as_of or ""), some)
        gone = [number for number, gone in zip(numbers, columns["gone"], strict=True) if gone]
        if gone:
            self.gone.update(gone)
            self.found.add((Kind.GONE, GONE), gone)

    def facts(self, columns: Columns, numbers: Sequence[int]) -> None:
        """File rows that are not gone under everything but their names."""
        tagged = self._lists(columns, numbers)
        for name, keys_of in _FACTS:
            by_value = _grouped(columns[name], numbers)
            for value, some in by_value.items():
                for key in keys_of(value) if value else ():
                    self.found.add(key, some)
            if name == "task":
                self._categories(tagged, by_value, _grouped(map(_whole, columns["languages"]), numbers))
        moe = [number for number, is_moe in zip(numbers, columns["is_moe"], strict=True) if is_moe]
        if moe:
            self.found.add(MIXED[0], moe)
        for value, some in _grouped(zip(*[columns[name] for name in _LICENSE], strict=True), numbers).items():
            for key in keys_of_license(*value):
                self.found.add(key, some)
        self._forms(columns, numbers)
        self._bases(columns, numbers)
        self._numbers(columns, numbers)

    def _lists(self, columns: Columns, numbers: Sequence[int]) -> dict[str, list[int]]:
        tagged: dict[str, list[int]] = {}
        for name, keys_of in _LISTS:
            found: defaultdict[str, list[int]] = defaultdict(list)
            for number, values in zip(numbers, columns[name], strict=True):
                if values:
                    for value in values:
                        found[value].append(number)
            if name == "tags":
                tagged = found
            for value, some in found.items():
                for key in keys_of(value):
                    self.found.add(key, some)
        return tagged

    def _categories(
        self,
        tagged: Mapping[str, list[int]],
        tasks: Mapping[Any, list[int]],
        languages: Mapping[tuple[str, ...], list[int]],
    ) -> None:
        for tag, some in tagged.items():
            for category in categories_of_fact(tag.lower()):
                self.found.add((Kind.CATEGORY, category), some)
        for task, some in tasks.items():
            fallback = (FALLBACK,) if task in FALLBACK_TASKS else ()  # (taken back where there is another)
            for category in (*fallback, *categories_of_fact(f"task:{task}")):
                self.found.add((Kind.CATEGORY, category), some)
        for spoken, some in languages.items():
            for category in categories_of_languages(spoken):
                self.found.add((Kind.CATEGORY, category), some)

    def _forms(self, columns: Columns, numbers: Sequence[int]) -> None:
        facts = zip(columns["quantization"], columns["library"], map(bool, columns["gguf_repos"]), strict=True)
        found: defaultdict[Any, list[int]] = defaultdict(list)
        for number, model_id, fact in zip(numbers, columns["id"], facts, strict=True):
            found[(fact, model_id if form_needs_id(fact[0], fact[1], model_id) else "")].append(number)
        for ((quantization, library, has_gguf), model_id), some in found.items():
            self.found.add((Kind.FORM, form_by(quantization, library, has_gguf, model_id)), some)

    def _bases(self, columns: Columns, numbers: Sequence[int]) -> None:
        found: defaultdict[Key, list[int]] = defaultdict(list)
        facts = [columns[name] for name in _Made._fields]
        for number, model_id, library, tags, quantization, base_models in zip(numbers, *facts, strict=True):
            if not base_models and not (tags and any(tag.startswith(BASED) for tag in tags)):
                continue
            made = _Made(model_id, library, tuple(tags or ()), quantization, tuple(base_models or ()))
            bases = bases_of(made)
            for name in bases:
                found[Kind.BASE, folded(name)].append(number)
            if bases:
                found[Kind.RELATION, relation_of(made) or UNKNOWN].append(number)
        for key, some in found.items():
            self.found.add(key, some)

    def _numbers(self, columns: Columns, numbers: Sequence[int]) -> None:
        known = self.numbers
        self.rows.extend(numbers)
        for name in _AMOUNTS:
            known[name].extend([-1 if value is None else _amount(value) for value in columns[name]])
        facts = [columns[name] for name in ("params", "params_estimate", "quantization", "library", "id")]
        sizes = [weighed_by(*row) for row in zip(*facts, strict=True)]
        known["size"].extend([-1 if value is None else _amount(value) for value in sizes])
        for name in _TIMES:
            moments = [seconds_of(text) for text in columns[name]]
            known[name].extend([-1 if value is None else _amount(value) for value in moments])

    def names(self, ids: Ids) -> None:
        """File rows that are not gone under what their names tell."""
        for token, some in ids.tokens().items():
            self.found.add((Kind.TOKEN, token), some)
        for category, pattern, takes in categories_by_name():
            some = [number for key, number in ids.tried(pieces_needed(pattern)) if takes(key.partition("/")[2])]
            if some:
                self.found.add((Kind.CATEGORY, category), some)


def _whole(values: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(values or ())


def _amount(value: float) -> int:
    return int(value) if 0 <= value <= LARGEST else -1


def _grouped(values: Iterable[Hashable], numbers: Iterable[int]) -> dict[Any, list[int]]:
    found: defaultdict[Any, list[int]] = defaultdict(list)
    for value, number in zip(values, numbers, strict=True):
        found[value].append(number)
    return found
