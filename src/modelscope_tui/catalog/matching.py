"""From a query to the rows that answer it.

GROUND FLOOR. Every word and term is a bitmap; the answer is their intersection. What was worked out for the last
questions is remembered, because the next question is mostly the last one and a letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from pyroaring import BitMap

from modelscope_tui.catalog.kept import Kept
from modelscope_tui.catalog.keys import Kind
from modelscope_tui.catalog.license import GROUPS
from modelscope_tui.catalog.measure import number_span, time_span
from modelscope_tui.catalog.narrow import Licensed, Narrowed, Narrowing, rows_of
from modelscope_tui.catalog.query import NUMBERS, TIMES, Problem, Query, Term
from modelscope_tui.catalog.store import Store, bytes_of
from modelscope_tui.catalog.taxonomy import language_code
from modelscope_tui.catalog.words import Words

_KIND_OF = {
    "org": Kind.ORGANIZATION,
    "category": Kind.CATEGORY,
    "tool": Kind.TOOL,
    "task": Kind.TASK,
    "library": Kind.LIBRARY,
    "base": Kind.BASE,
    "relation": Kind.RELATION,
    "format": Kind.QUANTIZATION,
}
_BASED = "base_model:"
_TERM_BYTES = 6 << 20
_JUDGED_ELSEWHERE = {
    "fits": "fits: needs a machine to judge by, and there is none here.",
    "starred": "starred: needs your list of stars, and there is none here.",
    "allowed": "allowed: needs to know where and what for, and nothing here does.",
}


class Matching:
    """Answers queries with row numbers."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._words = Words(store)
        self.alike = self._words.alike
        """Gives real spellings that are one slip away from a word."""
        self._terms: Kept[Term | tuple[Term, Narrowing], BitMap] = Kept(_TERM_BYTES, bytes_of)
        self._judgements: Kept[Term, tuple[Mapping[str, Narrowing], BitMap]] = Kept(8)
        self.everything = BitMap()
        self.renew()

    def renew(self) -> None:
        """Drop what was remembered; the rows have changed."""
        self._words.forget()
        self._terms.drop()
        self._judgements.drop()
        self.everything = BitMap()
        self.everything.add_range(0, self._store.count())
        self.everything -= self._store.gone()

    def warm(self) -> None:
        """Read ahead what the first words and orders need."""
        self._words.warm()
        self._store.column("downloads")

    def rows(self, query: Query, narrowed: Narrowed) -> BitMap:
        """Select the rows that a query asks for."""
        wanted = [self._words.rows(word) for word in query.words]
        unwanted = [self._words.rows(word) for word in query.excluded_words]
        for term in query.terms:
            if term.field in _JUDGED_ELSEWHERE and term.field not in narrowed:
                continue
            (unwanted if term.is_excluded else wanted).append(self._term(term, narrowed))
        found = BitMap.intersection(*sorted(wanted, key=len)) if wanted else self.everything
        for rows in unwanted:
            found = found - rows
        return found

    def problems(self, query: Query, narrowed: Narrowed) -> tuple[Problem, ...]:
        """Name the terms that narrow nothing, because nobody here can judge them."""
        unjudged = [term for term in query.terms if term.field in _JUDGED_ELSEWHERE and term.field not in narrowed]
        return tuple(
            Problem(f"{'-' if term.is_excluded else ''}{term.field}:{'|'.join(term.values)}", 0, 0, message)
            for term in unjudged
            for message in (_JUDGED_ELSEWHERE[term.field],)
        )

    def _term(self, term: Term, narrowed: Narrowed) -> BitMap:
        if term.field in narrowed or term.field in TIMES:
            judged = next(iter(narrowed.get(term.field, {}).values()), None)
            if isinstance(judged, Licensed):
                return self._licensed(term, judged, narrowed)
            return self._ranged(term, narrowed) if isinstance(judged, tuple) else self._either(term, narrowed)
        found = self._terms.get(term)
        return self._terms.put(term, self._either(term, narrowed)) if found is None else found

    def _licensed(self, term: Term, judged: Licensed, narrowed: Narrowed) -> BitMap:
        """Remember what licenses allow: the union of hundreds of bitmaps, and the same for every key."""
        key = (term, judged)
        found = self._terms.get(key)
        return self._terms.put(key, self._either(term, narrowed)) if found is None else found

    def _ranged(self, term: Term, narrowed: Narrowed) -> BitMap:
        """Remember which sizes fit, for as long as the very same judgement is handed in: that of one machine."""
        given = narrowed[term.field]
        kept = self._judgements.get(term)
        if kept is None or kept[0] is not given:
            kept = self._judgements.put(term, (given, self._either(term, narrowed)))
        return kept[1]

    def _either(self, term: Term, narrowed: Narrowed) -> BitMap:
        found = [self._value(term.field, value.casefold(), narrowed) for value in term.values]
        return found[0] if len(found) == 1 else BitMap.union(BitMap(), *found)

    def _value(self, field: str, value: str, narrowed: Narrowed) -> BitMap:
        if field in narrowed:
            return rows_of(narrowed[field], value, self._store, self.everything)
        if field in NUMBERS or field in TIMES:
            return self._measured(field, value)
        if field == "gated":
            return self._gated(value)
        if field == "tag" and value.startswith(_BASED):
            return self._based(value.removeprefix(_BASED))
        keys = {
            "license": [(Kind.GROUP if value in GROUPS else Kind.LICENSE, value)],
            "tag": [(Kind.TAG, value), (Kind.PLAIN, value)],
            "language": [(Kind.LANGUAGE, language_code(value))],
        }.get(field) or [(_KIND_OF[field], value)]
        return BitMap.union(*[self._store.bitmap(kind, name) for kind, name in keys])

    def _based(self, said: str) -> BitMap:
        """Answer the Hub's tags `base_model:x/y` and `base_model:quantized:x/y`, which are not kept as tags."""
        relation, _, base = said.rpartition(":")
        rows = self._store.bitmap(Kind.BASE, base)
        return rows & self._store.bitmap(Kind.RELATION, relation) if relation else rows

    def _measured(self, field: str, value: str) -> BitMap:
        is_time, is_context = field in TIMES, field == "context"
        span = time_span(value, self._now()) if is_time else number_span(value, is_context=is_context)
        return self._store.column(field).within(span) if span else BitMap()

    def _gated(self, value: str) -> BitMap:
        family = self._store.family(Kind.GATED)
        if value == "unknown":
            return self.everything - BitMap.union(BitMap(), *family.values())
        if value == "yes":
            return BitMap.union(BitMap(), *[rows for gate, rows in family.items() if gate != "no"])
        return family.get(value, BitMap())
