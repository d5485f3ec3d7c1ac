"""Record the tour that README shows, by running the real program: `python -m assets.make_tour` (needs the extra `dev`).

A pseudo-terminal runs the explorer offline on an index of its own; keys are typed as a person would. Two files are
made: `tour.cast` (asciinema plays it) and `tour.gif`, whose frames are what a terminal emulator has on its screen.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from tests.bench import programs
from tests.bench.terminal import Terminal

from modelscope_tui.ui.themes import DARK

HERE = Path(__file__).parent
SIZE = (120, 36)
"""Columns and lines."""

FONTS = Path("/usr/share/fonts/truetype/dejavu")
"""DejaVu Sans Mono, which has every sign that the program draws."""

CELL = (8, 16)
"""Pixels of a cell."""

TOUR: tuple[tuple[str, float], ...] = (
    ("", 2.0),
    ("/", 0.4),
    ("qwen3 coder", 1.2),
    (" fits:yes", 1.6),
    ("\r", 1.0),
    ("jj", 1.2),
    ("\r", 1.6),
    ("l", 2.4),
    ("n", 1.8),
    ("n", 1.8),
    ("y", 2.2),
    ("l", 2.4),
    ("l", 2.2),
    ("\x1b", 1.0),
    ("v", 2.6),
    ("\x1b", 1.0),
    ("?", 2.2),
    ("\x1b", 0.8),
)
"""What is typed, and how many seconds it is looked at."""


@dataclass
class Recording:
    """What came out of the program, and the screen after each step."""

    events: list[tuple[float, str]] = field(default_factory=list)
    frames: list[tuple[Image.Image, float]] = field(default_factory=list)


def _take(terminal: Terminal, recording: Recording, shown_seconds: float) -> None:
    before = len(terminal.raw)
    terminal.settle(0.4, limit_seconds=20.0)
    terminal.text()
    data = bytes(terminal.raw[before:]).decode(errors="replace")
    at = sum(seconds for _, seconds in recording.frames)
    recording.events.append((at, data))
    recording.frames.append((_picture(terminal), shown_seconds))


def _picture(terminal: Terminal) -> Image.Image:
    columns, lines = SIZE
    wide, high = CELL
    image = Image.new("RGB", (columns * wide, lines * high), DARK.background)
    draw = ImageDraw.Draw(image)
    fonts = {bold: ImageFont.truetype(str(FONTS / name), 13) for bold, name in
             ((False, "DejaVuSansMono.ttf"), (True, "DejaVuSansMono-Bold.ttf"))}  # fmt: skip
    for y in range(lines):
        for x in range(columns):
            cell = terminal.screen.buffer[y][x]
            front, back = _colour(cell.fg, DARK.foreground), _colour(cell.bg, DARK.background)
            if cell.reverse:
                front, back = back, front
            place = (x * wide, y * high)
            if back != DARK.background:
                draw.rectangle((*place, place[0] + wide - 1, place[1] + high - 1), fill=back)
            if cell.data.strip():
                draw.text(place, cell.data, fill=front, font=fonts[cell.bold])
    return image


def _colour(name: str, otherwise: Any) -> str:
    if len(name) == 6 and all(letter in "0123456789abcdefABCDEF" for letter in name):
        return f"#{name}"
    return str(otherwise) if name == "default" else name


def record(cache: Path) -> Recording:
    """Run the program through the tour."""
    recording = Recording()
    words = ("--offline", "--machine", "RTX 4090")
    terminal = programs.explorer(cache, *words, columns=SIZE[0], lines=SIZE[1])
    try:
        terminal.wait_for(lambda screen: "Qwen/Qwen3" in screen and "RTX 4090" in screen)
        for keys, seconds in TOUR:
            for number, key in enumerate(keys):
                terminal.send(key)
                _take(terminal, recording, 0.09 if number < len(keys) - 1 else seconds)
            if not keys:
                _take(terminal, recording, seconds)
    finally:
        terminal.close()
    return recording


def save(recording: Recording) -> None:
    """Write both files."""
    head = {"version": 2, "width": SIZE[0], "height": SIZE[1], "timestamp": int(time.time()), "title": "modelscope-tui"}
    lines = [json.dumps(head), *(json.dumps([round(at, 3), "o", data]) for at, data in recording.events)]
    (HERE / "tour.cast").write_text("\n".join(lines) + "\n", encoding="utf-8")
    frames = [image.quantize(48, dither=Image.Dither.NONE) for image, _ in recording.frames]
    frames[0].save(
        HERE / "tour.gif",
        save_all=True,
        append_images=frames[1:],
        duration=[int(seconds * 1000) for _, seconds in recording.frames],
        loop=0,
        optimize=True,
    )


def main() -> None:
    """Record on an index of its own."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        programs.warm(cache)
        save(record(cache))


if __name__ == "__main__":
    main()
