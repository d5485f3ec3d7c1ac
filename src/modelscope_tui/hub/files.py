"""The files of a repository, as the Hub lists them. Pure.

NORTH WING. A path that would leave its folder is not a file of the repository.
"""

from __future__ import annotations

from typing import Any

from modelscope_tui.catalog.model import FileKind, ModelFile
from modelscope_tui.catalog.quantization import PICKLE_SUFFIXES
from modelscope_tui.hub.heard import ITEMS
from modelscope_tui.hub.read import mapping, number, text

LONGEST_PATH = 1000

_WEIGHTS = (
    ".safetensors",
    ".h5",
    ".msgpack",
    ".onnx",
    ".onnx_data",
    ".ot",
    ".tflite",
    ".mlmodel",
    ".nemo",
    ".npz",
    ".pte",
)
_TOKENIZERS = (
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt", "merges.txt",
    "special_tokens_map.json", "added_tokens.json", "spiece.model", "tekken.json", "sentencepiece.bpe.model",
)  # fmt: skip
_CONFIGS = (".json", ".yaml", ".yml", ".toml", ".jinja", ".cfg")
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp")
_CODE = (".py", ".ipynb", ".sh", ".cpp", ".c", ".h", ".cu", ".js", ".ts", ".rs")


def files_of(siblings: Any) -> tuple[ModelFile, ...] | None:
    """Read the list of files; None when the answer has none."""
    if not isinstance(siblings, list):
        return None
    found: dict[str, ModelFile] = {}
    for item in siblings[:ITEMS]:
        entry = mapping(item)
        path = text(entry.get("rfilename"), LONGEST_PATH)
        if path is None or not _is_inside(path):
            continue
        size = number(entry.get("size"))
        found[path] = ModelFile(
            path, number(mapping(entry.get("lfs")).get("size")) if size is None else size, kind_of(path)
        )
    return tuple(found.values())


def kind_of(path: str) -> FileKind:  # noqa: PLR0911 - one ending, one kind
    """Tell what a file is for, by its name."""
    lowered = path.lower()
    base = lowered.rpartition("/")[2]
    if lowered.endswith(".gguf"):
        return "mmproj" if "mmproj" in base else "gguf"
    if base in _TOKENIZERS:
        return "tokenizer"
    if lowered.endswith(_WEIGHTS) or base == "weight.bin":  # (the latter is Core ML's, and no pickle)
        return "weights"
    if lowered.endswith(PICKLE_SUFFIXES):
        return "pickle"
    if base == "readme.md":
        return "card"
    if lowered.endswith(_CONFIGS):
        return "config"
    if lowered.endswith(_IMAGES):
        return "image"
    return "code" if lowered.endswith(_CODE) else "other"


def _is_inside(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return ".." not in parts and parts[0] != "" and ":" not in parts[0]
