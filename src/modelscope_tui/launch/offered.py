"""SOUTH WING: what it depends on which tools are offered for a row, so that rows that are alike are judged once.

The index asks about each of millions of rows, of which most differ in nothing that any tool looks at. Whoever lets a
tool look at another fact of a row, or at its name in another way, says so here; a test compares the answers.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from functools import cache
from typing import Any

from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.catalog.tooling import Offers
from modelscope_tui.launch import family, purpose, stored
from modelscope_tui.launch.gguf import is_large
from modelscope_tui.launch.library import entry_of
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.tool import tools_of
from modelscope_tui.launch.vllm_gguf import original_of

_FIELDS = (
    "id", "params", "params_estimate", "embed_dim", "tags", "gguf_repos", "base_models", "architectures",
    "capabilities", "task", "library", "model_type", "quantization",
)  # fmt: skip
_ADAPTER = "base_model:adapter:"
_DIFFUSERS = "diffusers:"
_ORGANIZATIONS = frozenset({"mlx-community", "onnx-community"})


@cache
def offered() -> Offers:
    """Give what tells the tools of a row, and what that depends on."""
    in_id = (*purpose.NAMED, *stored.NAMED, *family.named(), *_in_rules())
    return Offers(tools_of, _FIELDS, _digest, in_id, (*purpose.NAMED_AFTER_SLASH, *stored.NAMED_AFTER_SLASH))


def _in_rules() -> Iterator[re.Pattern[str]]:
    """Give the patterns for names that stand in the rule files."""
    serving = rules("serving")
    texts = [serving["mlx"]["rerankers"], serving["mlx"]["image_models"], "dduf"]
    texts.append(serving["sglang"]["diffusion"]["pipelines"])
    for rule in (*serving["sglang"]["rerankers"], *rules("recipes")["rerankers"]):
        texts += [rule[kind] for kind in ("match", "unless") if kind in rule]
    return (re.compile(text) for text in dict.fromkeys(texts))


def _digest(*facts: Any) -> Hashable:
    """Bring the facts of a row, one for each of the fields, to what matters of them."""
    model_id, params, estimate, vectors, tags, gguf, bases, architectures, capabilities, *whole = facts
    organization = model_id.partition("/")[0]
    entry, telling = entry_of(model_id), _telling()
    library, model_type, quantization = whole[1:]
    has_gguf = quantization == "GGUF" or library == "gguf" or "gguf" in (tags or ()) or "gguf" in model_id.lower()
    return (
        *whole,
        tuple(architectures or ()),
        tuple(capabilities or ()),
        tuple([_short(tag) for tag in tags if tag in telling or tag[:10] in _BEGINNINGS]) if tags else (),
        any(map(is_repo_id, gguf)) if gguf else None,
        is_large(params or estimate, model_id) if has_gguf or gguf else None,
        _class_of_original(model_id, tags, bases, model_type) if has_gguf else None,
        vectors is None,
        is_repo_id(model_id),
        entry is not None and not entry.is_cloud_only,
        "." in organization,
        organization.lower() if organization.lower() in _ORGANIZATIONS else None,
    )


def _class_of_original(
    model_id: str, tags: Sequence[str] | None, bases: Sequence[str] | None, model_type: str | None
) -> str | None:
    row = Model(model_id, tags=tuple(tags or ()), base_models=tuple(bases or ()), model_type=model_type)
    original = original_of(row)
    return None if original is None else original.kind


_BEGINNINGS = frozenset({_ADAPTER[:10], _DIFFUSERS})


def _short(tag: str) -> str | None:
    """Keep of a tag only what tells: not of what a model is an adapter."""
    if tag.startswith(_ADAPTER):
        return _ADAPTER
    return tag if tag in _telling() else _DIFFUSERS if tag.startswith(_DIFFUSERS) else None


@cache
def _telling() -> frozenset[str]:
    return stored.TAGS | family.types_in_tags() | {"transformers", "lora", "controlnet", "diffusers"}
