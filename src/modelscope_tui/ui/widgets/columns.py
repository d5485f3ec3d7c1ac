"""The columns of the model table: what each shows, how wide it is, and which one leaves first.

UPPER FLOOR. Pure: from a row to texts of exact width. The model's id never leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from modelscope_tui.catalog.model import Model
from modelscope_tui.ui import present

NAME_LEAST = 30
"""Other columns leave before the model's id gets less room than this."""

NAME_NARROW = 22
"""The two that leave last, what the rows are sorted by and the verdict, may leave the id only so much room."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column beside the model's id."""

    title: str
    width: int
    sort: str | None
    """The order of the query language that this column stands for."""
    text: Callable[[Model], str]
    is_right: bool = True
    style: str = "muted"


def _params(model: Model) -> str:
    if model.params is not None:
        return present.count(model.params)
    return "~" + present.count(model.params_estimate) if model.params_estimate is not None else ""


def _license(model: Model) -> str:
    named = model.license_name if model.license in {None, "other"} else None
    return present.clean(named or model.license, 80)


COLUMNS: tuple[Column, ...] = (
    Column("Params", 6, "params", _params, style="text"),
    Column("Ctx", 5, "context", lambda model: present.tokens(model.context), style="text"),
    Column("License", 12, None, _license, is_right=False),
    Column("Fit", 3, None, lambda _: "", is_right=False),
    Column("Downloads", 10, "downloads", lambda model: present.count(model.downloads), style="text"),
    Column("Likes", 6, "likes", lambda model: present.count(model.likes)),
    Column("Updated", 7, "updated", lambda model: present.age(model.updated, is_short=True)),
    Column("Task", 24, None, lambda model: present.clean(model.task, 80), is_right=False),
)
"""In the order they stand; `Fit` is filled by the table, which knows the verdicts."""

USE = Column("Use", 3, None, lambda _: "", is_right=False)
"""What the license allows, where its name has no room."""

LEAVES_FIRST = ("Task", "Likes", "Updated", "License", "Ctx", "Params", "Downloads", "Use")
"""Which column goes first when there is no room; then the one that the rows are sorted by, and Fit at the very last."""


@lru_cache(maxsize=64)
def columns_for(width: int, sort: str) -> tuple[tuple[Column, ...], int]:
    """Choose the columns for a width and an order; give them and the cells left for the model's id."""
    kept = list(COLUMNS)
    sorted_by = next((column.title for column in COLUMNS if column.sort == sort), "Downloads")
    first = [name for name in LEAVES_FIRST if name != sorted_by]
    for name, least in [*((name, NAME_LEAST) for name in first), (sorted_by, NAME_NARROW), ("Fit", NAME_NARROW)]:
        if width - _taken(kept) >= least:
            break
        kept = [column for column in kept if column.title != name]
        if name == "License":
            kept.insert(next((at for at, column in enumerate(kept) if column.title == "Fit"), len(kept)), USE)
    return tuple(kept), max(1, width - _taken(kept))


def _taken(columns: list[Column]) -> int:
    return sum(column.width + 2 for column in columns) + 4
