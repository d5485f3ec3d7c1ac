"""What outlives an index that is damaged, of an older version, or of a newer one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from modelscope_tui.catalog.maker import write_file
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.record import encode
from modelscope_tui.catalog.salvage import Salvage, joined
from modelscope_tui.errors import CatalogError
from tests.catalog.conftest import open_index, tools_of


def heard(number: int) -> Model:
    return Model(f"hub/model-{number}", downloads=number, source="hub", as_of="2026-11-24T12:00:00Z")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An index of a snapshot row and three hundred rows of the Hub."""
    found = tmp_path / "catalog.db"
    lines = [encode(Model("snapshot/only", likes=1)), *(encode(heard(number)) for number in range(300))]
    write_file(found, lines, len(lines), tools_of=tools_of, meta={"fingerprint": "a test"})
    with closing(open_index(found)) as index:
        index.upsert([heard(300)], notes={"sync": "page 3"})
    return found


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_rows_of_the_hub_and_notes_go_on_and_the_snapshot_is_joined(path: Path) -> None:
    snapshot = [encode(Model("snapshot/new")), encode(Model("hub/model-7", license="mit", downloads=1))]
    with closing(Salvage(path)) as salvage:
        rows = [line.partition(",")[0] for line in joined(iter(snapshot), salvage)]
        assert salvage.notes == {"sync": "page 3"}
        assert not salvage.is_broken
    assert rows[:2] == ['["snapshot/new"', '["hub/model-7"']
    assert len(rows) == len(set(rows)) == 302


def test_a_damaged_piece_costs_only_its_own_rows(path: Path) -> None:
    change(path, "UPDATE blocks SET content = x'00ff' WHERE number = 2")
    with closing(Salvage(path)) as salvage:
        kept = list(salvage.lines())
        assert salvage.is_broken
    assert len(kept) == 301 - 8


def test_the_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    change(path, "UPDATE meta SET value = '999' WHERE key = 'layout'")
    with closing(Salvage(path)) as salvage, pytest.raises(CatalogError, match="newer version"):
        salvage.refuse_newer()


def test_what_is_no_database_gives_nothing_and_is_said(tmp_path: Path) -> None:
    nonsense = tmp_path / "catalog.db"
    nonsense.write_bytes(b"not a database" * 100)
    with closing(Salvage(nonsense)) as salvage:
        assert list(salvage.lines()) == []
        assert salvage.is_broken
        assert salvage.notes == {}
