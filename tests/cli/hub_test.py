"""The command line against a loopback Hub: fresh, kept, offline, gated, missing, rate-limited, unreachable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Run
from tests.hub_server import VALID_TOKEN, HubServer, refusing_address

NOVEL = {
    "_id": "1", "id": "somebody/zebra-novelty-7b", "modelId": "somebody/zebra-novelty-7b", "downloads": 5, "likes": 1,
    "tags": ["transformers", "license:mit"], "pipeline_tag": "text-generation", "library_name": "transformers",
    "createdAt": "2026-11-01T00:00:00.000Z", "private": False, "siblings": [],
}  # fmt: skip


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.add_model(NOVEL)
        yield server


@pytest.fixture
def online(run: Run, hub: HubServer, own_cache: Path) -> Run:
    """Run a command line against the loopback Hub, with a cache of its own."""

    def asked(*words: str) -> Ran:
        return run(*words, "--endpoint", hub.url, "--cache-dir", str(own_cache))

    return asked


def test_show_brings_files_and_card_from_the_hub(online: Run) -> None:
    ran = online("show", "Qwen/Qwen3-8B", "--json")
    found = ran.document
    assert (ran.code, ran.err) == (0, "")
    assert found["source"] == "hub"
    assert any(item["path"].endswith(".safetensors") and item["bytes"] for item in found["files"])
    assert "Qwen3-8B" in found["card"]
    assert found["quantizations"]
    assert found["safety"]["pickle_files"] == []
    assert found["dtype"] == "bfloat16"


def test_what_was_seen_is_answered_from_the_cache_without_asking_again(online: Run, hub: HubServer) -> None:
    online("show", "Qwen/Qwen3-8B", "--json")
    hub.requests.clear()
    assert online("show", "Qwen/Qwen3-8B", "--json").document["source"] == "cache"
    assert hub.requests == []
    assert online("show", "Qwen/Qwen3-8B", "--json", "--refresh").document["source"] == "hub"


def test_what_was_seen_online_is_known_offline(online: Run, hub: HubServer) -> None:
    assert online("show", NOVEL["id"], "--json").code == 0
    hub.requests.clear()
    kept = online("show", NOVEL["id"], "--json", "--offline")
    assert (kept.code, kept.document["source"]) == (0, "cache")
    found = online("search", "zebra-novelty", "--json", "--offline").document
    assert [model["id"] for model in found["models"]] == [NOVEL["id"]]
    assert hub.requests == []


def test_search_adds_what_the_hub_knows(online: Run) -> None:
    found = online("search", "zebra", "novelty", "--json").document
    assert [model["id"] for model in found["models"]] == [NOVEL["id"]]
    assert found["models"][0]["source"] == "hub"
    assert found["offline"] is False


def test_no_such_model_names_the_near_ones(online: Run) -> None:
    ran = online("show", "Qwen/Qwen3-8C", "--json")
    assert ran.code == 3
    assert ran.document["error"]["kind"] == "model-not-found"
    assert "Qwen/Qwen3-8B" in ran.document["error"]["hint"]
    told = online("launch", "Qwen/Qwen3-8C", "--tool", "vllm")
    assert (told.code, told.out, told.err.count("\n")) == (3, "", 1)


def test_a_gated_model_is_shown_and_says_so(online: Run) -> None:
    ran = online("show", "meta-llama/Llama-3.1-8B-Instruct", "--json")
    assert ran.code == 0
    assert ran.document["gated"] == "manual"
    assert ran.document["source"] == "hub"


def test_a_refused_token_is_not_authorised(online: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrongAndSecret")
    ran = online("show", "Qwen/Qwen3-8B", "--json")
    assert ran.code == 5
    assert ran.document["error"]["kind"] == "not-authorised"
    assert "hf_wrongAndSecret" not in ran.out + ran.err


def test_the_token_goes_to_the_hub_and_nowhere_else(
    online: Run, hub: HubServer, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    monkeypatch.setenv("HF_TOKEN", VALID_TOKEN)
    ran = online("launch", "meta-llama/Llama-3.1-8B-Instruct", "--tool", "vllm", "--json", "--machine", "RTX 4090")
    assert ran.code == 0
    assert any(seen.token == VALID_TOKEN for seen in hub.requests)
    assert VALID_TOKEN not in ran.out + ran.err
    for file in own_cache.rglob("*"):
        assert not file.is_file() or VALID_TOKEN.encode() not in file.read_bytes()


def test_a_gated_refusal_of_the_page_itself_is_exit_5(online: Run, hub: HubServer) -> None:
    hub.fault("403", "/api/models/somebody", code="GatedRepo", message="Access to this model is restricted.")
    assert online("show", NOVEL["id"], "--json").code == 5


def test_being_rate_limited_says_the_seconds(online: Run, hub: HubServer) -> None:
    hub.fault("rate-limit", seconds=41)
    ran = online("show", "nobody/knows-this", "--json")
    assert ran.code == 6
    assert ran.document["error"]["kind"] == "rate-limited"
    assert 35 <= ran.document["error"]["seconds"] <= 41
    asked = len(hub.requests)
    again = online("show", "nobody/knows-this")
    assert (again.code, again.out) == (6, "")
    assert len(hub.requests) == asked


@pytest.mark.parametrize("fault", ["html", "truncated", "garbage", "502", "hang-up"])
def test_a_hub_that_answers_nonsense_is_exit_7_for_the_unknown(online: Run, hub: HubServer, fault: str) -> None:
    hub.fault(fault)
    ran = online("show", "nobody/knows-this", "--json")
    assert ran.code == 7
    assert ran.document["error"]["kind"] in {"hub-nonsense", "hub-unreachable"}
    assert ran.document["error"]["hint"]


@pytest.mark.parametrize("fault", ["html", "rate-limit", "500"])
def test_a_failing_hub_leaves_the_catalog_standing(online: Run, hub: HubServer, fault: str) -> None:
    hub.fault(fault)
    ran = online("show", "bigscience/bloom", "--json")
    assert (ran.code, ran.document["source"]) == (0, "catalog")
    assert ran.err.count("\n") == 1
    assert "catalog" in ran.err


@pytest.fixture
def unreachable(run: Run, own_cache: Path) -> Run:
    """Run a command line against an address where nobody listens."""

    def asked(*words: str) -> Ran:
        return run(*words, "--endpoint", refusing_address(), "--cache-dir", str(own_cache))

    return asked


def test_an_unreachable_hub_is_exit_7_only_for_what_nobody_here_knows(unreachable: Run) -> None:
    assert unreachable("show", "nobody/knows-this", "--json").code == 7
    known = unreachable("launch", "Qwen/Qwen3-8B", "--tool", "vllm", "--machine", "RTX 4090", "--print")
    assert known.code == 0
    assert known.out.startswith("vllm serve Qwen/Qwen3-8B")
    assert "catalog" in known.err


def test_nothing_found_and_could_not_ask_never_look_alike(unreachable: Run, offline: Run) -> None:
    assert offline("search", "zzzzqqqq", "--json").document["models"] == []
    could_not = unreachable("search", "zzzzqqqq", "--json")
    assert (could_not.code, set(could_not.document)) == (7, {"error"})
    local = unreachable("search", "qwen", "--json")
    assert local.code == 0
    assert local.document["hub_problem"]["kind"] == "hub-unreachable"
    assert local.document["models"]


@pytest.mark.parametrize(
    "words",
    [
        ("show", "Qwen/Qwen3-8B"),
        ("show", "nobody/knows-this"),
        ("search", "qwen"),
        ("search", "zzzzqqqq"),
        ("search", "params:<<x"),
        ("launch", "Qwen/Qwen3-8B-AWQ", "--tool", "ollama"),
        ("facets",),
        ("doctor",),
    ],
)
def test_quiet_means_nothing_on_stderr(unreachable: Run, words: tuple[str, ...]) -> None:
    assert unreachable(*words, "-q").err == ""


def test_offline_opens_no_socket(online: Run, hub: HubServer) -> None:
    for words in (("search", "qwen"), ("show", "Qwen/Qwen3-8B"), ("doctor",), ("launch", "Qwen/Qwen3-8B")):
        online(*words, "--offline", "-q")
    assert hub.requests == []


def test_the_environment_can_say_offline_and_where_the_hub_is(
    run: Run, hub: HubServer, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("MODELSCOPE_TUI_CACHE", str(own_cache))
    assert run("show", "Qwen/Qwen3-8B", "--json").document["source"] == "hub"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub.requests.clear()
    assert run("show", "Qwen/Qwen3-8B", "--json", "--refresh").document["source"] == "cache"
    assert hub.requests == []


def test_doctor_tells_whether_the_hub_answers(online: Run, unreachable: Run) -> None:
    assert online("doctor", "--json").document["hub"]["is_reachable"] is True
    lost = unreachable("doctor", "--json")
    assert (lost.code, lost.document["hub"]["is_reachable"]) == (0, False)
    assert lost.document["hub"]["status"] == "problem"


def test_text_of_the_hub_cannot_control_the_terminal(online: Run, hub: HubServer) -> None:
    hub.add_model(
        {**NOVEL, "id": "somebody/evil", "pipeline_tag": "\x1b]0;owned\x07[red]x[/]\u202e\x9b31m", "tags": ["a\x1bb"]},
        card="# hi\x1b[2J\x07\n😀",
    )
    for words in (("show", "somebody/evil", "--card"), ("show", "somebody/evil", "--json"), ("search", "evil")):
        ran = online(*words)
        assert ran.code == 0
        assert not set(ran.out + ran.err) & set("\x1b\x07\x9b\u202e")


HOSTILE = "--rm -rf '\"`$(id)` \x1b]0;owned\x07[red]x[/]\u202e\x9b31m\r\nnext"


@pytest.mark.parametrize("tool", ["ollama", "llamacpp", "lmstudio", "vllm"])
def test_the_facts_that_a_refusal_names_cannot_control_the_terminal(online: Run, hub: HubServer, tool: str) -> None:
    hub.add_model({**NOVEL, "id": "somebody/evil", "pipeline_tag": HOSTILE, "library_name": HOSTILE, "tags": [HOSTILE],
                   "config": {"model_type": HOSTILE, "architectures": [HOSTILE]}})  # fmt: skip
    for words in (("launch", "somebody/evil", "--tool", tool), ("launch", "somebody/evil", "--tool", tool, "--json")):
        ran = online(*words)
        assert ran.code in {0, 8}
        assert not set(ran.out + ran.err) & set("\x1b\x07\x9b\u202e\r")
    if ran.document["command"] is not None:
        assert "id)" not in ran.document["command"]["text"]


def test_a_model_of_the_catalog_that_the_hub_no_longer_shows_is_said_to_be_kept_here(online: Run) -> None:
    ran = online("show", "openai/whisper-large-v3", "--json")
    assert ran.code == 3
    assert "kept here" in ran.document["error"]["hint"]
    again = online("show", "openai/whisper-large-v3", "--json")
    assert again.document["error"]["hint"].count("kept here") == 1
