"""A Hub that hangs, drips, lies, floods and sends elsewhere: each question ends in time, in words."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console
from rich.traceback import Traceback

from modelscope_tui.catalog.query import parse
from modelscope_tui.errors import HubNonsense, HubUnreachable, ModelscopeError, RateLimited
from modelscope_tui.hub.answer import Cancelled
from modelscope_tui.hub.bounds import Bounds
from modelscope_tui.hub.client import HubClient
from tests.hub.conftest import QUICK, Clock
from tests.hub_server import VALID_TOKEN, HubServer, recorded

QWEN = "Qwen/Qwen3-8B"


def _ended(seconds: float, ask: Callable[[], Any]) -> ModelscopeError:
    """Ask, and give the error that came; a busy machine may take its time, an endless wait may not."""
    began = time.monotonic()
    with pytest.raises(ModelscopeError) as caught:
        ask()
    assert time.monotonic() - began < 20 * seconds
    return caught.value


@pytest.fixture(autouse=True)
def library_is_loaded() -> None:
    """Imports are not part of a deadline's measure."""
    import huggingface_hub.hf_api  # noqa: F401


@pytest.fixture
def other_hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_whoever_never_finishes_is_cut_off_in_time(quick: HubClient, hub: HubServer, fault: str) -> None:
    hub.fault(fault)
    error = _ended(1.5, lambda: quick.details(QWEN))
    assert type(error) is HubUnreachable
    assert "did not answer within 0.5 s" in error.message
    assert _ended(1.5, lambda: quick.search(parse("x"))).exit_code == 7


def test_even_a_status_line_of_one_byte_a_second_is_cut_off(quick: HubClient, hub: HubServer) -> None:
    hub.fault("drip", head=True)
    assert "did not answer" in _ended(1.5, lambda: quick.details(QWEN)).message


def test_a_given_up_request_leaves_no_thread_behind(quick: HubClient, hub: HubServer) -> None:
    hub.fault("hang")
    _ended(1.5, lambda: quick.details(QWEN))
    for thread in [thread for thread in threading.enumerate() if thread.name == "hub"]:
        thread.join(2)
        assert not thread.is_alive()


def test_cancelling_ends_the_wait_at_once(client: HubClient, hub: HubServer) -> None:
    hub.fault("hang")
    arrived = threading.Event()
    errors: list[Exception] = []

    def ask() -> None:
        try:
            client.details(QWEN)
        except Cancelled as error:
            errors.append(error)
            arrived.set()

    asker = threading.Thread(target=ask)
    asker.start()
    while not hub.requests:
        threading.Event().wait(0.005)
    client.cancel_all()
    asker.join(30)
    assert arrived.is_set()
    assert client.state.kind == "unknown", "a withdrawn question says nothing of the Hub"
    hub.heal()
    assert client.details(QWEN).source == "hub", "the next question is asked as ever"


def test_cancelling_a_refresh_gives_back_what_was_kept(client: HubClient, hub: HubServer) -> None:
    client.details(QWEN)
    hub.fault("hang")
    answers: list[Any] = []
    asker = threading.Thread(target=lambda: answers.append(client.details(QWEN, refresh=True)))
    asked = len(hub.requests)
    asker.start()
    while len(hub.requests) == asked:
        threading.Event().wait(0.005)
    client.cancel_all()
    asker.join(2)
    assert isinstance(answers[0].problem, Cancelled)
    assert answers[0].value.id == QWEN


@pytest.mark.parametrize(
    ("fault", "options", "said"),
    [
        ("html", {}, "web page"),
        ("html", {"status": 404}, "web page"),
        ("truncated", {}, "not JSON"),
        ("body", {"body": b""}, "not JSON"),
        ("body", {"body": b"[" * 100_000}, "not JSON"),
        ("body", {"body": 7}, "no model"),
        ("body", {"body": {}}, "no model"),
        ("body", {"body": {"id": None}}, "no model"),
        ("body", {"body": {"id": "../../etc"}}, "no model"),
        ("body", {"body": [1, 2]}, "no model"),
        ("body", {"body": b"{}", "headers": {"Content-Encoding": "br"}}, "encoding"),
        ("body", {"body": b"not gzip", "headers": {"Content-Encoding": "gzip"}}, "cannot be read"),
        (
            "body",
            {"body": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab", "headers": {"Content-Encoding": "gzip"}},
            "broke off",
        ),
        ("garbage", {}, "does not speak HTTP"),
        ("loop", {}, "round in circles"),
        ("418", {}, "status 418"),
    ],
)
def test_nonsense_is_called_nonsense(
    client: HubClient, hub: HubServer, fault: str, options: dict[str, Any], said: str
) -> None:
    hub.fault(fault, **options)
    error = _ended(3, lambda: client.details(QWEN))
    assert type(error) is HubNonsense
    assert said in error.message
    assert client.state.kind == "problem"


@pytest.mark.parametrize("fault", ["500", "502", "503", "504", "408", "broken-off", "hang-up"])
def test_a_hub_in_trouble_is_asked_once_and_not_again(client: HubClient, hub: HubServer, fault: str) -> None:
    hub.fault(fault)
    assert type(_ended(2, lambda: client.details(QWEN))) is HubUnreachable
    assert type(_ended(2, lambda: client.search(parse("qwen")))) is HubUnreachable
    assert len(hub.requests) == 2


def test_wrong_types_leave_the_facts_unknown_and_the_rest_known(client: HubClient, hub: HubServer) -> None:
    page = recorded("synthetic_info_qwen3_8b")
    for name in page:
        if name not in {"id", "likes"}:
            page[name] = {"oddly": [1, None, "\ud800\0"]}
    hub.fault("body", "/api/models", body=page)
    details = client.details(QWEN).value
    assert (details.model.likes, details.model.downloads, details.model.params, details.files) == (
        2074,
        None,
        None,
        None,
    )


def test_null_everywhere_is_unknown_everywhere(client: HubClient, hub: HubServer) -> None:
    page = {**dict.fromkeys(recorded("synthetic_info_qwen3_8b")), "id": QWEN}
    hub.fault("body", "/api/models", body=page)
    model = client.details(QWEN).value.model
    assert (model.tags, model.gated, model.license, model.quantization) == ((), None, None, None)


def test_one_odd_row_does_not_lose_the_list(client: HubClient, hub: HubServer) -> None:
    odd = {
        "id": "a/odd",
        "siblings": [{}],
        "safetensors": {"total": "x"},
        "cardData": {"ignore_metadata_errors": 1},
        "transformersInfo": {"zzz": 1},
        "createdAt": "yesterday",
        "evalResults": [7],
        "inferenceProviderMapping": 3,
    }
    hub.fault("body", body=[None, 7, "x", {}, {"id": 3}, {"id": "no-owner"}, odd, {"id": "a/good", "downloads": 5}])
    assert [(model.id, model.downloads) for model in client.search(parse("")).value] == [("a/odd", None), ("a/good", 5)]


def test_a_flood_is_not_taken_in(client_of: Callable[..., HubClient], hub: HubServer) -> None:
    client = client_of(bounds=Bounds(answer_seconds=10, body_bytes=2 * 1024 * 1024))
    hub.fault("huge")
    assert "more than 2 MiB" in _ended(5, lambda: client.details(QWEN)).message
    hub.heal()
    hub.fault("bomb")
    assert "more than 2 MiB" in _ended(5, lambda: client.search(parse(""))).message


def test_a_card_without_end_is_cut(client_of: Callable[..., HubClient], hub: HubServer) -> None:
    client = client_of(bounds=Bounds(card_bytes=1000))
    hub.add_file(QWEN, "README.md", "x" * 5000)
    assert len(client.card(QWEN).value) == 1000


def test_ten_thousand_files_are_listed_and_not_one_more(client: HubClient, hub: HubServer) -> None:
    siblings = [{"rfilename": f"part-{place}.bin", "size": 1} for place in range(10_500)]
    hub.fault("body", "/api/models", body={"id": QWEN, "siblings": siblings})
    files = client.details(QWEN).value.files
    assert files is not None
    assert len(files) == 10_000


def test_hostile_text_is_kept_whole_enough_and_breaks_nothing(client: HubClient, hub: HubServer) -> None:
    hostile = "\x1b]0;owned\x07[@click=app.quit]\0\ud800\u202e"
    page = {
        "id": QWEN,
        "tags": [hostile, "x" * 100_000],
        "cardData": {"license_name": hostile, "license": [hostile]},
        "siblings": [
            {"rfilename": hostile},
            {"rfilename": "../../up"},
            {"rfilename": "/etc/passwd"},
            {"rfilename": "C:\\x"},
        ],
        "downloads": 10**30,
        "likes": -5,
        "trendingScore": 1e999,
    }
    hub.fault("body", "/api/models", body=page)
    client.details(QWEN)
    details = client.details(QWEN)
    model = details.value.model
    assert details.source == "cache"
    assert (len(model.tags), model.downloads, model.likes, model.trending) == (1, None, None, None)
    assert "\0" not in model.tags[0]
    assert model.tags[0].encode()
    assert details.value.files is not None
    assert len(details.value.files) == 1


def test_a_told_wait_is_kept_by_everybody_until_it_is_over(
    client: HubClient, client_of: Callable[..., HubClient], hub: HubServer, clock: Clock
) -> None:
    client.details(QWEN)
    hub.fault("rate-limit", times=1, seconds=55)
    error = _ended(1, lambda: client.search(parse("x")))
    assert isinstance(error, RateLimited)
    assert (error.seconds, client.state.kind, client.state.retry_at) == (55, "problem", "2026-11-01T12:00:55Z")
    asked = len(hub.requests)
    clock.forward(seconds=30)
    for waiting in (client, client_of()):  # (the next start of the program as well)
        error = _ended(1, lambda waiting=waiting: waiting.card("google-bert/bert-base-uncased"))  # type: ignore[misc]
        assert isinstance(error, RateLimited)
        assert error.seconds == 25
        assert isinstance(waiting.details(QWEN, refresh=True).problem, RateLimited), "what is kept still shows"
    assert len(hub.requests) == asked
    clock.forward(seconds=25)
    client.search(parse("x"))
    assert client.state.kind == "online"


def test_retry_after_is_heard_too(client: HubClient, hub: HubServer) -> None:
    hub.fault("rate-limit", retry_after=7)
    error = _ended(1, lambda: client.details(QWEN))
    assert isinstance(error, RateLimited)
    assert error.seconds == 7


def test_the_token_goes_to_the_endpoint_and_nowhere_else(
    client_of: Callable[..., HubClient], hub: HubServer, other_hub: HubServer
) -> None:
    client = client_of(token=VALID_TOKEN)
    client.details(QWEN)
    assert {seen.token for seen in hub.requests} == {VALID_TOKEN}
    hub.fault("elsewhere", "/api", to=other_hub.url)
    assert (
        "sent us elsewhere"
        in _ended(1, lambda: client.details(QWEN, refresh=True) and client.search(parse("x"))).message
    )
    assert other_hub.requests == [], "an answer of the API comes from the endpoint or not at all"
    hub.fault("elsewhere", f"/{QWEN}/resolve", to=other_hub.url)
    assert client.card(QWEN).value.startswith("# Qwen3-8B"), "files may lie elsewhere"
    assert [seen.token for seen in other_hub.requests] == [None]


@pytest.mark.parametrize("fault", ["500", "html", "hang-up", "garbage", "loop", "hang", "broken-off"])
def test_no_traceback_shows_the_token_even_with_local_variables(
    client_of: Callable[..., HubClient], hub: HubServer, fault: str
) -> None:
    client = client_of(token=VALID_TOKEN, bounds=QUICK)
    hub.fault(fault)
    error = _ended(2, lambda: client.details(QWEN))
    printed = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=9999
    )
    console = Console(file=io.StringIO(), width=500)
    console.print(printed)
    assert isinstance(console.file, io.StringIO)
    assert "details" in console.file.getvalue()
    assert VALID_TOKEN[3:] not in console.file.getvalue()


def test_a_next_page_on_another_host_is_not_followed(
    client_of: Callable[..., HubClient], hub: HubServer, other_hub: HubServer
) -> None:
    client = client_of(token=VALID_TOKEN)
    link = f'<{other_hub.url}/api/models?cursor=1>; rel="next"'
    hub.fault("body", body=[{"id": "a/b"}], headers={"Link": link})
    assert "elsewhere" in _ended(1, lambda: client.search(parse(""))).message
    assert other_hub.requests == []


def test_pages_without_end_end(client: HubClient, hub: HubServer) -> None:
    hub.fault("body", body=[], headers={"Link": f'<{hub.url}/api/models?cursor=1>; rel="next"'})
    assert client.search(parse("")).value == ()
    assert len(hub.requests) == 10


def test_a_connection_that_grew_cold_is_opened_again(client: HubClient, hub: HubServer) -> None:
    hub.fault("hang-up", f"/{QWEN}/resolve", times=1)
    answer = client.details(QWEN)
    assert answer.problem is None
    assert answer.value.config is not None


def test_the_implicit_token_of_the_library_is_never_used(
    client: HubClient, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_somebody")
    client.details(QWEN)
    client.card(QWEN)
    assert {seen.token for seen in hub.requests} == {None}


def test_a_proxy_of_the_environment_is_used_and_no_proxy_is_heard(
    client_of: Callable[..., HubClient], hub: HubServer, other_hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", other_hub.url)
    monkeypatch.setenv("NO_PROXY", "")
    other_hub.fault("body", body={"id": QWEN, "likes": 77})
    assert client_of(endpoint="http://hub.invalid").details(QWEN).value.model.likes == 77
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client_of(bounds=QUICK).details(QWEN)
    assert hub.requests
