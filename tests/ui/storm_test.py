"""Stories of a storm: whatever is pressed, clicked or late, the program is whole and shows the answer to its query."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.ui import storm
from tests.ui.conftest import Open


@pytest.mark.parametrize("seed", [1])
async def test_after_a_storm_the_program_is_whole(
    open_explorer: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.chdir(tmp_path)
    chance = random.Random(seed)
    explorer = storm.LateExplorer(chance)
    async with open_explorer(explorer=explorer, wait=False) as stage:
        done = await storm.blow(stage, explorer, 60, chance)
        assert done["key"] > 20
        await stage.pilot.resize_terminal(160, 48)  # type: ignore[attr-defined]
        for _ in range(4):
            await stage.press("escape")
        explorer.let_go(everybody=True)
        await stage.pause()
        assert "5 Models" in stage.text()
