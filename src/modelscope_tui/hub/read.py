"""Small readings of one JSON value: the right type within sane bounds, or None. Pure.

NORTH WING. What `translate.py` is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from modelscope_tui.catalog.model import is_repo_id

LONGEST_NAME = 200
"""The longest tag, license, library or architecture that is one."""

LARGEST = 2**63 - 1
"""The largest number that the index can hold."""

NOTHING: Mapping[str, Any] = {}


def text(value: Any, limit: int = LONGEST_NAME) -> str | None:
    """Read a short text; an empty or longer one is none."""
    return value if isinstance(value, str) and 0 < len(value) <= limit else None


def texts(value: Any, count: int = 1000, limit: int = LONGEST_NAME) -> tuple[str, ...]:
    """Read a text or a list of texts, without repetitions."""
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    # (not by way of text(): a whole Hub of tags comes through here)
    return tuple(dict.fromkeys([item for item in items[:count] if isinstance(item, str) and 0 < len(item) <= limit]))


def number(value: Any, smallest: int = 0) -> int | None:
    """Read a whole number that is not a truth value and not below ``smallest``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and smallest <= value <= LARGEST else None


def truth(value: Any) -> bool | None:
    """Read a yes or no; anything else is unknown."""
    return value if isinstance(value, bool) else None


def first_number(value: Mapping[str, Any], *names: str) -> int | None:
    """Read the first of several fields that holds a number above zero."""
    return next((found for name in names if (found := number(value.get(name), 1)) is not None), None)


def mapping(value: Any) -> Mapping[str, Any]:
    """Read an object; anything else is an empty one."""
    return value if isinstance(value, dict) else NOTHING


def moment(value: Any) -> str | None:
    """Read a time in ISO 8601, as it was written."""
    written = text(value, 40)
    try:
        return written if written and datetime.fromisoformat(written) else None
    except ValueError:
        return None


def repo_ids(values: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the texts that are ids of repositories."""
    return tuple(value for value in values if is_repo_id(value))
