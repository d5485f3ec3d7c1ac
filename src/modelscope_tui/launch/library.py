"""SOUTH WING: Ollama's own library: which tag holds which repository's weights, as of the date of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from modelscope_tui.catalog.model import Quantization
from modelscope_tui.launch.rulebook import rules

_NAMED = {"FP16": "F16", "FP32": "F32"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One repository's place in the library."""

    repo: str
    tag: str
    quant: str | None
    """What the tag holds; None when the registry did not tell."""
    size_bytes: int | None
    context: str | None
    by_name: bool
    """Whether it was matched by the model's name alone."""
    is_cloud_only: bool
    source: str
    shared_with: tuple[str, ...] = ()
    """Other repositories that the same tag was matched to: at most one of them is what it holds."""

    @property
    def quantization(self) -> Quantization | None:
        """What the tag downloads, for an estimate of memory."""
        if self.quant is None or self.size_bytes is None:
            return None
        name = self.quant.upper()
        return Quantization(
            _NAMED.get(name, name), (), self.size_bytes, is_sharded=False, repo=f"ollama.com/library/{self.tag}"
        )


def entry_of(repo: str) -> Entry | None:
    """Find a repository in the library; None when it is not known to be there."""
    return _library().get(repo.lower())


@cache
def repos_held() -> frozenset[str]:
    """List the repositories, in lower case, whose weights the library has to download."""
    return frozenset([repo for repo, entry in _library().items() if not entry.is_cloud_only])


@cache
def _library() -> Mapping[str, Entry]:
    listed = rules("ollama")["library"]
    holders: dict[str, list[str]] = {}
    for repo, item in listed.items():
        holders.setdefault(item["tag"], []).append(repo)
    return MappingProxyType({repo.lower(): _entry(repo, item, holders[item["tag"]]) for repo, item in listed.items()})


def _entry(repo: str, item: Mapping[str, object], holders: list[str]) -> Entry:
    name = repo.partition("/")[2].lower()
    others = tuple(other for other in holders if other.partition("/")[2].lower() != name)
    quant, size, context = item["quant"], item["bytes"], item["context"]
    return Entry(
        repo=repo,
        tag=str(item["tag"]),
        quant=quant if isinstance(quant, str) else None,
        size_bytes=size if isinstance(size, int) else None,
        context=context if isinstance(context, str) else None,
        by_name=bool(item["by_name"]),
        is_cloud_only=bool(item.get("cloud_only")),
        source=str(item["source"]),
        shared_with=others,
    )
