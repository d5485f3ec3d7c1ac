"""A sync in a process of its own, for the explorer: the keys stay quick, and closing the explorer ends it.

It is ``modelscope-tui sync --json-lines``: a document a page on its stdout. Its place is kept with every page, so that
it can be ended at any moment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from modelscope_tui.errors import CatalogError, ModelscopeError
from modelscope_tui.settings import Settings

GRACE_SECONDS = 5
"""How long an ended process may take to be gone."""


class SyncApart:
    """One sync in the background."""

    def __init__(self, settings: Settings, words: Callable[[], Sequence[str]]) -> None:
        """Make it; nothing runs yet.

        Args:
            settings: endpoint, token and cache.
            words: gives the options of `sync` that go on with what was brought before.
        """
        self._settings = settings
        self._words = words
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._is_stopped = False
        self._is_closed = False

    @property
    def is_running(self) -> bool:
        """Tell whether it is under way."""
        return self._process is not None and self._process.poll() is None

    def run(self, tell: Callable[[Mapping[str, Any]], None]) -> Mapping[str, Any] | None:
        """Run to the end. Blocks: call it in a worker.

        Args:
            tell: hears a document a page; see ``cli/sync.py``.

        Returns:
            The answer; None when it was stopped.

        Raises:
            ModelscopeError: what the sync said of its failure.
        """
        with self._lock:
            if self._is_closed:
                return None
            self._is_stopped = False
            process = self._process = self._started()
        last: Mapping[str, Any] = {}
        with process:
            for line in process.stdout or ():
                last = _document(line)
                if last.get("status") in {"running", "waiting"}:
                    tell(last)
        if self._is_stopped:
            return None
        if process.returncode or last.get("status") != "complete":
            raise _problem(last, process.returncode)
        return last

    def _started(self) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "modelscope_tui", *self._arguments()]
        try:
            return subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env=self._environment(),
            )
        except OSError as error:
            raise CatalogError(f"The sync cannot be started: {error.strerror or error}.") from error

    def stop(self, *, for_good: bool = False) -> None:
        """End it now; what came is kept. Any thread may call it.

        Args:
            for_good: whether none may begin any more, because the door closes.
        """
        with self._lock:
            self._is_stopped = True
            self._is_closed = self._is_closed or for_good
            process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()

    def _arguments(self) -> list[str]:
        settings = self._settings
        where = ["--endpoint", settings.endpoint, "--cache-dir", str(settings.cache_dir)]
        return ["sync", "--json", "--json-lines", "--quiet", *where, *self._words()]

    def _environment(self) -> dict[str, str]:
        """Hand the token over as the Hub's own tools do: never on the command line, where others could read it."""
        token = {"HF_TOKEN": self._settings.token} if self._settings.token else {}
        return {**os.environ, **token, "MODELSCOPE_TUI_CONFIG": str(self._settings.config_path)}


def _document(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _problem(last: Mapping[str, Any], code: int) -> ModelscopeError:
    said = last.get("error")
    if isinstance(said, dict) and isinstance(said.get("message"), str):
        return ModelscopeError(said["message"], str(said.get("hint") or ""))
    return ModelscopeError(f"The sync ended with code {code}.", "`modelscope-tui sync` shows more.")
