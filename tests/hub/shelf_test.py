"""The shelf keeps JSON, runs nothing, and survives what disks and strangers do."""

from __future__ import annotations

import os
import pickle
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.hub.client import HubClient
from modelscope_tui.hub.shelf import Shelf
from tests.hub.conftest import Clock
from tests.hub_server import VALID_TOKEN


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


def _write(database: Path, statement: str, values: tuple[Any, ...]) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_a_value_comes_back_with_its_time(shelf_path: Path, clock: Clock) -> None:
    shelf = Shelf(shelf_path, now=clock)
    shelf.put("key", {"a": [1, None, "ä\0\ud800"]})
    clock.forward(hours=1)
    stored = Shelf(shelf_path, now=clock).get("key")
    assert stored is not None
    assert stored.value["a"][2] == "ä\0\ud800"
    assert stored.age_seconds(clock()) == 3600
    assert shelf.get("another") is None
    assert shelf.problem is None


def test_nothing_is_made_before_something_is_kept(shelf_path: Path) -> None:
    shelf = Shelf(shelf_path)
    assert shelf.stats() == {"path": str(shelf_path), "bytes": 0, "items": 0}
    shelf.clear()
    shelf.close()
    assert not shelf_path.exists()


def test_only_its_owner_can_read_the_shelf(shelf_path: Path) -> None:
    Shelf(shelf_path).put("key", 1)
    assert stat.S_IMODE(shelf_path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in shelf_path.iterdir()} == {0o600}


@pytest.mark.parametrize("mode", [4, 1, 2, 3])
def test_a_planted_pickle_is_not_run_and_goes(shelf_path: Path, tmp_path: Path, mode: int) -> None:
    shelf = Shelf(shelf_path)
    shelf.put("key", 1)
    shelf.close()
    trap = pickle.dumps(Trap(tmp_path / "sprung"))
    (tmp_path / "planted.val").write_bytes(trap)
    name = str(tmp_path / "planted.val") if mode in {2, 3} else None
    _write(shelf_path / "cache.db", "UPDATE Cache SET mode = ?, value = ?, filename = ?", (mode, trap, name))
    assert shelf.get("key") is None
    assert shelf.stats()["items"] == 0
    assert not (tmp_path / "sprung").exists()
    assert (tmp_path / "planted.val").exists(), "a path in a row is not followed, not even to remove it"
    shelf.put("key", 2)
    stored = shelf.get("key")
    assert stored is not None
    assert stored.value == 2


def test_a_pickled_key_is_not_run(shelf_path: Path, tmp_path: Path) -> None:
    shelf = Shelf(shelf_path)
    shelf.put("key", 1)
    _write(shelf_path / "cache.db", "UPDATE Cache SET raw = 0, key = ?", (pickle.dumps(Trap(tmp_path / "sprung")),))
    assert shelf.get("key") is None
    shelf.clear()
    assert not (tmp_path / "sprung").exists()


def test_what_is_not_json_is_not_kept(shelf_path: Path) -> None:
    for value in (object(), {1, 2}, b"bytes", Trap(shelf_path)):
        with pytest.raises(TypeError):
            Shelf(shelf_path).put("key", value)
    with pytest.raises(ValueError, match="JSON"):
        Shelf(shelf_path).put("key", float("nan"))


@pytest.mark.parametrize(
    "entry",
    ["", "{", "[]", '{"schema": 2, "stored_at": "2026-01-01", "value": 1}', '{"schema": 1, "value": 1}', "[" * 9999],
)
def test_an_entry_of_another_version_is_a_miss(shelf_path: Path, entry: str) -> None:
    shelf = Shelf(shelf_path)
    shelf.put("key", 1)
    _write(shelf_path / "cache.db", "UPDATE Cache SET value = ?", (entry,))
    assert shelf.get("key") is None


@pytest.mark.parametrize("damage", [b"this is no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_shelf_is_set_aside_and_begun_anew(shelf_path: Path, damage: bytes) -> None:
    shelf = Shelf(shelf_path)
    shelf.put("key", 1)
    (shelf_path / "cache.db").write_bytes(damage)
    assert shelf.get("key") is None
    assert shelf.problem is not None
    assert "set aside" in shelf.problem
    (aside,) = shelf_path.glob("damaged-*.db")
    assert aside.read_bytes() == damage
    shelf.put("key", 2)
    assert Shelf(shelf_path).get("key") is not None


def test_a_shelf_of_another_make_is_set_aside(shelf_path: Path) -> None:
    shelf_path.mkdir(parents=True)
    _write(shelf_path / "cache.db", "CREATE TABLE Cache (something TEXT)", ())
    shelf = Shelf(shelf_path)
    shelf.put("key", 1)
    assert shelf.get("key") is not None
    assert "set aside" in (shelf.problem or "")


def test_where_nothing_can_be_written_the_shelf_lives_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf(tmp_path / "file" / "shelf", items=3)
    shelf.put("key", {"a": 1})
    stored = shelf.get("key")
    assert stored is not None
    assert stored.value == {"a": 1}
    assert "kept in memory" in (shelf.problem or "")
    for place in range(5):
        shelf.put(str(place), place)
    assert shelf.stats()["items"] == 3
    shelf.clear()
    assert shelf.get("4") is None


def test_what_was_kept_is_read_from_a_disk_that_takes_no_more(
    shelf_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shelf(shelf_path).put("kept", "before")

    def full(*_: Any, **__: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("diskcache.Cache.__init__", full)
    shelf = Shelf(shelf_path)
    shelf.put("new", "now")
    for key, value in (("kept", "before"), ("new", "now")):
        stored = shelf.get(key)
        assert stored is not None
        assert stored.value == value
    assert shelf.get("never") is None
    assert "disk is full" in (shelf.problem or "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_no_crash(shelf_path: Path) -> None:
    shelf_path.mkdir(parents=True, mode=0o500)
    shelf = Shelf(shelf_path)
    shelf.put("key", 1)
    assert shelf.get("key") is not None
    assert "kept in memory" in (shelf.problem or "")


def test_a_path_that_would_be_expanded_is_not_written_elsewhere(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "$HOME")
    shelf.put("key", 1)
    assert shelf.get("key") is not None
    assert "environment variable" in (shelf.problem or "")


def test_a_shelf_that_somebody_holds_is_a_miss_and_loses_nothing(
    shelf_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelscope_tui.hub.shelf.LOCK_SECONDS", 0.05)
    shelf = Shelf(shelf_path)
    shelf.put("key", 1)
    holder = sqlite3.connect(shelf_path / "cache.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert shelf.get("key") is None
    shelf.put("other", 2)
    stored = shelf.get("other")
    assert stored is not None, "kept in memory meanwhile"
    holder.execute("COMMIT")
    holder.close()
    assert shelf.get("key") is not None
    assert shelf.problem is None


def test_the_least_recently_used_entries_go_first(shelf_path: Path) -> None:
    shelf = Shelf(shelf_path, size_limit=600_000)
    for place in range(60):
        shelf.put(f"key {place}", "x" * 20_000)
        assert shelf.get("key 0") is not None, "asked for all the time"
    assert shelf.get("key 1") is None
    assert shelf.get("key 59") is not None
    assert shelf.stats()["bytes"] < 1_000_000


def test_many_threads_share_a_shelf(shelf_path: Path) -> None:
    shelf = Shelf(shelf_path)
    missing: list[str] = []

    def work(name: int) -> None:
        for place in range(10):
            shelf.put(f"{name} {place}", {"n": place})
            if shelf.get(f"{name} {place}") is None:
                missing.append(f"{name} {place}")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missing == []
    assert shelf.stats()["items"] == 40


def test_two_processes_share_a_shelf(shelf_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from modelscope_tui.hub.shelf import Shelf\n"
        "shelf = Shelf(Path(sys.argv[1]))\n"
        "for place in range(30):\n"
        "    shelf.put(f'{sys.argv[2]} {place}', 'x' * 2000); assert shelf.get(f'{sys.argv[2]} {place}')\n"
        "assert shelf.problem is None, shelf.problem"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(shelf_path), name], stderr=subprocess.PIPE, text=True)
        for name in ("a", "b")
    ]
    assert [process.communicate(timeout=60)[1] for process in started] == ["", ""]
    assert Shelf(shelf_path).stats()["items"] == 60


def test_killed_in_the_middle_the_shelf_keeps_what_was_done(shelf_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from modelscope_tui.hub.shelf import Shelf\n"
        "shelf = Shelf(Path(sys.argv[1])); place = 0\n"
        "while True:\n"
        "    shelf.put(str(place), 'x' * 50_000); print(place, flush=True); place += 1"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(shelf_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        done = [int(process.stdout.readline()) for _ in range(20)][-1]
        process.kill()
    shelf = Shelf(shelf_path)
    for place in range(done + 1):
        stored = shelf.get(str(place))
        assert stored is not None
        assert len(stored.value) == 50_000
    assert shelf.problem is None


def test_the_token_is_never_kept(client_of: Callable[..., HubClient], shelf_path: Path) -> None:
    client = client_of(token=VALID_TOKEN)
    client.details("Qwen/Qwen3-8B")
    client.card("Qwen/Qwen3-8B")
    client.close()
    kept = b"".join(path.read_bytes() for path in shelf_path.rglob("*") if path.is_file())
    assert b"Qwen3ForCausalLM" in kept
    assert VALID_TOKEN.encode() not in kept
