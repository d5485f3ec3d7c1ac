"""SOUTH WING: which classes a model is made of: what its configuration says, else what its `model_type` names.

    config.json architectures ─▶ row architectures ─▶ model_type or the Hub's tags ─▶ a publisher's own name

A type is looked up in ``launch_families.json``, and in the class lists of vLLM and llama.cpp read backwards:
`Qwen3MoeForCausalLM` answers to `qwen3_moe`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.per_row import per_row
from modelscope_tui.launch.rulebook import rules

_ENDING = re.compile(
    r"(For(CausalLMV?|ConditionalGeneration|SequenceClassification|TokenClassification|MaskedLM|RewardModel"
    r"|BlockDiffusion|Retrieval)|LMHeadModel|ChatModel|Model)$"
)
_MARKS = re.compile(r"[^a-z0-9]")


def architectures_of(model: Model, details: ModelDetails | None = None) -> tuple[str, ...]:
    """Name the classes of a model, the likeliest first; empty when nothing tells."""
    if details is None or not details.config:
        return _classes_of_row(model)
    said = details.config.get("architectures")
    if isinstance(said, list) and said and all(isinstance(name, str) for name in said):
        return tuple(said)
    return _classes(model, model_type_of(model, details))


@per_row
def _classes_of_row(model: Model) -> tuple[str, ...]:
    return _classes(model, model_type_of(model))


def _classes(model: Model, model_type: str | None) -> tuple[str, ...]:
    named = _named_in("by_name_first", model.id.lower())
    if named:
        return named
    if model.architectures:
        return model.architectures
    return _class_in_name(model.id) if model_type is None else classes_of_type(model_type)


def model_type_of(model: Model, details: ModelDetails | None = None) -> str | None:
    """Name the `model_type`, which the Hub also puts among the tags."""
    if details is None or not details.config:
        return _type_of_row(model)
    said = details.config.get("model_type")
    if isinstance(said, str) and said:
        return said
    return _type_of_row(model)


@per_row
def _type_of_row(model: Model) -> str | None:
    return type_by(model.model_type, model.tags)


def type_by(model_type: str | None, tags: Iterable[str]) -> str | None:
    """Name the `model_type` from the facts that tell it."""
    if model_type is not None:
        return model_type
    known = types_in_tags()
    return next((tag for tag in tags if tag in known), None)


def classes_of_type(model_type: str) -> tuple[str, ...]:
    """Name the classes that a `model_type` can mean."""
    by_hand, derived, unserved = _families()
    found = by_hand.get(model_type)
    if found is None:
        found = derived.get(_plain(model_type), ())
    return found or ((unserved[model_type],) if model_type in unserved else ())


def _class_in_name(model_id: str) -> tuple[str, ...]:
    """Name the class of a publisher's own family by its id, where nothing else tells."""
    name = model_id.lower()
    if name.partition("/")[0] not in _publishers():
        return ()
    return _named_in("by_name", name)


def _named_in(table: str, name: str) -> tuple[str, ...]:
    return next(((found,) for pattern, found in _patterns(table) if pattern.search(name)), ())


@cache
def _patterns(table: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), found) for pattern, found in rules("families")[table])


def named() -> tuple[re.Pattern[str], ...]:
    """List all that the classes of a row depend on in its id."""
    return tuple(pattern for table in ("by_name_first", "by_name") for pattern, _ in _patterns(table))


@cache
def _publishers() -> frozenset[str]:
    return frozenset(pattern[1:].partition("/")[0] for pattern, _ in rules("families")["by_name"])


def _plain(text: str) -> str:
    return _MARKS.sub("", text.lower())


@cache
def _families() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    families = rules("families")
    vllm, llamacpp = rules("vllm"), rules("llamacpp")
    known = dict.fromkeys(
        [*vllm["architectures"], *vllm["removed"], *llamacpp["architectures"], *llamacpp["vision_architectures"]]
    )
    known = {name: None for name in known if not name.startswith("Transformers")}  # (stand-ins for any class)
    derived: dict[str, list[str]] = {}
    for name in known:
        derived.setdefault(_plain(_ENDING.sub("", name)), []).append(name)
    by_hand = {kind: tuple(names) for kind, names in families["architectures"].items()}
    return by_hand, {kind: tuple(sorted(names, key=_rank)) for kind, names in derived.items()}, families["unserved"]


def _rank(name: str) -> tuple[int, str]:
    """A class that generates stands before one that classifies or only reads."""
    order = ("ForConditionalGeneration", "ForCausalLM", "LMHeadModel", "Model")
    return next((place for place, ending in enumerate(order) if name.endswith(ending)), len(order)), name


@cache
def types_in_tags() -> frozenset[str]:
    """Model types that are told apart from other tags: named by hand, or written as only a `model_type` is."""
    by_hand, derived, unserved = _families()
    return frozenset((*by_hand, *unserved, *derived)) - {
        "new",
        "git",
        "glm",
        "phi",
        "mimo",
        "step1",
        "clip",
        "vit",
        "r",
    }
