"""From a query to what the Hub's list can be asked. Pure.

NORTH WING. The Hub narrows by less than our language does: what it cannot narrow by is left out here, and the index
narrows the rows when they have been merged. Nothing is guessed: a license group, say, is no license the Hub knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from modelscope_tui.catalog.license import is_hub_license
from modelscope_tui.catalog.query import Query

ROW_FACTS = (
    "author", "cardData", "config", "createdAt", "disabled", "downloads", "gated", "gguf", "lastModified",
    "library_name", "likes", "pipeline_tag", "private", "safetensors", "sha", "tags", "trendingScore",
)  # fmt: skip
"""What is asked of each row, in the words of the Hub's `expand`."""

SORTS = {"likes": "likes", "trending": "trending_score", "updated": "last_modified", "created": "created_at"}
"""Our orders that the Hub has too; for any other the most downloaded come first."""

GROUPS = frozenset({"permissive", "copyleft", "use-restricted", "custom-open", "non-commercial", "other", "unknown"})
"""License groups: ours, not the Hub's."""

AUTHORS = 3
"""How many organizations one question may name; each costs a request."""


def questions(query: Query, limit: int) -> tuple[dict[str, Any], ...]:
    """Give the parameters of `list_models` that together ask for a query: one set per chosen organization."""
    asked: dict[str, Any] = {
        "search": " ".join(query.words) or None,
        "pipeline_tag": _only(query, "task"),
        "filter": list(_filters(query)) or None,
        "gated": {"yes": True, "no": False}.get(_only(query, "gated") or ""),
        "sort": SORTS.get(query.sort, "downloads"),
        "limit": limit,
        "expand": list(ROW_FACTS),
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    authors = _given(query, "org")
    if not authors or len(authors) > AUTHORS:
        return (asked,)
    return tuple({**asked, "author": author} for author in authors)


def _filters(query: Query) -> Iterable[str]:
    for field, prefix in (
        ("library", ""),
        ("tag", ""),
        ("language", ""),
        ("license", "license:"),
        ("base", "base_model:"),
    ):
        value = _only(query, field)
        if value and not (field == "license" and value.lower() in GROUPS):
            if field == "license" and not is_hub_license(value):
                value = "other"  # the Hub knows no names behind it; the index narrows them
            relation = _only(query, "relation") if field == "base" else None
            yield f"{prefix}{relation}:{value}" if relation and relation != "unknown" else prefix + value


def _only(query: Query, field: str) -> str | None:
    """Give the value of a field when exactly one is chosen: the Hub has no `either`."""
    values = _given(query, field)
    return values[0] if len(values) == 1 else None


def _given(query: Query, field: str) -> list[str]:
    terms = (term for term in query.terms if term.field == field and not term.is_excluded)
    return list(dict.fromkeys(value for term in terms for value in term.values))
