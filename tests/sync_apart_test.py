"""A sync in a process of its own: it tells how far it is, ends with the explorer, and says why it failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.errors import ModelscopeError
from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from tests.hub_many import Many
from tests.hub_server import VALID_TOKEN, HubServer


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.many = Many(30)
        server.page_size = 10
        yield server


@pytest.fixture
def explorer(hub: HubServer, own_cache: Path) -> Iterator[Explorer]:
    given = {"cache_dir": own_cache, "config_path": own_cache / "none.toml"}
    made = Explorer(Settings(endpoint=hub.url, token=VALID_TOKEN, **given))  # type: ignore[arg-type]
    yield made
    made.cancel()
    made.close()


def test_it_tells_every_page_and_the_index_has_the_rows(explorer: Explorer, hub: HubServer) -> None:
    told: list[Mapping[str, Any]] = []
    before = explorer.index.total
    answer = explorer.background_sync.run(told.append)
    assert answer is not None
    assert (answer["status"], answer["rows"]) == ("complete", 30)
    assert [document["rows"] for document in told] == [10, 20, 30]
    assert explorer.index.total == before + 30
    assert explorer.index.as_of is not None
    assert explorer.index.as_of[:4] >= "2026"
    assert {request.token for request in hub.requests} == {VALID_TOKEN}
    assert explorer.syncing.usual_words() == ("--limit", "100000")


def test_it_is_stopped_at_once_and_what_came_is_kept(explorer: Explorer, hub: HubServer) -> None:
    def stop(document: Mapping[str, Any]) -> None:
        if not told:
            hub.fault("hang", "/api/models")
        told.append(document)
        explorer.background_sync.stop()

    told: list[Mapping[str, Any]] = []
    assert explorer.background_sync.run(stop) is None
    assert not explorer.background_sync.is_running
    walk = explorer.syncing.note().walk
    assert walk is not None
    assert walk.rows >= 10


def test_why_it_failed_is_said(explorer: Explorer, hub: HubServer) -> None:
    hub.fault("401", "/api/models")
    with pytest.raises(ModelscopeError, match="does not accept the token"):
        explorer.background_sync.run(lambda _: None)


def test_none_begins_when_the_door_has_closed(explorer: Explorer, hub: HubServer) -> None:
    _ = explorer.background_sync
    explorer.cancel()
    assert explorer.background_sync.run(lambda _: None) is None
    assert hub.requests == []
