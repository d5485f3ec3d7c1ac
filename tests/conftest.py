"""What every test may use: an index built once, a quiet environment, and no network but loopback."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from tests.once import once

# No deadline: shared machines are slow at times. The same examples every time: a red run can be repeated.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.load_profile("house")

_TOUCHED = ("HF_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HUGGING_FACE_HUB_TOKEN", "NO_COLOR")


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the developer's own token, mirror, settings and cache out of the tests."""
    for name in (*_TOUCHED, "FORCE_COLOR", "TMUX", "SSH_TTY", "SSH_CONNECTION", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HF_HOME", str(home / "huggingface"))
    monkeypatch.setenv("MODELSCOPE_TUI_CACHE", str(home / "cache"))
    monkeypatch.setenv("MODELSCOPE_TUI_CONFIG", str(home / "config.toml"))


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Fail loudly when a test tries to leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in {socket.AF_INET, socket.AF_INET6} and host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def built_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache directory whose index is ready; shared, so never write to it."""

    def make(directory: Path) -> None:
        explorer = Explorer(Settings(cache_dir=directory, config_path=directory / "none.toml", offline=True))
        explorer.prepare()
        explorer.close()

    return Path(
        shutil.copytree(once(tmp_path_factory, "built-cache", make), tmp_path_factory.mktemp("built") / "cache")
    )


@pytest.fixture
def own_cache(built_cache: Path, tmp_path: Path) -> Path:
    """A cache directory with a ready index that a test may write to."""
    return Path(shutil.copytree(built_cache, tmp_path / "cache", ignore=shutil.ignore_patterns("crashes")))


@pytest.fixture
def offline_settings(built_cache: Path) -> Settings:
    """Settings of an explorer that never opens a socket."""
    return Settings(cache_dir=built_cache, config_path=built_cache / "none.toml", offline=True)


@pytest.fixture(scope="session")
def subprocess_environment() -> dict[str, str]:
    """The environment for whole-program tests, without anything of the developer's own."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "MODELSCOPE_"))}
