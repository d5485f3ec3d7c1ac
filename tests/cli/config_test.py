"""Stories of the settings file on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from modelscope_tui.__main__ import main


@pytest.fixture
def path() -> Path:
    return Path(os.environ["MODELSCOPE_TUI_CONFIG"])


def test_init_writes_a_file_once_and_check_finds_nothing_wrong(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check"]) == 0
    assert "not there" in capsys.readouterr().out
    assert main(["config", "init"]) == 0
    assert str(path) in capsys.readouterr().out
    assert path.stat().st_mode & 0o777 == 0o600
    assert main(["config", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []
    path.write_text("offline = true\n", encoding="utf-8")
    assert main(["config", "init"]) == 1
    assert "there already" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "offline = true\n"


def test_show_says_what_is_in_force(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text('theme = "nord"\n[machines]\nlaptop = "M3 Max 64GB"\n', encoding="utf-8")
    assert main(["config", "show", "--json", "--offline"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["theme"], shown["offline"], shown["machines"]) == ("nord", True, {"laptop": "M3 Max 64GB"})
    assert main(["config", "show"]) == 0
    assert "laptop = M3 Max 64GB" in capsys.readouterr().out


def test_a_wrong_name_of_a_key_is_found_by_check(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text("[keys]\nfly = 'x'\n", encoding="utf-8")
    assert main(["config", "check"]) == 2
    assert f"{path}:2: there is nothing to do called `fly`" in capsys.readouterr().err
    assert main(["config", "dance"]) == 2
