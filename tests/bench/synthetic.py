"""Millions of rows as the Hub would give them, made by recombining the names and facts of the catalog; seeded.

A name takes its head from one real name and its tail from another, or is copied whole by another organization, as on
the Hub. Facts are those of a real row, for these go together: a text model has no image library, and there are
thousands of combinations, not millions. What it was made from is drawn apart. Tags repeat the facts, as the Hub's do.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from modelscope_tui.catalog.maker import snapshot_lines
from modelscope_tui.catalog.record import FIELDS, decode

_AS_OF = "2026-11-24T12:00:00Z"
_ENDINGS = ("", "", "", "-GGUF", "-lora", "-v2", "-AWQ", "-sft", "-4bit", "-merged", "-finetuned", "-dpo")
_RELATIONS = ("finetune", "finetune", "adapter", "quantized", "quantized", "merge")
_KIND = ("task", "library", "license", "license_name", "languages", "capabilities")
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_BODY = (
    "params", "is_moe", "num_experts", "model_type", "architectures", "context", "hidden_size", "layers", "heads",
    "kv_heads", "head_dim", "vocab", "quantization",
)  # fmt: skip


class _Maker:
    """Draws rows with dice of its own."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.real = [decode(line) for line in snapshot_lines()]
        self.names = [model.name for model in self.real]
        self.parts = [re.findall(r"[^-_.]+[-_.]*", name) or [name] for name in self.names]
        handles = sorted({model.organization for model in self.real})
        words = [part.strip("-_.") for parts in self.parts for part in parts if part[0].isalpha()]
        made = {f"{self.dice.choice(words)}{self.dice.choice(words)}"[:30] for _ in range(120_000)}
        self.handles = [*handles, *sorted(made)]
        self.facts = [
            tuple({name: getattr(model, name) or None for name in names} for names in (_KIND, _BODY))
            for model in self.real
        ]
        self.taken: set[str] = set()

    def _id(self) -> str:
        dice = self.dice
        while True:
            handle = self.handles[int(len(self.handles) * dice.random() ** 3)]
            if dice.random() < 0.35:
                name = dice.choice(self.names)
            else:
                head, tail = dice.choice(self.parts), dice.choice(self.parts)
                name = "".join(head[: len(head) // 2 + 1] + tail[len(tail) // 2 + 1 :]).strip("-_.")
                name += dice.choice(_ENDINGS)
            found = f"{handle}/{name}"[:96]
            if found.casefold() not in self.taken:
                self.taken.add(found.casefold())
                return found

    def row(self, place: int) -> str:
        """Draw the row of a place in the order of downloads."""
        dice = self.dice
        kind, body = dice.choice(self.facts)
        facts = {**kind, **(body if dice.random() < 0.6 else {})}
        downloads = int(3e6 * (place + 1) ** -0.8 * (1 + dice.random()))
        day = dice.randrange(1400)
        created = f"{2023 + day // 366}-{day % 366 // 31 + 1:02}-{day % 28 + 1:02}"
        bases = [dice.choice(self.real).id] if dice.random() < 0.45 else []
        tags = [value for value in (facts["library"], facts["task"], facts.get("model_type"), "region:us") if value]
        tags += [f"license:{facts['license']}"] if facts["license"] else []
        tags += ["endpoints_compatible"] if dice.random() < 0.5 else []
        tags += [f"arxiv:{dice.randrange(1900, 2600)}.{dice.randrange(20000):05}"] if dice.random() < 0.15 else []
        if bases:
            tags += [f"base_model:{bases[0]}", f"base_model:{dice.choice(_RELATIONS)}:{bases[0]}"]
        facts |= {
            "id": self._id(),
            "tags": tags,
            "downloads": downloads,
            "likes": int(downloads**0.5 * dice.random() * 0.3),
            "trending": dice.randrange(9) if dice.random() < 0.02 else 0,
            "created": created,
            "updated": f"{created}T{dice.randrange(24):02}:{dice.randrange(60):02}:00.000Z",
            "gated": "no",
            "revision": f"{dice.getrandbits(160):040x}",
            "base_models": bases or None,
            "source": "hub",
            "as_of": _AS_OF,
        }
        # As record.encode() writes it; a record for each of millions of rows would take half an hour.
        return _dumps([*(facts.get(name) for name in FIELDS), "hub", None])


def lines(count: int, seed: int = 7) -> Iterator[str]:
    """Draw so many rows, the most downloaded first."""
    maker = _Maker(seed)
    return (maker.row(place) for place in range(count))


def write_lines(path: Path, count: int, seed: int = 7) -> None:
    """Keep so many rows in a file, a line a row; the same count and seed give the same bytes."""
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines(count, seed))
    unfinished.replace(path)


def read_lines(path: Path) -> Iterator[str]:
    """Read the rows of such a file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")
