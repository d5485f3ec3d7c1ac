"""Shapes records into the JSON of the command-line contract: fields may be added, never renamed. Unknown is None."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from modelscope_tui.errors import ModelscopeError, RateLimited

if TYPE_CHECKING:
    from modelscope_tui.catalog.index import FacetCounts, FacetValue
    from modelscope_tui.catalog.model import Gate, Model, ModelFile, Provenance, Quantization
    from modelscope_tui.explorer import ModelView

_GATES: Mapping[str, bool | str] = {"no": False, "yes": True, "auto": "auto", "manual": "manual"}


def gate(gated: Gate | None) -> bool | str | None:
    """Say it as the Hub does: false, "auto", "manual"; true when it is gated and how is not known."""
    return None if gated is None else _GATES[gated]


def row(model: Model, view: ModelView) -> dict[str, Any]:
    """Shape one row of a list."""
    return {
        "id": model.id,
        "organization": model.organization,
        "task": model.task,
        "categories": list(view.categories),
        "license": model.license,
        "license_name": model.license_name,
        "license_group": view.license_group,
        "params": model.params,
        "active_params": model.active_params,
        "context": model.context,
        "downloads": model.downloads,
        "likes": model.likes,
        "trending": model.trending,
        "created": model.created,
        "updated": model.updated,
        "gated": gate(model.gated),
        "private": model.is_private,
        "disabled": model.is_disabled,
        "gone": model.gone,
        "library": model.library,
        "tools": list(view.tools),
        "fits": view.fits,
        "allowed": view.allowed,
        "source": model.source,
        "as_of": model.as_of,
    }


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
