"""The form of one finding of ``doctor``, and the findings that need nothing but this computer."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modelscope_tui import __version__
from modelscope_tui.cli.output import has_colour, is_terminal

if TYPE_CHECKING:
    from modelscope_tui.answering import Answering
    from modelscope_tui.installed import Installed

Status = Literal["ok", "warning", "problem", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What doctor found about one thing."""

    name: str
    status: Status
    message: str
    hint: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the finding as ``doctor --json`` shows it."""
        return {"status": self.status, "message": self.message, "hint": self.hint, **self.facts}


def runtime() -> Finding:
    """Look at Python, the libraries, and whether they are compiled (a start without bytecode is four times slower)."""
    versions = {name: version_of(name) for name in ("textual", "rich", "huggingface_hub", "diskcache", "pyroaring")}
    missing = _without_bytecode("modelscope_tui", "textual", "rich")
    facts = {"python": platform.python_version(), "modelscope_tui": __version__, **versions, "no_bytecode": missing}
    message = f"modelscope-tui {__version__}, Python {facts['python']}, textual {versions['textual']}"
    if not missing:
        return Finding("runtime", "ok", message, facts=facts)
    hint = f"Starts are slow without bytecode: {Path(sys.executable).name} -m compileall -q {' '.join(missing)}"
    return Finding("runtime", "warning", message, hint, facts)


def version_of(distribution: str) -> str | None:
    """Read the version of an installed package from its metadata; nothing is imported."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _without_bytecode(*packages: str) -> list[str]:
    missing = []
    for package in packages:
        spec = util.find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            sources = sorted(Path(place).glob("*.py"))
            compiled = (Path(util.cache_from_source(str(source))).exists() for source in sources)
            # A source checkout compiles what it imports: only a package without any bytecode is worth a word.
            if sources and not any(compiled):
                missing.append(place)
    return missing


def tools(here: Mapping[str, Installed]) -> Finding:
    """Say which tools are installed: programs by the PATH, versions by their packages' metadata."""
    from modelscope_tui.installed import PROGRAMS

    found = {
        name: {"path": here[name].path, "version": here[name].version} if name in here else _ABSENT for name in PROGRAMS
    }
    if not here:
        programs = ", ".join(names[0] for names in PROGRAMS.values())
        hint = "Commands can be built all the same; they run where the tool is installed."
        return Finding("tools", "warning", f"none of {programs} is on PATH", hint, {"tools": found})
    return Finding("tools", "ok", f"installed: {', '.join(one.words for one in here.values())}", facts={"tools": found})


_ABSENT = {"path": None, "version": None}


def servers(answering: Callable[[], tuple[Answering, ...]], *, is_offline: bool) -> Finding:
    """Say which servers answer on this machine; none is asked offline."""
    if is_offline:
        return Finding("servers", "ok", "not asked: offline", facts={"servers": None})
    found = answering()
    message = "; ".join(one.words for one in found) if found else "no server answers on this machine"
    return Finding("servers", "ok", message, facts={"servers": [one.as_json() for one in found]})


def terminal() -> Finding:
    """Look at what the terminal can show, and how a command gets into the clipboard."""
    size = shutil.get_terminal_size()
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    facts: dict[str, Any] = {
        "is_terminal": {name: is_terminal(getattr(sys, name)) for name in ("stdin", "stdout", "stderr")},
        "columns": size.columns,
        "lines": size.lines,
        "term": os.environ.get("TERM") or None,
        "colours": _colours(),
        "encoding": encoding,
        "is_utf8": encoding.replace("-", "").startswith("utf8"),
        "is_tmux": bool(os.environ.get("TMUX")),
        "is_screen": bool(os.environ.get("STY")),
        "is_ssh": bool(os.environ.get("SSH_TTY") or os.environ.get("SSH_CONNECTION")),
        "clipboard": clipboard(),
    }
    where = "tmux" if facts["is_tmux"] else facts["term"] or "no TERM"
    looks = f"{size.columns} × {size.lines}, {where}, {facts['colours']} colours, {encoding}"
    message = f"{looks}; copies with {facts['clipboard']}"
    if not facts["is_utf8"]:
        return Finding("terminal", "warning", message, "Boxes and marks need UTF-8: set LANG to a UTF-8 locale.", facts)
    if size.columns < 60 or size.lines < 20:
        return Finding("terminal", "warning", message, "The explorer needs at least 60 × 20.", facts)
    return Finding("terminal", "ok", message, facts=facts)


def _colours() -> int:
    """Count the colours as far as the environment tells; 0 where none may be used."""
    if not has_colour(sys.stdout) and is_terminal(sys.stdout):
        return 0
    if os.environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return 1 << 24
    term = os.environ.get("TERM", "")
    return 256 if "256" in term else 0 if term in {"", "dumb", "unknown"} else 16


def clipboard() -> str:
    """Name the way in which a copy leaves the terminal."""
    if os.environ.get("TMUX") and shutil.which("tmux"):
        return "tmux"
    if os.environ.get("SSH_TTY") or os.environ.get("SSH_CONNECTION"):
        return "OSC 52"
    native = {"darwin": ("pbcopy",), "win32": ("clip",)}.get(sys.platform, _linux_clipboards())
    return next((name for name in native if shutil.which(name)), "OSC 52")


def _linux_clipboards() -> tuple[str, ...]:
    wayland = ("wl-copy",) if os.environ.get("WAYLAND_DISPLAY") else ()
    x11 = ("xclip", "xsel") if os.environ.get("DISPLAY") else ()
    return wayland + x11
