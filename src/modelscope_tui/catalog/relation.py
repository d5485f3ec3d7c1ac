"""How a model came from another one: what it was made from, and in which way.

GROUND FLOOR. Pure. The Hub says the way in a tag, `base_model:quantized:Qwen/Qwen3-8B`. Where only the base is named,
the way is taken from facts that leave no doubt: PEFT keeps adapters, `mergekit` merges, and GGUF, AWQ, GPTQ, EXL2,
EXL3, MLX and bitsandbytes files are always converted from something. FP8 and MXFP4 may be trained natively: there the
name must repeat the base's. Nothing is called a finetune because nothing else is known of it.
"""

from __future__ import annotations

from typing import Protocol

RELATIONS = ("quantized", "finetune", "adapter", "merge")
"""The ways, in the Hub's own words."""

UNKNOWN = "unknown"
"""A base is named, and nothing says how the model came from it."""

_TAG = "base_model:"
PEFT = "peft"
"""The library that keeps adapters."""

_ALWAYS_CONVERTED = ("gguf", "awq", "gptq", "exl2", "exl3", "mlx", "bnb")
_MERGES = frozenset({"merge", "mergekit"})


class Made(Protocol):
    """The facts of a row that tell what it was made from, and how."""

    @property
    def name(self) -> str:
        """The part of its id after the slash."""
        ...

    @property
    def library(self) -> str | None:
        """Its library."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        ...

    @property
    def quantization(self) -> str | None:
        """Its stored format."""
        ...

    @property
    def base_models(self) -> tuple[str, ...]:
        """What its card names as bases."""
        ...


def base_in(tag: str) -> str | None:
    """Name the model that a tag says a row is made from, if it is such a tag; it may be an empty name."""
    return tag[len(_TAG) :].rpartition(":")[2] if tag.startswith(_TAG) else None


def relation_in(tag: str) -> str | None:
    """Tell in which way a row came from its base, if the tag is one that tells."""
    if not tag.startswith(_TAG):
        return None
    said = tag[len(_TAG) :].partition(":")[0].casefold()
    return said if said in RELATIONS else None


def is_merge(tag: str) -> bool:
    """Tell whether a tag calls a row a merge of several models."""
    return tag.casefold() in _MERGES


def bases_of(model: Made) -> tuple[str, ...]:
    """Name the models that a row is made from, as its card and its tags say."""
    if not model.base_models and not model.tags:
        return ()
    named = (*model.base_models, *map(base_in, model.tags))
    first: dict[str, str] = {}
    for name in named:
        if name:
            first.setdefault(name.casefold(), name)
    return tuple(first.values())


def relation_of(model: Made) -> str | None:
    """Tell in which way a row came from its base; None when it names none, or nothing tells."""
    said = next(filter(None, map(relation_in, model.tags)), None)
    if said is not None:
        return said
    bases = bases_of(model)
    if not bases:
        return None
    if model.library == PEFT:
        return "adapter"
    if any(map(is_merge, model.tags)):
        return "merge"
    return "quantized" if _is_converted(model, bases) else None


def lacks_original(model: Made) -> bool:
    """Tell whether a row is a converted copy, and nothing here names what it was converted from."""
    return (model.quantization or "").casefold().startswith(_ALWAYS_CONVERTED) and not bases_of(model)


def _is_converted(model: Made, bases: tuple[str, ...]) -> bool:
    stored = (model.quantization or "").casefold()
    if not stored:
        return False
    if stored.startswith(_ALWAYS_CONVERTED):
        return True
    name = model.name.casefold()
    originals = (base.rpartition("/")[2].casefold() for base in bases)
    return any(name != original and name.startswith(original) for original in originals)
