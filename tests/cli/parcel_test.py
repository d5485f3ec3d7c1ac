"""A catalog is carried to a host without network, which then answers as the first one does."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.shortlist import FILE_NAME, Shortlist
from tests.cli.conftest import Ran, Run
from tests.hub_many import Many
from tests.hub_server import HubServer, recorded

ASKED = (
    ("search", "user gguf", "--limit", "20"),
    ("search", "org:qwen sort:likes"),
    ("search", "qwen3"),
    ("facets", "license:mit"),
    ("show", "Qwen/Qwen3-8B"),
    ("show", "google-bert/bert-base-uncased"),
    ("launch", "Qwen/Qwen3-8B", "--machine", "RTX 4090"),
    ("fit", "Qwen/Qwen3-8B", "--machine", "RTX 4090"),
)
"""What both hosts are asked."""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory, built_cache: Path) -> Path:
    """A folder with the cache of a synced host, and the file that it exported."""
    from modelscope_tui.__main__ import main

    folder = tmp_path_factory.mktemp("carried")
    cache = shutil.copytree(built_cache, folder / "first")
    with HubServer() as hub:
        common = ("-q", "--endpoint", hub.url, "--cache-dir", str(cache))
        hub.many = Many(40)
        assert main(["sync", *common]) == 0
        hub.many = None
        (folder / "list.txt").write_text("google-bert/bert-base-uncased  # an old friend\n\nno/such-model\n")
        listed = ("--models", "Qwen/Qwen3-8B", str(folder / "list.txt"))
        assert main(["cache", "export", str(folder / "hub.parcel"), *listed, *common]) == 0
        (folder / "endpoint").write_text(hub.url)
    return folder


@pytest.fixture
def other(run: Run, own_cache: Path) -> Run:
    """A fresh host without network."""
    return lambda *words: run(*words, "--offline", "--cache-dir", str(own_cache))


def told(document: Any) -> Any:
    document.pop("elapsed_ms", None)
    document.pop("popularity", None)  # what each host has seen over time stays its own
    return document


def test_the_other_host_answers_as_the_first(packed: Path, run: Run, other: Run) -> None:
    url = (packed / "endpoint").read_text()
    assert other("show", "Qwen/Qwen3-8B", "--json").document["source"] == "catalog"
    came = other("cache", "import", str(packed / "hub.parcel"), "--json").document
    assert came["rows"] >= 40
    assert (came["changed"] > 40 - 1, came["already_newer"]) == (True, 0)
    assert came["cards"] >= 1
    for words in ASKED:
        first = run(*words, "--json", "--offline", "--cache-dir", str(packed / "first"), "--endpoint", url)
        second = other(*words, "--json")
        assert (first.code, second.code) == (0, 0), words
        one, two = (json.dumps(told(ran.document), indent=1) for ran in (first, second))
        assert two == one, words
    shown = other("show", "Qwen/Qwen3-8B", "--json").document
    assert shown["source"] == "cache"
    assert "*synthetic* card" in shown["card"]
    again = other("cache", "import", str(packed / "hub.parcel"), "--json").document
    assert (again["changed"], again["details"], again["cards"]) == (0, 0, 0)


def test_the_file_is_for_its_owner_alone_and_holds_no_secret(packed: Path) -> None:
    file = packed / "hub.parcel"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in packed.iterdir() if one.name.startswith(".")] == []
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert json.loads(lines[0])["format"] == "modelscope-tui parcel"
    assert "hf_" not in "".join(lines).replace("hf_hub", "")


def sealed(lines: list[str]) -> bytes:
    """Seal lines as an attacker would: with a seal that fits."""
    kinds = [json.loads(line)[0] for line in lines[1:]]
    body = "".join(f"{line}\n" for line in lines).encode()
    seal = {"rows": kinds.count("row"), "details": kinds.count("details"), "cards": kinds.count("card")}
    seal |= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    return gzip.compress(body + json.dumps(seal).encode() + b"\n")


def changed(lines: list[str], kind: str, change: Callable[[list[Any]], object]) -> bytes:
    """Change the first line of a kind, and seal it anew."""
    place = next(at for at, line in enumerate(lines) if at and json.loads(line)[0] == kind)
    value = json.loads(lines[place])
    change(value)
    return sealed([*lines[:place], json.dumps(value), *lines[place + 1 :]])


def fact(name: str, value: Any) -> Callable[[list[str]], bytes]:
    def make(lines: list[str]) -> bytes:
        at = json.loads(lines[0])["fields"].index(name)
        return changed(lines, "row", lambda line: line[1].__setitem__(at, value))

    return make


def head(**values: Any) -> Callable[[list[str]], bytes]:
    return lambda lines: sealed([json.dumps({**json.loads(lines[0]), **values}), *lines[1:]])


def entry(kind: str, place: int, value: Any) -> Callable[[list[str]], bytes]:
    return lambda lines: changed(lines, kind, lambda line: line.__setitem__(place, value))


BAD: dict[str, Callable[[list[str]], bytes]] = {
    "id with a path": fact("id", "../../etc/passwd"),
    "id with an option": fact("id", "--rm/-rf"),
    "text for a number": fact("downloads", "many"),
    "a truth for a number": fact("downloads", True),
    "a negative number": fact("likes", -1),
    "a number beyond the index": fact("downloads", 2**70),
    "a list for a text": fact("license", ["mit"]),
    "a text for a list": fact("tags", "gguf"),
    "a number in a list": fact("tags", [7]),
    "a base model that is none": fact("base_models", ["a/b/c"]),
    "a gate that is none": fact("gated", "maybe"),
    "a time that is none": fact("updated", "yesterday"),
    "a lone surrogate": fact("description", "\ud800"),
    "no fields": head(fields=None),
    "another format": head(format="zip"),
    "no version": head(version="1"),
    "a row that is none": lambda lines: sealed([lines[0], '["row", 7]']),
    "a row that is too short": lambda lines: sealed([lines[0], '["row", ["a/b"]]']),
    "another kind": lambda lines: sealed([lines[0], '["pickle", "gASVKAAAAAAAAACM"]']),
    "no JSON": lambda lines: gzip.compress(f"{lines[0]}\nrow\n".encode()),
    "details about another model": entry("details", 1, "someone/else"),
    "details without facts": entry("details", 3, {"info": [], "config": None, "gap": None}),
    "details of the future": entry("details", 2, "2999-01-01T00:00:00Z"),
    "a card that is no text": entry("card", 3, {"text": ["a"]}),
    "a card without a model": entry("card", 1, "../up"),
    "no seal": lambda lines: gzip.compress("\n".join(lines[:-1]).encode() + b"\n"),
    "a wrong seal": lambda lines: gzip.compress("\n".join([*lines, '{"rows": 1}']).encode() + b"\n"),
    "lines after the seal": lambda lines: gzip.compress(gzip.decompress(sealed(lines)) + lines[1].encode() + b"\n"),
    "bytes after the end": lambda lines: sealed(lines) + b"more",
    "two files in one": lambda lines: sealed(lines) * 2,
    "cut in the middle": lambda lines: sealed(lines)[:2000],
    "a flipped bit": lambda lines: (whole := sealed(lines))[:3000] + bytes([whole[3000] ^ 4]) + whole[3001:],
    "empty": lambda lines: b"",
    "no gzip": lambda lines: b"PK\x03\x04 a zip of something",
    "a bomb": lambda lines: gzip.compress(b" " * 200_000_000),
    "a bomb of lines": lambda lines: gzip.compress(lines[0].encode() + b"\n" + b"[]\n" * 30_000_000, 1),
    "nested without end": lambda lines: gzip.compress(lines[0].encode() + b"\n" + b"[" * 2_000_000 + b"\n"),
}  # fmt: skip


@pytest.fixture(scope="module")
def lines(packed: Path) -> list[str]:
    return gzip.decompress((packed / "hub.parcel").read_bytes()).decode().splitlines()[:-1]


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_not_whole_and_right_changes_nothing(
    what: str, lines: list[str], run: Run, built_cache: Path, tmp_path: Path
) -> None:
    file = tmp_path / "bad.parcel"
    file.write_bytes(BAD[what](lines))
    before = {path.name: path.stat().st_mtime_ns for path in built_cache.iterdir()}
    ran = run("cache", "import", str(file), "--json", "--offline", "--cache-dir", str(built_cache))
    assert (ran.code, ran.document["error"]["kind"]) == (1, "bad-parcel"), ran.out
    assert {path.name: path.stat().st_mtime_ns for path in built_cache.iterdir() if path.name in before} == before


def test_the_seal_of_the_stories_above_is_the_true_one(lines: list[str], other: Run, tmp_path: Path) -> None:
    file = tmp_path / "good.parcel"
    file.write_bytes(sealed(lines))
    assert other("cache", "import", str(file), "--json").document["rows"] >= 40


def test_a_newer_file_is_refused_politely(lines: list[str], other: Run, tmp_path: Path) -> None:
    file = tmp_path / "newer.parcel"
    file.write_bytes(head(version=2)(lines))
    error = other("cache", "import", str(file), "--json").document["error"]
    assert "newer modelscope-tui" in error["message"]
    assert "Install the newer version" in error["hint"]


def test_facts_that_this_version_does_not_know_are_left_out(lines: list[str], other: Run, tmp_path: Path) -> None:
    names = json.loads(lines[0])["fields"]
    rows = [json.loads(line) for line in lines[1:] if line.startswith('["row"')]
    for row in rows:
        row[1].insert(len(names), "something new")
    file = tmp_path / "wider.parcel"
    fresh = json.dumps({**json.loads(lines[0]), "fields": [*names, "invented_later"]})
    file.write_bytes(sealed([fresh, *map(json.dumps, rows)]))
    assert other("cache", "import", str(file), "--json").document["rows"] == len(rows)


@pytest.mark.parametrize("place", ["missing", "a directory", "a pipe"])
def test_what_is_no_file_is_said(place: str, other: Run, tmp_path: Path) -> None:
    import os

    path = tmp_path / "it"
    if place == "a directory":
        path.mkdir()
    elif place == "a pipe":
        os.mkfifo(path)
    ran = other("cache", "import", str(path), "--json")
    assert (ran.code, ran.document["error"]["kind"]) == (1, "bad-parcel")


@pytest.mark.parametrize(
    "words",
    [
        ("export",),
        ("import",),
        ("info", "x"),
        ("import", "x", "--models", "a/b"),
        ("export", "x", "--models", "nobody"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(words: tuple[str, ...], other: Run) -> None:
    assert other("cache", *words, "--json").code == 2


def test_a_place_that_cannot_be_written_is_said(other: Run, tmp_path: Path) -> None:
    ran = other("cache", "export", str(tmp_path / "nowhere" / "x.parcel"), "--json")
    assert ran.document["error"]["kind"] == "not-saved"


def test_an_export_offline_says_what_is_missing(other: Run, tmp_path: Path) -> None:
    ran = other("cache", "export", str(tmp_path / "x.parcel"), "--models", "Qwen/Qwen3-8B", "--json")
    assert ran.document["without_details"] == ["Qwen/Qwen3-8B"]
    assert "only the row is known" in ran.err


def test_starred_models_go_along_unasked(other: Run, tmp_path: Path) -> None:
    Shortlist(Path(os.environ["MODELSCOPE_TUI_CONFIG"]).with_name(FILE_NAME)).toggle(["google-bert/bert-base-uncased"])
    ran = other("cache", "export", str(tmp_path / "x.parcel"), "--models", "Qwen/Qwen3-8B", "--json")
    assert ran.document["without_details"] == ["Qwen/Qwen3-8B", "google-bert/bert-base-uncased"]


def test_what_is_newer_here_stays(packed: Path, run: Run, own_cache: Path) -> None:
    with HubServer() as hub:
        hub.add_model({**recorded("synthetic_info_qwen3_8b"), "likes": 987_654})
        where = ("--cache-dir", str(own_cache), "--endpoint", hub.url, "--json")
        run("show", "Qwen/Qwen3-8B", *where)
        came: Ran = run("cache", "import", str(packed / "hub.parcel"), "--offline", *where)
        assert came.document["already_newer"] >= 1
        assert run("show", "Qwen/Qwen3-8B", "--offline", *where).document["likes"] == 987_654
