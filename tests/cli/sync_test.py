"""``sync`` as a person and a script see it: the whole program against the loopback Hub."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.catalog.lock import claimed
from modelscope_tui.catalog.model import Model
from modelscope_tui.cli import sync as command
from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from tests.cli.conftest import Run
from tests.hub_many import Many
from tests.hub_server import HubServer

ROWS = 60
PAGE = 10


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> Iterator[HubServer]:
    """A Hub with made-up models, which the program takes for the Hub."""
    with HubServer() as hub:
        hub.many = Many(ROWS)
        hub.page_size = PAGE
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("MODELSCOPE_TUI_CACHE", str(own_cache))
        yield hub


def index_of(cache: Path) -> Explorer:
    return Explorer(Settings(cache_dir=cache, config_path=cache / "none.toml", offline=True))


def test_it_says_what_comes_and_what_it_costs_and_then_what_came(run: Run, many: HubServer, own_cache: Path) -> None:
    ran = run("sync", "--limit", "30", "--json")
    assert ran.code == 0
    assert ran.document["status"] == "complete"
    assert (ran.document["rows"], ran.document["pages"], ran.document["changed"]) == (30, 3, 30)
    assert "Bringing the 30 most downloaded models" in ran.err
    for word in ("requests", "to fetch", "on disk", "free", "memory"):
        assert word in ran.err
    again = run("sync", "--limit", "30", "--json").document
    assert (again["kind"], again["pages"]) == ("changes", 1)
    assert run("search", many.many.id_of(7), "--offline", "--json").document["total"] == 1  # type: ignore[union-attr]


def test_quiet_and_piped_it_is_quiet(run: Run, many: HubServer) -> None:
    ran = run("sync", "--limit", "10", "-q")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == "status\tcomplete"


def test_one_line_a_page_for_whoever_follows(run: Run, many: HubServer) -> None:
    lines = [json.loads(line) for line in run("sync", "--limit", "30", "--json-lines").out.splitlines()]
    assert [line["status"] for line in lines] == ["running"] * 3 + ["complete"]
    assert [line["rows_to_come"] for line in lines[:3]] == [20, 10, 0]


def test_bad_rows_are_said(run: Run, many: HubServer) -> None:
    assert many.many is not None
    many.many.broken = {2: {"id": "../../etc/passwd"}}
    ran = run("sync", "--limit", "20")
    assert "1 rows of the Hub name no repository" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("--all", "--limit", "3"), 2, "usage"),
        (("--all", "--query", "x"), 2, "usage"),
        (("--since", "yesterday"), 2, "usage"),
        (("--since", "2999-01-01"), 2, "usage"),
        (("--query", "params:many"), 2, "query"),
        (("--offline",), 4, "not-cached"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, many: HubServer, words: tuple[str, ...], code: int, kind: str) -> None:
    ran = run("sync", *words, "--json")
    assert (ran.code, ran.document["error"]["kind"]) == (code, kind)
    assert many.requests == []


def test_a_broken_page_says_that_the_rest_can_come_later(run: Run, many: HubServer) -> None:
    many.fault("truncated", "/api/models")
    many.fault("body", "/api/models", times=1, body=[])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("modelscope_tui.hub.sync.PATIENCE_SECONDS", (0,))
        ran = run("sync", "--json")
    assert ran.code == 7
    assert "goes on there" in ran.document["error"]["hint"]


def test_a_full_disk_is_seen_before_it_starts(run: Run, many: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelscope_tui.syncing.SPARE_BYTES", 10**18)
    ran = run("sync", "--json")
    assert ran.code == 1
    assert "are free" in ran.document["error"]["message"]
    assert many.requests == []


def test_one_sync_at_a_time(run: Run, many: HubServer, own_cache: Path) -> None:
    with claimed(own_cache / "sync.lock") as is_free:
        assert is_free
        ran = run("sync", "--json")
    assert (ran.code, ran.document["error"]["message"]) == (2, "Another sync of this cache is under way.")


def test_ctrl_c_leaves_what_came_and_says_so(run: Run, many: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[object] = []

    def stop(progress: object) -> None:
        pages.append(progress)
        if len(pages) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(command, "_told_in_lines", stop)
    ran = run("sync", "--limit", "50", "--json-lines")
    assert ran.code == 130
    assert "2 pages with 20 models are kept" in ran.err
    assert json.loads(ran.out) == {**json.loads(ran.out), "status": "interrupted", "pages": 2, "rows": 20}


def test_killed_again_and_again_it_still_ends_complete(
    many: HubServer, own_cache: Path, subprocess_environment: dict[str, str]
) -> None:
    assert many.many is not None
    argv = [sys.executable, "-m", "modelscope_tui", "sync", "--all", "--json"]
    argv += ["--endpoint", many.url, "--cache-dir", str(own_cache)]
    running: list[subprocess.Popen[str]] = []
    left = [3]

    def kill() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(running[-1].pid, signal.SIGKILL)

    many.many.asked = kill
    ended: list[Any] = []
    for pages in (3, 2, 3, 10**9):
        left[0] = pages
        running.append(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=subprocess_environment))
        out = running[-1].communicate(timeout=60)[0]
        ended.append((running[-1].returncode, out))
    assert [code for code, _ in ended] == [-signal.SIGKILL] * 3 + [0]
    document = json.loads(ended[-1][1])
    assert (document["is_resumed"], document["rows"]) == (True, ROWS)
    explorer = index_of(own_cache)
    try:
        synced = [row for number in range(ROWS) if (row := explorer.model(many.many.id_of(number))) is not None]
        assert len({row.id for row in synced}) == ROWS
        assert explorer.index.total == document["index_rows"]
    finally:
        explorer.close()
    cursors = [dict(request.params).get("cursor") for request in many.requests if ("limit", "1000") in request.params]
    assert {cursor for cursor in cursors if cursor} == {str(place) for place in range(PAGE, ROWS, PAGE)}
    assert len(cursors) <= ROWS // PAGE + 3  # of each killed run, the page it was killed at came twice


def test_doctor_and_cache_info_say_how_far_it_came(run: Run, many: HubServer) -> None:
    assert run("cache", "info", "--json").document["sync_state"] == "never"
    assert "never synced" in run("doctor", "--json").document["sync"]["message"]
    assert many.many is not None
    left = [5]

    def break_off() -> None:
        left[0] -= 1
        if left[0] == 0:
            many.fault("401", "/api/models")

    many.many.asked = break_off
    run("sync", "--limit", "50")
    many.heal()
    partial = run("doctor", "--offline", "--json").document["sync"]
    assert (partial["status"], partial["sync_state"], partial["sync_under_way"]) == ("warning", "partial", "top 50")
    assert partial["sync_under_way_rows"] >= 30
    run("sync", "--limit", "50")
    info = run("cache", "info", "--json").document
    assert (info["sync_state"], info["sync_covers"], info["sync_rows"]) == ("complete", "top 50", 50)
    assert "the 50 most downloaded" in run("doctor", "--offline", "--json").document["sync"]["message"]


def test_a_model_that_vanished_says_so(run: Run, many: HubServer, own_cache: Path) -> None:
    explorer = index_of(own_cache)
    explorer.index.upsert([Model("once/here", source="hub", as_of="2026-11-02T00:00:00Z", gone="2026-11-02T00:00:00Z")])
    explorer.close()
    shown = run("show", "once/here", "--offline")
    assert "The Hub's list does not name once/here since 2026-11-02" in shown.err
    assert run("show", "once/here", "--offline", "--json").document["gone"] == "2026-11-02T00:00:00Z"
