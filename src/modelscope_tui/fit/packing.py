"""EAST WING: into groups of how many weights a quantized repository is packed: what tensor parallelism may not cut.

AWQ and GPTQ say `group_size`, block-wise FP8 `weight_block_size`, compressed-tensors one for each group of modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.fit.fields import Fields


def group_size_of(details: ModelDetails) -> int | None:
    """Give the weights of a group along a row; None where nothing is grouped, or nothing is said."""
    config = details.config or {}
    inner = config.get("text_config")
    for part in (config, inner if isinstance(inner, Mapping) else {}):
        settings = part.get("quantization_config")
        if isinstance(settings, Mapping):
            return _group(settings)
    return None


def _group(settings: Mapping[str, Any]) -> int | None:
    fields = Fields(settings)
    said = fields.whole("group_size", "q_group_size", "weight_block_size")
    if said is not None:
        return said
    groups = fields.inner("config_groups").values()
    sizes = [
        Fields(group["weights"]).whole("group_size")
        for group in groups
        if isinstance(group, Mapping) and isinstance(group.get("weights"), Mapping)
    ]
    return max((size for size in sizes if size is not None), default=None)
