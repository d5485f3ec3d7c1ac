"""The files of a repository as a person looks for them: weights first, a set of shards as one line, the rest by kind.

UPPER FLOOR, pure: from details to lines and from marked lines to one `hf download` command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from modelscope_tui.catalog.model import FileKind, ModelDetails, ModelFile
from modelscope_tui.catalog.quantization import quantizations_of

ORDER: dict[FileKind, str] = {
    "weights": "weights", "gguf": "weights", "mmproj": "projector: its eyes", "pickle": "pickle",
    "config": "configuration", "tokenizer": "tokenizer", "card": "card", "code": "code", "image": "image",
    "other": "other",
}  # fmt: skip
"""The kinds in their order, and what they are called."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a file, or a set of files that are one thing."""

    name: str
    label: str
    files: tuple[ModelFile, ...]
    note: str = ""
    depth: int = 0

    @property
    def size_bytes(self) -> int | None:
        """The sum of its files; None when any size is unknown."""
        return sum_of(self.files)

    @property
    def is_set(self) -> bool:
        """Whether it can be unfolded."""
        return len(self.files) > 1

    @property
    def is_pickle(self) -> bool:
        """Whether loading it can run code."""
        return any(file.kind == "pickle" for file in self.files)


def sum_of(files: Iterable[ModelFile]) -> int | None:
    """Add sizes up; None when any is unknown."""
    total = 0
    for file in files:
        if file.size_bytes is None:
            return None
        total += file.size_bytes
    return total


def entries_of(details: ModelDetails, unfolded: frozenset[str] = frozenset()) -> tuple[Entry, ...]:
    """List the lines: each quantization with its files folded, then every other file.

    Args:
        unfolded: names of the entries whose files are listed below them.
    """
    return tuple(_unfolded(_folded(details), unfolded))


def _folded(details: ModelDetails) -> Iterator[Entry]:
    taken: set[str] = set()
    for quantization in quantizations_of(details):
        files = tuple(file for file in quantization.files if file.path not in taken)
        if not files:
            continue
        taken.update(file.path for file in files)
        number = f"{len(files)} files" if len(files) > 1 else files[0].path
        yield Entry(
            f"set:{files[0].path}", f"{quantization.name}  {number}", files, "pickle" if _pickled(files) else ""
        )
    kinds = list(ORDER)
    rest = [file for file in details.files or () if file.path not in taken]
    for file in sorted(rest, key=lambda one: (kinds.index(one.kind), one.path.casefold())):
        yield Entry(f"file:{file.path}", file.path, (file,), ORDER[file.kind])


def _unfolded(entries: Iterable[Entry], unfolded: frozenset[str]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        if entry.is_set and entry.name in unfolded:
            for file in entry.files:
                yield Entry(f"part:{file.path}", file.path, (file,), "pickle" if file.kind == "pickle" else "", depth=1)


def _pickled(files: Iterable[ModelFile]) -> bool:
    return any(file.kind == "pickle" for file in files)


def download_command(model_id: str, paths: Iterable[str], revision: str | None, shell: str) -> str:
    """Write `hf download` for some files, in their order, pinned to a revision where one is known.

    Raises:
        UsageError: a path cannot be part of a command.
    """
    from modelscope_tui.launch.command import LaunchCommand, Step, option

    pinned = option("--revision", revision) if revision else ()
    names = tuple(f"./{path}" if path.startswith("-") else path for path in paths)
    return LaunchCommand((Step("Download", ("hf", "download", model_id, *names, *pinned)),), shell).text
