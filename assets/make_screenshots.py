"""Make the pictures that README shows, from the real program: `python assets/make_screenshots.py`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from modelscope_tui.settings import Settings
from modelscope_tui.ui.app import ExplorerApp

HERE = Path(__file__).parent

SCENES = {
    "explorer.svg": ((160, 48), "coder license:permissive params:<40b", ["5", "j", "enter", "l"]),
    "narrow.svg": ((80, 24), "qwen3 coder", ["5"]),
}


async def make(name: str, size: tuple[int, int], query: str, keys: list[str]) -> None:
    """Open the explorer, type, press, and keep what is on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            cache_dir=Path(folder), config_path=Path(folder) / "none.toml", offline=True, machine="RTX 4090"
        )
        app = ExplorerApp(settings, query)
        async with app.run_test(size=size) as pilot:
            await app.workers.wait_for_complete()
            await pilot.pause(0.2)
            for key in keys:
                await pilot.press(key)
            await app.workers.wait_for_complete()
            await pilot.pause(0.2)
            (HERE / name).write_text(app.export_screenshot(title="modelscope-tui"), encoding="utf-8")


if __name__ == "__main__":
    for scene, (cells, text, pressed) in SCENES.items():
        asyncio.run(make(scene, cells, text, pressed))
