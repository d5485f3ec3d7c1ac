"""Evaluation results that a repository carries: the Hub's own entries, and the older `model-index` of its card. Pure.

NORTH WING. Scores are what the repository's authors or others reported; nobody here has checked them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modelscope_tui.hub.read import mapping, text

LIMIT = 200
"""How many results are kept."""


def evals_of(answer: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Read the results of one repository: `task`, `dataset`, `metric`, `value` and who says so (`source`)."""
    found: list[Mapping[str, Any]] = []
    card = mapping(answer.get("cardData"))
    for result in (*_entries(answer.get("evalResults")), *_index(answer.get("model-index") or card.get("model-index"))):
        if result not in found:
            found.append(result)
        if len(found) == LIMIT:
            break
    return tuple(found)


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    """Entries of `.eval_results/*.yaml`; a file that the Hub could not read carries `error` instead."""
    for item in _list(value):
        entry = mapping(item.get("data")) or item
        dataset, source = mapping(entry.get("dataset")), mapping(entry.get("source"))
        score = _score(entry.get("value"))
        if "error" in item or score is None:
            continue
        yield {
            "task": text(dataset.get("task_id")),
            "dataset": text(dataset.get("id")),
            "metric": None,
            "value": score,
            "source": text(source.get("url"), 1000) or text(source.get("name")),
        }


def _index(value: Any) -> Iterator[dict[str, Any]]:
    for model in _list(value):
        for result in _list(model.get("results")):
            task, dataset, source = (mapping(result.get(name)) for name in ("task", "dataset", "source"))
            for metric in _list(result.get("metrics")):
                score = _score(metric.get("value"))
                if score is not None:
                    yield {
                        "task": text(task.get("name")) or text(task.get("type")),
                        "dataset": text(dataset.get("name")) or text(dataset.get("type")),
                        "metric": text(metric.get("name")) or text(metric.get("type")),
                        "value": score,
                        "source": text(source.get("url"), 1000) or text(source.get("name")),
                    }


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [mapping(item) for item in value[:LIMIT]] if isinstance(value, list) else []


def _score(value: Any) -> float | int | str | None:
    if isinstance(value, bool):
        return None
    return value if isinstance(value, int | float) else text(value, 60)
