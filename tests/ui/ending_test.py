"""Who closes the window ends the program; a terminal that is gone holds nobody up."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread
from textual.events import Key

from modelscope_tui.ui.ending import Outlasting
from tests.ui.conftest import Open

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


@pytest.mark.parametrize("key", ["ctrl+p", "question_mark", "M", "v"])
async def test_who_leaves_while_a_popup_is_made_leaves_well(open_explorer: Open, key: str) -> None:
    async with open_explorer() as stage:
        stage.app.post_message(Key(key, None))
        stage.app.call_later(stage.app.exit)
        await stage.pause()
        assert stage.app._exception is None
    assert stage.app.return_code == 0


async def test_a_bug_at_the_end_is_still_one(open_explorer: Open) -> None:
    torn = ValueError("torn")

    async def leave_with_a_bug() -> None:
        async with open_explorer() as stage:
            stage.app.exit()
            stage.app._handle_exception(torn)

    with pytest.raises(ValueError, match="torn"):
        await leave_with_a_bug()
