"""EAST WING: how a vLLM server is set up, with the defaults of vLLM itself."""

from __future__ import annotations

from dataclasses import dataclass

from modelscope_tui.fit.machine import GIB

UTILIZATION = 0.92
"""vLLM's default share of a card since 0.20 (0.90 before)."""

LATEST = 21
"""The minor version (0.21) that the defaults here follow."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The settings of a server that its memory depends on."""

    max_sequences: int = 256
    batch_tokens: int = 2048
    """`--max-num-batched-tokens`."""
    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    version: int = LATEST
    """Minor version of vLLM: 19 is 0.19."""
    has_graphs: bool = True
    """False with `--enforce-eager`."""
    state_blocks: int = 2
    """Blocks that a sequence takes for each recurrent layer; 1 without prefix caching."""
    draft_tokens: int = 0
    """Tokens that a draft head of the model guesses ahead."""
    encoder_bytes: int = 0
    """What profiling the largest picture or film takes beside the text, where that is known."""


def default_serving(memory_bytes: int, name: str = "", tensor_parallel: int = 1) -> Serving:
    """Give vLLM's own defaults for a card: large ones batch more."""
    if memory_bytes >= 160 * GIB:
        return Serving(1024, 16384, tensor_parallel)
    if memory_bytes >= 70 * GIB and "A100" not in name:
        return Serving(1024, 8192, tensor_parallel)
    return Serving(256, 2048, tensor_parallel)
