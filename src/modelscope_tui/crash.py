"""What is kept of an unexpected error: a file for whoever mends it, without anything that is secret.

The terminal gets one line that names the file. Local variables are never written: they hold what was asked and typed.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from modelscope_tui import __version__
from modelscope_tui.errors import ModelscopeError
from modelscope_tui.saving import save

KEPT = 10
"""So many reports stay; the oldest leave first."""

_SECRET_NAMES = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL|AUTH", re.IGNORECASE)
_TOKEN = re.compile(r"\bhf_\w{4,}|(?<=Bearer )\S+|(?<=://)[^/@\s]+(?=@)")
_SHORTEST = 6
"""A shorter value of a secret variable could be any word."""


def redacted(text: str, *, secrets: Sequence[str] = (), environ: Mapping[str, str] | None = None) -> str:
    """Take everything out of a text that may be secret: tokens, passwords in addresses, the home directory's name.

    Args:
        text: what may hold them.
        secrets: values that are known to be secret.
        environ: stands in for ``os.environ``; the values of variables whose names speak of secrets are taken out.
    """
    env = os.environ if environ is None else environ
    values = {*secrets, *(value for name, value in env.items() if _SECRET_NAMES.search(name))}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST:
            text = text.replace(value, "***")
    text = _TOKEN.sub("***", text)
    home = env.get("HOME") or env.get("USERPROFILE") or ""
    return text.replace(home, "~") if len(home) > 1 else text


def report(error: BaseException, secrets: Sequence[str] = ()) -> str:
    """Write what a maintainer needs: versions, the command line and where it happened."""
    lines = [
        f"modelscope-tui {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"at {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}",
        f"argv {sys.argv[1:]}",
        "",
        *(line.rstrip("\n") for line in traceback.format_exception(error)),
    ]
    return redacted("\n".join(lines), secrets=secrets) + "\n"


def keep(error: BaseException, folder: Path, secrets: Sequence[str] = ()) -> Path | None:
    """Save a report; None where nothing can be written: the line on the terminal must come all the same."""
    path = folder / "crashes" / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{os.getpid()}.txt"
    try:
        save(path, report(error, secrets))
    except ModelscopeError:
        return None
    for old in sorted(path.parent.glob("*.txt"))[:-KEPT]:
        with suppress(OSError):  # another process has just done so
            old.unlink()
    return path


def line(error: BaseException, path: Path | None, secrets: Sequence[str] = ()) -> str:
    """Say it in one line: what it was, and where more is."""
    words = redacted(f"Unexpected {type(error).__name__}: {error}", secrets=secrets).rstrip(": .")
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in words[:300]).split())
    return f"{flat}. Details: {path}" if path else f"{flat}. MODELSCOPE_TUI_DEBUG=1 shows where it happened."
