"""Turns models into a text that leaves the program: JSON, CSV, Markdown, or one id a line.

Both doors use it. A CSV cell that a spreadsheet would run as a formula is made text; Markdown cells cannot break their
table. Unknown is null in JSON and empty elsewhere.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Gate, Model
    from modelscope_tui.local import ModelView

FORMATS = ("json", "csv", "md", "ids")
"""What can be written."""

MOST_ROWS = 200_000
"""More rows than the catalog has; a file of all of them is a hundred megabytes."""

_GATES: Mapping[str, bool | str] = {"no": False, "yes": True, "auto": "auto", "manual": "manual"}
_BRIEF = ("id", "params", "context", "license", "fits", "downloads", "likes", "updated")
_FORMULA = re.compile(r"[=+\-@\t\r]")


def gate(gated: Gate | None) -> bool | str | None:
    """Say it as the Hub does: false, "auto", "manual"; true when it is gated and how is not known."""
    return None if gated is None else _GATES[gated]


def row(model: Model, view: ModelView) -> dict[str, Any]:
    """Shape one row of a list: the fields of the command line's contract."""
    return {
        "id": model.id,
        "organization": model.organization,
        "task": model.task,
        "categories": list(view.categories),
        "license": model.license,
        "license_name": model.license_name,
        "license_link": model.license_link,
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


def text_of(rows: Sequence[Mapping[str, Any]], form: str, *, columns: Sequence[str] | None = None) -> str:
    """Write rows in one of the :data:`FORMATS`; ends with a line break where there is anything.

    Args:
        rows: mappings with the same keys; the first key is the id.
        form: one of the formats.
        columns: the columns of a Markdown table; the telling ones of a list of models when not given.
    """
    if form == "json":
        return json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n"
    if not rows:
        return ""
    if form == "csv":
        return _csv(rows)
    if form == "md":
        return _markdown(rows, columns or [name for name in _BRIEF if name in rows[0]])
    return "".join(f"{_line(next(iter(one.values())))}\n" for one in rows)


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(rows[0])
    for one in rows:
        table.writerow([_cell(value) for value in one.values()])
    return written.getvalue()


def _cell(value: Any) -> Any:
    """Make a cell that no spreadsheet runs: a text that looks like a formula gets an apostrophe."""
    if isinstance(value, list | tuple):
        value = " ".join(str(item) for item in value)
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return "" if value is None else value


def _markdown(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_escaped(one[name]) for name in columns) + " |" for one in rows]
    return "\n".join(lines) + "\n"


def _escaped(value: Any) -> str:
    text = _line(" ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else value)
    return re.sub(r"([\\|`*_<>\[\]])", r"\\\1", text)


def _line(value: Any) -> str:
    """Write a value as one line without control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in str(value)).strip()
