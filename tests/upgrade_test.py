"""Stories of another version: what a released one left is all there in this one, and what a later one left is unharmed.

The files are those of ``released/``; ``python -m tests.released`` writes the next release's.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from modelscope_tui.__main__ import main
from modelscope_tui.catalog import maker
from modelscope_tui.catalog.keys import LAYOUT
from modelscope_tui.explorer import Explorer
from modelscope_tui.hub.shelf import SCHEMA as SHELF
from modelscope_tui.hub.walk import name_of
from modelscope_tui.settings import DEFAULT_ENDPOINT, Settings
from modelscope_tui.ui.app import ExplorerApp
from modelscope_tui.ui.main_screen import MainScreen
from tests import released
from tests.released import GONE, HEARD, MODEL, NOTE, VIEWS, Disk
from tests.ui.conftest import Stage

VERSIONS = released.versions()
LATEST = pytest.mark.parametrize("disk", VERSIONS[-1:], indirect=True)
Said = tuple[int, str, str]


@pytest.fixture(autouse=True)
def small_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundled catalog of 300 rows: what an upgrade keeps does not depend on how many there are."""
    whole = maker.snapshot_lines
    monkeypatch.setattr(maker, "snapshot_lines", lambda: islice(whole(), 300))


@pytest.fixture(params=VERSIONS)
def disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """What one release left, in use by this version."""
    found = released.laid_out(request.param, tmp_path / "disk")
    monkeypatch.setenv("MODELSCOPE_TUI_CACHE", str(found.cache))
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(found.config))
    return found


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run one command line."""

    def _say(*words: str) -> Said:
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return _say


@pytest.fixture
def explorer(disk: Disk) -> Iterator[Explorer]:
    with closing(Explorer(Settings.load())) as found:
        yield found


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def sums(*paths: Path) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_there_is_a_release_to_come_from() -> None:
    assert "0.1.0" in VERSIONS


# -- nothing is lost -------------------------------------------------------------------------------------------


def test_rows_of_the_hub_and_the_place_of_a_sync_are_there(disk: Disk, say: Callable[..., Said]) -> None:
    code, out, err = say("search", "zyzzyva", "--json")
    (row,) = json.loads(out)["models"]
    assert (code, err) == (0, "")
    assert (row["id"], row["downloads"], row["license"], row["source"]) == (HEARD, 77, "mit", "hub")
    assert json.loads(say("search", "withdrawn", "--json")[1])["models"] == [], "gone is gone"
    told = json.loads(say("cache", "info", "--json")[1])
    assert told["shelf_items"] >= 2
    assert "top 2000" in say("doctor", "--json")[1]


def test_a_sync_goes_on_where_the_release_left_it(explorer: Explorer) -> None:
    explorer.prepare()
    note = explorer.syncing.note()
    assert note.walk is not None
    assert (note.walk.cursor, note.walk.rows, note.walk.limit) == ("the-second-page", 1000, 2000)
    assert note.covered is not None
    assert note.last is not None
    assert explorer.syncing.usual_words() == ("--limit", "2000")
    gone = explorer.model(GONE)
    assert gone is not None
    assert gone.gone


def test_what_the_hub_said_is_shown_without_it(disk: Disk, say: Callable[..., Said]) -> None:
    code, out, err = say("show", MODEL, "--card", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["files"]
    assert document["source"] == "cache"
    assert len(json.dumps(document)) > 3000


def test_settings_count_as_they_did(disk: Disk, say: Callable[..., Said]) -> None:
    assert say("config", "check")[0] == 0
    shown = json.loads(say("config", "show", "--json")[1])
    assert (shown["theme"], shown["region"], shown["use"], shown["offline"]) == (
        "modelscope-light", "eu", "internal", True)  # fmt: skip
    assert shown["machines"] == {"laptop": "M3 Max 64GB", "server": "4xH100"}
    assert shown["keys"] == {"copy": "ctrl+y"}


def test_stars_notes_tags_and_views_are_kept(disk: Disk, say: Callable[..., Said]) -> None:
    document = json.loads(say("shortlist", "list", "--json")[1])
    models = {one["id"]: one for one in document["models"]}
    assert set(models) == {MODEL, HEARD}
    assert (models[MODEL]["note"], models[MODEL]["tags"]) == (NOTE, ["tried", "日本"])
    assert {one["name"]: one["query"] for one in document["views"]} == VIEWS
    assert document["recent"] == [MODEL]
    found = json.loads(say("search", "starred:yes", "--json")[1])
    assert {row["id"] for row in found["models"]} == {MODEL, HEARD}


def test_an_exported_file_and_a_policy_can_be_read(disk: Disk, say: Callable[..., Said], tmp_path: Path) -> None:
    other = ("--cache-dir", str(tmp_path / "another host"))
    assert say("cache", "import", str(disk.parcel), *other)[0] == 0
    assert json.loads(say("search", "zyzzyva", "--json", *other)[1])["models"][0]["id"] == HEARD
    assert json.loads(say("show", MODEL, "--json", *other)[1])["files"]
    assert say("policy", "check", MODEL, "--policy", str(disk.policy))[0] in {0, 8}


async def test_the_explorer_opens_on_all_of_it(disk: Disk) -> None:
    explorer = Explorer(Settings.load())
    app = ExplorerApp(explorer, "starred:yes", clipboard=lambda _: "a fake")
    async with app.run_test(size=(160, 48)) as pilot:
        await app.workers.wait_for_complete()
        for _ in range(3):  # the index, then the model, then what is kept of it
            await Stage(app, pilot, explorer).settle()  # type: ignore[arg-type]
        screen = app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        text = "\n".join("".join(piece.text for piece in strip) for strip in app.screen._compositor.render_strips())
        assert MODEL in text
        assert HEARD in text
        assert "kept since the first version" in text
        assert "H100" in text, "the machine of the settings"
        assert app.theme == "modelscope-light"
        assert not app._notifications, [note.message for note in app._notifications]
    explorer.close()


def test_an_index_of_an_older_layout_is_made_anew_with_the_rows_of_the_hub(
    disk: Disk, say: Callable[..., Said]
) -> None:
    change(disk.cache / "catalog.db", f"UPDATE meta SET value = '{LAYOUT - 1}' WHERE key = 'layout'")
    code, out, err = say("search", "zyzzyva", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["models"][0]["id"] == HEARD
    assert document["searched"] == 301, "today's catalog, and one row of the Hub; another one is gone"
    assert "top 2000" in say("doctor", "--json")[1]
    assert sorted(path.name for path in disk.cache.glob("*.broken")) == []


# -- a later version -------------------------------------------------------------------------------------------


@LATEST
def test_a_newer_index_is_left_alone_and_both_doors_say_what_to_do(disk: Disk, say: Callable[..., Said]) -> None:
    index = disk.cache / "catalog.db"
    change(index, f"UPDATE meta SET value = '{LAYOUT + 1}' WHERE key = 'layout'")
    before = sums(index)
    code, out, err = say("search", "bert", "--limit", "1")
    assert (code, out.count("\n")) == (0, 1)
    assert err.count("newer version of this program") == 1
    assert "Update this one, or choose another --cache-dir" in err
    assert say("doctor")[0] in {0, 1}
    assert sums(index) == before


@LATEST
def test_newer_kept_answers_are_left_alone_and_said(disk: Disk, say: Callable[..., Said]) -> None:
    shelf = disk.cache / "shelf" / "cache.db"
    change(shelf, f"PRAGMA user_version = {SHELF + 1}")
    before = sums(shelf)
    code, out, err = say("show", MODEL)
    assert code == 0
    assert "apache-2.0" in out
    assert err.count("newer version of this program made it; update this one, or choose another --cache-dir") == 1
    say("cache", "clear")
    assert sums(shelf) == before


@LATEST
def test_an_entry_of_a_later_shape_is_not_guessed_at(disk: Disk, say: Callable[..., Said]) -> None:
    shelf = disk.cache / "shelf" / "cache.db"
    change(shelf, "UPDATE Cache SET value = replace(value, '\"schema\":1', '\"schema\":2')")
    code, out, _ = say("show", MODEL, "--json")
    assert code == 0
    assert json.loads(out)["source"] == "catalog"


@LATEST
async def test_the_explorer_says_once_that_newer_answers_are_not_used(disk: Disk) -> None:
    change(disk.cache / "shelf" / "cache.db", f"PRAGMA user_version = {SHELF + 1}")
    explorer = Explorer(Settings.load())
    app = ExplorerApp(explorer, MODEL, clipboard=lambda _: "a fake")
    async with app.run_test(size=(160, 48)) as pilot:
        await app.workers.wait_for_complete()
        for _ in range(3):  # the index, then the model, then what is kept of it
            await Stage(app, pilot, explorer).settle()  # type: ignore[arg-type]
        said = [note.message for note in app._notifications]
        assert len([words for words in said if "update this one" in words]) == 1
    explorer.close()


@LATEST
def test_a_newer_shortlist_is_left_alone(disk: Disk, say: Callable[..., Said], tmp_path: Path) -> None:
    document = {**json.loads(disk.shortlist.read_text(encoding="utf-8")), "schema": 99, "wonders": {"a": 1}}
    disk.shortlist.write_text(json.dumps(document), encoding="utf-8")
    before = sums(disk.shortlist)
    code, _, err = say("shortlist", "list")
    assert code == 0
    assert "later version. Update modelscope-tui" in err
    assert say("shortlist", "export", str(tmp_path / "out.json"))[0] != 0
    assert not (tmp_path / "out.json").exists(), "an empty list would look like all of it"
    other = tmp_path / "other.json"
    other.write_text('{"schema": 1, "models": {}}', encoding="utf-8")
    assert say("shortlist", "import", str(other))[0] != 0
    assert sums(disk.shortlist) == before
    code, _, err = say("shortlist", "import", str(disk.shortlist))
    assert code == 2
    assert "Update modelscope-tui" in err


@LATEST
def test_a_setting_that_only_a_later_version_knows_is_named_with_its_line(disk: Disk, say: Callable[..., Said]) -> None:
    text = f"wonders = true\n{disk.config.read_text(encoding='utf-8')}"
    disk.config.write_text(text, encoding="utf-8")
    for words in (("search", "bert"), ("config", "check"), ()):
        code, _, err = say(*words)
        assert code == 2
        if words:
            assert f"{disk.config}:1: unknown key `wonders`" in err
            assert "Known keys" in err
    assert disk.config.read_text(encoding="utf-8") == text


@LATEST
def test_a_newer_export_and_policy_are_refused_in_words(disk: Disk, say: Callable[..., Said], tmp_path: Path) -> None:
    from modelscope_tui.hub.parcel import VERSION, Packer

    newer = tmp_path / "newer.parcel"
    with newer.open("wb") as file:
        Packer(file, {"version": VERSION + 1, "wonders": []}).seal()
    code, _, err = say("cache", "import", str(newer))
    assert code != 0
    assert "newer modelscope-tui wrote" in err
    assert "Install the newer version here" in err
    disk.policy.write_text("wonders = 1\n", encoding="utf-8")
    code, _, err = say("policy", "check", MODEL, "--policy", str(disk.policy))
    assert code == 2
    assert "wonders" in err


@LATEST
def test_a_sync_that_a_newer_version_began_is_not_taken_from_it(
    disk: Disk, say: Callable[..., Said], explorer: Explorer
) -> None:
    explorer.prepare()
    newer = json.dumps({"schema": 2, "walk": {"somewhere": "else"}})
    explorer.index.upsert([], notes={name_of(DEFAULT_ENDPOINT): newer})
    explorer.close()
    disk.config.write_text("", encoding="utf-8")  # online: it must not come to a question
    code, _, err = say("sync", "--limit", "1000")
    assert code != 0
    assert "newer version of this program has begun a sync" in err
    assert "Update this one" in err
    again = Explorer(Settings.load(offline=True))
    with closing(again):
        assert again.index.notes("sync")[name_of(DEFAULT_ENDPOINT)] == newer
