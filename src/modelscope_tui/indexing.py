"""Where the catalog meets the tools' rules: opening the index, and making it, in this process or one of its own.

Between the explorer and the ground floor: the index files each model under the tools that can run it, and only here are
both known. ``python -m modelscope_tui.indexing build PATH`` makes an index (the explorer does so in a process of its
own, so that keys are answered meanwhile). ``python -m modelscope_tui.indexing first-page`` renews the first frame, and
``python -m modelscope_tui.indexing tools`` which tools can run the bundled rows: both ship with the package.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from modelscope_tui.catalog import snapshot
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.told import ToolsOf
from modelscope_tui.errors import CatalogError
from modelscope_tui.launch.tool import TOOLS, rules_version, tools_of

Progress = Callable[[int, int], None]


def _labels() -> dict[str, str]:
    return {tool.name: tool.label for tool in TOOLS}


def _offered() -> ToolsOf:
    from modelscope_tui.launch.offered import offered

    return offered()


def open_index(path: Path) -> Index:
    """Open the index at ``path``.

    Raises:
        CatalogError: it is missing, broken or of another version.
    """
    mark = snapshot.fingerprint(rules_version())
    return Index.open(path, fingerprint=mark, tools_of=tools_of, tools=_labels())


def build_index(path: Path, progress: Progress | None = None) -> None:
    """Make the index at ``path`` in this process.

    Raises:
        CatalogError: it cannot be written there.
    """
    snapshot.build(path, tools_of=_offered(), fingerprint=snapshot.fingerprint(rules_version()), progress=progress)


def build_index_apart(path: Path) -> None:
    """Make the index at ``path`` in a process of its own, so that this one stays quick.

    Raises:
        CatalogError: it could not be made; the message is the other process's own.
    """
    argv = [sys.executable, "-m", "modelscope_tui.indexing", "build", str(path)]
    try:
        ran = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except OSError:
        build_index(path)  # no second process is to be had here; this one does it
        return
    if ran.returncode:
        raise CatalogError(ran.stderr.strip() or f"The index {path} cannot be made.", "Choose another --cache-dir.")


def index_in_memory(progress: Progress | None = None) -> Index:
    """Make an index that lasts as long as the program, where nothing can be written."""
    mark = snapshot.fingerprint(rules_version())
    return snapshot.build_in_memory(tools_of=_offered(), fingerprint=mark, tools=_labels(), progress=progress)


def write_first_page() -> None:
    """Renew the first frame in the package from the snapshot and today's rules."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalog.db"
        build_index(path)
        index = open_index(path)
        snapshot.write_first_page(index)
        index.close()


def tools_are_of_today() -> bool:
    """Tell whether the shipped answers, which tools run the bundled rows, were made by today's rules."""
    from modelscope_tui.catalog import told

    return told.made_from(snapshot.fingerprint(rules_version()))


def write_tools() -> None:
    """Renew in the package which tools can run the bundled rows, by today's rules."""
    from modelscope_tui.catalog.maker import snapshot_lines
    from modelscope_tui.catalog.record import decode
    from modelscope_tui.catalog.told import write_told

    answers = [tools_of(decode(line)) for line in snapshot_lines()]
    write_told(answers, snapshot.fingerprint(rules_version()))


def main(arguments: list[str]) -> int:
    """Build an index, or renew what ships with the package."""
    match arguments:
        case ["build", path]:
            os.umask(0o077)
            try:
                build_index(Path(path))
            except CatalogError as error:
                sys.stderr.write(f"{error}\n")
                return error.exit_code
        case ["first-page"]:
            write_first_page()
        case ["tools"]:
            write_tools()
        case _:
            sys.stderr.write("usage: python -m modelscope_tui.indexing build PATH | first-page | tools\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
