"""Writes a file whole or not at all: a temporary file beside it, flushed to the disk, then renamed.

Whoever keeps something for a person writes here: settings, lists, exports, launch files. A process that is killed while
it writes leaves its temporary file; the next one that saves in the same directory removes it. It tells the living from
the dead by a lock of the operating system, which ends with its process.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from modelscope_tui.errors import NotSaved, UsageError

ENDING = ".saving"
"""How the name of a temporary file ends."""

_LEFT = re.compile(rf"\..+\.[a-z0-9_]{{8}}{re.escape(ENDING)}")
_TRIES = 8


def place_of(text: str) -> Path:
    """Read a place as a person writes it: `~` is their home directory, `~name` that of somebody else.

    Raises:
        UsageError: nobody of that name is known here, or no file can have such a name.
    """
    try:
        if "\0" in text:
            raise ValueError("a name cannot hold NUL")  # noqa: TRY301 - one sentence for all
        os.fsencode(text)
        return Path(text).expanduser()
    except (RuntimeError, ValueError) as error:
        raise UsageError(f"{text!a} is no place for a file: {error}.", "Write the whole path.") from error


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
    with saved(path, mode=mode, is_new=is_new) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def saved(path: Path, *, mode: int = 0o600, is_new: bool = False) -> Iterator[BinaryIO]:
    """Lend a file to write to; it takes its name when the block has ended well. See :func:`save`.

    Raises:
        NotSaved: as :func:`save`.
    """
    temporary: Path | None = None
    path = path if is_new else _followed(path)
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # /dev/null would be a file from then on
            raise OSError(errno.ENODEV, "it is a device or a pipe and no file")  # noqa: TRY301 - one sentence for all
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear_away(path.parent)
        file, temporary = _beside(path)
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(mode)
            if sys.platform != "win32":  # while it is locked: nobody takes it for a dead one's
                _name(temporary, path, is_new=is_new)
        if sys.platform == "win32":  # pragma: no cover - an open file cannot be renamed there
            _name(temporary, path, is_new=is_new)
    except (OSError, ValueError) as error:
        if is_new and isinstance(error, FileExistsError) and path.parent.is_dir():
            raise NotSaved(f"{path} is there already.", "Choose another name, or remove it first.") from error
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NotSaved(f"{path} cannot be written: {words}.", "Choose another place.") from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def _followed(path: Path) -> Path:
    """Follow a link of one's own, so that it stays: settings are often kept elsewhere. Somebody else's is replaced."""
    try:
        is_own = path.is_symlink() and path.lstat().st_uid == getattr(os, "geteuid", lambda: 0)()
        return path.resolve() if is_own else path
    except (OSError, RuntimeError):  # (a link that goes round in circles)
        return path


def _name(temporary: Path, path: Path, *, is_new: bool) -> None:
    """Give the finished file its name; one that is to be new takes nobody's place."""
    if not is_new:
        temporary.replace(path)
        return
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: the name is taken first, then filled
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        temporary.replace(path)


def _beside(path: Path) -> tuple[BinaryIO, Path]:
    """Make a temporary file and lock it; somebody who clears away may have been quicker, so it is looked at again."""
    import tempfile  # (5 ms that a start which writes nothing saves)

    for _ in range(_TRIES):
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=ENDING, dir=path.parent)
        if _take(handle) is not False and os.path.exists(name):  # noqa: PTH110 - a name, not yet a path of ours
            return os.fdopen(handle, "wb"), Path(name)
        os.close(handle)
    raise OSError("somebody removes what is written there")


def _clear_away(folder: Path) -> None:
    """Remove the temporary files of processes that were killed."""
    for entry in list(os.scandir(folder)):
        if not _LEFT.fullmatch(entry.name):
            continue
        with suppress(OSError):  # it has just got its name, or is another user's
            handle = os.open(entry.path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                about = os.fstat(handle)
                is_ours = stat.S_ISREG(about.st_mode) and about.st_uid == getattr(os, "geteuid", lambda: 0)()
                is_left = is_ours and _take(handle) is True
            finally:
                os.close(handle)
            if is_left:
                os.unlink(entry.path)  # noqa: PTH108


if sys.platform == "win32":  # pragma: no cover - the other branch is tested

    def _take(handle: int) -> bool | None:
        del handle  # (an open file cannot be removed there: that is lock enough)
        return True
else:

    def _take(handle: int) -> bool | None:
        """Lock a file; False where a living process has it, None where the file system knows no locks."""
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
