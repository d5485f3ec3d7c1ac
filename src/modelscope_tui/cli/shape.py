"""Shapes records into the JSON of the command-line contract: fields may be added, never renamed. Unknown is None."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from modelscope_tui.errors import ModelscopeError, RateLimited
from modelscope_tui.exporting import gate as gate  # noqa: PLC0414 - one shape for both doors
from modelscope_tui.exporting import row as row  # noqa: PLC0414

if TYPE_CHECKING:
    from modelscope_tui.catalog.index import FacetCounts, FacetValue
    from modelscope_tui.catalog.model import ModelFile, Provenance, Quantization


def file(item: ModelFile) -> dict[str, Any]:
    """Shape one file of a repository."""
    return {"path": item.path, "bytes": item.size_bytes, "kind": item.kind}


def quantization(item: Quantization) -> dict[str, Any]:
    """Shape one way the weights are stored."""
    return {
        "name": item.name,
        "bytes": item.size_bytes,
        "files": [part.path for part in item.files],
        "sharded": item.is_sharded,
        "repo": item.repo,
    }


def provenance(known: Mapping[str, Provenance]) -> dict[str, Any]:
    """Shape who said each fact, and when."""
    return {name: {"source": said.source, "as_of": said.as_of} for name, said in known.items()}


def facets(counts: FacetCounts) -> dict[str, Any]:
    """Shape the counts of a query."""
    return {
        "total": counts.total,
        "organizations": _values(counts.organizations),
        "categories": _values(counts.categories),
        "licenses": _licenses(counts.licenses),
        "tools": _values(counts.tools),
        "tasks": _values(counts.tasks),
    }


def _values(values: Iterable[FacetValue]) -> list[dict[str, Any]]:
    return [{"value": item.value, "label": item.label, "count": item.count} for item in values]


def _licenses(values: Iterable[FacetValue]) -> list[dict[str, Any]]:
    return [
        {"value": item.value, "label": item.label, "count": item.count, "group": item.group, "is_group": not item.group}
        for item in values
    ]


def problem(error: ModelscopeError) -> dict[str, Any]:
    """Shape an error: its kind, what happened, what to do next."""
    shaped: dict[str, Any] = {"kind": error.kind, "message": error.message, "hint": error.hint or None}
    if isinstance(error, RateLimited):
        shaped["seconds"] = error.seconds
    return shaped


def plain(value: Any) -> Any:
    """Turn foreign JSON (read-only mappings, tuples, NaN, dates) into what every JSON reader accepts."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
