"""Counts for the panes: how many of the matching rows have each value.

GROUND FLOOR. A facet with few values is counted by intersecting bitmaps; organizations are counted in
``organizations.py``, for they are thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter

from pyroaring import BitMap

from modelscope_tui.catalog.facet import FacetCounts, FacetValue
from modelscope_tui.catalog.keys import Kind
from modelscope_tui.catalog.license import GROUPS, group_label, license_facts, license_label
from modelscope_tui.catalog.organizations import Organizations
from modelscope_tui.catalog.query import FACETS, Query
from modelscope_tui.catalog.store import Store
from modelscope_tui.catalog.taxonomy import category_label, task_label

_COUNT = attrgetter("count")
_FIELDS = (*FACETS, "task")


class Counting:
    """Counts facets from the store."""

    def __init__(self, store: Store, tools: Mapping[str, str]) -> None:
        self._store = store
        self._tools_named = tools
        self._licenses_named: dict[str, tuple[str, str]] = {}
        self.organizations = Organizations(store)
        """The counts of the one facet that has thousands of values."""

    def renew(self) -> None:
        """Drop what was remembered; the rows have changed."""
        self.organizations.renew()

    def warm(self) -> None:
        """Read ahead what every count needs."""
        for kind in (Kind.GROUP, Kind.LICENSE, Kind.CATEGORY, Kind.TOOL, Kind.TASK):
            self._store.family(kind)
        for value in self._store.family(Kind.LICENSE):
            self._license(value)
        self.organizations.warm()

    def counts(self, query: Query, rows_of: Callable[[Query], BitMap]) -> FacetCounts:
        """Count every facet; a facet's own terms do not hide its other values."""
        *_, counts = self.steps(query, rows_of)
        if counts is None:  # pragma: no cover - the last step gives the counts
            raise LookupError(query)
        return counts

    def steps(self, query: Query, rows_of: Callable[[Query], BitMap]) -> Iterator[FacetCounts | None]:
        """Count facet by facet: nothing after each, and the counts at last. Whoever asks may stop in between."""
        rows = rows_of(query)
        yield None
        seen, named = dict.fromkeys(_FIELDS, rows), {term.field for term in query.terms}
        for field in _FIELDS:
            if field in named:
                seen[field] = rows_of(query.without(field))
                yield None
        chosen = {field: query.values(field) | query.excluded_values(field) for field in _FIELDS}
        organizations: tuple[FacetValue, ...] = ()
        organizations_found = 0
        for step in self.organizations.steps(seen["org"], chosen["org"]):
            organizations, organizations_found = step or (organizations, organizations_found)
            yield None
        licenses = self._licenses(seen["license"], chosen["license"])
        yield None
        yield FacetCounts(
            total=len(rows),
            organizations=organizations,
            categories=self._few(Kind.CATEGORY, seen["category"], chosen["category"], category_label),
            licenses=licenses,
            tools=self._tool_counts(seen["tool"], chosen["tool"]),
            tasks=self._few(Kind.TASK, seen["task"], chosen["task"], task_label),
            organizations_found=organizations_found,
        )

    def _counted(self, kind: int, rows: BitMap, chosen: Iterable[str]) -> dict[str, int]:
        counted = dict.fromkeys(chosen, 0)
        cardinality = rows.intersection_cardinality
        for value, having in self._store.family(kind).items():
            count = cardinality(having)
            if count:
                counted[value] = count
        return counted

    def _few(
        self, kind: int, rows: BitMap, chosen: Iterable[str], label: Callable[[str], str]
    ) -> tuple[FacetValue, ...]:
        counted = self._counted(kind, rows, chosen)
        ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple([FacetValue(value, label(value), count) for value, count in ordered])

    def _tool_counts(self, rows: BitMap, chosen: Iterable[str]) -> tuple[FacetValue, ...]:
        return self.listed_tools(self._counted(Kind.TOOL, rows, chosen))

    def listed_tools(self, counted: Mapping[str, int]) -> tuple[FacetValue, ...]:
        """Name tools and bring them in house order."""
        places = {tool: place for place, tool in enumerate(self._tools_named)}
        ordered = sorted(counted, key=lambda tool: (places.get(tool, len(places)), tool))
        return tuple([FacetValue(tool, self._tools_named.get(tool, tool), counted[tool]) for tool in ordered])

    def _licenses(self, rows: BitMap, chosen: frozenset[str]) -> tuple[FacetValue, ...]:
        groups = self._counted(Kind.GROUP, rows, (value for value in chosen if value in GROUPS))
        members: dict[str, list[FacetValue]] = {}
        counted = self._counted(Kind.LICENSE, rows, (value for value in chosen if value not in GROUPS))
        for value, count in counted.items():
            if value in GROUPS:
                continue  # `other` and `unknown` name the group
            group, label = self._license(value)
            groups.setdefault(group, 0)
            members.setdefault(group, []).append(FacetValue(value, label, count, group))
        found: list[FacetValue] = []
        for group in sorted(groups, key=lambda group: (-groups[group], GROUPS.index(group))):
            found.append(FacetValue(group, group_label(group), groups[group]))
            # Values come in the order of the file, which is the alphabet's; equal counts stay so.
            found += sorted(members.get(group, ()), key=_COUNT, reverse=True)
        return tuple(found)

    def _license(self, value: str) -> tuple[str, str]:
        """Give the group and the name of a license, which are looked up once."""
        named = self._licenses_named.get(value)
        if named is None:
            known = license_facts(value, None)
            named = self._licenses_named[value] = (known.group if known else "other", license_label(value))
        return named
