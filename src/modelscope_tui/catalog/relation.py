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


def bases_of(model: Made) -> tuple[str, ...]:
    """Name the models that a row is made from, as its card and its tags say."""
    if not model.base_models and not model.tags:
        return ()
    tagged = [tag.removeprefix(_TAG).rpartition(":")[2] for tag in model.tags if tag.startswith(_TAG)]
    named = (*model.base_models, *tagged)
    first: dict[str, str] = {}
    for name in named:
        if name:
            first.setdefault(name.casefold(), name)
    return tuple(first.values())


def relation_of(model: Made) -> str | None:
    """Tell in which way a row came from its base; None when it names none, or nothing tells."""
    for tag in model.tags:
        if tag.startswith(_TAG):
            said = tag.removeprefix(_TAG).partition(":")[0].casefold()
            if said in RELATIONS:
                return said
    bases = bases_of(model)
    if not bases:
        return None
    if model.library == "peft":
        return "adapter"
    if not _MERGES.isdisjoint(tag.casefold() for tag in model.tags):
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
