"""A person who hits every key: random keys, clicks, sizes, letters and late answers, the same for the same seed.

A short storm is part of the default run; a long one is ``python -m tests.fuzz storm --steps 5000``.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import Any

from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.catalog.query import Query
from modelscope_tui.errors import HubUnreachable
from modelscope_tui.hub.answer import Answer, HubState
from modelscope_tui.ui.main_screen import MainScreen
from tests import hostile
from tests.ui.fake_explorer import CATALOG, FakeExplorer, a_model

KEYS = (
    "j", "k", "g", "G", "tab", "shift+tab", "enter", "escape", "space", "minus", "x", "m", "h", "l", "1", "2", "3", "4",
    "5", "6", "f", "s", "S", "R", "y", "Y", "u", "M", "v", "question_mark", "n", "p", "e", "t", "plus", "ctrl+f",
    "ctrl+d", "ctrl+u", "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "backspace", "delete", "c",
)  # fmt: skip
"""Every key but those that leave, open a browser, start a program or write a file."""

WORDS = ("qwen", "org:qwen", "-license:mit", "params:<10b", "sort:likes", '"', "a|b", "fits:yes", "漢字", "zzz")
NAMES = {
    " ": "space", ":": "colon", "/": "slash", "-": "minus", "<": "less_than_sign", "|": "vertical_line",
    '"': "quotation_mark",
}  # fmt: skip
SIZES = ((160, 48), (80, 24), (60, 20), (40, 10), (100, 30), (1, 1), (3, 60), (200, 8))


class LateExplorer(FakeExplorer):
    """Answers when the storm lets it: in another order than it was asked, or not at all."""

    def __init__(self, chance: random.Random) -> None:
        texts = [text for name, text in hostile.TEXTS.items() if name not in {"megabyte", "empty", "blank"}]
        odd = [a_model(f"odd/{number}", task=text, license=text, tags=(text,), description=text)
               for number, text in enumerate(texts)]  # fmt: skip
        super().__init__([*CATALOG, *odd], offline=False)
        self._chance = chance
        self._waiting: list[threading.Event] = []
        self._lock = threading.Lock()
        self.from_hub = [a_model("late/one"), a_model("late/two", params=7_000_000_000)]

    def _late(self) -> None:
        with self._lock:
            if self._chance.random() < 0.5:
                return
            event = threading.Event()
            self._waiting.append(event)
        event.wait(20)
        if self._chance.random() < 0.3:
            raise HubUnreachable("The Hub did not answer.", "Try again later.")

    def let_go(self, *, everybody: bool = False) -> None:
        """Let some of those who wait have their answer, the last first."""
        with self._lock:
            few = len(self._waiting) if everybody else self._chance.randint(0, len(self._waiting))
            going = [self._waiting.pop() for _ in range(few)]
        for event in going:
            event.set()

    def details(self, model_id: str, *, refresh: bool = False) -> Answer[ModelDetails]:
        self._late()
        return super().details(model_id, refresh=refresh)

    def ask_hub(self, query: Query, *, refresh: bool = False) -> int:
        self._late()
        return super().ask_hub(query, refresh=refresh)

    def flip(self) -> None:
        """Lose the network, or find it again."""
        kind = "offline" if self.hub_state.kind == "online" else "online"
        self.hub_state = HubState(kind)  # type: ignore[arg-type]


async def blow(stage: Any, explorer: LateExplorer, steps: int, chance: random.Random) -> Counter[str]:
    """Do so many random things to a running program, and look after each that it is whole.

    Raises:
        AssertionError: it is not.
    """
    done: Counter[str] = Counter()
    ways = ("key",) * 12 + ("type", "click", "click", "size", "answers", "answers", "flip", "settle")
    for number in range(steps):
        way = chance.choice(ways)
        done[way] += 1
        await _one(stage, explorer, way, chance)
        assert stage.app._exception is None, f"step {number}: {stage.app._exception!r}"
        assert stage.app.is_running, f"step {number}: it left"
        assert isinstance(stage.app.screen_stack[0], MainScreen)
        if number % 10 == 0:
            assert not hostile.CONTROLS.search(stage.text()), f"step {number}"
    explorer.let_go(everybody=True)
    return done


async def _one(stage: Any, explorer: LateExplorer, way: str, chance: random.Random) -> None:
    if way == "key":
        await stage.press(chance.choice(KEYS))
    elif way == "type":
        await stage.press("slash", *(NAMES.get(letter, letter) for letter in chance.choice(WORDS)))
    elif way == "click":
        width, height = stage.app.size
        await stage.pilot.click(offset=(chance.randrange(max(width, 1)), chance.randrange(max(height, 1))))
    elif way == "size":
        await stage.pilot.resize_terminal(*chance.choice(SIZES))
    elif way == "answers":
        explorer.let_go()
        await stage.pause()
    elif way == "flip":
        explorer.flip()
    else:
        explorer.let_go(everybody=True)
        await stage.pause()
