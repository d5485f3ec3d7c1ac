"""What the Hub told another host of a model, before it goes on this one's shelf: read as strictly as the Hub itself.

NORTH WING. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from modelscope_tui.catalog.model import is_repo_id
from modelscope_tui.errors import HubNonsense
from modelscope_tui.hub.bounds import Bounds
from modelscope_tui.hub.heard import clean_text, cleaned
from modelscope_tui.hub.translate import details_of, pruned

Carried = Literal["details", "card"]

GAPS = frozenset({None, "gated", "failed"})


def entry_of(kind: Carried, model_id: str, as_of: str, data: Any, *, now: datetime) -> dict[str, Any]:
    """Make an entry of the shelf.

    Raises:
        HubNonsense: the id, the time or the content is not what it must be.
    """
    if not isinstance(model_id, str) or not is_repo_id(model_id):
        raise HubNonsense("An entry names no model.")
    if not _is_past(as_of, now):
        raise HubNonsense(f"The time of {model_id} cannot be read, or lies in the future.")
    if not isinstance(data, Mapping):
        raise HubNonsense(f"What is said of {model_id} cannot be read.")
    content = _card(data) if kind == "card" else _details(model_id, as_of, data)
    return {"as_of": as_of, "data": content, "with_token": False}


def _card(data: Mapping[str, Any]) -> dict[str, Any]:
    text = data.get("text")
    if not isinstance(text, str):
        raise HubNonsense("A card is not a text.")
    return {"text": clean_text(text, Bounds().card_bytes)}


def _details(model_id: str, as_of: str, data: Mapping[str, Any]) -> dict[str, Any]:
    info, config, gap = data.get("info"), data.get("config"), data.get("gap")
    if not isinstance(info, dict) or not (config is None or isinstance(config, dict)):
        raise HubNonsense(f"What is said of {model_id} cannot be read.")
    if not (gap is None or isinstance(gap, str)) or gap not in GAPS:
        raise HubNonsense(f"What is missing of {model_id} cannot be read.")
    info, config = pruned(cleaned(info)), cleaned(config)
    try:
        details = details_of(info, config, as_of=as_of)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise HubNonsense(f"What is said of {model_id} cannot be read ({type(error).__name__}).") from error
    if details.id.casefold() != model_id.casefold():
        raise HubNonsense(f"What is said of {model_id} is about {details.id}.")
    return {"info": info, "config": config, "gap": gap}


def _is_past(as_of: Any, now: datetime) -> bool:
    if not isinstance(as_of, str) or len(as_of) > 40:
        return False
    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError:
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment <= now + timedelta(days=1)
