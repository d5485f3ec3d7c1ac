"""Stories of saving: whole or not at all, for its owner alone, and never over something unasked."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from modelscope_tui.errors import NotSaved
from modelscope_tui.saving import save


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
