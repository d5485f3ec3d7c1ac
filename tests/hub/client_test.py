"""Fresh, stale, offline: what a question answers when the Hub does and does not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import parse
from modelscope_tui.errors import AccessDenied, HubUnreachable, ModelNotFound, NotCached, UsageError
from modelscope_tui.hub.client import HubClient
from tests.hub.conftest import QUICK, Clock
from tests.hub_server import VALID_TOKEN, HubServer, refusing_address

QWEN = "Qwen/Qwen3-8B"
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


def test_a_models_page_brings_facts_files_sizes_and_configuration(client: HubClient, hub: HubServer) -> None:
    answer = client.details(QWEN)
    details = answer.value
    assert (answer.source, answer.is_stale, answer.problem) == ("hub", False, None)
    assert (details.model.params, details.model.context, details.model.kv_heads) == (8190735360, 40960, 8)
    assert details.config is not None
    assert details.config["num_hidden_layers"] == 36
    assert details.files is not None
    assert sum(item.size_bytes or 0 for item in details.files if item.kind == "weights") > 16_000_000_000
    assert details.scan == {"scansDone": True, "filesWithIssues": []}
    assert client.state.kind == "online"
    assert [seen.path for seen in hub.requests] == [f"/api/models/{QWEN}", f"/{QWEN}/resolve/main/config.json"]


def test_a_fresh_answer_is_not_asked_for_again_until_told(client: HubClient, hub: HubServer) -> None:
    client.details(QWEN)
    asked = len(hub.requests)
    assert client.details(QWEN.lower()).source == "cache"
    assert len(hub.requests) == asked
    assert client.details(QWEN, refresh=True).source == "hub"
    assert len(hub.requests) > asked


def test_an_old_answer_is_shown_at_once_and_asked_for_again(client: HubClient, clock: Clock) -> None:
    client.details(QWEN)
    clock.forward(hours=7)
    kept = client.cached_details(QWEN)
    assert kept is not None
    assert (kept.is_stale, kept.as_of) == (True, "2026-11-01T12:00:00Z")
    assert client.details(QWEN).as_of == "2026-11-01T19:00:00Z"


def test_when_the_hub_fails_the_old_answer_stands_with_the_reason(
    quick: HubClient, hub: HubServer, clock: Clock
) -> None:
    quick.details(QWEN)
    clock.forward(hours=7)
    hub.fault("503")
    answer = quick.details(QWEN)
    assert answer.is_stale
    assert isinstance(answer.problem, HubUnreachable)
    assert quick.state.kind == "problem"


def test_offline_shows_what_was_seen_and_opens_no_socket(
    client: HubClient, client_of: Callable[..., HubClient], hub: HubServer, clock: Clock
) -> None:
    client.details(QWEN)
    client.search(parse("qwen3"))
    asked = len(hub.requests)
    clock.forward(days=30)
    offline = client_of(offline=True)
    assert offline.details(QWEN, refresh=True).value.id == QWEN
    assert offline.details(QWEN).is_stale
    assert offline.search(parse("qwen3")).value
    with pytest.raises(NotCached, match="never seen"):
        offline.details("google-bert/bert-base-uncased")
    with pytest.raises(NotCached):
        offline.card(QWEN)
    assert len(hub.requests) == asked
    assert offline.state.kind == "offline"


def test_going_offline_and_back_while_running(client: HubClient) -> None:
    client.set_offline(True)
    with pytest.raises(NotCached):
        client.details(QWEN)
    client.set_offline(False)
    assert client.state.kind == "unknown"
    assert client.details(QWEN).source == "hub"


def test_a_gated_model_shows_its_page_and_says_how_to_get_in(client: HubClient) -> None:
    answer = client.details(LLAMA)
    assert answer.value.model.gated == "manual"
    assert answer.value.config is None
    assert answer.value.files
    assert isinstance(answer.problem, AccessDenied)
    assert f"/{LLAMA}" in answer.problem.hint


def test_a_token_opens_what_an_anonymous_answer_could_not_see(
    client: HubClient, client_of: Callable[..., HubClient]
) -> None:
    client.details(LLAMA)
    assert client.details(LLAMA).source == "cache"
    answer = client_of(token=VALID_TOKEN).details(LLAMA)
    assert answer.source == "hub"
    assert answer.value.config is not None


def test_the_gate_is_known_from_its_file_when_the_page_hides_it(client: HubClient, hub: HubServer) -> None:
    hub.fault("401", f"/{QWEN}/resolve", code="GatedRepo", message="Access is restricted")
    assert client.details(QWEN).value.model.gated == "yes"


def test_a_page_without_its_configuration_is_worth_having(quick: HubClient, hub: HubServer) -> None:
    hub.fault("hang", f"/{QWEN}/resolve")
    answer = quick.details(QWEN)
    assert answer.value.config is None
    assert answer.value.model.params == 8190735360
    assert isinstance(answer.problem, HubUnreachable)
    assert quick.state.kind == "problem"
    hub.heal()
    assert quick.details(QWEN).value.config is not None, "half an answer counts as stale"


def test_a_missing_model_is_missing_and_the_hub_is_well(client: HubClient) -> None:
    with pytest.raises(ModelNotFound, match="no model nobody/nothing") as caught:
        client.details("nobody/nothing")
    assert "HF_TOKEN" in caught.value.hint
    assert client.state.kind == "online"


def test_a_missing_model_with_a_token_is_missing_too(client_of: Callable[..., HubClient]) -> None:
    with pytest.raises(ModelNotFound) as caught:
        client_of(token=VALID_TOKEN).details("nobody/nothing")
    assert caught.value.hint == ""


def test_a_bad_token_is_named_as_the_reason(client_of: Callable[..., HubClient]) -> None:
    client = client_of(token="hf_worn_out")
    with pytest.raises(AccessDenied, match="does not accept the token") as caught:
        client.details(QWEN)
    assert caught.value.kind == "not-authorised"
    assert client.state.kind == "problem"


def test_a_token_that_would_break_a_header_is_never_sent(client_of: Callable[..., HubClient], hub: HubServer) -> None:
    with pytest.raises(AccessDenied, match="characters"):
        client_of(token="hf_a\r\nX-Evil: 1").details(QWEN)
    assert hub.requests == []


def test_a_disabled_model_says_so(client: HubClient, hub: HubServer) -> None:
    hub.fault("403", message="Access to this resource is disabled.")
    with pytest.raises(AccessDenied, match="disabled") as caught:
        client.details(QWEN)
    assert caught.value.kind == "disabled"


def test_a_renamed_model_answers_under_its_present_name(
    client: HubClient, client_of: Callable[..., HubClient], hub: HubServer
) -> None:
    hub.rename(QWEN, "Qwen/Qwen3-8B-Renamed")
    assert client.details(QWEN).value.id == "Qwen/Qwen3-8B-Renamed"
    asked = len(hub.requests)
    assert client.details(QWEN).value.id == "Qwen/Qwen3-8B-Renamed"
    kept = client_of(offline=True).cached_details("Qwen/Qwen3-8B-Renamed")
    assert kept is not None
    assert len(hub.requests) == asked


def test_a_known_row_fills_what_the_page_leaves_out(client: HubClient) -> None:
    row = Model(id=QWEN, capabilities=("tools",), gguf_repos=("unsloth/Qwen3-8B-GGUF",), downloads=1)
    model = client.details(QWEN, row=row).value.model
    assert (model.capabilities, model.gguf_repos, model.downloads) == (("tools",), row.gguf_repos, 10145616)


def test_the_card_comes_without_its_metadata(client: HubClient) -> None:
    assert client.card(QWEN).value.startswith("# Qwen3-8B")
    assert client.card(QWEN).source == "cache"
    assert client.card("google-bert/bert-base-uncased").value == ""
    with pytest.raises(ModelNotFound):
        client.card("nobody/nothing")


def test_a_search_brings_rows_of_the_hub(client: HubClient, hub: HubServer) -> None:
    answer = client.search(parse("qwen3 org:Qwen license:apache-2.0 task:text-generation"), limit=5)
    assert [model.id for model in answer.value] == [QWEN, "Qwen/Qwen3-8B-AWQ"]
    assert answer.value[0].source == "hub"
    assert answer.value[1].quantization == "AWQ-4bit"
    sent = dict(hub.requests[-1].params)
    assert (sent["search"], sent["author"], sent["filter"], sent["limit"]) == (
        "qwen3",
        "Qwen",
        "license:apache-2.0",
        "5",
    )
    assert client.search(parse("qwen3 org:Qwen license:apache-2.0 task:text-generation"), limit=5).source == "cache"


def test_a_search_over_two_organizations_asks_for_both(client: HubClient, hub: HubServer) -> None:
    answer = client.search(parse("org:Qwen|unsloth"))
    assert {model.organization for model in answer.value} == {"Qwen", "unsloth"}
    assert len(hub.requests) == 2


def test_a_search_without_a_match_is_an_answer(client: HubClient) -> None:
    answer = client.search(parse("nothing-of-the-kind"))
    assert (answer.value, answer.source) == ((), "hub")


def test_a_long_list_is_read_page_by_page_up_to_the_limit(client: HubClient, hub: HubServer) -> None:
    hub.page_size = 3
    assert len(client.search(parse(""), limit=7).value) == 7
    assert len(hub.requests) == 3


def test_an_id_that_is_none_is_refused_before_anything_is_asked(client: HubClient, hub: HubServer) -> None:
    for name in ("gpt2", "../etc/passwd", "a/b/c", "-a/b", "a/b?x=1", "a/b--c", "a/b-\n", "ä/b"):
        with pytest.raises(UsageError):
            client.details(name)
        with pytest.raises(UsageError):
            client.card(name)
    with pytest.raises(UsageError):
        client.details("owner/ends-with-")
    assert hub.requests == []


def test_refused_connections_say_so_soon(client_of: Callable[..., HubClient]) -> None:
    client = client_of(endpoint=refusing_address(), bounds=QUICK)
    with pytest.raises(HubUnreachable, match="cannot be reached"):
        client.details(QWEN)
    assert client.state.kind == "problem"


def test_the_state_returns_to_online_with_the_first_good_answer(quick: HubClient, hub: HubServer, clock: Clock) -> None:
    assert quick.state.kind == "unknown"
    hub.fault("500", times=1)
    with pytest.raises(HubUnreachable, match="status 500"):
        quick.details(QWEN)
    assert (quick.state.kind, quick.state.since) == ("problem", "2026-11-01T12:00:00Z")
    clock.forward(seconds=5)
    quick.details(QWEN)
    assert (quick.state.kind, quick.state.message, quick.state.since) == ("online", "", "2026-11-01T12:00:05Z")


def test_one_shelf_keeps_two_hubs_apart(client: HubClient, client_of: Callable[..., HubClient]) -> None:
    client.details(QWEN)
    assert client_of(endpoint="http://127.0.0.1:9", offline=True).cached_details(QWEN) is None


def test_an_entry_that_somebody_else_wrote_is_no_answer(client: HubClient) -> None:
    key = f"details|{client.endpoint}|{QWEN.casefold()}"
    for junk in (
        7,
        [],
        {},
        {"as_of": "2026-11-01T12:00:00Z"},
        {"as_of": "never", "data": {"info": {"id": QWEN}}},
        {"as_of": "2026-11-01T12:00:00Z", "data": {"info": {"id": "x"}}},
        {"moved": key},
        {"moved": 1},
    ):
        client.shelf.put(key, junk)
        assert client.cached_details(QWEN) is None, json.dumps(junk)
