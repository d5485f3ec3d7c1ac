"""SOUTH WING: what it depends on which tools are offered for a row, so that rows that are alike are judged once.

The index asks about each of millions of rows, of which most differ in nothing that any tool looks at. Whoever lets a
tool look at another fact of a row, or at its name in another way, says so here; a test compares the answers.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from modelscope_tui.catalog.coded import Coded
from modelscope_tui.catalog.model import are_repo_ids, is_repo_id
from modelscope_tui.catalog.tooling import Offers
from modelscope_tui.launch import family, purpose, stored
from modelscope_tui.launch.family import type_by
from modelscope_tui.launch.gguf import is_large
from modelscope_tui.launch.library import repos_held
from modelscope_tui.launch.near import originals_by
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.tool import tools_of
from modelscope_tui.launch.vllm_gguf import may_be_original, original_by

_WHOLE = ("task", "library", "model_type", "quantization")
_WHOLE_LISTS = ("architectures", "capabilities")
_OF_ORIGINAL = ("id", "tags", "base_models", "model_type")
_ADAPTER = "base_model:adapter:"
_DIFFUSERS = "diffusers:"
_ORGANIZATIONS = frozenset({"mlx-community", "onnx-community"})


@cache
def offered() -> Offers:
    """Give what tells the tools of a row, and what that depends on."""
    in_id = (*purpose.NAMED, *stored.NAMED, *family.named(), *_in_rules())
    return Offers(tools_of, _digest, in_id, (*purpose.NAMED_AFTER_SLASH, *stored.NAMED_AFTER_SLASH))


def _in_rules() -> Iterator[re.Pattern[str]]:
    """Give the patterns for names that stand in the rule files."""
    serving = rules("serving")
    texts = [serving["mlx"]["rerankers"], serving["mlx"]["image_models"], "dduf"]
    texts.append(serving["sglang"]["diffusion"]["pipelines"])
    for rule in (*serving["sglang"]["rerankers"], *rules("recipes")["rerankers"]):
        texts += [rule[kind] for kind in ("match", "unless") if kind in rule]
    return (re.compile(text) for text in dict.fromkeys(texts))


def _digest(columns: Mapping[str, Sequence[Any]], tags: Coded) -> list[Hashable]:
    """Bring the facts of rows to what matters of them, for each row."""
    ids = columns["id"]
    lowered = [model_id.lower() for model_id in ids]
    owners = [model_id.partition("/")[0] for model_id in lowered]
    in_library = repos_held()
    return list(
        zip(
            *[columns[name] for name in _WHOLE],
            *[[tuple(values) if values else () for values in columns[name]] for name in _WHOLE_LISTS],
            tags.told(_telling_of(tags.values), len(ids)),
            *_of_gguf(columns, tags, lowered),
            [vectors is None for vectors in columns["embed_dim"]],
            are_repo_ids(ids),
            [model_id in in_library for model_id in lowered],
            ["." in owner for owner in owners],
            [owner if owner in _ORGANIZATIONS else None for owner in owners],
            strict=True,
        )
    )


def _of_gguf(
    columns: Mapping[str, Sequence[Any]], tags: Coded, lowered: Sequence[str]
) -> tuple[list[bool | None], list[bool | None], list[str | None]]:
    """Tell what matters of GGUF files: known repositories, whether they are large, and the class of the original."""
    known = [any(map(is_repo_id, names)) if names else None for names in columns["gguf_repos"]]
    tagged = tags.rows_with(lambda tag: tag == "gguf", len(known)).tolist()
    stored = zip(columns["quantization"], columns["library"], tagged, lowered, strict=True)
    has = [form == "GGUF" or library == "gguf" or tag or "gguf" in name for form, library, tag, name in stored]
    facts = zip(columns["params"], columns["params_estimate"], columns["id"], has, known, strict=True)
    large = [
        is_large(params or estimate, name) if own or other is not None else None
        for params, estimate, name, own, other in facts
    ]
    kinds: list[str | None] = [None] * len(has)
    for place in [place for place, own in enumerate(has) if own]:
        kinds[place] = _class_of_original(*[columns[name][place] for name in _OF_ORIGINAL])
    return known, large, kinds


def _class_of_original(
    model_id: str, tags: Sequence[str] | None, bases: Sequence[str] | None, model_type: str | None
) -> str | None:
    bases = bases or ()
    names = [name.rpartition("/")[2] for name in (model_id, *bases)]
    known = originals_by(model_id, bases) if any(map(may_be_original, names)) else ()
    original = original_by(known, bases, type_by(model_type, tags or ()))
    return None if original is None else original.kind


def _telling_of(tags: Sequence[str]) -> list[str | None]:
    """Keep of tags only what tells: not of what a model is an adapter."""
    telling = _telling()
    return [
        tag
        if tag in telling
        else _ADAPTER
        if tag.startswith(_ADAPTER)
        else _DIFFUSERS
        if tag.startswith(_DIFFUSERS)
        else None
        for tag in tags
    ]


@cache
def _telling() -> frozenset[str]:
    return stored.TAGS | family.types_in_tags() | {"transformers", "lora", "controlnet", "diffusers"}
