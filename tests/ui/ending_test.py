"""Who closes the window ends the program; a terminal that is gone holds nobody up."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from modelscope_tui.ui.ending import Outlasting

pty = pytest.importorskip("pty")


def test_what_is_written_to_a_closed_window_goes_nowhere_and_nobody_waits_for_it() -> None:
    ours, theirs = pty.openpty()
    terminal = os.fdopen(theirs, "w")
    os.close(ours)
    with pytest.raises(OSError, match="Input/output"):
        os.write(theirs, b"the window is gone")
    writer = WriterThread(Outlasting(terminal))  # type: ignore[arg-type]
    writer.start()
    for _ in range(10 * MAX_QUEUED_WRITES):
        writer.write("a frame")
    writer.stop()
    assert not writer.is_alive()
    with suppress(OSError):
        terminal.close()


def test_any_other_error_of_a_terminal_is_not_hidden() -> None:
    with Path(os.devnull).open(encoding="utf-8") as only_to_read, pytest.raises(OSError, match="not writable"):
        Outlasting(only_to_read).write("a frame")
