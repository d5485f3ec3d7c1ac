"""From a key to paint settled in every tab of the detail, with a model whose card has 200 KB."""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from modelscope_tui.ui.panes.tab import TABS
from tests.bench import programs
from tests.bench.keys import press, report_line
from tests.bench.terminal import Terminal

MODEL = "Qwen/Qwen3-8B"
CARD_BYTES = 200_000
PART = """## A part of the card

Some **words** about *training*, with a [link](https://example.com/{n}) and `code` in them.

| test | score | of |
|---|---|---|
| one | {n} | 100 |

```python
print({n})
```

- one thing
- another thing

"""


def _long_card() -> str:
    parts: list[str] = []
    size = 0
    while size < CARD_BYTES:
        parts.append(PART.format(n=len(parts)))
        size += len(parts[-1])
    return "".join(parts)


def _keep_card(cache: Path) -> None:
    """Put the card where one that was read from the Hub would be."""
    explorer = Explorer(Settings(cache_dir=cache, config_path=cache / "none.toml", offline=True))
    try:
        explorer.hub.keep_entry("card", MODEL, datetime.now(UTC).isoformat(), {"text": _long_card()})
    finally:
        explorer.close()


def run(arguments: list[str]) -> None:
    """Turn to each tab and move in it, and report milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench tabs")
    parser.add_argument("--rounds", type=int, default=3, help="how often all tabs are turned to")
    parser.add_argument("--moves", type=int, default=10, help="keys in each tab in each round")
    parser.add_argument("--quiet-ms", type=float, default=120.0, help="how long the screen must be still to be settled")
    options = parser.parse_args(arguments)
    quiet = options.quiet_ms / 1000
    turned: dict[str, list[float]] = {line.name: [] for line in TABS}
    moved: dict[str, list[float]] = {line.name: [] for line in TABS}
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        programs.warm(cache)
        _keep_card(cache)
        terminal = programs.explorer(cache, "--offline", MODEL)
        try:
            terminal.wait_for(lambda screen: screen.count(MODEL) > 1)
            terminal.settle(1.5)
            terminal.send("6")
            terminal.settle(1.0)
            for _ in range(options.rounds):
                _walk(terminal, turned, moved, options.moves, quiet)
        finally:
            terminal.close()
    print(f"{'key':28} {'n':>5} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
    for word, measured in (("turn to", turned), ("move in", moved)):
        for name, times in measured.items():
            if times:
                print(report_line(f"{word} {name}", times))


def _walk(
    terminal: Terminal, turned: dict[str, list[float]], moved: dict[str, list[float]], moves: int, quiet: float
) -> None:
    """Go through all tabs from the first to the last, and back."""
    for at, line in enumerate(TABS):
        if at:
            turned[line.name] += press(terminal, "l", quiet)
        moved[line.name] += press(terminal, "jjjjk" * (moves // 5), quiet)
    for _ in TABS[1:]:
        terminal.send("h")
        terminal.settle(quiet)
