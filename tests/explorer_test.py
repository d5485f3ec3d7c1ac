"""The explorer's core against the loopback Hub: what was ever seen stays, and a bad Hub takes nothing away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelscope_tui.catalog.query import parse
from modelscope_tui.errors import HubUnreachable, ModelNotFound, NotCached, UsageError
from modelscope_tui.explorer import Explorer
from modelscope_tui.hub.bounds import Bounds
from modelscope_tui.hub.client import HubClient
from modelscope_tui.hub.shelf import Shelf
from modelscope_tui.launch.tool import Options
from modelscope_tui.settings import Settings
from tests.hub_server import HubServer, refusing_address

Open = Callable[..., Explorer]


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def open_explorer(own_cache: Path) -> Iterator[Open]:
    """Open explorers on one cache; who lets the Hub hang says how long to wait for it."""
    opened: list[Explorer] = []

    def open_one(
        endpoint: str, *, offline: bool = False, machine: str = "RTX 4090", patience: float = 30.0
    ) -> Explorer:
        settings = Settings(own_cache, own_cache / "none.toml", endpoint=endpoint, offline=offline, machine=machine)
        client = HubClient(
            endpoint=endpoint,
            token=None,
            shelf=Shelf(own_cache / "shelf"),
            offline=offline,
            bounds=Bounds(answer_seconds=patience),
        )
        opened.append(Explorer(settings, hub=client))
        opened[-1].prepare()
        return opened[-1]

    yield open_one
    for explorer in opened:
        explorer.close()


def test_what_the_hub_lists_can_be_searched_offline_afterwards(open_explorer: Open, hub: HubServer) -> None:
    hub.add_model(
        {"id": "newcomer/zyzzyva-7b", "downloads": 77, "tags": ["license:mit"], "pipeline_tag": "text-generation"}
    )
    online = open_explorer(hub.url)
    assert online.search(parse("zyzzyva")).total == 0
    assert online.ask_hub(parse("zyzzyva")) == 1
    assert [model.id for model in online.search(parse("zyzzyva license:permissive")).models] == ["newcomer/zyzzyva-7b"]
    offline = open_explorer(hub.url, offline=True)
    asked = len(hub.asked())
    assert offline.search(parse("zyzzyva")).total == 1
    assert len(hub.asked()) == asked


def test_details_are_fresh_then_kept_then_shown_with_their_age(open_explorer: Open, hub: HubServer) -> None:
    first = open_explorer(hub.url).details("Qwen/Qwen3-8B")
    explorer = open_explorer(hub.url, patience=1.0)
    assert first.source == "hub"
    assert first.value.files
    again = explorer.details("Qwen/Qwen3-8B")
    assert (again.source, again.is_stale) == ("cache", False)
    hub.fault("hang")
    kept = explorer.details("Qwen/Qwen3-8B", refresh=True)
    assert kept.source == "cache"
    assert isinstance(kept.problem, HubUnreachable)
    assert kept.as_of == first.as_of


@pytest.mark.parametrize("fault", ["hang", "html", "truncated"])
def test_a_bad_hub_leaves_the_catalog_row_and_says_what_is_wrong(
    open_explorer: Open, hub: HubServer, fault: str
) -> None:
    hub.fault(fault)
    explorer = open_explorer(hub.url, patience=1.0)
    answer = explorer.details("bigscience/bloom")
    assert answer.source == "catalog"
    assert isinstance(answer.problem, HubUnreachable)
    assert answer.value.model.license == "bigscience-bloom-rail-1.0"
    assert explorer.hub_state.kind == "problem"


def test_a_hub_that_refuses_is_offline_in_all_but_name(open_explorer: Open) -> None:
    explorer = open_explorer(refusing_address())
    assert explorer.details("Qwen/Qwen3-8B").source == "catalog"
    with pytest.raises(HubUnreachable):
        explorer.ask_hub(parse("qwen"))
    assert explorer.search(parse("qwen3 coder")).total > 100


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(open_explorer: Open, hub: HubServer) -> None:
    with pytest.raises(ModelNotFound) as caught:
        open_explorer(hub.url).details("Qwen/Qwen3-8")
    assert "Qwen/Qwen3-8B" in caught.value.hint
    with pytest.raises(NotCached) as missed:
        open_explorer(hub.url, offline=True).details("Qwen/Qwen3-8")
    assert "Qwen/Qwen3-8B" in missed.value.hint


@pytest.mark.parametrize("name", ["", "qwen", "a/b/c", "--help", "../etc/passwd", "a/b;rm -rf", "a/[/]", "a/$(x)"])
def test_what_is_no_id_never_reaches_the_hub(open_explorer: Open, hub: HubServer, name: str) -> None:
    with pytest.raises(UsageError):
        open_explorer(hub.url).details(name)
    assert not hub.asked()


def test_a_command_names_a_quantization_that_the_repository_holds(open_explorer: Open, hub: HubServer) -> None:
    explorer = open_explorer(hub.url)
    details = explorer.details("unsloth/Qwen3-8B-GGUF").value
    answer = explorer.launch(details, "ollama", Options())
    assert answer.command is not None
    assert answer.command.argv[:2] == ("ollama", "run")
    reference = answer.command.argv[2]
    assert reference.startswith("hf.co/unsloth/Qwen3-8B-GGUF:")
    quant = reference.rpartition(":")[2]
    assert any(quant.lower() in file.path.lower() for file in details.files or ())


def test_the_filter_for_fit_is_the_fit_column(open_explorer: Open, hub: HubServer) -> None:
    explorer = open_explorer(hub.url, offline=True)
    for verdict in ("yes", "tight", "no", "unknown"):
        page = explorer.search(parse(f"fits:{verdict} sort:params"), 0, 60)
        assert page.total
        assert {explorer.fits(model) for model in page.models} == {verdict}


def test_a_cache_that_cannot_be_written_is_said_once_and_searched_from_memory(tmp_path: Path) -> None:
    not_a_directory = tmp_path / "file"
    not_a_directory.write_text("", encoding="utf-8")
    explorer = Explorer(Settings(not_a_directory / "cache", tmp_path / "none.toml", offline=True))
    explorer.prepare()
    assert explorer.index_problem is not None
    assert explorer.search(parse("qwen3 coder")).total > 100
    explorer.close()


def test_one_goes_offline_and_back_while_it_runs(
    open_explorer: Open, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    explorer = open_explorer(hub.url)
    explorer.set_offline(True)
    asked = len(hub.requests)
    assert explorer.settings.offline
    assert explorer.hub_state.kind == "offline"
    assert explorer.details("Qwen/Qwen3-8B").source == "catalog"
    assert len(hub.requests) == asked, "no socket is opened"
    explorer.set_offline(False)
    assert explorer.details("Qwen/Qwen3-8B").source == "hub"


def test_an_environment_that_says_offline_is_not_overruled(
    open_explorer: Open, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    explorer = open_explorer(hub.url, offline=True)
    with pytest.raises(UsageError, match="HF_HUB_OFFLINE"):
        explorer.set_offline(False)
    assert explorer.settings.offline
