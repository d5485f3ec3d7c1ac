"""Statuses and headers become our errors: recorded refusals, whatever the scheme of the endpoint."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from modelscope_tui.errors import AccessDenied, HubNonsense, HubUnreachable, ModelNotFound, ModelscopeError, RateLimited
from modelscope_tui.hub.refusal import Subject, refusal
from modelscope_tui.hub.wait import wait_seconds
from tests.hub_server import RECORDED

ANONYMOUS = Subject("https://huggingface.co", has_token=False, model_id="a/b")
KNOWN = Subject("https://huggingface.co", has_token=True, model_id="a/b")
SEARCH = Subject("https://huggingface.co", has_token=False)


def _recorded(name: str, subject: Subject) -> ModelscopeError:
    answer = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    headers = {key.lower(): value for key, value in answer["headers"].items()}
    return refusal(answer["status"], headers, answer["body"].encode(), subject)


def test_a_recorded_401_is_a_missing_model_for_the_anonymous_and_a_bad_token_for_others() -> None:
    assert isinstance(_recorded("api_401_missing_repo", ANONYMOUS), ModelNotFound)
    error = _recorded("api_401_missing_repo", KNOWN)
    assert isinstance(error, AccessDenied)
    assert error.kind == "not-authorised"


def test_a_recorded_gate_says_where_to_accept() -> None:
    error = _recorded("resolve_401_gated", ANONYMOUS)
    assert isinstance(error, AccessDenied)
    assert (error.kind, error.exit_code) == ("gated", 5)
    assert "https://huggingface.co/a/b" in error.hint
    assert "HF_TOKEN" in error.hint
    assert "HF_TOKEN" not in _recorded("resolve_401_gated", KNOWN).hint


@pytest.mark.parametrize(
    ("status", "headers", "body", "subject", "kind"),
    [
        (404, {"x-error-code": "RepoNotFound"}, b"", KNOWN, ModelNotFound),
        (404, {}, b'{"error":"x"}', KNOWN, ModelNotFound),
        (404, {"content-type": "text/html"}, b"", KNOWN, HubNonsense),
        (403, {}, b"<html>", KNOWN, HubNonsense),
        (403, {"x-error-message": "no"}, b"", KNOWN, AccessDenied),
        (401, {"x-error-message": "Invalid credentials in Authorization header"}, b"", KNOWN, AccessDenied),
        (401, {}, b"", SEARCH, AccessDenied),
        (404, {}, b"", SEARCH, HubNonsense),
        (451, {"x-error-message": "law"}, b"", KNOWN, AccessDenied),
        (407, {}, b"", KNOWN, HubUnreachable),
        (503, {}, b"<html>", KNOWN, HubUnreachable),
        (204, {}, b"", KNOWN, HubNonsense),
        (429, {}, b"", KNOWN, RateLimited),
    ],
)
def test_each_status_has_its_error(
    status: int, headers: dict[str, str], body: bytes, subject: Subject, kind: type[Any]
) -> None:
    assert type(refusal(status, headers, body, subject)) is kind


def test_what_the_hub_says_cannot_steer_the_terminal() -> None:
    error = refusal(500, {"x-error-message": "\x1b[2Jgone" + "x" * 1000}, b"", KNOWN)
    assert "\x1b" not in str(error)
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit": '"api";r=0;t=55'}, 55),
        ({"ratelimit": '"api"; r=0 ; t = 7', "retry-after": "99"}, 7),
        ({"retry-after": "12"}, 12),
        ({"retry-after": "Sun, 01 Nov 2026 12:01:30 GMT"}, 90),
        ({"retry-after": "Sun, 01 Nov 2026 11:00:00 GMT"}, 1),
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "²"}, 60),
        ({}, 60),
        ({"ratelimit": '"api";r=0;t=999999999'}, 86400),
    ],
)
def test_the_told_wait_is_read_from_either_header(headers: dict[str, str], seconds: int) -> None:
    assert wait_seconds(headers, datetime(2026, 11, 1, 12, tzinfo=UTC)) == seconds
