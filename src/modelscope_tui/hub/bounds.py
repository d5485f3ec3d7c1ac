"""How long and how much the Hub may take. Plain numbers; tests give smaller ones.

NORTH WING. huggingface_hub 2.4 sets no timeout on `list_models` and retries for 24 s (measured): these bound it.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one question, however many requests it takes."""

    connect_seconds: float = 3.0
    """Name lookup and connection together."""
    answer_seconds: float = 10.0
    """The whole answer: from the question to its last byte, redirects and further pages included."""
    body_bytes: int = 32 * MIB
    """One decoded body; a compressed one may not grow beyond it."""
    config_bytes: int = 4 * MIB
    card_bytes: int = 2 * MIB
    """A longer card is cut here, not refused."""
    redirects: int = 5
    pages: int = 10


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long an answer counts as fresh, in seconds."""

    details: float = 6 * 3600
    search: float = 15 * 60
    card: float = 24 * 3600
