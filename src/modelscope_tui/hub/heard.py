"""The wall that Hub JSON passes first: parsed within bounds, harmless to JSON, SQLite and memory from here on.

NORTH WING. Any Hub text is an attacker's. Control characters stay for the doors to remove; what would break storage
(NUL, lone surrogates, numbers that are none) is replaced here, and what is too long is cut.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from modelscope_tui.errors import HubNonsense

TEXT = 20_000
"""The longest string that any fact needs; a chat template may be this long."""

ITEMS = 10_000
"""The longest list or object that is kept: a repository may list so many files."""

DEPTH = 24
"""The deepest nesting that is kept."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON writes NUL and surrogates; raw ones it does not have."""


def read_json(body: bytes, *, may_stay: bool = False) -> Any:
    """Parse and clean a body.

    Args:
        body: what came.
        may_stay: whether long texts and lists may stay as they are, for whoever bounds every fact it reads.

    Raises:
        HubNonsense: the body is not JSON.
    """
    try:
        value = json.loads(body, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        looks_html = body[:200].lstrip()[:1] == b"<"
        said = "a web page" if looks_html else "something that is not JSON"
        raise HubNonsense(f"The Hub answered with {said}.", "Is there a login page or a proxy in between?") from error
    # Nothing else in a text can break storage: a long list is not worth walking through for nothing.
    return cleaned(value) if not may_stay or _SUSPECT.search(body) else value


def cleaned(value: Any, depth: int = DEPTH) -> Any:
    """Copy a JSON value within the bounds of this wall."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [cleaned(item, depth - 1) for item in value[:ITEMS]] if depth else []
    if isinstance(value, dict):
        pairs = list(value.items())[:ITEMS] if depth else []
        return {clean_text(key): cleaned(item, depth - 1) for key, item in pairs}
    return value


def clean_text(text: str, limit: int = TEXT) -> str:
    """Cut a string and replace what neither UTF-8 nor SQLite can hold."""
    text = text[:limit]
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8") if _has_surrogate(text) else text
    return text.replace("\0", REPLACEMENT)


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
