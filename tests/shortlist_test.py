"""Stories of the shortlist: what a person keeps is never lost, not by a crash, a second window or a later version."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile
from modelscope_tui.errors import ModelscopeError, UsageError
from modelscope_tui.shortlist import MOST_RECENT, Shortlist

QWEN, LLAMA = "Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "shortlist.json"


def test_a_star_outlives_the_program_and_is_for_its_owner_alone(path: Path) -> None:
    assert Shortlist(path).toggle([QWEN]) is True
    assert Shortlist(path).starred == {QWEN}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Shortlist(path).toggle([QWEN]) is False
    assert Shortlist(path).starred == frozenset()


def test_two_windows_keep_both_stars(path: Path) -> None:
    one, other = Shortlist(path), Shortlist(path)
    assert one.starred == other.starred == frozenset()
    one.toggle([QWEN])
    other.toggle([LLAMA])
    one.annotate(QWEN, "try the 4-bit one", ["Work", "work "])
    assert Shortlist(path).starred == {QWEN, LLAMA}
    star = Shortlist(path).star(QWEN)
    assert star is not None
    assert (star.note, star.tags) == ("try the 4-bit one", ("work",))


def test_many_processes_at_once_lose_nothing(path: Path) -> None:
    code = "import sys; from pathlib import Path; from modelscope_tui.shortlist import Shortlist\n"
    code += "for n in range(10): Shortlist(Path(sys.argv[1])).toggle([f'org/{sys.argv[2]}-{n}'])"
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "abc"]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    assert len(Shortlist(path).starred) == 30
    assert not [one for one in path.parent.iterdir() if one.name.startswith(".")], "no temporary file is left"


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"schema": 1, "models": {"a/b": 3}}', "\x00\xff", "[" * 100_000])
def test_a_broken_file_is_set_aside_and_said(path: Path, broken: str) -> None:
    path.parent.mkdir()
    path.write_text(broken, encoding="latin-1")
    shortlist = Shortlist(path)
    assert shortlist.starred == frozenset()
    assert shortlist.problem is not None
    assert "kept as" in shortlist.problem
    (aside,) = path.parent.glob("shortlist.json.broken-*")
    assert aside.read_text(encoding="latin-1") == broken
    shortlist.toggle([QWEN])
    assert Shortlist(path).starred == {QWEN}


def test_a_later_version_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"schema": 99, "wonders": true}', encoding="utf-8")
    shortlist = Shortlist(path)
    assert shortlist.starred == frozenset()
    with pytest.raises(ModelscopeError, match="later version"):
        shortlist.toggle([QWEN])
    assert json.loads(path.read_text()) == {"schema": 99, "wonders": True}


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelscopeError, match="cannot be"):
        Shortlist(tmp_path / "file" / "shortlist.json").toggle([QWEN])


def test_what_changed_since_one_looked_is_told_once(path: Path) -> None:
    model = Model(QWEN, revision="a" * 40, license="apache-2.0")
    details = ModelDetails(model, files=(ModelFile("a.gguf", 1, "gguf"),))
    shortlist = Shortlist(path)
    assert shortlist.look(details) == ()
    later = replace(model, revision="b" * 40, license="mit")
    assert shortlist.changes_of(later) == ("revision aaaaaaa is now bbbbbbb", "license apache-2.0 is now mit")
    changed = ModelDetails(later, files=(ModelFile("a.gguf", 2, "gguf"),))
    assert len(shortlist.look(changed)) == 3
    assert shortlist.look(changed) == ()
    assert shortlist.look(ModelDetails(replace(later, revision=None))) == (), "what is not known has not changed"
    assert shortlist.look(changed) == ()


def test_the_models_looked_at_last_come_first_and_are_few(path: Path) -> None:
    shortlist = Shortlist(path)
    for number in range(MOST_RECENT + 5):
        shortlist.look(ModelDetails(Model(f"org/m{number}")))
    shortlist.look(ModelDetails(Model("org/m20")))
    assert shortlist.kept.recent[:2] == ("org/m20", f"org/m{MOST_RECENT + 4}")
    assert len(shortlist.kept.recent) == MOST_RECENT


def test_an_import_merges_and_the_later_change_counts(tmp_path: Path) -> None:
    def clock(day: int) -> datetime:
        return datetime(2026, 11, day, tzinfo=UTC)

    old = Shortlist(tmp_path / "old.json", now=lambda: clock(1))
    old.annotate(QWEN, "old", ())
    old.save_view("mine", "org:qwen")
    new = Shortlist(tmp_path / "new.json", now=lambda: clock(2))
    new.annotate(QWEN, "new", ())
    assert new.take_in(old.exported()) == 1, "the view is new, the note is not"
    assert new.kept.models[QWEN].note == "new"
    assert old.take_in(new.exported()) == 1
    assert old.kept.models[QWEN].note == "new"
    for wrong in ({}, {"schema": 99}, {"schema": 1, "models": []}):
        with pytest.raises(UsageError):
            old.take_in(wrong)


@pytest.mark.parametrize("make", [os.mkdir, getattr(os, "mkfifo", os.mkdir)])
def test_what_cannot_be_read_is_not_written_over(path: Path, make: Callable[[Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)  # (the owner of everything can read any file; a directory and a pipe are none)
    shortlist = Shortlist(path)
    assert shortlist.starred == frozenset()
    assert "cannot be read" in (shortlist.problem or "")
    with pytest.raises(ModelscopeError, match="cannot be read"):
        shortlist.toggle([QWEN])
    assert not path.is_file()
