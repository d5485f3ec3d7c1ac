"""SOUTH WING: the nearest repositories that hold the same model in another form: what to run when one form cannot be.

A base model is one that the card names, or one whose id is this id without the ending that names a format.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.launch.per_row import per_row

if TYPE_CHECKING:
    from modelscope_tui.launch.subject import Subject

_FORMAT_ENDING = re.compile(
    r"[-_.](awq|gptq|gguf|mlx|exl[23]|fp8|nvfp4|mxfp4|bnb|w[48]a(?:16|8)|autoround|int[48]|fp16|bf16|\d(?:\.\d)?-?bits?"
    r"|dynamic|marlin|unsloth|quantized|i1|g128|\dbpw)+$",
    re.IGNORECASE,
)


@per_row
def originals_of(model: Model) -> tuple[str, ...]:
    """Name the repositories that a re-made one was made from, the surest first."""
    return originals_by(model.id, model.base_models)


def originals_by(model_id: str, base_models: Sequence[str]) -> tuple[str, ...]:
    """Name them from the facts that tell it."""
    name = model_id
    found = list(base_models)
    while (shorter := _FORMAT_ENDING.sub("", name)) != name:
        name = shorter
    if name != model_id:
        found.append(name)
    return tuple(dict.fromkeys([item for item in found if item != model_id and is_repo_id(item)]))


def gguf_names(subject: Subject) -> tuple[str, ...]:
    """Name the repositories with GGUF files of the subject, those whose files are known first."""
    names = [name for name in subject.model.gguf_repos if is_repo_id(name)]
    return tuple(sorted(names, key=lambda name: name not in subject.related))
