"""What a model is: frozen records that every room understands.

GROUND FLOOR. Knows no network and no screen. ``None`` always means unknown, never a guess. Sizes are in bytes,
context in tokens, times in ISO 8601. Hub JSON becomes one of these in ``hub/translate.py``, a row of the bundled
snapshot in ``catalog/snapshot.py``; past those two walls no dict travels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

Gate = Literal["no", "yes", "auto", "manual"]
"""Whether a repository asks for acceptance first; ``yes`` when it is gated and how is not known."""

Origin = Literal["hub", "cache", "catalog"]
"""Where an answer came from: the network just now, the shelf, or the bundled snapshot and index."""

EMPTY: Mapping[str, Any] = MappingProxyType({})
"""A mapping that nobody can write to."""


def _empty() -> Mapping[str, Any]:
    return EMPTY


_REPO_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+", re.ASCII)


@lru_cache(maxsize=64)  # (every tool asks for the same id, one after another)
def is_repo_id(text: str) -> bool:
    """Tell whether ``text`` is an id that the Hub would accept (`owner/name`, 96 characters, no ``--`` or ``..``)."""
    return (
        len(text) <= 96
        and _REPO_ID.fullmatch(text) is not None
        and "--" not in text
        and ".." not in text
        and not text.endswith((".git", ".ipynb"))
    )


def are_repo_ids(texts: Sequence[str]) -> list[bool]:
    """Tell of each of many texts whether it is such an id."""
    return [
        found is not None
        and len(text) <= 96
        and "--" not in text
        and ".." not in text
        and not text.endswith((".git", ".ipynb"))
        for text, found in zip(texts, map(_REPO_ID.fullmatch, texts), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who said a fact, and when."""

    source: str
    """`hub`, or a key of the catalog's sources (`LF`, `REC`, …), with what it was derived from after a colon."""
    as_of: str | None
    """ISO date or time of the source; None where the source has none."""


@dataclass(frozen=True, slots=True)
class Model:
    """One row: what a list of the Hub tells about a repository. Unknown is None or an empty tuple."""

    id: str
    task: str | None = None
    """The Hub's `pipeline_tag`."""
    library: str | None = None
    tags: tuple[str, ...] = ()
    license: str | None = None
    """The card's license id, several joined by commas; `other` has its real name in `license_name`."""
    license_name: str | None = None
    license_link: str | None = None
    """Where the card says that the text stands: an address, or the name of a file of the repository."""
    languages: tuple[str, ...] = ()
    downloads: int | None = None
    """Downloads of the last 30 days."""
    likes: int | None = None
    trending: int | None = None
    created: str | None = None
    updated: str | None = None
    params: int | None = None
    params_estimate: int | None = None
    """A third party's estimate: shown as such, never as `params`."""
    active_params: int | None = None
    active_params_estimate: int | None = None
    is_moe: bool | None = None
    num_experts: int | None = None
    num_experts_per_token: int | None = None
    model_type: str | None = None
    architectures: tuple[str, ...] = ()
    context: int | None = None
    hidden_size: int | None = None
    layers: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None
    vocab: int | None = None
    quantization: str | None = None
    """The stored format, where the repository is a quantized one: `GGUF`, `MLX`, `AWQ-4bit`, `GPTQ-Int4`, `FP8` …"""
    gguf_repos: tuple[str, ...] = ()
    """Repositories known to hold GGUF files of this model."""
    gated: Gate | None = None
    base_models: tuple[str, ...] = ()
    revision: str | None = None
    """The commit that was seen."""
    is_private: bool | None = None
    is_disabled: bool | None = None
    gone: str | None = None
    """Since when the Hub's whole list does not name it any more: renamed, removed or private."""
    capabilities: tuple[str, ...] = ()
    embed_dim: int | None = None
    description: str | None = None
    source: Origin = "catalog"
    as_of: str | None = None
    provenance: Mapping[str, Provenance] = field(default_factory=_empty, hash=False)
    """Field name → who said it."""

    @property
    def license_said(self) -> tuple[str | None, str | None, str | None]:
        """What its card says of its license: ids, name, link."""
        return self.license, self.license_name, self.license_link

    @property
    def organization(self) -> str:
        """The handle before the slash."""
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        """The part after the slash."""
        return self.id.partition("/")[2]


FileKind = Literal["weights", "gguf", "mmproj", "pickle", "config", "tokenizer", "card", "code", "image", "other"]
"""What a file is for; `pickle` is a weight file that can run code when loaded."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a repository."""

    path: str
    size_bytes: int | None
    kind: FileKind


@dataclass(frozen=True, slots=True)
class Quantization:
    """One way the weights are stored, with the files that make it up."""

    name: str
    """`Q4_K_M`, `BF16`, `awq` … as the files or the configuration say."""
    files: tuple[ModelFile, ...]
    size_bytes: int | None
    """The sum of its files; None when any size is unknown."""
    is_sharded: bool
    repo: str
    """The repository that holds the files; not always the model's own."""


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """Everything known of one model: the row, and what only its own page tells."""

    model: Model
    files: tuple[ModelFile, ...] | None = None
    """None when the list was never seen; an empty tuple is a repository without files."""
    config: Mapping[str, Any] | None = None
    """`config.json` as it stands in the repository; None when never seen, or when the repository has none."""
    dtypes: Mapping[str, int] = field(default_factory=_empty, hash=False)
    """Elements per safetensors dtype, as the Hub counts them (packed 4-bit weights are counted unpacked)."""
    gguf: Mapping[str, Any] = field(default_factory=_empty, hash=False)
    """What the Hub read from the GGUF header: `architecture`, `context_length`, `total`."""
    card: str | None = None
    """README.md without its front matter."""
    evals: tuple[Mapping[str, Any], ...] = ()
    scan: Mapping[str, Any] | None = None
    """The Hub's own security scan, where it was asked for."""
    used_storage_bytes: int | None = None
    source: Origin = "catalog"
    as_of: str | None = None
    """When the page was read from the Hub, ISO 8601 UTC; the row's own date when it never was."""

    @property
    def id(self) -> str:
        """The repository id."""
        return self.model.id
