"""Stories of a process that is killed while it writes: in short; ``python -m tests.kills`` kills more often."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="it takes fork and SIGKILL")
@pytest.mark.parametrize(
    ("ways", "kills"),
    [(("export", "config-init", "theme"), 6), (("shortlist", "cache-export"), 6), (("cache-import",), 4)],
)
def test_whatever_is_killed_leaves_the_old_file_or_the_new_one(ways: tuple[str, ...], kills: int) -> None:
    argv = [sys.executable, "-m", "tests.kills", *ways, "--kills", str(kills)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1], timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("every file whole") == len(ways)
