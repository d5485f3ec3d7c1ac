"""`python -m tests.bench NAME`: pick a benchmark."""

from __future__ import annotations

import compileall
import importlib
import sys
from pathlib import Path

import modelscope_tui

NAMES = ("start", "keys", "tabs", "index", "sync", "launch", "fit", "scale", "together", "soak")


def main() -> int:
    """Run the named benchmark."""
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        print(f"usage: python -m tests.bench {{{'|'.join(NAMES)}}} [options]", file=sys.stderr)
        return 2
    compileall.compile_dir(Path(modelscope_tui.__file__).parent, quiet=1)  # or every import counts four times
    importlib.import_module(f"tests.bench.{sys.argv[1]}").run(sys.argv[2:])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
