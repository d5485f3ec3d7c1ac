"""How somebody else narrows the rows: stars and fit are not facts of the catalog.

GROUND FLOOR. The explorer knows which models are starred, and up to which size a machine holds a model; it hands both
in as plain records, and they become bitmaps here. A value that was not handed in takes the rows of no other value:
`starred:no` is everything that is not starred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyroaring import BitMap

from modelscope_tui.catalog.keys import Kind, folded
from modelscope_tui.catalog.measure import Span
from modelscope_tui.catalog.permission import MULTIMODAL_TASKS, MULTIMODAL_TYPES, TEXT_TASKS
from modelscope_tui.catalog.store import Store, bases

_UNSTATED = frozenset({("", "unstated")})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows by their ids."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sized:
    """Rows by their number of parameters (or a third party's estimate of it), among one form (``form.form_of``)."""

    form: str
    low: int | None
    high: int | None
    """Both included; None is an open end."""


@dataclass(frozen=True, slots=True)
class Licensed:
    """Rows by their licenses, where the answer to a license depends on the task of the row."""

    any_of: frozenset[tuple[str, str]]
    """Pairs of a license and a task group: `any`, `text`, `more` (than text) or `untold`."""
    none_of: frozenset[tuple[str, str]] = frozenset()
    """A row that has one of these belongs to a stricter answer."""
    heirs_of: frozenset[tuple[str, str]] = frozenset()
    """Rows made from one that has one of these, however many steps back, belong here as well …"""
    heirs_not_of: frozenset[tuple[str, str]] = frozenset()
    """… and those made from one that has one of these belong to a stricter answer."""
    barred: frozenset[str] = frozenset()
    """Publishers whose rows are left out."""
    only: frozenset[str] = frozenset()
    """When given, rows of these publishers alone."""


Narrowing = Chosen | tuple[Sized, ...] | Licensed
Narrowed = Mapping[str, Mapping[str, Narrowing]]
"""Field → value → rows: `{"starred": {"yes": Chosen(ids)}, "fits": {"yes": (Sized("plain", None, 30_000_000),)}}`."""


def rows_of(given: Mapping[str, Narrowing], value: str, store: Store, everything: BitMap) -> BitMap:
    """Select the rows of one value of a field that somebody else judges."""
    if value in given:
        return _selected(given[value], store) & everything
    return everything - BitMap.union(BitMap(), *[_selected(other, store) for other in given.values()])


def _selected(narrowing: Narrowing, store: Store) -> BitMap:
    if isinstance(narrowing, Chosen):
        return BitMap(store.names.numbers_of(map(folded, narrowing.ids)))
    if isinstance(narrowing, Licensed):
        judged: BitMap = _licensed(narrowing.any_of, store) | _heirs(narrowing.heirs_of, store)
        judged -= _licensed(narrowing.none_of, store) | _heirs(narrowing.heirs_not_of, store)
        only: BitMap = _published_by(narrowing.only, store) if narrowing.only else judged
        return (judged & only) - _published_by(narrowing.barred, store)
    return _sized(narrowing, store)


def _sized(narrowing: tuple[Sized, ...], store: Store) -> BitMap:
    """Compare once for each range: hundreds of forms share a dozen of them."""
    forms: dict[Span, list[str]] = {}
    for sized in narrowing:
        forms.setdefault(Span(sized.low, sized.high), []).append(sized.form)
    found, size = BitMap(), store.column("size")
    for span, names in forms.items():
        found |= size.within(span) & BitMap.union(*[store.bitmap(Kind.FORM, name) for name in names])
    return found


def _licensed(pairs: frozenset[tuple[str, str]], store: Store) -> BitMap:
    licenses = store.family(Kind.LICENSE)
    found = BitMap.union(BitMap(), *[licenses[name] for name, group in pairs if group == "any" and name in licenses])
    if ("", "unstated") in pairs:
        every = BitMap()
        every.add_range(0, store.count())
        found |= every - BitMap.union(BitMap(), *licenses.values())
    if all(group == "any" for _, group in pairs):
        return found
    groups = _task_groups(store)
    for name, group in pairs:
        rows = licenses.get(name)
        if rows is not None and group != "any":
            found |= rows - groups["told"] if group == "untold" else rows & groups[group]
    return found


def _heirs(pairs: frozenset[tuple[str, str]], store: Store) -> BitMap:
    """Select the rows that were made from rows of some licenses, step by step until no further ones come.

    A row without a license hands nothing down unless the Hub showed it so: see ``inherited.has_said``.
    """
    parents = bases(store)
    found, fresh = BitMap(), _licensed(pairs - _UNSTATED, store) & parents
    if pairs >= _UNSTATED:
        shown = BitMap.union(BitMap(), *store.family(Kind.SEEN).values())
        fresh |= _licensed(_UNSTATED, store) & shown & parents
    while fresh:
        made = store.united(Kind.BASE, [name for _, name in store.names_of(fresh.to_array())])
        fresh = (made - found) & parents
        found |= made
    return found


def _published_by(owners: frozenset[str], store: Store) -> BitMap:
    return BitMap.union(BitMap(), *[store.bitmap(Kind.ORGANIZATION, name) for name in owners])


def _task_groups(store: Store) -> dict[str, BitMap]:
    """Split rows as ``permission.is_multimodal`` does."""
    tasks = [store.bitmap(Kind.TASK, name) for name in MULTIMODAL_TASKS]
    more = BitMap.union(*tasks, *[store.bitmap(Kind.TAG, name) for name in MULTIMODAL_TYPES])
    text = BitMap.union(*[store.bitmap(Kind.TASK, name) for name in TEXT_TASKS]) - more
    return {"more": more, "text": text, "told": more | text}
