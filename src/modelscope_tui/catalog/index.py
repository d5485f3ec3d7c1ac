"""The searchable index: rows, words, facets, orders, and room for what the Hub says later.

GROUND FLOOR. One SQLite file; the work is done in ``matching`` (which rows), ``column`` (in which order), ``counting``
(how many of each) and ``writer`` (changes). Any thread may call any method: one lock, and each call is short.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pyroaring import BitMap

from modelscope_tui.catalog import near
from modelscope_tui.catalog.counting import Counting
from modelscope_tui.catalog.facet import FacetCounts, FacetValue, from_json
from modelscope_tui.catalog.family import Family, family
from modelscope_tui.catalog.kept import Kept
from modelscope_tui.catalog.keys import LAYOUT, folded
from modelscope_tui.catalog.matching import Matching
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.narrow import Chosen, Narrowed, Sized
from modelscope_tui.catalog.ordering import Ordering
from modelscope_tui.catalog.query import Problem, Query, format_query
from modelscope_tui.catalog.record import decode
from modelscope_tui.catalog.store import Store, connect
from modelscope_tui.catalog.writer import Notes, Writer, connected
from modelscope_tui.errors import CatalogError

__all__ = ["Chosen", "FacetCounts", "FacetValue", "Index", "Matches", "Sized"]

ToolsOf = Callable[[Model], tuple[str, ...]]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _now() -> datetime:
    return datetime.now(UTC)


def _no_tools(_: Model) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Matches:
    """The answer to a query, before any row of it is read."""

    query: Query
    total: int
    problems: tuple[Problem, ...] = ()
    """Terms that narrow nothing here, beside those that the query itself could not read."""
    _rows: BitMap = field(default_factory=BitMap, repr=False)


class Index:
    """All rows of this machine, searchable."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        path: Path | None,
        tools_of: ToolsOf = _no_tools,
        tools: Mapping[str, str] = _NOTHING,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.path = path
        """The file; None for an index that lives in memory only."""
        self._lock = threading.RLock()
        self._connection = connection
        self._decoded: Kept[int, Model] = Kept(1024)
        self._writer = Writer(self._writable, tools_of)
        self._base_counts: FacetCounts | None = None
        with self._reading():
            self._store = Store(connection)
            self._matching = Matching(self._store, now)
            self._counting = Counting(self._store, tools)
            self._ordering = Ordering(self._store)
            self._counting.renew()
            self.as_of = self._store.as_of()
            """How new the catalog is: the date of the bundled snapshot, or of the last sync."""

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        fingerprint: str,
        tools_of: ToolsOf = _no_tools,
        tools: Mapping[str, str] = _NOTHING,
        now: Callable[[], datetime] = _now,
    ) -> Index:
        """Open the index file.

        Args:
            path: The file.
            fingerprint: What it must have been made from (``snapshot.fingerprint``).
            tools_of: Which tools can run a model; asked for rows that are added later.
            tools: Name → label of all tools, in the order in which they are listed.
            now: The clock that ages are counted from.

        Raises:
            CatalogError: it is missing, broken, of another layout, or made from something else.
        """
        connection = connect(path)
        try:
            _check(connection, path, fingerprint)
            return cls(connection, path=path, tools_of=tools_of, tools=tools, now=now)
        except CatalogError:
            connection.close()
            raise

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Keep threads apart, and translate what SQLite says when the file is broken."""
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise CatalogError(
                    f"The index cannot be read: {error}.", "It is made anew at the next start."
                ) from error

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Read what is in the file now, even if another process has just written to it."""
        with self._reading():
            if self._store.has_changed():
                self._renew()
            yield

    def _renew(self) -> None:
        self._decoded.drop()
        self._base_counts = None
        self._matching.renew()
        self._counting.renew()
        self.as_of = self._store.as_of()

    @property
    def total(self) -> int:
        """How many models there are."""
        with self._current():
            return len(self._matching.everything)

    def matches(self, query: Query, *, narrowed: Narrowed | None = None) -> Matches:
        """Find the models that a query asks for; `fits:` and `starred:` that `narrowed` cannot judge are reported."""
        with self._current():
            rows = self._matching.rows(query, narrowed or _NOTHING)
            return Matches(query, len(rows), self._matching.problems(query, narrowed or _NOTHING), rows)

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
            return self._counting.counts(query, lambda asked: self._matching.rows(asked, narrowed or _NOTHING))

    def _base(self) -> FacetCounts:
        """Give the counts of the whole catalog, which are kept in the file until a row changes."""
        if self._base_counts is None:
            kept = self._store.meta("base_counts")
            counts = from_json(json.loads(kept)) if kept else self._counted_all()
            tools = self._counting.listed_tools({tool.value: tool.count for tool in counts.tools})
            self._base_counts = replace(counts, tools=tools)
        return self._base_counts

    def _counted_all(self) -> FacetCounts:
        return self._counting.counts(Query(), lambda asked: self._matching.rows(asked, _NOTHING))

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

    def organizations_like(
        self, text: str, query: Query, *, narrowed: Narrowed | None = None
    ) -> tuple[FacetValue, ...]:
        """Count the organizations with `text` in their handle: what a pane shows while somebody types in it."""
        with self._current():
            rows = self._matching.rows(query.without("org"), narrowed or _NOTHING)
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

    def unseen_since(self, moment: str, *, everywhere: bool = False) -> list[str]:
        """List the ids that the Hub has not named since a moment; with `everywhere`, those of the snapshot too."""
        with self._current():
            return self._store.unseen_since(moment, everywhere=everywhere)

    def notes(self, prefix: str = "") -> dict[str, str]:
        """Read what was written down beside the rows, by name: how far a sync is, say."""
        with self._current():
            return self._store.notes(prefix)

    def upsert(self, models: Sequence[Model], *, notes: Notes = _NOTHING) -> int:
        """Take in what the Hub says: new rows are added, known ones learn what is new.

        Args:
            models: rows; each is merged with what is known of it. One with `gone` set is found by no search any more.
            notes: written down in the same transaction; None takes a note away.

        Returns:
            How many rows are new or know something else now.

        Raises:
            CatalogError: the file cannot be written.
        """
        return self._writer.upsert(models, notes)

    @contextmanager
    def _writable(self) -> Iterator[sqlite3.Connection]:
        """Open a connection to write with; an index in memory has but the one."""
        if self.path is not None:
            with connected(self.path) as connection:
                yield connection
            return
        with self._reading():
            yield self._connection
            self._store.forget()
            self._renew()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _model(self, number: int) -> Model:
        found = self._decoded.get(number)
        if found is None:
            line = next(self._store.facts([number]))[1]
            found = self._decoded.put(number, decode(line))
        return found


def _check(connection: sqlite3.Connection, path: Path, fingerprint: str) -> None:
    try:
        found: Mapping[str, str] = dict(
            connection.execute("SELECT key, value FROM meta WHERE key IN ('layout', 'fingerprint')")
        )
        pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    except sqlite3.Error as error:
        raise CatalogError(f"The index {path} is broken: {error}.") from error
    if found.get("layout") != str(LAYOUT) or found.get("fingerprint") != fingerprint:
        raise CatalogError("The index is of another version.")
    if path.stat().st_size < pages * size:
        raise CatalogError(f"The index {path} is broken: its end is missing.")


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
