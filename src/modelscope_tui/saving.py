"""Writes a file whole or not at all: a temporary file beside it, flushed to the disk, then renamed.

Whoever keeps something for a person writes here: settings, lists, exports, launch files.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from modelscope_tui.errors import NotSaved


def save(path: Path, content: str | bytes, *, mode: int = 0o600, is_new: bool = False) -> None:
    """Write a file so that nobody ever reads half of it.

    Args:
        path: where; its directory is made, for its owner alone, when it is missing.
        content: text is written as UTF-8.
        mode: who may read it; the owner alone unless said otherwise.
        is_new: leave a file that is already there as it is.

    Raises:
        NotSaved: the file is there already and was to be new, or it cannot be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary: str | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        if is_new:
            _link(path, temporary)
        else:
            Path(temporary).replace(path)
            temporary = None
    except (OSError, ValueError) as error:
        if is_new and isinstance(error, FileExistsError) and path.parent.is_dir():
            raise NotSaved(f"{path} is there already.", "Choose another name, or remove it first.") from error
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NotSaved(f"{path} cannot be written: {words}.", "Choose another place.") from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()


def _link(path: Path, temporary: str) -> None:
    """Give the finished file its name where nothing has it; a rename would take the place of what is there."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: the name is taken first, then filled
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        Path(temporary).replace(path)
