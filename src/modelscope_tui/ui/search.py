"""From a query to rows and counts on the screen: the one place where the query lives.

UPPER FLOOR. Panes post what a person did, the screen hands it over, and this asks the Explorer at once and shows the
rows. The index answers in a few milliseconds, so no thread is needed. Counts follow in small steps: at once where they
take no longer than a moment, else after the rows are painted, and not at all when another key has come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from modelscope_tui.catalog.facet import FacetCounts, FacetValue
from modelscope_tui.catalog.query import SORTS, Query, format_query, parse
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.ui.panes.facets import TASKS, FacetPane
from modelscope_tui.ui.panes.filter import FilterPane
from modelscope_tui.ui.present import clean, glyphs, grouped
from modelscope_tui.ui.widgets.model_table import CHUNK, ModelTable

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer, Page

_A_MOMENT_SECONDS = 0.008


@dataclass(frozen=True, slots=True)
class Panes:
    """The panes that show an answer."""

    filter: FilterPane
    table: ModelTable
    facets: Mapping[str, FacetPane]


class Search:
    """The query, and the panes that follow it."""

    def __init__(self, explorer: Explorer, text: str) -> None:
        self._explorer = explorer
        self._panes: Panes | None = None
        self.query: Query = parse(text)
        self.total = 0
        """Models in the catalog and everything seen since."""
        self.as_of: str | None = None
        self.problem: ModelscopeError | None = None
        """Why no index could be had."""
        self._answers = 0
        """How many answers there were; counts that belong to an older one are dropped."""
        self.changed: Callable[[], None] = lambda: None
        """Called after every new answer."""

    @property
    def panes(self) -> Panes:
        """The panes; attached before the first answer."""
        if self._panes is None:
            raise RuntimeError("attach() comes first")
        return self._panes

    def attach(self, panes: Panes) -> None:
        """Fill the panes for the first frame, before any index is open."""
        self._panes = panes
        first = self._explorer.first_page()
        self.total, self.as_of = first.total, first.as_of
        self._show_counts(first.counts)
        if self.query.is_empty:
            panes.table.show_rows(len(first.models), first.models, None, sort=("downloads", False))
            self._show_found(self.query, first.total, None)
        else:
            panes.table.show_rows(0, (), None, sort=(self.query.sort, self.query.is_reversed))
            self.say_indexing()

    def say_indexing(self, done: int = 0, total: int = 0) -> None:
        """Say that a typed query is answered as soon as the index is ready."""
        share = f" {100 * done // total} %" if total else ""
        self.panes.filter.show_status((f"indexing {glyphs().more}{share}", "$text-warning"))
        if not self.panes.table.lines:
            self.panes.table.show_notice("One moment: the catalog is being indexed.", "Keys you type now are not lost.")

    def fail(self, problem: ModelscopeError) -> None:
        """Say that no index could be had; the first rows stay."""
        self.problem = problem
        self.panes.filter.show_status(("could not search", "$text-error"))
        self.panes.table.show_notice("Could not search the catalog.", clean(str(problem), 500))

    # -- what a person did -------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Follow the filter line without rewriting it."""
        self._ask(parse(text))

    def pick(self, field: str, value: str, *, is_excluded: bool = False) -> None:
        """Choose or exclude a value of a pane, and write it into the line."""
        change = self.query.excluding if is_excluded else self.query.toggled
        self.put(change(field, value))

    def clear(self, field: str) -> None:
        """Take back every choice of a pane."""
        query = self.query.without(field)
        self.put(query.without("task") if field == "category" else query)

    def sort_by(self, sort: str) -> None:
        """Order by something; by the same once more, the other way round."""
        is_reversed = self.query.sort == sort and not self.query.is_reversed
        self.put(self.query.with_sort(sort, is_reversed))

    def sort_by_next(self) -> None:
        """Order by the next of the orders."""
        self.put(self.query.with_sort(SORTS[(SORTS.index(self.query.sort) + 1) % len(SORTS)], False))

    def put(self, query: Query) -> None:
        """Answer a query that was not typed, and write it into the line."""
        self.panes.filter.show_text(format_query(query))
        self._ask(query)

    def again(self) -> None:
        """Answer the same query anew, as rows may have come; the cursor stays on its model."""
        self.panes.table.forget_strips()
        self._ask(self.query, keep=True)

    # -- the answer --------------------------------------------------------------------------------------------

    def _ask(self, query: Query, *, keep: bool = False) -> None:
        self.query = query
        self.panes.filter.show_problems(query.problems)
        if self.problem is not None:
            self.fail(self.problem)
        elif not self._explorer.is_ready:
            self.say_indexing()
        else:
            self._answer(query, keep=keep)
        self.changed()

    def _answer(self, query: Query, *, keep: bool) -> None:
        try:
            page = self._explorer.search(query, 0, CHUNK)
            counting = self._explorer.counting(query)
        except ModelscopeError as problem:
            self.panes.table.show_rows(0, (), None, sort=(query.sort, query.is_reversed))
            self.panes.table.show_notice("Could not ask the catalog.", clean(str(problem), 500))
            self.panes.filter.show_status(("could not ask", "$text-error"))
            return
        self.total, self.as_of = page.searched, page.as_of
        fetch = partial(self._explorer.page, query)
        self.panes.table.show_rows(page.total, page.models, fetch, sort=(query.sort, query.is_reversed), keep=keep)
        if not page.total:
            self._explain(query)
        self._show_found(query, page.total, page)
        self._answers += 1
        self._count(counting, self._answers)

    def _count(self, counting: Iterator[FacetCounts | None], answer: int) -> None:
        """Count for a moment; where that is not enough the rows are painted first, and a key may come between."""
        until = time.perf_counter() + _A_MOMENT_SECONDS
        try:
            while answer == self._answers:
                counts = next(counting)
                if counts is not None:
                    self._show_counts(counts)
                    return
                if time.perf_counter() > until:
                    self.panes.table.call_after_refresh(self._count, counting, answer)
                    return
        except ModelscopeError:
            self.panes.filter.show_status(("could not count", "$text-error"))

    def _explain(self, query: Query) -> None:
        culprit, meant = self._explorer.why_empty(query), self._explorer.did_you_mean(query)
        if meant is not None:
            why = f"Did you mean {clean(format_query(meant), 80)}?"
        elif culprit:
            why = f"Without {clean(culprit, 80)} there would be some."
        else:
            why = "No single term is to blame; take some away."
        unread = [clean(problem.message, 400) for problem in query.problems[:3]]
        self.panes.table.show_notice(
            "Nothing found.", why, *unread, "/ edits the filter, x clears a pane, esc in the line clears it."
        )

    def _show_counts(self, counts: FacetCounts) -> None:
        tasks = tuple([replace(one, group=TASKS) for one in counts.tasks])
        values: dict[str, tuple[FacetValue, ...]] = {
            "org": counts.organizations,
            "category": counts.categories + tasks,
            "license": counts.licenses,
            "tool": counts.tools,
        }
        for field, pane in self.panes.facets.items():
            chosen, excluded = self.query.values(field), self.query.excluded_values(field)
            if field == "category":
                chosen, excluded = chosen | self.query.values("task"), excluded | self.query.excluded_values("task")
            found = counts.organizations_found if field == "org" else None
            pane.show_values(values[field], chosen, excluded, found=found)

    def _show_found(self, query: Query, total: int, page: Page | None) -> None:
        problems = page.problems if page is not None else query.problems
        if problems:
            self.panes.filter.show_status((clean(problems[0].message, 200), "$text-error"))
            return
        signs = glyphs()
        arrow = signs.up if query.is_reversed else signs.down
        self.panes.filter.show_status(
            (f"{grouped(total)} of {grouped(self.total)}", "bold" if total else "bold $text-warning"),
            (f"{page.elapsed_ms:.0f} ms" if page is not None else "", "$foreground 50%"),
            (f"sort: {query.sort} {arrow}", "$foreground 60%"),
        )
