"""Hub text is an attacker's: nothing of it may reach the terminal as control."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as any_

from modelscope_tui.cli.text import clean, clean_block, escape_controls

HOSTILE = "\x1b]52;c;ZXZpbA==\x07evil\x9b31m\u202egnp\u200b\ud800[/][@click=app.quit]\r\nnext\x00"


def test_escape_sequences_lose_their_control_and_keep_their_letters() -> None:
    assert clean(HOSTILE) == "]52;c;ZXZpbA==evil31mgnp[/][@click=app.quit]  next"


def test_a_block_keeps_its_lines() -> None:
    assert clean_block("one\r\ntwo\x1b[2J\rthree\n") == "one\ntwo[2J\nthree\n"


@given(any_.text())
def test_no_line_ever_holds_a_control(text: str) -> None:
    assert not [letter for letter in clean(text) if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@given(any_.text(any_.characters(exclude_categories=())))
def test_json_keeps_every_letter_and_shows_no_control(text: str) -> None:
    document = escape_controls(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(document) == {"text": text}
    assert document.isprintable() or not [letter for letter in document if unicodedata.category(letter) in {"Cc", "Cs"}]
    document.encode("utf-8")


def test_names_in_other_scripts_stay_as_they_are() -> None:
    assert clean("通义千问 Модель 🤗") == "通义千问 Модель 🤗"
