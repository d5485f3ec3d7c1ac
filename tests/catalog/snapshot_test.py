"""The bundled snapshot, and the index made from it on the first start."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from modelscope_tui.catalog import maker, snapshot
from modelscope_tui.catalog.bundle import write
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.packaged import facts
from modelscope_tui.catalog.query import Query
from modelscope_tui.catalog.record import FIELDS, decode, encode
from modelscope_tui.errors import CatalogError
from tests.catalog.conftest import TOOLS, tools_of


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A package whose snapshot has forty rows, so that making an index is quick."""
    lines = [line for _, line in zip(range(40), maker.snapshot_lines(), strict=False)]
    folder = tmp_path / "package"
    folder.mkdir()
    content = "\n".join([json.dumps(FIELDS), *lines, ""])
    (folder / "catalog.jsonl.gz").write_bytes(gzip.compress(content.encode()))
    monkeypatch.setattr(maker, "FOLDER", folder)
    return tmp_path / "cache" / "catalog.db"


def build(path: Path, fingerprint: str = "one") -> Index:
    snapshot.build(path, tools_of=tools_of, fingerprint=fingerprint)
    return Index.open(path, fingerprint=fingerprint, tools_of=tools_of, tools=TOOLS)


def test_the_first_page_needs_neither_database_nor_bitmaps() -> None:
    code = "import sys; from modelscope_tui.catalog import snapshot; snapshot.first_page(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlite3", "pyroaring", "textual", "huggingface_hub", "gzip"} & set(loaded)


def test_the_first_page_shows_what_the_index_will_show() -> None:
    page = snapshot.first_page()
    lines = maker.snapshot_lines()
    assert [model.id for model in page.models] == [decode(next(lines)).id for _ in range(200)]
    assert page.total == page.counts.total == facts("catalog_sources.json")["rows"]
    assert page.as_of == facts("catalog_sources.json")["as_of"]
    for pane in (page.counts.organizations, page.counts.categories, page.counts.licenses, page.counts.tasks):
        assert pane


def test_every_fact_names_a_source_that_is_explained() -> None:
    known = snapshot.sources()
    models = [decode(line) for _, line in zip(range(2000), maker.snapshot_lines(), strict=False)]
    said = {provenance.source.partition(":")[0] for model in models for provenance in model.provenance.values()}
    assert said <= set(known)
    assert {"what", "as_of", "where", "date"} <= set(known["LF"])
    assert known["LF"]["date"] == "2026-10-05"


def test_the_fingerprint_follows_the_rules() -> None:
    assert snapshot.fingerprint("a") == snapshot.fingerprint("a") != snapshot.fingerprint("b")


def test_an_index_is_made_for_its_owner_alone(few_rows: Path) -> None:
    seen: list[tuple[int, int]] = []
    snapshot.build(few_rows, tools_of=tools_of, fingerprint="one", progress=lambda *at: seen.append(at))
    with closing(build(few_rows)) as index:
        assert index.total == 40
        assert index.as_of == facts("catalog_sources.json")["as_of"]
    assert seen[0] == (0, seen[0][1])
    if os.name == "posix":
        assert stat.S_IMODE(few_rows.stat().st_mode) == 0o600
        assert stat.S_IMODE(few_rows.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in few_rows.parent.iterdir()) == ["catalog.db", "catalog.db.lock"]


def test_an_index_that_is_there_is_not_made_again(few_rows: Path) -> None:
    build(few_rows).close()
    before = few_rows.stat().st_mtime_ns
    build(few_rows).close()
    assert few_rows.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "other tables"])
def test_what_cannot_be_read_is_said_and_made_anew(few_rows: Path, damage: str) -> None:
    build(few_rows).close()
    content = few_rows.read_bytes()
    if damage == "missing":
        few_rows.unlink()
    else:
        few_rows.write_bytes(
            {"empty": b"", "text": b"not a database" * 100, "cut": content[: len(content) // 2]}.get(damage, b"")
        )
    with pytest.raises(CatalogError):
        Index.open(few_rows, fingerprint="one")
    with closing(build(few_rows)) as index:
        assert index.total == 40


def test_a_broken_file_is_set_aside(few_rows: Path) -> None:
    few_rows.parent.mkdir()
    few_rows.write_bytes(b"not a database" * 100)
    build(few_rows).close()
    assert few_rows.with_name("catalog.db.broken").read_bytes().startswith(b"not a database")


def test_damage_found_while_reading_is_an_error_in_words(few_rows: Path) -> None:
    build(few_rows).close()
    content = bytearray(few_rows.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    few_rows.write_bytes(bytes(content))
    with pytest.raises(CatalogError), closing(Index.open(few_rows, fingerprint="one")) as index:
        index.page(index.matches(Query()), 0, 40)


def test_what_the_hub_gave_outlives_a_new_snapshot(few_rows: Path) -> None:
    with closing(build(few_rows)) as index:
        index.upsert([Model("seen/on-the-hub", likes=3, source="hub", as_of="2026-11-24T12:00:00Z")])
        index.upsert([], notes={"sync": "page 7"})
    with pytest.raises(CatalogError):
        Index.open(few_rows, fingerprint="two")
    with closing(build(few_rows, "two")) as index:
        assert index.total == 41
        assert index.notes() == {"sync": "page 7"}
        kept = index.get("seen/on-the-hub")
        assert kept is not None
        assert (kept.likes, kept.source) == (3, "hub")


def test_where_nothing_can_be_written_it_is_said(few_rows: Path) -> None:
    few_rows.parent.parent.joinpath("cache").write_text("a file where the directory should be")
    with pytest.raises(CatalogError):
        snapshot.build(few_rows, tools_of=tools_of, fingerprint="one")


def test_an_index_in_memory_does_everything(few_rows: Path) -> None:
    with closing(snapshot.build_in_memory(tools_of=tools_of, fingerprint="one", tools=TOOLS)) as index:
        assert index.total == 40
        assert index.upsert([Model("a/b", source="hub")]) == 1
        assert index.total == index.facets(Query()).total == 41


def test_two_processes_may_start_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "catalog.db"
    code = """
import sys
from pathlib import Path
from modelscope_tui.catalog import snapshot
from modelscope_tui.catalog.index import Index
path = Path(sys.argv[1])
made = []
snapshot.build(path, tools_of=lambda _: (), fingerprint="x", progress=lambda *at: made.append(at))
print(Index.open(path, fingerprint="x").total, bool(made))
"""
    run = [sys.executable, "-c", code, str(path)]
    both = [subprocess.Popen(run, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate(timeout=120)[0].split() for process in both]
    total = str(facts("catalog_sources.json")["rows"])
    assert sorted(answers) == [[total, "False"], [total, "True"]]


def test_the_package_data_can_be_made_from_gathered_facts(tmp_path: Path) -> None:
    gathered, target = tmp_path / "gathered", tmp_path / "data"
    for folder in (gathered / "catalog", gathered / "taxonomy", target):
        folder.mkdir(parents=True)
    row = {"id": "a/b", "pipeline_tag": "fill-mask", "gated": False, "tags": [], "likes": None, "downloads": 4}
    row |= {"source": "LF", "as_of": "2026-10-05", "prov": {"pipeline_tag": "LF", "downloads": "AN:x", "gated": "TAG"}}
    with gzip.open(gathered / "catalog" / "models.jsonl.gz", "wt") as lines:
        lines.write(json.dumps(row) + "\n")
    about = {"LF": "newest 2026-10-05; installed 2026-11-23", "AN": "2025-11-10", "TAG": None}
    sources = {key: {"what": key, "as_of": as_of, "where": None} for key, as_of in about.items()}
    (gathered / "catalog" / "sources.json").write_text(json.dumps({"sources": sources}))
    for name in ("categories", "licenses", "organizations"):
        (gathered / "taxonomy" / f"{name}.json").write_text("{}")
    (gathered / "taxonomy" / "pipeline_tags.json").write_text('{"source": "s", "modalities": {}, "items": []}')
    (gathered / "taxonomy" / "languages.json").write_text('{"source": "s", "special": [], "items": []}')
    assert write(gathered, target) == 1
    first = (target / "catalog.jsonl.gz").read_bytes()
    write(gathered, target)
    assert (target / "catalog.jsonl.gz").read_bytes() == first
    model = decode(gzip.decompress(first).decode().splitlines()[1])
    assert (model.task, model.gated, model.tags, model.downloads) == ("fill-mask", "no", (), 4)
    said = {name: (one.source, one.as_of) for name, one in model.provenance.items()}
    assert said == {"task": ("LF", "2026-10-05"), "downloads": ("AN:x", "2025-11-10"), "gated": ("TAG", None)}
    assert encode(model) == gzip.decompress(first).decode().splitlines()[1]


def test_the_command_says_how_it_is_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, few_rows: Callable[..., Path]
) -> None:
    assert snapshot.main([str(tmp_path)]) == 2
    assert "SOURCE_DIR" in capsys.readouterr().err
