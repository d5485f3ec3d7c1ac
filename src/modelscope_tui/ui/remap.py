"""Other keys for what the explorer does, as the settings file names them.

UPPER FLOOR. The names are those of the keymap's bindings; what is wrong with them is said with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from textual.binding import Binding

from modelscope_tui.errors import UsageError
from modelscope_tui.settings_file import place
from modelscope_tui.ui import keymap

_KEY = re.compile(r"((ctrl|alt|shift|super|meta)\+)*(\S|[a-z][a-z0-9_]+)")


def checked(keys: Mapping[str, str], path: Path) -> Mapping[str, str]:
    """Give the keys as they were given, once each names an action and no two in one place are alike.

    Raises:
        UsageError: with file, line and name.
    """
    known = {binding.id for group in keymap.HELP.values() for binding in group}
    for name, value in keys.items():
        if name not in known:
            raise UsageError(f"{_place(path, name)}: there is nothing to do called `{name}`.", _near(name, known))
        for key in value.split(","):
            if not _KEY.fullmatch(key.strip()):
                said = f"{_place(path, name)}: `{key.strip()}` is no key."
                raise UsageError(said, "Write keys like x, ctrl+x, f5 or pagedown, with a comma between several.")
    for title, group in keymap.HELP.items():
        _check_group(keys, path, title, group)
    return keys


def _check_group(keys: Mapping[str, str], path: Path, title: str, group: Iterable[Binding]) -> None:
    seen: dict[str, str] = {}
    for binding in applied(group, keys):
        for key in _split(binding.key):
            other = seen.setdefault(key, binding.id or "")
            if other != binding.id and {other, binding.id} & set(keys):
                name = binding.id if binding.id in keys else other
                said = f"{_place(path, name or '')}: `{key}` would be both `{other}` and `{binding.id}` ({title})."
                raise UsageError(said, "Give one of them another key.")


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")]


def _near(name: str, known: Iterable[str | None]) -> str:
    import difflib

    near = difflib.get_close_matches(name, [one for one in known if one], 3, 0.4)
    return f"Did you mean {' or '.join(near)}?" if near else "The help (?) lists what there is."


def _place(path: Path, name: str) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # the keys came from somewhere else
        return str(path)
    return place(path, text, name, "keys")


def applied(bindings: Iterable[Binding], keys: Mapping[str, str]) -> tuple[Binding, ...]:
    """Give bindings with the keys that were set for them, for the eye: footer, help and palette."""
    return tuple(
        replace(binding, key=keys[binding.id], key_display=None) if binding.id and binding.id in keys else binding
        for binding in bindings
    )


def key_of(identity: str, keys: Mapping[str, str]) -> str:
    """Write the keys that do something now, for a sentence that names them."""
    every = (binding for group in keymap.HELP.values() for binding in group if binding.id == identity)
    return keymap.written(applied(every, keys)[0])


def whole(keys: Mapping[str, str]) -> dict[str, str]:
    """Give every name its keys, for Textual: it drops what shares a key with a changed one and is not named."""
    every = (binding for group in keymap.HELP.values() for binding in group)
    return {binding.id: binding.key for binding in applied(every, keys) if binding.id}
