"""Who says a fact, in a word that can be read: most facts of a row have one source, which is said once.

UPPER FLOOR, pure. The keys are those of ``data/catalog_sources.json``, where each is told in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from modelscope_tui.catalog.model import Model
from modelscope_tui.ui.present import clean, day

NAMES = {
    "LF": "llmfit", "LFH": "llmfit", "OLL": "Open LLM Leaderboard", "JAN": "Jan", "JAN2": "Jan",
    "IA": "InferenceAtlas", "AN": "ai-nexus", "ANS": "ai-nexus", "MTEB": "MTEB", "TIMM": "timm",
    "XI": "Xinference", "SW": "ms-swift", "MD": "models.dev", "LA": "LocalAI", "HJ": "huggingface.js",
    "TAG": "its tags", "NAME": "its name", "MIR": "a mirror", "REC": "the Hub", "CUR": "its publisher",
    "hub": "the Hub",
}  # fmt: skip
"""The sources of bundled rows as people know them; what is derived is said to be."""


class Sources:
    """The sources of one model's facts."""

    def __init__(self, model: Model, fields: Iterable[str]) -> None:
        """Find the source that most of the fields have."""
        self._said = {field: said for field in fields if (said := model.provenance.get(field)) is not None}
        counted = Counter(self._name(field) for field in self._said)
        self.usual = counted.most_common(1)[0][0] if counted else ""
        """The one that is not said beside each fact."""

    def _name(self, field: str) -> str:
        key = clean(self._said[field].source, 40).partition(":")[0]
        return NAMES.get(key, key)

    def mark(self, field: str) -> str:
        """Name the source of a fact where it is not the usual one; else nothing."""
        name = self._name(field) if field in self._said else ""
        return f"[{name}]" if name and name != self.usual else ""

    @property
    def legend(self) -> str:
        """Say what facts without a mark stand on; empty where nothing is known of that."""
        days = [day(said.as_of) for field, said in self._said.items() if self._name(field) == self.usual]
        dated = f" {max(days)}" if any(days) else ""
        more = " unless marked" if any(self.mark(field) for field in self._said) else ""
        return f"facts from {self.usual}{dated}{more}" if self.usual else ""

    @property
    def dates(self) -> str:
        """Say how old the facts of the other sources are."""
        newest: dict[str, str] = {}
        for field, said in self._said.items():
            if self.mark(field) and said.as_of:
                newest[self._name(field)] = max(newest.get(self._name(field), ""), day(said.as_of))
        return " · ".join(f"{name} {date}" for name, date in newest.items())
