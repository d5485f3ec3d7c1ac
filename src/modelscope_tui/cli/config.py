"""``modelscope-tui config``: the settings file: where it is, a commented one to start from, and what is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelscope_tui import settings_file
from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli.output import Output
from modelscope_tui.errors import UsageError
from modelscope_tui.saving import save

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.explorer import Explorer

EXAMPLES = """\
  modelscope-tui config init            write a commented file; one that is there is left alone
  modelscope-tui config path
  modelscope-tui config check           read it, and name file, line and key of what is wrong
  modelscope-tui config show --json     what is in force, with the environment and the options"""

_ACTIONS = ("init", "path", "check", "show")


def configure(parser: reading.Parser) -> None:
    """Take what to do with the file."""
    parser.add_argument("action", metavar="|".join(_ACTIONS), type=_action, help="write, find, read or show")


def _action(text: str) -> str:
    if text not in _ACTIONS:
        raise UsageError(f"config knows no {text!r}.", f"It knows: {', '.join(_ACTIONS)}.")
    return text


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Do what was asked with the file. A file that cannot be used has been said before this is reached."""
    path = explorer.settings.config_path
    if options.action == "init":
        save(path, settings_file.template(), is_new=True)
        output.note("written; take the # before a key away to set it")
    if options.action == "check":
        _check_keys(explorer)
        found = f"{path}: nothing wrong" if path.exists() else f"{path}: not there, which is fine"
        return _answer(output, {"path": str(path), "is_there": path.exists(), "problems": []}, found)
    if options.action == "show":
        return _show(explorer, output)
    return _answer(output, {"path": str(path), "is_there": path.exists()}, str(path))


def _check_keys(explorer: Explorer) -> None:
    """Read the names of actions and keys as the explorer will."""
    from modelscope_tui.ui.remap import checked

    checked(explorer.settings.keys, explorer.settings.config_path)


def _show(explorer: Explorer, output: Output) -> int:
    settings = explorer.settings
    values: dict[str, Any] = {key.name: getattr(settings, key.name, None) for key in settings_file.KEYS}
    values |= {name: dict(value) for name, value in values.items() if key_kind(name) == "table" and value is not None}
    values["cache_dir"] = str(settings.cache_dir)
    document = {"path": str(settings.config_path), "has_token": settings.token is not None, **values}
    if output.is_json:
        output.json(document)
    else:
        output.facts([(name, _said(value)) for name, value in document.items()])
    return 0


def key_kind(name: str) -> str:
    """Say what kind of value a key holds."""
    return next(key.kind for key in settings_file.KEYS if key.name == name)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} = {inner}" for name, inner in value.items()) or "none"
    return "not set" if value is None else str(value)


def _answer(output: Output, document: dict[str, Any], text: str) -> int:
    if output.is_json:
        output.json(document)
    else:
        output.block(text)
    return 0
