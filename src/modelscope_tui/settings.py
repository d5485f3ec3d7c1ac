"""What the user set: a TOML file, the environment, the command line; the later wins.

Nothing is read or created on import: :meth:`Settings.load` reads, and only the rooms that write make directories.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from modelscope_tui import settings_file
from modelscope_tui.errors import UsageError
from modelscope_tui.saving import place_of
from modelscope_tui.small_file import read_small

DEFAULT_ENDPOINT = "https://huggingface.co"
"""The Hub itself; `HF_ENDPOINT` names a mirror."""

EMPTY: Mapping[str, str] = MappingProxyType({})
"""A table without entries."""

_TRUE = {"1", "true", "yes", "on"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, already checked."""

    cache_dir: Path
    """Where the index and the shelf live; made on first use, 0700."""
    config_path: Path
    """The settings file; need not exist."""
    endpoint: str = DEFAULT_ENDPOINT
    """Base address of the Hub, without a slash at its end."""
    token: str | None = field(default=None, repr=False)
    """The access token; never printed, kept or written into a command."""
    offline: bool = False
    """Never open a socket."""
    refresh: bool = False
    """Ignore fresh answers on the shelf."""
    machine: str | None = None
    """A `--machine` SPEC that stands in for the detected machine."""
    theme: str | None = None
    """The name of the look; None is the house's own."""
    ascii: bool = False
    """Draw with ASCII alone, whatever the locale can."""
    reduced_motion: bool = False
    """Let nothing move by itself, whatever TEXTUAL_ANIMATIONS says."""
    machines: Mapping[str, str] = field(default_factory=lambda: EMPTY, hash=False)
    """SPECs of machines by the names that the user gave them."""
    keys: Mapping[str, str] = field(default_factory=lambda: EMPTY, hash=False)
    """By the name of what is done: the keys that do it, comma between them."""
    region: str | None = None
    """Where models would be used: `eu`, `us`, `china`, `uk` or `other`."""
    use: str = "commercial"
    """What for: `research`, `internal`, `commercial` or `large`."""
    policy: str | None = None
    """The policy file that models are held against."""

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read the file, then the environment, then what the command line says.

        Args:
            environ: stands in for ``os.environ``.
            overrides: field values of the command line; None means not given.

        Raises:
            UsageError: naming the file or variable, the key and what it must be.
        """
        env = os.environ if environ is None else environ
        config_path = place_of(env.get("MODELSCOPE_TUI_CONFIG") or str(_user_path("config") / "config.toml"))
        values: dict[str, Any] = {**settings_file.read(config_path), **_from_environment(env)}
        values.update({key: value for key, value in overrides.items() if value is not None})
        cache_dir = place_of(str(values.pop("cache_dir", None) or _user_path("cache")))
        values["endpoint"] = _checked_endpoint(values.get("endpoint") or DEFAULT_ENDPOINT)
        known = {item.name for item in fields(cls)}
        return cls(cache_dir, config_path, **{key: value for key, value in values.items() if key in known})


def _user_path(kind: str) -> Path:
    import platformdirs  # (3 ms that a given directory saves)

    find = platformdirs.user_cache_path if kind == "cache" else platformdirs.user_config_path
    return find("modelscope-tui", appauthor=False)


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if env.get("MODELSCOPE_TUI_CACHE"):
        found["cache_dir"] = env["MODELSCOPE_TUI_CACHE"]
    if env.get("HF_ENDPOINT"):
        found["endpoint"] = env["HF_ENDPOINT"]
    if says_offline(env):
        found["offline"] = True
    if env.get("MODELSCOPE_TUI_REDUCED_MOTION", "").strip().lower() in _TRUE:
        found["reduced_motion"] = True
    token = _token(env)
    if token:
        found["token"] = token
    return found


def says_offline(env: Mapping[str, str]) -> bool:
    """Tell whether the environment forbids every socket, as the Hub's own tools read it."""
    said = [env.get("HF_HUB_OFFLINE", ""), env.get("TRANSFORMERS_OFFLINE", "")]
    return any(value.strip().lower() in _TRUE for value in said)


def _token(env: Mapping[str, str]) -> str | None:
    """Find the token where the Hub's own tools keep it: `HF_TOKEN`, else the file under `HF_HOME`."""
    if env.get("HF_HUB_DISABLE_IMPLICIT_TOKEN", "").strip().lower() in _TRUE:
        return None
    given = env.get("HF_TOKEN") or env.get("HUGGING_FACE_HUB_TOKEN")
    if given:
        return given.strip() or None
    home = env.get("HF_HOME") or str(Path(env.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    path = Path(env.get("HF_TOKEN_PATH") or str(Path(home) / "token"))
    try:
        return read_small(path.expanduser()).strip() or None
    except (OSError, UnicodeDecodeError, RuntimeError):
        return None  # no token is a state, not an error: anonymous requests work


def _checked_endpoint(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port  # (said only when it is asked for)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise UsageError(
            f"The endpoint {text!r} is not an http or https address.", "Give one like https://huggingface.co."
        )
    return text.rstrip("/")
