"""The longer runs of what the default run does in short: `python -m tests.fuzz {answers|places|storm}`.

python -m tests.fuzz answers --examples 10000   recorded answers changed at random
python -m tests.fuzz places --examples 29160    every nasty text at every place of an answer, planted in each way
python -m tests.fuzz storm --steps 5000         random keys, clicks, sizes and late answers in the explorer
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from modelscope_tui.ui.app import ExplorerApp
from tests import hostile
from tests.hostile_test import every_case
from tests.hub_server import recorded
from tests.mutations import CONFIGS, mutated
from tests.ui import storm
from tests.ui.conftest import Stage


def answers(examples: int, number: int) -> str:
    """Change recorded answers at random; Hypothesis shows the smallest that breaks something."""
    texts: set[str] = set()
    tried = [0]

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(mutated(), mutated(CONFIGS), st.integers(0, 27))
    def run(page: Any, config: Any, place: int) -> None:
        tried[0] += 1
        texts.update(hostile.check(page, config, place=place))

    run()
    hostile.bash_reads(sorted(texts))
    return f"{tried[0]:,} changed answers, {len(texts):,} different bash texts"


def places(examples: int, number: int) -> str:
    """Plant texts at places, as many as are wanted of all."""
    cases = every_case()
    random.Random(number).shuffle(cases)
    config, texts = recorded("synthetic_config_qwen3_8b"), set[str]()
    for at, (page, place, text, way) in enumerate(cases[:examples]):
        texts.update(
            hostile.check(hostile.plant(hostile.answer(page), place, hostile.TEXTS[text], way), config, place=at)
        )
    hostile.bash_reads(sorted(texts))
    return f"{min(examples, len(cases)):,} of {len(cases):,} cases, {len(texts):,} different bash texts"


def blown(steps: int, number: int) -> str:
    """Drive the explorer on a terminal of its own."""

    async def run() -> str:
        chance = random.Random(number)
        explorer = storm.LateExplorer(chance)
        app = ExplorerApp(explorer, "", clipboard=lambda _: "a fake")  # type: ignore[arg-type]
        async with app.run_test(size=(160, 48)) as pilot:
            done = await storm.blow(Stage(app, pilot, explorer), explorer, steps, chance)  # type: ignore[arg-type]
        return f"{steps:,} steps: {', '.join(f'{name} {count:,}' for name, count in done.most_common())}"

    return asyncio.run(run())


def main() -> None:
    """Run what is asked for, and say what was tried and how long it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("what", choices=("answers", "places", "storm"))
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # a theme that is kept is written here
        if chosen.what == "storm":
            said = blown(chosen.steps, chosen.seed)
        else:
            said = (answers if chosen.what == "answers" else places)(chosen.examples, chosen.seed)
        os.chdir("/")
    print(f"{chosen.what}: {said}; nothing broke; {time.monotonic() - began:.0f} s; seed {chosen.seed}")


if __name__ == "__main__":
    main()
