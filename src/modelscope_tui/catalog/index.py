"""The searchable index: rows, words, facets, orders, and room for what the Hub says later.

GROUND FLOOR. One SQLite file; the work is done in ``matching`` (which rows), ``column`` (in which order), ``counting``
(how many of each) and ``writer`` (changes). Any thread may call any method: one lock, and each call is short.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pyroaring import BitMap

from modelscope_tui.catalog import near
from modelscope_tui.catalog.facet import FacetCounts, FacetValue, from_json
from modelscope_tui.catalog.family import Family, family
from modelscope_tui.catalog.keys import folded
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.narrow import Chosen, Narrowed, Sized
from modelscope_tui.catalog.opened import NOTHING, Opened
from modelscope_tui.catalog.query import Problem, Query, format_query
from modelscope_tui.catalog.record import decode
from modelscope_tui.catalog.suggestion import suggestion

__all__ = ["Chosen", "FacetCounts", "FacetValue", "Index", "Matches", "Sized"]


@dataclass(frozen=True, slots=True)
class Matches:
    """The answer to a query, before any row of it is read."""

    query: Query
    total: int
    problems: tuple[Problem, ...] = ()
    """Terms that narrow nothing here, beside those that the query itself could not read."""
    _rows: BitMap = field(default_factory=BitMap, repr=False)


class Index(Opened):
    """All rows of this machine, searchable."""

    def matches(self, query: Query, *, narrowed: Narrowed | None = None) -> Matches:
        """Find the models that a query asks for; `fits:` and `starred:` that `narrowed` cannot judge are reported."""
        with self._current():
            rows = self._matching.rows(query, narrowed or NOTHING)
            return Matches(query, len(rows), self._matching.problems(query, narrowed or NOTHING), rows)

    def page(self, matches: Matches, start: int, stop: int) -> list[Model]:
        """Read some of the matching models in the query's order; exact at any place."""
        with self._current():
            numbers = self._ordering.page(matches._rows, matches.query, start, stop)  # noqa: SLF001 - its own record
            missing = [number for number in numbers if self._decoded.get(number) is None]
            fresh = {number: self._decoded.put(number, decode(line)) for number, line in self._store.facts(missing)}
            return [fresh.get(number) or self._model(number) for number in numbers]

    def position(self, matches: Matches, model_id: str) -> int | None:
        """Tell where a model stands in the query's order; None when it does not match."""
        with self._current():
            number = self._store.number_of(folded(model_id))
            rows = matches._rows  # noqa: SLF001 - its own record
            if number is None or number not in rows:
                return None
            return self._ordering.place(number, rows, matches.query)

    def facets(self, query: Query, *, narrowed: Narrowed | None = None) -> FacetCounts:
        """Count the matching models per organization, category, license, tool and task; exact."""
        with self._current():
            if query.is_empty:
                return self._base()
            return self._counting.counts(query, lambda asked: self._matching.rows(asked, narrowed or NOTHING))

    def counting(self, query: Query, *, narrowed: Narrowed | None = None) -> Iterator[FacetCounts | None]:
        """Count in steps of a few milliseconds: None after each, and the counts of :meth:`facets` at last.

        Whoever paints meanwhile stops asking when a newer query has come; where rows have changed in between, counting
        begins again, so that the counts are those of one moment.
        """
        generation = -1
        steps: Iterator[FacetCounts | None] = iter(())
        while True:
            with self._current():
                if generation != self._generation:
                    generation, steps = self._generation, self._counted(query, narrowed or NOTHING)
                found = next(steps)
            yield found
            if found is not None:
                return

    def _counted(self, query: Query, narrowed: Narrowed) -> Iterator[FacetCounts | None]:
        if query.is_empty:
            return iter([self._base()])
        return self._counting.steps(query, lambda asked: self._matching.rows(asked, narrowed))

    def _base(self) -> FacetCounts:
        """Give the counts of the whole catalog, which are kept in the file until a row changes."""
        if self._base_counts is None:
            kept = self._store.meta("base_counts")
            counts = from_json(json.loads(kept)) if kept else self._counted_all()
            tools = self._counting.listed_tools({tool.value: tool.count for tool in counts.tools})
            self._base_counts = replace(counts, tools=tools)
        return self._base_counts

    def _counted_all(self) -> FacetCounts:
        return self._counting.counts(Query(), lambda asked: self._matching.rows(asked, NOTHING))

    def get(self, model_id: str) -> Model | None:
        """Find one model by its id, whatever its case."""
        with self._current():
            number = self._store.number_of(folded(model_id))
            return None if number is None else self._model(number)

    def nearest(self, model_id: str, limit: int = 3) -> list[str]:
        """Name models whose ids look like this one: did you mean …"""
        with self._current():
            return [self._model(number).id for number in near.numbers(self._store, model_id, limit)]

    def family(self, model_id: str, limit: int = 50) -> Family:
        """Gather what a model was made from and what was made from it; ``limit`` models are read of each branch.

        The model need not be in the index. The same children in a query: ``base:Qwen/Qwen3-8B relation:quantized``.
        """
        with self._current():
            return family(
                model_id, find=self.get, read=self._model, store=self._store, ordering=self._ordering, limit=limit
            )

    def empties(self, query: Query, *, narrowed: Narrowed | None = None) -> str | None:
        """Name the one word or term without which there would be an answer; None when no single one is to blame."""
        best: tuple[int, str] | None = None
        for asked, blamed in _one_less(query):
            count = self.matches(asked, narrowed=narrowed).total
            if count and (best is None or count > best[0]):
                best = (count, blamed)
        return best[1] if best else None

    def meant(self, query: Query, *, narrowed: Narrowed | None = None) -> Query | None:
        """Put one mistyped word of a query that finds nothing right, from real names; None when that does not help."""
        with self._current():
            return suggestion(
                query,
                count_of=lambda asked: self.matches(asked, narrowed=narrowed).total,
                alike=self._matching.alike,
                near=self.nearest,
            )

    def organizations_like(
        self, text: str, query: Query, *, narrowed: Narrowed | None = None
    ) -> tuple[FacetValue, ...]:
        """Count the organizations with `text` in their handle: what a pane shows while somebody types in it."""
        with self._current():
            rows = self._matching.rows(query.without("org"), narrowed or NOTHING)
            return self._counting.organizations.named_like(text, rows)

    def warm(self) -> None:
        """Read ahead what the first keys will need; worth a moment of a worker after opening."""
        with self._current():
            self._counting.warm()
            self._matching.warm()
            self._base()

    def values(self, kind: int) -> tuple[str, ...]:
        """Name the values that a kind has (``keys.Kind``): `fits:` is judged by forms, `allowed:` by licenses."""
        with self._current():
            return tuple(self._store.family(kind))


def _one_less(query: Query) -> Iterator[tuple[Query, str]]:
    """Give the query without each of its words and terms in turn, and that word or term as typed."""
    for place, word in enumerate(query.words):
        left = query.words[:place] + query.words[place + 1 :]
        yield replace(query, words=left), format_query(Query(words=(word,)))
    for place, word in enumerate(query.excluded_words):
        left = query.excluded_words[:place] + query.excluded_words[place + 1 :]
        yield replace(query, excluded_words=left), format_query(Query(excluded_words=(word,)))
    for place, term in enumerate(query.terms):
        kept = query.terms[:place] + query.terms[place + 1 :]
        yield replace(query, terms=kept), format_query(Query(terms=(term,)))
