"""`doctor` and `cache`: what is here, told even where everything is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

SECTIONS = {"sync", "machine", "tools", "servers", "cache", "index", "rules", "hub", "terminal", "runtime"}


def test_doctor_tells_of_every_part(offline: Run) -> None:
    ran = offline("doctor", "--machine", "2x80GB", "--json")
    found = ran.document
    assert ran.code == 0
    assert set(found) >= SECTIONS | {"version", "status"}
    assert all(found[name]["status"] in {"ok", "warning", "problem", "unknown"} for name in SECTIONS)
    assert found["machine"]["source"] == "given"
    assert len(found["machine"]["gpus"]) == 2
    assert found["index"]["models"] > 26_000
    assert found["hub"]["is_reachable"] is None
    assert found["cache"]["is_writable"] is True
    assert set(found["tools"]["tools"]) >= {"ollama", "vllm", "lmstudio", "llamacpp", "docker", "huggingface"}
    assert found["runtime"]["textual"]


def test_doctor_piped_is_one_row_a_part(offline: Run) -> None:
    rows = [line.split("\t") for line in offline("doctor", "-q").out.splitlines()]
    assert {row[0] for row in rows} == SECTIONS


def test_doctor_finds_a_program_on_the_path(offline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ollama"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    tools = offline("doctor", "--json").document["tools"]["tools"]
    assert tools["ollama"]["path"] == str(program)
    assert tools["docker"]["path"] is None


def test_doctor_says_a_token_is_there_and_never_what_it_is(offline: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_verysecret")
    ran = offline("doctor", "--json")
    assert ran.document["hub"]["has_token"] is True
    assert "verysecret" not in ran.out + ran.err


def test_doctor_still_answers_when_the_cache_is_a_file(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "cache"
    place.write_text("not a directory", encoding="utf-8")
    ran = run("doctor", "--offline", "--json", "--cache-dir", str(place))
    assert ran.code == 0
    assert ran.document["cache"]["status"] == "problem"
    assert place.read_text(encoding="utf-8") == "not a directory"


def test_cache_info_measures_and_clear_removes_only_its_own(run: Run, own_cache: Path) -> None:
    (own_cache / "mine.txt").write_text("keep", encoding="utf-8")
    there = ("--offline", "--json", "--cache-dir", str(own_cache))
    before = run("cache", "info", *there).document
    assert before["path"] == str(own_cache)
    assert before["index_bytes"] > 1_000_000
    cleared = run("cache", "clear", *there)
    assert cleared.code == 0
    assert cleared.document["removed_bytes"] > 1_000_000
    after = run("cache", "info", *there).document
    assert after["index_bytes"] == after["shelf_items"] == 0
    assert (own_cache / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_cache_clear_of_nothing_is_no_error_and_makes_nothing(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "never"
    assert run("cache", "clear", "--offline", "--cache-dir", str(place)).code == 0
    assert not place.exists()


def test_a_cache_directory_that_is_a_file_is_said_in_words(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("not a cache", encoding="utf-8")
    cleared = run("cache", "clear", "--offline", "--cache-dir", str(place))
    assert cleared.code == 1
    assert "is not a directory" in cleared.err
    found = run("search", "qwen3", "--offline", "--limit", "1", "--cache-dir", str(place))
    assert found.code == 0
    assert f"{place} is not a directory" in found.err
    assert "Errno" not in found.err
    assert place.read_text(encoding="utf-8") == "not a cache"
