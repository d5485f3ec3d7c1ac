"""From a status and its headers to one of our errors. Pure.

NORTH WING. The Hub answers 401 for a repository that does not exist when nobody is logged in, and the library knows
that only on https: so the status, `X-Error-Code` and `X-Error-Message` are read here, whatever the endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modelscope_tui.errors import (
    AccessDenied,
    HubNonsense,
    HubUnreachable,
    ModelNotFound,
    ModelscopeError,
)
from modelscope_tui.hub.wait import rate_limited, wait_seconds

_HTML_HINT = "Is HF_ENDPOINT right, and is there a login page or a proxy in between?"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a question is about, for the words of a refusal."""

    endpoint: str
    has_token: bool
    model_id: str | None = None
    """None for a search."""


def refusal(  # noqa: PLR0911 - one status, one sentence
    status: int, headers: Mapping[str, str], body: bytes, subject: Subject
) -> ModelscopeError:
    """Say in our words why the Hub did not answer. `headers` has lower-case names."""
    code = headers.get("x-error-code", "")
    said = _printable(headers.get("x-error-message") or "")
    if status == 429:
        return rate_limited(wait_seconds(headers))
    if status in {401, 403, 404, 410, 451} and not code and _is_page(headers, body):
        return HubNonsense(f"{subject.endpoint} answered with a web page (status {status}).", _HTML_HINT)
    if code == "GatedRepo":
        return _gated(subject)
    if "disabled" in said.lower() or status == 451:
        name = subject.model_id or "This resource"
        return AccessDenied(f"{name} has been disabled on the Hub.", said, kind="disabled")
    if status == 401:
        return _unauthorised(subject, said)
    if status == 403:
        return AccessDenied(
            "The Hub does not allow this.", said or "Look at what the token may read.", kind="not-authorised"
        )
    if status in {404, 410}:
        return _missing(subject)
    if status == 407:
        return HubUnreachable("The proxy asks for a name and a password.", "Set them in HTTPS_PROXY.")
    if status == 408 or status >= 500:
        return HubUnreachable(f"The Hub is in trouble: it answered with status {status}.", said or "Try again later.")
    return HubNonsense(f"The Hub answered with status {status}.", said or _HTML_HINT)


def _gated(subject: Subject) -> AccessDenied:
    name = subject.model_id or "This repository"
    link = f"{subject.endpoint}/{subject.model_id}" if subject.model_id else subject.endpoint
    then = "then try again." if subject.has_token else "then set HF_TOKEN to a token of that account."
    return AccessDenied(f"{name} is gated.", f"Accept its conditions at {link}, {then}")


def _unauthorised(subject: Subject, said: str) -> ModelscopeError:
    if subject.has_token:
        hint = f"Make a new one at {subject.endpoint}/settings/tokens, or unset HF_TOKEN."
        return AccessDenied("The Hub does not accept the token.", hint, kind="not-authorised")
    if subject.model_id is None or "credentials" in said.lower():
        return AccessDenied("The Hub asks for a login.", "Set HF_TOKEN to an access token.", kind="not-authorised")
    return _missing(subject)


def _missing(subject: Subject) -> ModelscopeError:
    if subject.model_id is None:
        return HubNonsense(f"{subject.endpoint} does not know how to search.", _HTML_HINT)
    hint = "" if subject.has_token else "If it is private, set HF_TOKEN to a token that may read it."
    return ModelNotFound(f"There is no model {subject.model_id} on the Hub.", hint)


def _is_page(headers: Mapping[str, str], body: bytes) -> bool:
    return "html" in headers.get("content-type", "").lower() or body.lstrip()[:1] == b"<"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:300]).strip()
