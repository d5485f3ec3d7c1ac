"""EAST WING: reads one `config.json` by the many names that families give to a thing. Untrusted: types are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelscope_tui.fit.defaults import with_defaults

_NESTED = (
    "text_config", "llm_config", "language_config", "language_model_config", "thinker_config", "decoder_config",
    "decoder", "llm",
)  # fmt: skip
_PARTS = ("ffn_config", "attn_config")
_LARGEST = 1 << 50


def text_part(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the configuration of the part that writes text; what the outer one says holds where the inner is silent."""
    for key in _NESTED:
        inner = config.get(key)
        if isinstance(inner, Mapping) and inner:
            return text_part({**{k: v for k, v in config.items() if k not in _NESTED}, **inner})
    parts = [config[key] for key in _PARTS if isinstance(config.get(key), Mapping)]  # (MPT, DBRX)
    for part in parts:
        config = {**part, **config}
    return with_defaults(config)


def _is_sane(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < _LARGEST


@dataclass(frozen=True, slots=True)
class Fields:
    """A configuration with typed questions; None is "does not say"."""

    values: Mapping[str, Any]

    def whole(self, *names: str) -> int | None:
        """The first of ``names`` that holds a positive whole number of sane size, or the mean of one for each layer."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, (list, tuple)) and value and all(_is_sane(item) for item in value):
                return round(sum(value) / len(value))
            if _is_sane(value):
                return int(value)  # type: ignore[arg-type]
        return None

    def each(self, *names: str) -> list[int] | None:
        """The first of ``names`` that holds a list of positive whole numbers, as many as there are layers."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, (list, tuple)) and value and all(_is_sane(item) for item in value):
                return [int(item) for item in value]
        return None

    def flag(self, *names: str) -> bool | None:
        """The first of ``names`` that holds true or false."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, bool):
                return value
        return None

    def text(self, name: str) -> str | None:
        """A string."""
        value = self.values.get(name)
        return value if isinstance(value, str) and value else None

    def words(self, *names: str) -> list[str] | None:
        """The first of ``names`` that holds a list of strings."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, (list, tuple)) and value and all(isinstance(item, str) for item in value):
                return list(value)
        return None

    def numbers(self, *names: str) -> list[int] | None:
        """The first of ``names`` that holds a list of whole numbers; may be empty."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, (list, tuple)) and all(isinstance(item, int) for item in value):
                return [int(item) for item in value]
        return None

    def inner(self, name: str) -> Mapping[str, Any]:
        """A nested object; empty when there is none."""
        value = self.values.get(name)
        return value if isinstance(value, Mapping) else {}

    def has(self, name: str) -> bool:
        """Whether it says anything by this name."""
        return self.values.get(name) is not None
