"""The settings file: every key it may hold, what each means, and where in the file a mistake stands.

KEYS ─▶ read(path): checked values, or an error with file, line and key
     └▶ template(): the commented file that `config init` writes
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from modelscope_tui.errors import UsageError
from modelscope_tui.small_file import read_small

Kind = Literal["text", "switch", "table"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key that the file may hold."""

    name: str
    kind: Kind
    about: str
    """What it does, in a line or two."""
    example: str
    """A value as TOML writes it; for a table, its lines."""
    choices: tuple[str, ...] = ()
    """The only values there are; empty where any text will do."""


KEYS: tuple[Key, ...] = (
    Key("endpoint", "text", "Address of the Hub or of a mirror (HF_ENDPOINT wins).", '"https://huggingface.co"'),
    Key("offline", "switch", "Never open a socket (HF_HUB_OFFLINE=1 does the same).", "true"),
    Key("cache_dir", "text", "Where the index and the cache live (MODELSCOPE_TUI_CACHE wins).", '"~/.cache/models"'),
    Key("machine", "text", "The machine that fit and commands are for, in place of this one.", '"2x RTX 4090"'),
    Key("theme", "text", "The look: modelscope-dark, modelscope-light or a theme of Textual.", '"modelscope-light"'),
    Key("ascii", "switch", "Draw with ASCII alone; otherwise the locale decides.", "true"),
    Key("reduced_motion", "switch",
        "Let nothing move by itself: no blinking cursor, no animation (MODELSCOPE_TUI_REDUCED_MOTION=1 too).", "true"),
    Key("region", "text", "Where models would be used: what allowed: and the License tab are for.", '"eu"',
        ("eu", "us", "china", "uk", "other")),
    Key("use", "text", "What models would be used for; large is more users than a license's limit.", '"commercial"',
        ("research", "internal", "commercial", "large")),
    Key("policy", "text", "The policy file that models are held against.", '"~/policy.toml"'),
    Key("machines", "table", "Machines by name, for --machine NAME and the machine key of the explorer.",
        'laptop = "M3 Max 64GB"\nserver = "4xH100"'),
    Key("keys", "table", "Other keys for what the explorer does: the name that the help shows, then the keys.",
        'copy = "c"\nquit = "ctrl+x"'),
)  # fmt: skip
"""The keys in the order of the file; plain keys first, as TOML needs it."""

_WANTED: Mapping[Kind, str] = {"text": "a text in quotes", "switch": "true or false", "table": "a table of texts"}
_TYPES: Mapping[Kind, type[Any]] = {"text": str, "switch": bool, "table": dict}
_HEAD = re.compile(r"\s*\[\s*([\w-]+)\s*\]")
_LINE = re.compile(r"""\s*["']?([\w.-]+)["']?\s*=""")


def read(path: Path) -> dict[str, Any]:
    """Read and check the file; a file that is not there says nothing.

    Raises:
        UsageError: with file, line and key, and what is wanted there.
    """
    try:
        text = read_small(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read the settings file {path}: {error}.", "Mend or remove it.") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}.", "Mend that line or remove the file.") from error
    known = {key.name: key for key in KEYS}
    for name, value in data.items():
        if name not in known:
            raise UsageError(f"{place(path, text, name)}: unknown key `{name}`.", _near(name, tuple(known)))
        _check(path, text, known[name], value)
    return data


def _check(path: Path, text: str, key: Key, value: Any) -> None:
    if not isinstance(value, _TYPES[key.kind]):
        raise UsageError(f"{place(path, text, key.name)}: `{key.name}` must be {_WANTED[key.kind]}, not {value!r}.")
    if key.choices and value not in key.choices:
        said = f"{place(path, text, key.name)}: `{key.name}` cannot be {value!r}."
        raise UsageError(said, f"It may be {', '.join(key.choices)}.")
    if isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(inner, str):
                where = place(path, text, name, key.name)
                raise UsageError(f"{where}: `{key.name}.{name}` must be a text in quotes, not {inner!r}.")


def _near(name: str, known: tuple[str, ...]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(known)}."


def place(path: Path, text: str, name: str, table: str = "") -> str:
    """Say where a key stands, as `FILE:LINE`; the file alone where the line cannot be told."""
    wanted = f"{table}.{name}".lstrip(".")
    current, nearest = "", str(path)
    for number, line in enumerate(text.splitlines(), 1):
        if head := _HEAD.match(line):
            current = spelled = head[1]
        elif found := _LINE.match(line):
            spelled = f"{current}.{found[1]}".lstrip(".")
        else:
            continue
        if spelled == wanted:
            return f"{path}:{number}"
        if table and spelled == table:
            nearest = f"{path}:{number}"
    return nearest


def template() -> str:
    """Write the file with every key in a comment, so that one only has to take a sign away."""
    lines = [
        "# Settings of modelscope-tui. Take the # before a key away to set it.",
        "# The command line wins over the environment, and that over this file.",
        "# `modelscope-tui config check` reads it and says what is wrong, `config show` what is in force.",
    ]
    for key in KEYS:
        words = f"{key.about} One of: {', '.join(key.choices)}." if key.choices else key.about
        lines += ["", f"# {words}"]
        if key.kind == "table":
            lines += [f"# [{key.name}]", *(f"# {line}" for line in key.example.splitlines())]
        else:
            lines.append(f"# {key.name} = {key.example}")
    return "\n".join(lines) + "\n"


def with_value(text: str, name: str, value: str) -> str:
    """Give the file's text with one plain text key set, everything else as it was.

    Raises:
        UsageError: the file would then not say what is wanted: it is left to the person.
    """
    line = f'{name} = "{value}"'
    own = re.compile(rf"^{re.escape(name)}\s*=.*$", re.MULTILINE)
    commented = re.compile(rf"^# {re.escape(name)} = .*$", re.MULTILINE)
    if own.search(text):
        made = own.sub(lambda _: line, text, count=1)
    elif commented.search(text):
        made = commented.sub(lambda _: line, text, count=1)
    else:
        made = f"{line}\n{text}"
    try:
        before, after = tomllib.loads(text), tomllib.loads(made)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"`{name}` cannot be set: {error}.", "Mend the settings file by hand.") from error
    if after != before | {name: value}:
        raise UsageError(f"`{name}` cannot be set without changing more.", "Set it in the settings file by hand.")
    return made
