"""Settings: the file, the environment, the command line, and words for what cannot be used."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from modelscope_tui.errors import UsageError
from modelscope_tui.settings import DEFAULT_ENDPOINT, Settings
from modelscope_tui.settings_file import KEYS, template, with_value


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
        ("endpoint = 'http://[::1'", "http"),
        ("endpoint = 'http://host:99999'", "http"),
        ("endpoint = 'https://user:secret@host'", "http"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# a comment\n\noflline = true\n", "config.toml:3: unknown key `oflline`. Did you mean `offline`?"),
        ("theme = 'x'\noffline = 'yes'\n", "config.toml:2: `offline` must be true or false, not 'yes'."),
        ("[machines]\nlaptop = 'M3 Max 64GB'\ndesk = 4\n", "config.toml:3: `machines.desk` must be a text"),
        ("machines = { desk = 4 }\n", "config.toml:1: `machines.desk` must be a text"),
        ("machines.desk = 4\n", "config.toml:1: `machines.desk` must be a text"),
        ("machines = 'RTX 4090'\n", "config.toml:1: `machines` must be a table of texts"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    assert said in str(caught.value)


def test_the_commented_file_holds_every_key_and_each_line_works_without_its_sign(tmp_path: Path) -> None:
    assert load(tmp_path, template()) == load(tmp_path, "")
    bare = re.sub(r"^# (?=[a-z_]+ = |\[)", "", template(), flags=re.MULTILINE)
    settings = load(tmp_path, bare, cache_dir=None)
    assert settings.machines == {"laptop": "M3 Max 64GB", "server": "4xH100"}
    assert settings.machine == "2x RTX 4090"
    assert settings.offline
    assert all(f"{key.name}" in bare for key in KEYS)


def test_one_value_can_be_set_and_the_rest_stays(tmp_path: Path) -> None:
    text = "# mine\noffline = true  # on the train\n\n[keys]\ncopy = 'c'\n"
    for start in (text, f"theme = 'nord'\n{text}", f"# theme = 'nord'\n{text}"):
        made = with_value(start, "theme", "modelscope-light")
        assert "# on the train" in made
        settings = load(tmp_path, made)
        assert (settings.theme, settings.offline, settings.keys) == ("modelscope-light", True, {"copy": "c"})
    with pytest.raises(UsageError, match="by hand"):
        with_value("offline = ", "theme", "x")


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


def test_motion_is_reduced_by_the_file_or_the_environment(tmp_path: Path) -> None:
    assert not load(tmp_path).reduced_motion
    assert load(tmp_path, "reduced_motion = true").reduced_motion
    assert load(tmp_path, environ={"MODELSCOPE_TUI_REDUCED_MOTION": "1"}).reduced_motion


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_a_pipe_that_nobody_writes_to_is_said_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="a pipe that nobody writes to"):
        Settings.load({"MODELSCOPE_TUI_CONFIG": str(pipe)})
    assert load(tmp_path, environ={"HF_TOKEN_PATH": str(pipe)}).token is None


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="open files have no names on this system")
def test_settings_that_another_command_writes_are_read() -> None:
    reading, writing = os.pipe()  # as the shell makes one of `<(…)`
    os.write(writing, b"offline = true")
    os.close(writing)
    assert Settings.load({"MODELSCOPE_TUI_CONFIG": f"/dev/fd/{reading}"}).offline
    os.close(reading)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device without end on this system")
def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="longer than 1,048,576 letters"):
        Settings.load({"MODELSCOPE_TUI_CONFIG": "/dev/zero"})
    assert load(tmp_path, environ={"HF_TOKEN_PATH": "/dev/zero"}).token is None
    assert Settings.load({"MODELSCOPE_TUI_CONFIG": "/dev/null"}).endpoint == DEFAULT_ENDPOINT
