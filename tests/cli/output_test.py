"""Manners of output: what goes where, and in which form."""

from __future__ import annotations

import io
import json
import sys

import pytest

from modelscope_tui.cli.output import Column, Output, has_colour

COLUMNS = (Column("Model", style="bold"), Column("Likes", is_number=True))


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_in_a_pipe_a_row_is_a_line_of_tabs_without_heads(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table(COLUMNS, [("Qwen/Qwen3-8B", "7"), ("evil/\tname\x1b[31m\n", "")])
    assert capsys.readouterr().out == "Qwen/Qwen3-8B\t7\nevil/ name[31m \t\n"


def test_on_a_terminal_a_row_is_part_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stdout", screen)
    Output().table(COLUMNS, [("Qwen/[red]Qwen3[/]\x1b]0;title\x07", "7")])
    assert "Model" in screen.getvalue()
    assert "Qwen/[red]Qwen3[/]]0;title" in screen.getvalue()
    assert "\x1b]" not in screen.getvalue()
    assert "\x1b[1m" in screen.getvalue()


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_without_colour_a_table_holds_no_escape(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", screen)
    Output().table(COLUMNS, [("Qwen/Qwen3-8B", "7")])
    assert "Qwen/Qwen3-8B" in screen.getvalue()
    assert "\x1b" not in screen.getvalue()


def test_forced_colour_lights_the_same_fields(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    Output().table(COLUMNS, [("Qwen/Qwen3-8B", "7")])
    assert capsys.readouterr().out == "\x1b[1mQwen/Qwen3-8B\x1b[0m\t7\n"


def test_colour_is_decided_by_the_person_first() -> None:
    assert has_colour(Terminal(), {"TERM": "xterm"})
    assert not has_colour(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})
    assert not has_colour(io.StringIO(), {"TERM": "xterm"})
    assert has_colour(io.StringIO(), {"FORCE_COLOR": "1"})
    assert not has_colour(io.StringIO(), {"FORCE_COLOR": "0", "TERM": "xterm"})


def test_notes_go_to_stderr_on_one_line_and_nowhere_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    Output().note("gone\x1b[2J\nfrom the Hub")
    Output(is_quiet=True).note("gone")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "modelscope-tui: gone[2J from the Hub\n"


def test_json_is_one_document_with_its_letters(capsys: pytest.CaptureFixture[str]) -> None:
    Output(is_json=True).json({"name": "通义 \x9b31m \x1b \ud800"})
    told = capsys.readouterr().out
    assert "通义" in told
    assert "\x9b" not in told
    assert "\x1b" not in told
    assert json.loads(told) == {"name": "通义 \x9b31m \x1b \ud800"}


def test_json_survives_a_stream_without_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    Output(is_json=True).json({"name": "通义"})
    sys.stdout.flush()
    assert json.loads(raw.getvalue().decode("ascii")) == {"name": "通义"}


def test_a_closed_stdout_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)  # what `>&-` leaves
    Output(is_json=True).json({"total": 0})
