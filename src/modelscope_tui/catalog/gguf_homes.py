"""Which repositories hold the GGUF files of a model, and in which order to try them.

GROUND FLOOR, for maintainers: used when the snapshot is made. A repository `Name-GGUF` of the same catalog belongs to
the model that its card names as base, else to its publisher's own `Name`, else to the only `Name` there is, or to the
one that is downloaded ten times as often as any other of that name (the others are copies). Where the card names a
base that none of these is, or nothing tells which of several is meant, it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from modelscope_tui.catalog.model import Model, Provenance

_ENDING = re.compile(r"[-_.]gguf$", re.IGNORECASE)
_CAREFUL = ("ggml-org", "unsloth", "bartowski", "lmstudio-community")
_SPLITS_BY_ITSELF = "mradermacher"
"""Splits large files in a way of its own (`.part1of2`), which no tool joins: tried last."""

_TIMES = 10
"""How many times the downloads of every copy the original of a name must have."""


def with_gguf_homes(models: Sequence[Model]) -> list[Model]:
    """Add to each model the GGUF repositories that its catalog tells of, the surest first."""
    ids = {model.id for model in models}
    found: dict[str, list[str]] = {}
    by_name: dict[str, list[Model]] = {}
    for model in models:
        by_name.setdefault(model.name.lower(), []).append(model)
    for model in models:
        shorter = _ENDING.sub("", model.name)
        if shorter != model.name:
            for original in _originals(model, by_name.get(shorter.lower(), ())):
                found.setdefault(original.id, []).append(model.id)
    return [_completed(model, found.get(model.id, ()), ids) for model in models]


def _originals(holder: Model, named: Iterable[Model]) -> list[Model]:
    candidates = [model for model in named if model.quantization != "GGUF"]
    by_card = [model for model in candidates if model.id in holder.base_models]
    by_publisher = [model for model in candidates if model.organization == holder.organization]
    named = by_card or by_publisher
    return named if named or holder.base_models else _plainly_first(candidates)


def _plainly_first(models: list[Model]) -> list[Model]:
    ranked = sorted(models, key=lambda model: model.downloads or 0, reverse=True)
    if len(ranked) < 2 or (ranked[0].downloads or 0) >= _TIMES * max(ranked[1].downloads or 0, 1):
        return ranked[:1]
    return []


def _completed(model: Model, more: Iterable[str], ids: set[str]) -> Model:
    names = tuple(dict.fromkeys((*model.gguf_repos, *more)))
    if not names:
        return model
    ordered = tuple(sorted(names, key=lambda name: _place(name, model, ids)))
    said = dict(model.provenance)
    known = said.get("gguf_repos")
    if known is None:
        said["gguf_repos"] = Provenance("NAME", None)
    elif len(names) > len(model.gguf_repos):
        said["gguf_repos"] = Provenance(f"{known.source}:and_NAME", known.as_of)
    return replace(model, gguf_repos=ordered, provenance=said)


def _place(name: str, model: Model, ids: set[str]) -> tuple[int, int]:
    """Order by whose files they are, then by whether the catalog knows the repository itself."""
    owner = name.partition("/")[0]
    if owner == model.organization:
        return 0, 0
    who = 1 if owner in _CAREFUL else 3 if owner == _SPLITS_BY_ITSELF else 2
    return who, int(name not in ids)
