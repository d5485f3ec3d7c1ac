"""Settings: the file, the environment, the command line, and words for what cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelscope_tui.errors import UsageError
from modelscope_tui.settings import DEFAULT_ENDPOINT, Settings


def load(tmp_path: Path, text: str = "", environ: dict[str, str] | None = None, **overrides: object) -> Settings:
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    base = {"MODELSCOPE_TUI_CONFIG": str(config), "HF_HOME": str(tmp_path / "hf")}
    return Settings.load({**base, **(environ or {})}, **overrides)


def test_without_anything_set_the_hub_itself_is_asked(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.endpoint == DEFAULT_ENDPOINT
    assert not settings.offline
    assert settings.token is None


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    text = 'endpoint = "https://file.example"\nmachine = "RTX 4090"\n'
    environ = {"HF_ENDPOINT": "https://environment.example/"}
    assert load(tmp_path, text).endpoint == "https://file.example"
    assert load(tmp_path, text, environ).endpoint == "https://environment.example"
    given = load(tmp_path, text, environ, endpoint="https://given.example", machine=None)
    assert given.endpoint == "https://given.example"
    assert given.machine == "RTX 4090"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("endpoint =\nmachine = 'x'", "line 1"),
        ("colour = 'red'", "colour"),
        ("offline = 'yes'", "offline"),
        ("endpoint = 'ftp://x'", "http"),
        ("endpoint = 'https://user:secret@host'", "http"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    assert word in str(caught.value)


def test_offline_is_read_as_the_hub_tools_read_it(tmp_path: Path) -> None:
    assert load(tmp_path, environ={"HF_HUB_OFFLINE": "1"}).offline
    assert load(tmp_path, environ={"HF_HUB_OFFLINE": "TRUE"}).offline
    assert not load(tmp_path, environ={"HF_HUB_OFFLINE": "0"}).offline


def test_the_token_is_found_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf" / "token").write_text("hf_from_file\n", encoding="utf-8")
    assert load(tmp_path).token == "hf_from_file"
    settings = load(tmp_path, environ={"HF_TOKEN": "hf_secret"})
    assert settings.token == "hf_secret"
    assert "hf_secret" not in repr(settings)
    assert load(tmp_path, environ={"HF_TOKEN": "x", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}).token is None


def test_a_directory_in_place_of_the_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="settings file"):
        Settings.load({"MODELSCOPE_TUI_CONFIG": str(tmp_path / "folder")})


def test_nothing_is_created_by_loading(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={"MODELSCOPE_TUI_CACHE": str(tmp_path / "cache")})
    assert settings.cache_dir == tmp_path / "cache"
    assert not settings.cache_dir.exists()
