"""A row as one line of JSON, in the snapshot and in the index alike.

GROUND FLOOR. Facts stand by position in the order of :class:`Model`'s fields, without the unknown ones at the end:
a page of rows is read on every key, and names would double its size and time. Whoever keeps such lines keeps
``FIELDS`` beside them, so that a later version can still read what it knows (:func:`reordered`).

Provenance is kept as what differs: most facts of a row come from one source, which stands once in ``by``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from modelscope_tui.catalog.model import EMPTY, Model, Provenance

FIELDS = tuple(field.name for field in fields(Model) if field.name != "provenance")
"""What stands where in a line; after them come the row's main source and the facts from elsewhere."""

_LISTS = tuple(place for place, name in enumerate(FIELDS) if str(Model.__annotations__[name]).startswith("tuple"))
_UNSAID = {"id", "source", "as_of"}
_SAYABLE = tuple((place, name) for place, name in enumerate(FIELDS) if name not in _UNSAID)
_SAYABLE_PLACE = {name: place for place, name in _SAYABLE}
_PUT = tuple(getattr(Model, name).__set__ for name in FIELDS)
_PUT_PROVENANCE = getattr(Model, "provenance").__set__  # noqa: B009 - the slot itself, not its value
_PLACE = {name: place for place, name in enumerate(FIELDS)}
_AS_OF = _PLACE["as_of"]
_SEPARATOR = "@"
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_loads = json.JSONDecoder().decode


class _Said(Mapping[str, Provenance]):
    """Who said what, worked out when somebody asks: a table of rows never does."""

    __slots__ = ("_as_of", "_elsewhere", "_main", "_values")

    def __init__(
        self, values: Sequence[Any], main: str | None, as_of: str | None, elsewhere: Mapping[str, str]
    ) -> None:
        self._values, self._main, self._as_of, self._elsewhere = values, main, as_of, elsewhere

    def __getitem__(self, name: str) -> Provenance:
        if name in self._elsewhere:
            return _provenance(self._elsewhere[name])
        if self._main is None or name not in _SAYABLE_PLACE or not _is_known(self._values[_SAYABLE_PLACE[name]]):
            raise KeyError(name)
        return _made(self._main, self._as_of)

    def __iter__(self) -> Iterator[str]:
        is_said = self._main is not None
        return iter(
            [
                name
                for place, name in _SAYABLE
                if name in self._elsewhere or (is_said and _is_known(self._values[place]))
            ]
        )

    def __len__(self) -> int:
        return len(list(iter(self)))


_made = lru_cache(maxsize=1024)(Provenance)


@lru_cache(maxsize=1024)
def _provenance(text: str) -> Provenance:
    source, _, as_of = text.rpartition(_SEPARATOR)
    return Provenance(source, as_of or None)


def _is_known(value: object) -> bool:
    return value is not None and value != ()


def _said_by(provenance: Provenance) -> str:
    return f"{provenance.source}{_SEPARATOR}{provenance.as_of or ''}"


def encode(model: Model) -> str:
    """Write a row as a line."""
    values: list[Any] = [getattr(model, name) for name in FIELDS]
    known = [name for place, name in _SAYABLE if _is_known(values[place])]
    said = dict(model.provenance)
    main = _main_source(said, known, model.as_of)
    if main is not None:
        once = Provenance(main, model.as_of)
        for name in known:
            if said[name] == once:
                del said[name]
    elsewhere = {name: _said_by(said[name]) for name in sorted(said)}
    for place in _LISTS:
        values[place] = values[place] or None
    return _dumps([*values, main, elsewhere or None])


def _main_source(said: Mapping[str, Provenance], known: Sequence[str], as_of: str | None) -> str | None:
    """Find the source that says most; it may stand once only if every fact has somebody who said it."""
    if not known or any(name not in said for name in known):
        return None
    sources = [said[name].source for name in known if said[name].as_of == as_of]
    return max(sorted(set(sources)), key=sources.count) if sources else None


def decode(line: str) -> Model:
    """Read a row from its line."""
    values = _loads(line)
    elsewhere = values.pop()
    main = values.pop()
    for place in _LISTS:
        found = values[place]
        values[place] = tuple(found) if found else ()
    model = object.__new__(Model)
    for put, value in zip(_PUT, values, strict=True):  # a third of the time of a frozen record's own __init__
        put(model, value)
    is_said = main is not None or elsewhere
    _PUT_PROVENANCE(model, _Said(values, main, values[_AS_OF], elsewhere or {}) if is_said else EMPTY)
    return model


def id_of(line: str) -> str:
    """Read the id, which stands first, without reading the rest."""
    end = line.index('"', 2)
    return str(_loads(line)[0]) if "\\" in line[:end] else line[2:end]


def reordered(line: str, names: Sequence[str]) -> str:
    """Bring a line that an earlier version wrote with its own `names` into today's order.

    Facts that are not known any more are dropped, facts that were not known yet are unknown.
    """
    if tuple(names) == FIELDS:
        return line
    values = _loads(line)
    *facts, main, elsewhere = values
    by_name = dict(zip(names, facts, strict=True))
    kept = {name: who for name, who in (elsewhere or {}).items() if name in _PLACE}
    return _dumps([*(by_name.get(name) for name in FIELDS), main, kept or None])
