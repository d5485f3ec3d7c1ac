"""Stories about the flags of a command: said once, with a reason, and never one that the installed version lacks."""

from __future__ import annotations

import pytest

from modelscope_tui.launch.gathered import Gathered, is_older

KNOWN = {"--new": {"type": "int", "since": "0.22.0"}, "--old": {"type": "int"}}


@pytest.mark.parametrize(("installed", "flags"), [("0.16.0", ["--old"]), ("0.22.0", ["--new", "--old"]),
                                                  (None, ["--new", "--old"])])  # fmt: skip
def test_a_flag_that_the_installed_version_lacks_is_left_out(installed: str | None, flags: list[str]) -> None:
    gathered = Gathered("a source", known=KNOWN, installed=installed)
    for _ in range(2):
        gathered.add("--new", 1, "a reason")
        gathered.add("--old", 2, "another")
    assert [flag.flag for flag in gathered.flags] == flags
    left_out = [note.text for note in gathered.notes]
    assert left_out == (
        ["--new is left out: 0.16.0 is installed here, and 0.22.0 is the first to have it."] if len(flags) == 1 else []
    )


def test_versions_are_compared_by_their_numbers() -> None:
    assert is_older("0.9.2", "0.16.0")
    assert is_older("0.16.0rc1", "0.22")
    assert not is_older("0.33.0+cu130", "0.33.0")
    assert not is_older("1.0", "0.33.0")
