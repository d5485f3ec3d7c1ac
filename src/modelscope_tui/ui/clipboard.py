"""Puts text on the clipboard by the way that works here, and says which way that was.

UPPER FLOOR. tmux's own buffer inside tmux; the system's clipboard when the session is local; OSC 52, an escape
sequence that the terminal at the other end understands, over SSH or when nothing else worked. Nobody acknowledges
OSC 52, so the text must stay selectable on the screen.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable, Mapping

from modelscope_tui.errors import ModelscopeError

LONGEST = 100_000
"""Terminals drop longer OSC 52 sequences, and no command is this long."""

PATIENCE_SECONDS = 1.0
"""No clipboard is worth a longer wait."""


def copy(text: str, *, write: Callable[[str], None], environ: Mapping[str, str] | None = None) -> str:
    """Copy a text and return the name of the way it went: `tmux`, `the system clipboard`, `OSC 52` or `the browser`.

    Args:
        write: sends a sequence to the terminal.
        environ: stands in for ``os.environ``.

    Raises:
        ModelscopeError: the text is too long for a clipboard.
    """
    env = os.environ if environ is None else environ
    if len(text) > LONGEST:
        raise ModelscopeError("This is too long for the clipboard.", "Use `modelscope-tui launch … --print` instead.")
    if env.get("TEXTUAL_DRIVER", "").endswith("WebDriver"):  # the page hands the sequence to its browser
        write(sequence(text))
        return "the browser"
    if env.get("TMUX") and _through_tmux(text):
        return "tmux"
    is_remote = bool(env.get("SSH_TTY") or env.get("SSH_CONNECTION"))
    if not is_remote and _natively(text, env):
        return "the system clipboard"
    write(sequence(text, is_screen=env.get("TERM", "").startswith("screen") and not env.get("TMUX")))
    return "OSC 52"


def _through_tmux(text: str) -> bool:
    """Load tmux's buffer; ``-w`` passes it on to the terminal's clipboard too, where tmux knows how (3.2)."""
    for argv in (["tmux", "load-buffer", "-w", "-"], ["tmux", "load-buffer", "-"]):
        try:
            done = subprocess.run(argv, input=text.encode(), capture_output=True, timeout=PATIENCE_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        if done.returncode == 0:
            return True
    return False


def _natively(text: str, env: Mapping[str, str]) -> bool:
    """Use the system's clipboard; a Linux without a display has none."""
    import sys

    if sys.platform == "linux" and not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY") or env.get("WSL_DISTRO_NAME")):
        return False
    import threading

    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(_with_pyperclip(text)), daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)  # xclip without an answering display waits for ever
    return done == [True]


def _with_pyperclip(text: str) -> bool:
    import pyperclip

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError):
        return False
    return True


def sequence(text: str, *, is_screen: bool = False) -> str:
    """Write the OSC 52 sequence for a text; GNU screen needs it wrapped, in pieces that it can swallow."""
    encoded = base64.b64encode(text.encode()).decode("ascii")
    if not is_screen:
        return f"\x1b]52;c;{encoded}\a"
    pieces = [encoded[at : at + 250] for at in range(0, len(encoded), 250)] or [""]
    return "\x1bP\x1b]52;c;" + "\x1b\\\x1bP".join(pieces) + "\a\x1b\\"
