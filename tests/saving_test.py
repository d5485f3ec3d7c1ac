"""Stories of saving: whole or not at all, for its owner alone, and never over something unasked."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from modelscope_tui.errors import NotSaved, UsageError
from modelscope_tui.saving import ENDING, place_of, save, saved


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "list.json"
    save(path, "übung")
    assert path.read_text(encoding="utf-8") == "übung"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    save(path, b"again")
    assert path.read_bytes() == b"again"
    assert names(path.parent) == ["list.json"]


def test_what_is_there_is_left_alone_when_a_new_file_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(NotSaved, match="there already"):
        save(path, "other", is_new=True)
    assert path.read_text(encoding="utf-8") == "mine"
    save(tmp_path / "fresh.yaml", "x", is_new=True, mode=0o644)
    assert names(tmp_path) == ["compose.yaml", "fresh.yaml"]


@pytest.mark.parametrize("name", ["folder", "file/below", "nul\0"])
def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NotSaved, match="cannot be written"):
        save(tmp_path / name, "x")
    assert names(tmp_path) == ["file", "folder"]


def test_what_a_killed_process_left_goes_and_nothing_else(tmp_path: Path) -> None:
    left, mine = tmp_path / f".list.json.a1b2c3_d{ENDING}", tmp_path / ".list.json.swp"
    for path in (left, mine, tmp_path / f"notes{ENDING}"):
        path.write_text("x", encoding="utf-8")
    save(tmp_path / "other.json", "y")
    assert names(tmp_path) == [".list.json.swp", "notes.saving", "other.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there at all")
def test_what_somebody_is_writing_is_left_to_them(tmp_path: Path) -> None:
    with saved(tmp_path / "one.json") as file:
        file.write(b"slow")
        save(tmp_path / "two.json", "quick")
        assert len(names(tmp_path)) == 2
    assert (tmp_path / "one.json").read_bytes() == b"slow"
    assert names(tmp_path) == ["one.json", "two.json"]


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    save(path, "before")

    def fail() -> None:
        with saved(path) as file:
            file.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert path.read_text(encoding="utf-8") == "before"
    assert names(tmp_path) == ["list.json"]


def test_a_link_that_looks_like_a_leftover_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    precious = tmp_path / "other" / "precious"
    precious.write_text("x", encoding="utf-8")
    (tmp_path / f".a.12345678{ENDING}").symlink_to(precious)
    save(tmp_path / "list.json", "y")
    assert precious.read_text(encoding="utf-8") == "x"


def test_the_home_of_nobody_and_a_name_with_nul_are_no_places() -> None:
    assert place_of("~/x") == Path.home() / "x"
    for text in ("~nobody-of-this-name/x", "a\0b", "lone\ud800"):
        with pytest.raises(UsageError, match="no place for a file"):
            place_of(text)


def test_a_link_of_ones_own_stays_and_its_file_is_the_new_one(tmp_path: Path) -> None:
    kept, link = tmp_path / "dotfiles" / "config.toml", tmp_path / "config.toml"
    kept.parent.mkdir()
    kept.write_text("old", encoding="utf-8")
    link.symlink_to(kept)
    save(link, "new")
    assert link.is_symlink()
    assert kept.read_text(encoding="utf-8") == "new"
    assert [path.name for path in kept.parent.iterdir()] == ["config.toml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_a_device_or_a_pipe_is_not_taken_for_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, Path(os.devnull)):
        with pytest.raises(NotSaved, match="a device or a pipe"):
            save(place, "words")
        assert not place.is_file()
