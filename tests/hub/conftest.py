"""A loopback Hub, a shelf of one's own, a clock that tests set, and clients with short deadlines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.hub.bounds import Bounds
from modelscope_tui.hub.client import HubClient
from modelscope_tui.hub.shelf import Shelf
from tests.hub_server import HubServer

QUICK = Bounds(connect_seconds=5.0, answer_seconds=0.5)
"""Deadlines for faults: nobody waits ten seconds in a test."""


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf_path(tmp_path: Path) -> Path:
    return tmp_path / "cäche of mine" / "shelf"


@pytest.fixture
def client_of(hub: HubServer, shelf_path: Path, clock: Clock) -> Iterator[Callable[..., HubClient]]:
    """Make clients of the loopback Hub that share one shelf directory."""
    made: list[HubClient] = []

    def make(**options: Any) -> HubClient:
        given = {"endpoint": hub.url, "token": None, "now": clock, "bounds": Bounds(answer_seconds=30.0), **options}
        made.append(HubClient(shelf=Shelf(shelf_path, now=clock), **given))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(client_of: Callable[..., HubClient]) -> HubClient:
    return client_of()


@pytest.fixture
def quick(client_of: Callable[..., HubClient]) -> HubClient:
    return client_of(bounds=QUICK)
