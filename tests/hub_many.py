"""A Hub with as many models as one likes, made up row by row, and the window in which requests are counted.

    with HubServer(with_models=False) as hub:
        hub.many = Many(200_000, latency_seconds=0.05)
        hub.window = Window(500, 300)
        hub.many.touch(7)                    # changed just now: first in the order of change
        hub.many.remove(8)

Every row is a pure function of its number, so millions cost nothing. Orders are permutations of the numbers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
FAMILIES = ("Qwen3", "Llama-3.1", "gemma-3", "Mistral", "phi-4", "bge", "whisper", "stable-diffusion", "bert", "t5")
MAKERS = ("unsloth", "bartowski", "mradermacher", "TheBloke", "google", "Qwen", "meta-llama", "mlx-community", "nvidia")
LICENSES = ("apache-2.0", "mit", "llama3.1", "gemma", "cc-by-nc-4.0", "other")
TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}{% endfor %}" * 8


class Many:
    """Rows by number, in the orders that the Hub has."""

    def __init__(self, count: int, *, latency_seconds: float = 0.0) -> None:
        self.count = count
        self.latency_seconds = latency_seconds
        self.touched: dict[int, datetime] = {}
        self.removed: set[int] = set()
        self.broken: dict[int, Any] = {}
        """What stands in place of a row."""
        self.asked: Callable[[], None] = lambda: None
        """Called before a page is answered."""

    def touch(self, *numbers: int) -> None:
        """Change models now: they come first in the order of change."""
        for number in numbers:
            self.touched[number] = NEWEST + timedelta(hours=1, seconds=len(self.touched))

    def remove(self, *numbers: int) -> None:
        """Take models off the Hub."""
        self.removed.update(numbers)

    def id_of(self, number: int) -> str:
        """Name a model."""
        maker = MAKERS[number % len(MAKERS)] if number % 3 else f"user{number % 9973}"
        kind = ("GGUF", "Instruct", "base", "AWQ", "LoRA")[number % 5]
        return f"{maker}/{FAMILIES[number % len(FAMILIES)]}-{number % 97 + 1}B-{kind}-{number}"

    def page(self, sort: str, start: int, size: int) -> tuple[list[dict[str, Any]], int | None]:
        """Give the rows from a place in an order, and the place after them; None at the end."""
        self.asked()
        if self.latency_seconds:
            time.sleep(self.latency_seconds)
        order = list(self._first(sort))
        whole = len(order) + self.count
        found: list[dict[str, Any]] = []
        at = start
        while len(found) < size and at < whole:
            number = order[at] if at < len(order) else self._number(sort, at - len(order))
            is_again = at >= len(order) and sort == "lastModified" and number in self.touched
            if number not in self.removed and not is_again:
                found.append(self.broken[number] if number in self.broken else self.row(number))
            at += 1
        return found, at if at < whole else None

    def _first(self, sort: str) -> Iterable[int]:
        if sort != "lastModified":
            return ()
        return sorted(self.touched, key=lambda number: self.touched[number], reverse=True)

    def _number(self, sort: str, place: int) -> int:
        """Tell which row stands at a place: the most downloaded are the first; other orders are mixed."""
        return place if sort == "downloads" else place * 7919 % self.count

    def _place(self, number: int) -> int:
        return number * pow(7919, -1, self.count) % self.count

    def row(self, number: int) -> dict[str, Any]:
        """Make up a row."""
        at = NEWEST - timedelta(minutes=self._place(number))
        changed = self.touched.get(number)
        kind = number % 5
        license_id = LICENSES[number % len(LICENSES)]
        base = f"{MAKERS[number % 7]}/{FAMILIES[number % len(FAMILIES)]}-{number % 97 + 1}B"
        row: dict[str, Any] = {
            "_id": f"{number:024x}",
            "id": self.id_of(number),
            "author": self.id_of(number).partition("/")[0],
            "likes": (self.count - number) // 50 + (1 if changed else 0),
            "downloads": (self.count - number) * 11,
            "trendingScore": number % 13,
            "private": False,
            "disabled": False,
            "gated": ("auto", "manual", False, False)[number % 4],
            "sha": f"{number:040x}",
            "createdAt": _stamp(at),
            "lastModified": _stamp(changed or at),
            "tags": ["transformers", "safetensors" if kind else "gguf", f"license:{license_id}", f"base_model:{base}",
                     f"base_model:{'quantized' if kind in (0, 3) else 'finetune'}:{base}", "en", "conversational",
                     f"arxiv:{2000 + number % 700}.{number % 99999:05d}", "endpoints_compatible", "region:us"],
            "cardData": {"license": license_id, "base_model": base, "language": ["en", "de"], "tags": ["chat"],
                         "datasets": ["someone/some-data"], "pipeline_tag": "text-generation"},
            "config": {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3",
                       "tokenizer_config": {"eos_token": "<|im_end|>", "chat_template": TEMPLATE}},
        }  # fmt: skip
        if number % 7:
            row["pipeline_tag"] = "text-generation"
            row["library_name"] = "gguf" if kind == 0 else "transformers"
        if kind == 0:
            row["gguf"] = {"total": (number % 97 + 1) * 10**9, "architecture": "qwen3", "context_length": 40960,
                           "chat_template": TEMPLATE, "totalFileSize": 9 * 10**9}  # fmt: skip
        elif kind in (1, 2):
            total = (number % 97 + 1) * 10**9
            row["safetensors"] = {"parameters": {"BF16": total}, "total": total}
        return row


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Window:
    """A fixed window, as the Hub counts requests: so many until it ends, then anew."""

    def __init__(self, quota: int, seconds: int = 300, *, now: Callable[[], float] = time.monotonic) -> None:
        self.quota, self.seconds, self._now = quota, seconds, now
        self.refused = 0
        self.most = 0
        """The most requests that came within one window, refused ones included."""
        self._lock = threading.Lock()
        self._began = now()
        self._came = 0

    def take(self) -> tuple[bool, int, int]:
        """Count a request: whether it is answered, how many are left, and when the window ends."""
        with self._lock:
            passed = self._now() - self._began
            if passed >= self.seconds:
                self._began += passed // self.seconds * self.seconds
                self._came = 0
            self._came += 1
            self.most = max(self.most, self._came)
            is_refused = self._came > self.quota
            self.refused += is_refused
            ends = self._began + self.seconds - self._now()
            return not is_refused, max(0, self.quota - self._came), max(1, int(ends) + (ends > int(ends)))
