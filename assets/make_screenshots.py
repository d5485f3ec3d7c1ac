"""Make the pictures that README shows, from the real program: `python assets/make_screenshots.py`."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from modelscope_tui.ui.app import ExplorerApp
from modelscope_tui.ui.main_screen import MainScreen

HERE = Path(__file__).parent

SCENES: dict[str, tuple[tuple[int, int], str, list[str]]] = {
    "explorer.svg": ((160, 48), "qwen3 coder license:permissive params:<40b", ["5", "j", "j", "j", "enter", "l"]),
    "narrow.svg": ((80, 24), "qwen3 coder", ["5"]),
}
"""File → size in cells, the query in the filter line, the keys that are pressed."""


async def _until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    for _ in range(200):
        if is_so():
            return
        await pilot.pause(0.05)
    raise TimeoutError("the program never came to that")


async def make(name: str, cache: Path) -> None:
    """Open the explorer, type, press, and keep what is on the screen."""
    size, query, keys = SCENES[name]
    app = ExplorerApp(
        Settings(cache_dir=cache, config_path=cache / "none.toml", offline=True, machine="RTX 4090"), query
    )
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        if not isinstance(screen, MainScreen):
            raise TypeError("another screen than the explorer came up")
        await _until(pilot, lambda: bool(screen.machine) and screen.inspection.known is not None)
        for key in keys:
            await pilot.press(key)
        known = screen.inspection
        await _until(pilot, lambda: known.known is not None and known.known.is_final)
        await pilot.pause(0.2)
        (HERE / name).write_text(app.export_screenshot(title="modelscope-tui"), encoding="utf-8")


def main() -> None:
    """Make every picture on an index of its own."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        Explorer(Settings(cache_dir=cache, config_path=cache / "none.toml", offline=True)).prepare()
        for name in SCENES:
            asyncio.run(make(name, cache))


if __name__ == "__main__":
    main()
