"""Golden screens of every tab and popup: text pictures, renewed with UPDATE_SCREENS=1, and the looks of two themes.

The text is the same in every theme, so there is one picture a size; what a theme does is looked at in a few cells.
"""

from __future__ import annotations

import re

import pytest
from textual.color import Color

from modelscope_tui.ui.themes import DARK, LIGHT
from modelscope_tui.ui.widgets.looks import PARTS, Looks
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import CATALOG, FakeExplorer, a_model
from tests.ui.sizes_test import compare

SMALL, NARROW, MIDDLE, WIDE, VAST = (60, 20), (80, 24), (120, 36), (160, 48), (240, 60)
AGE = re.compile(r"\d+ (?:min|h|d|mo|y) ago|just now")
CARD = """# A model for stories

It answers **questions**, as [its paper](https://arxiv.org/abs/2505.09388) tells.

| test | score |
|---|---|
| MMLU | 81.4 |

```python
print("hello")
```

- one thing
- another thing
"""
GROWN = (
    *CATALOG,
    a_model("unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF", params=30_532_122_624, downloads=500, quantization="GGUF",
            base_models=(CATALOG[0].id,)),
    a_model("someone/coder-for-my-town", params=30_532_122_624, downloads=20, base_models=(CATALOG[0].id,)),
)  # fmt: skip


def _explorer() -> FakeExplorer:
    explorer = FakeExplorer(GROWN, offline=False)
    explorer.cards[CATALOG[0].id] = CARD
    return explorer


def _ageless(text: str) -> str:
    """Write ages as one word, or the pictures would grow old."""
    lines = [re.sub("  +", "  ", AGE.sub("AGE", line)) if AGE.search(line) else line for line in text.split("\n")]
    return "\n".join(lines)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, VAST])
async def test_the_explorer(open_explorer: Open, size: tuple[int, int]) -> None:
    async with open_explorer(size, explorer=_explorer()) as stage:
        compare(f"explorer-{size[0]}x{size[1]}", _ageless(stage.text()))


@pytest.mark.parametrize(
    ("tab", "size"),
    [
        ("overview", SMALL), ("overview", WIDE), ("launch", SMALL), ("launch", VAST), ("fit", SMALL),
        ("license", NARROW), ("license", WIDE), ("files", SMALL), ("files", MIDDLE), ("card", NARROW),
        ("card", VAST), ("family", SMALL), ("family", MIDDLE),
    ],
)  # fmt: skip
async def test_a_tab(open_explorer: Open, tab: str, size: tuple[int, int]) -> None:
    async with open_explorer(size, explorer=_explorer()) as stage:
        await stage.press("enter")
        stage.detail.show_tab(tab)
        await stage.settle()
        await stage.settle()
        compare(f"{tab}-{size[0]}x{size[1]}", _ageless(stage.text()))


@pytest.mark.parametrize(
    ("name", "keys", "size"),
    [
        ("picture", ("v",), NARROW), ("views", ("V",), NARROW), ("export", ("e",), SMALL), ("note", ("n",), SMALL),
        ("compare", ("m", "m", "m", "c"), MIDDLE), ("use", ("u",), NARROW), ("theme", ("t",), NARROW),
        ("palette", ("ctrl+p",), NARROW), ("help", ("question_mark",), SMALL),
    ],
)  # fmt: skip
async def test_a_popup(open_explorer: Open, name: str, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    async with open_explorer(size, explorer=_explorer()) as stage:
        await stage.press(*keys)
        await stage.settle()
        thumb = str.maketrans("▁▂▃▄▅▆▇", "▇▇▇▇▇▇▇")  # its length says how many lines there are
        compare(f"{name}-{size[0]}x{size[1]}", _ageless(stage.text()).translate(thumb))


def _contrast(ink: Color, ground: Color) -> float:
    """Measure as WCAG 2.2 does: 1 is the same, 21 black on white."""
    lights = []
    for colour in (ink, ground):
        parts = [value / 255 for value in colour.rgb]
        red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def _ground_of(stage: Stage, line: int) -> Color:
    strip = stage.table.render_line(line)
    style = strip._segments[2].style
    assert style is not None
    assert style.bgcolor is not None
    return Color.from_rich_color(style.bgcolor)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
async def test_a_theme_lights_the_cursor_and_every_word_can_be_read(open_explorer: Open, theme: object) -> None:
    async with open_explorer() as stage:
        stage.app.theme = theme.name  # type: ignore[attr-defined]
        await stage.settle()
        assert _ground_of(stage, 2).hex.lower() == theme.background  # type: ignore[attr-defined]
        assert _ground_of(stage, 1) != _ground_of(stage, 2)
        looks = Looks(stage.app.theme_variables)
        for part in set(PARTS) - {"thumb", "head"}:
            for ground in ("", "here", "there"):
                style = looks.style(part, ground)
                assert style.color is not None
                assert style.bgcolor is not None
                least = 4.5 if part == "text" else 3
                found = _contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
                assert found >= least, (part, ground, found)


@pytest.mark.parametrize("size", [SMALL, NARROW, (100, 30), MIDDLE, WIDE, VAST, (300, 100)])
async def test_the_longest_id_is_whole_at_every_size(open_explorer: Open, size: tuple[int, int]) -> None:
    name = "an-organization-with-a-name/a-model-with-every-fact-in-its-name-30B-A3B-Instruct-2507-AWQ-4bit-w4a16"
    name = name[:96]
    async with open_explorer(size, explorer=FakeExplorer([a_model(name)])) as stage:
        screen = stage.text()
        unbroken = re.sub(r"[\s│]+", "", screen)
        on_borders = any(name[:at] in screen and name[at:] in screen for at in range(1, len(name)))
        assert name in screen or on_borders or name in unbroken


async def test_a_toast_does_not_lie_over_the_help(open_explorer: Open) -> None:
    async with open_explorer((80, 24)) as stage:
        await stage.press("question_mark")
        stage.app.notify("something was copied", timeout=30, markup=False)
        await stage.settle()
        assert "something was copied" not in stage.text()
        assert "something was copied" in stage.said()


@pytest.mark.parametrize("size", [(60, 20), (89, 20), (119, 30), (240, 24), (300, 100)])
async def test_every_tab_and_popup_can_be_shown_at_every_size(open_explorer: Open, size: tuple[int, int]) -> None:
    async with open_explorer(size, explorer=_explorer()) as stage:
        for tab in ("launch", "fit", "license", "files", "card", "family"):
            stage.detail.show_tab(tab)
        for key in ("question_mark", "t", "u", "M", "v", "V", "e", "n", "ctrl+p"):
            await stage.press(key)
            await stage.pause()
            frame = stage.app.screen.query("Vertical").first().region
            assert frame.right <= size[0], key
            assert frame.bottom <= size[1], key
            await stage.press("escape", "escape")
        assert stage.app.is_running
