"""Where a model stands in the list it is looked at in, and what it scored: as bars, for looking beats reading here.

UPPER FLOOR, pure but for :func:`ranking`, which asks the explorer and runs in a thread. A share is of the rows that are
found now, so the same model stands elsewhere in another list; scores are as reported, by whoever reported them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.content import Content

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.query import Query, Term
from modelscope_tui.ui import present
from modelscope_tui.ui.present import clean, fitted

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer

BAR = 12
"""Cells of a bar."""

MOST_EVALS = 8
FIELDS = ("downloads", "likes")


@dataclass(frozen=True, slots=True)
class Ranking:
    """For downloads and likes: the share of the list, 0 to 1, that has fewer; None is unknown."""

    model_id: str
    total: int
    shares: tuple[float | None, ...]


def ranking(model: Model, query: Query) -> Callable[[Explorer], Ranking]:
    """Give the question for a model's place among the models of a query."""

    def _rank(explorer: Explorer) -> Ranking:
        plain = replace(query, problems=())
        total = explorer.search(plain, 0, 0).total
        shares: list[float | None] = []
        for field in FIELDS:
            value = getattr(model, field)
            if value is None or total < 2:
                shares.append(None)
                continue
            least = Term(field, (f">={value}",))
            at_least = explorer.search(replace(plain, terms=(*plain.terms, least)), 0, 0).total
            shares.append(max(0.0, 1 - at_least / total))
        return Ranking(model.id, total, tuple(shares))

    return _rank


def bar(share: float, width: int = BAR) -> str:
    """Draw a share of 0 to 1 as a bar of exactly ``width`` cells."""
    if present.is_ascii_only():
        filled = round(max(0.0, min(1.0, share)) * width)
        return "#" * filled + "." * (width - filled)
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (" ▏▎▍▌▋▊▉"[rest] if rest else "")).ljust(width)


def ranked_lines(rank: Ranking, label: int, width: int) -> Iterator[Content]:
    """Write the place in the list: one line for downloads, one for likes; the bar is shorter where there is no room."""
    for field, share in zip(FIELDS, rank.shares, strict=True):
        if share is not None:
            words = f" above {share:.0%} of {present.grouped(rank.total)}"
            drawn = bar(share, max(3, min(BAR, width - label - len(words))))
            yield Content.assemble((field.ljust(label), "$foreground 50%"), (drawn, "$accent"), words)


def eval_lines(details: ModelDetails, label: int, width: int) -> Iterator[Content]:
    """Write reported scores; a bar where the number can be read as a share."""
    shown = 0
    for result in details.evals:
        value = result.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float) or shown == MOST_EVALS:
            continue
        shown += 1
        named = clean(" ".join(str(result[key]) for key in ("dataset", "metric") if result.get(key)), 80) or "eval"
        share = value if 0 <= value <= 1 else value / 100 if 0 <= value <= 100 else None
        drawn = bar(share) if share is not None else " " * BAR
        name = fitted(named, max(label, width - BAR - 9))
        yield Content.assemble((name + " ", "$foreground 50%"), (drawn, "$accent"), f" {value:.4g}")
    if shown:
        yield Content.styled("as reported on the model's page; nobody here has checked them", "$foreground 55%")
