"""Stories of crash reports: they help whoever mends, they hold no secret, and nothing can stop the one line."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from modelscope_tui import crash


def an_error(words: str) -> Exception:
    def fail() -> None:
        token = "hf_abcdefgh12345678"  # a local variable, as bugs find them
        raise RuntimeError(words + token[:0])

    with pytest.raises(RuntimeError) as caught:
        fail()
    return caught.value


def test_a_report_says_where_it_happened_and_nothing_of_local_variables(tmp_path: Path) -> None:
    path = crash.keep(an_error("torn"), tmp_path)
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert "RuntimeError: torn" in text
    assert "crash_test.py" in text
    assert "hf_abcdefgh12345678" not in text.replace('token = "hf_abcdefgh12345678"', "")


@pytest.mark.parametrize(
    "text",
    [
        "token hf_abcdEFGH1234 here",
        "Authorization: Bearer abc.def-ghi",
        "https://user:pa55word@mirror.example/x",
        "from the environment: s3cr3t-value",
        "given by name: the-known-one",
        "/home/ada/.cache/x",
    ],
)
def test_what_may_be_secret_is_taken_out(text: str) -> None:
    environ = {"MY_API_KEY": "s3cr3t-value", "HOME": "/home/ada", "LANG": "C"}
    said = crash.redacted(text, secrets=["the-known-one"], environ=environ)
    for secret in ("hf_abcd", "abc.def", "pa55word", "s3cr3t", "the-known-one", "/home/ada"):
        assert secret not in said


def test_ten_reports_stay(tmp_path: Path) -> None:
    folder = tmp_path / "crashes"
    folder.mkdir()
    for number in range(15):
        (folder / f"2020{number:02}.txt").write_text("old", encoding="utf-8")
    path = crash.keep(an_error("again"), tmp_path)
    kept = sorted(one.name for one in folder.iterdir())
    assert len(kept) == crash.KEPT
    assert path is not None
    assert path.name in kept


def test_the_line_comes_also_where_nothing_can_be_written_and_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    error = an_error("out of\nluck \x1b]0;title\x07")
    assert crash.keep(error, tmp_path / "file") is None
    said = crash.line(error, None)
    assert said.startswith("Unexpected RuntimeError: out of luck")
    assert said.isprintable()
