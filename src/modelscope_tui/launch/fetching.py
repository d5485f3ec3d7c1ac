"""SOUTH WING: which files of a repository are worth fetching: one quantization of many, and nothing twice.

    GGUF files only ─▶ the quantization that was asked for, or that fits, with the projector of a vision model
    anything else ──▶ all files but those that hold the same weights in another format

Patterns are those of `hf download`: fnmatch over the whole path, `*` matching slashes too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from modelscope_tui.catalog.model import ModelDetails, ModelFile, Quantization
from modelscope_tui.catalog.quantization import has_safetensors, mmproj_files, quantizations_of
from modelscope_tui.fit.machine import Machine
from modelscope_tui.launch.gguf import USUAL, choose
from modelscope_tui.launch.purpose import purpose_of
from modelscope_tui.launch.stored import stored_of

_TWICE = (
    ("original/*", "the same weights a second time, in Meta's format"),
    ("consolidated*.safetensors", "the same weights a second time, in Mistral's own format"),
    ("pytorch_model*.bin", "the same weights a second time, as pickle files"),
    ("*.bin", "the same weights a second time, as pickle files"),
    ("*.h5", "the same weights a second time, for TensorFlow"),
    ("*.msgpack", "the same weights a second time, for Flax"),
    ("*.ot", "the same weights a second time, for Rust"),
    ("onnx/*", "the same weights a second time, for ONNX"),
    ("coreml/*", "the same weights a second time, for Core ML"),
    ("*.onnx*", "the same weights a second time, for ONNX"),
    ("openvino/*", "the same weights a second time, for OpenVINO"),
    ("*.mlpackage/*", "the same weights a second time, for Core ML"),
    ("*.gguf", "the same weights a second time, as GGUF; --quant fetches one of them"),
    ("*.ckpt", "the same weights a second time, as pickle files"),
)
_UNSEEN = (
    (re.compile(r"meta-llama/(meta-)?llama-3"), _TWICE[:1]),
    (
        re.compile(r"openai/gpt-oss-(safeguard-)?\d+b$"),
        (
            ("original/*", "the same weights a second time, for OpenAI's own code"),
            ("metal/*", "the same weights a second time, for OpenAI's code on Macs"),
        ),
    ),
)
"""Where a publisher keeps second copies in every repository of a family: left out even where no file was seen."""

_IN_SMALL_LETTERS = ("Qwen", "google")
"""Publishers, beside the Hub's own converter, that name quantizations in small letters: patterns tell them apart."""

_IN_NAME = re.compile(r"(?<![A-Za-z0-9])(IQ[1-4]_[A-Z]{1,3}|Q[2-8]_(K_[SML]|K|[01]))(?![A-Za-z0-9])", re.IGNORECASE)
_WEIGHTS = (".safetensors", ".bin", ".h5", ".msgpack", ".ot", ".onnx", ".onnx_data", ".gguf", ".ckpt", ".pt", ".pth")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is fetched: files that are named, or all but some."""

    include: tuple[tuple[str, str], ...] = ()
    """Patterns, each with its reason; empty for everything."""
    exclude: tuple[tuple[str, str], ...] = ()
    problem: str | None = None
    """Why nothing can be named."""

    def size_bytes(self, files: tuple[ModelFile, ...]) -> int | None:
        """Add up what is fetched; None when a size is unknown."""
        taken = [file for file in files if self._takes(file.path)]
        sizes = [file.size_bytes for file in taken]
        known = [size for size in sizes if size is not None]
        return sum(known) if sizes and len(known) == len(sizes) else None

    def _takes(self, path: str) -> bool:
        is_in = not self.include or any(fnmatchcase(path, pattern) for pattern, _ in self.include)
        return is_in and not any(fnmatchcase(path, pattern) for pattern, _ in self.exclude)


def wanted(details: ModelDetails, quant: str | None, machine: Machine) -> Wanted:
    """Say which files of a repository to fetch.

    Args:
        details: with the file list, where it was seen.
        quant: the quantization that was asked for.
        machine: what a chosen quantization should fit.
    """
    if details.files is None:
        unseen = _unseen(details, quant)
        if unseen:
            return Wanted(include=unseen)
        name = details.id.lower()
        return Wanted(exclude=next((twice for family, twice in _UNSEEN if family.match(name)), ()))
    found = quantizations_of(details)
    ggufs = tuple(item for item in found if _is_gguf(item))
    if quant is not None:
        return _named(details, quant, found)
    if ggufs and len(ggufs) == len(found):
        choice = choose(ggufs, None, machine)
        chosen = choice.quantization or min(ggufs, key=lambda item: item.size_bytes or 0)
        why = choice.why or "the smallest of them"
        return _of_gguf(details, chosen, f"one of {len(ggufs)} quantizations: {why}" if len(ggufs) > 1 else why)
    return Wanted(exclude=tuple(_twice(details)))


def _unseen(details: ModelDetails, quant: str | None) -> tuple[tuple[str, str], ...]:
    """Name one quantization by a pattern, as its publisher writes it, where no file was seen."""
    model = details.model
    chosen, why = quant, f"only the files of {quant}"
    if quant is None and stored_of(model).format == "gguf":
        chosen = _quantization_in(model.name)
        why = f"{chosen} alone, of all quantizations" + (": the usual one" if chosen == USUAL else ": its name says so")
    if chosen is None:
        return ()
    is_small = model.organization in _IN_SMALL_LETTERS or _IN_NAME.search(model.name) is not None
    patterns = dict.fromkeys((f"*{chosen}*", *((f"*{chosen.lower()}*",) if is_small else ())))
    sees = quant is None and purpose_of(model) == "vision"
    projector = (("*mmproj*", "the projector that lets it see"),) if sees else ()
    return (*((pattern, why) for pattern in patterns), *projector)


def _quantization_in(name: str) -> str | None:
    """Read which quantization a repository's name tells; None for a family that has none of the usual ones."""
    found = _IN_NAME.search(name)
    if found is not None:
        return found[0].upper()
    if re.search("gpt-oss|mxfp4|bitnet|ternary|1[.-]?bit", name.lower()):
        return None
    return "Q4_0" if re.search("(?<![a-z])qat(?![a-z])", name.lower()) else USUAL


def _is_gguf(item: Quantization) -> bool:
    return bool(item.files) and item.files[0].path.lower().endswith(".gguf")


def _named(details: ModelDetails, quant: str, found: tuple[Quantization, ...]) -> Wanted:
    match = [item for item in found if item.name.upper() == quant.upper()]
    if not match:
        names = ", ".join(dict.fromkeys(item.name for item in found)) or "no weights"
        return Wanted(problem=f"There is no {quant} in {details.id}, but {names}.")
    if _is_gguf(match[0]):
        return _of_gguf(details, match[0], f"only the files of {quant}")
    return _of_tensors(details, match[0])


def _of_gguf(details: ModelDetails, chosen: Quantization, why: str) -> Wanted:
    paths = [file.path for file in chosen.files]
    if not all(map(_can_be_named, paths)):
        return Wanted(problem=f"The files of {chosen.name} in {details.id} have names that cannot be in a command.")
    include = [(pattern, why) for pattern in _patterns(details, chosen.name, paths)]
    projectors = sorted(file.path for file in mmproj_files(details) if _can_be_named(file.path))
    if projectors:
        best = min(projectors, key=lambda path: ("f16" not in path.lower(), "bf16" in path.lower()))
        include.append((best, "the projector that lets it see"))
    return Wanted(include=tuple(include))


def _patterns(details: ModelDetails, name: str, paths: list[str]) -> list[str]:
    """Name the parts by one pattern where it means exactly them, else one by one."""
    if len(paths) == 1:
        return paths
    pattern = f"*{name}*"
    meant = {file.path for file in details.files or () if fnmatchcase(file.path, pattern)}
    return [pattern] if meant == set(paths) else paths


def _of_tensors(details: ModelDetails, chosen: Quantization) -> Wanted:
    """Leave out the weights of the other sets: configuration and tokenizer are needed with any of them."""
    kept = {file.path for file in chosen.files}
    others = [
        file.path for file in details.files or () if file.path.lower().endswith(_WEIGHTS) and file.path not in kept
    ]
    patterns = [pattern for pattern in _twice(details) if not any(fnmatchcase(path, pattern[0]) for path in kept)]
    rest = [path for path in others if not any(fnmatchcase(path, pattern) for pattern, _ in patterns)]
    if not all(map(_can_be_named, rest)):
        rest = []
    return Wanted(exclude=(*patterns, *((path, f"not part of {chosen.name}") for path in rest[:20])))


def _can_be_named(path: str) -> bool:
    return path.isprintable() and not any(char in path for char in "*?[")


def _twice(details: ModelDetails) -> Iterator[tuple[str, str]]:
    """Name the patterns of weights that are there in a better format as well."""
    paths = [file.path for file in details.files or ()]
    is_pipeline = "model_index.json" in paths
    safe = [path for path in paths if path.endswith(".safetensors") and not path.startswith(("original/", "consolid"))]
    if not has_safetensors(details) and not safe:
        if any(path.startswith("original/") for path in paths):
            yield _TWICE[0]
        return
    if is_pipeline:
        yield from _beside_pipeline(paths, safe)
    left = list(paths)
    for pattern, why in _TWICE:
        if not safe and pattern.startswith("consolidated"):
            continue  # (its only weights)
        if pattern == "*.bin" and not is_pipeline:
            continue  # (vocabularies and voices end in .bin, too)
        hit = [path for path in left if fnmatchcase(path, pattern)]
        if hit:
            left = [path for path in left if path not in hit]
            yield pattern, why


def _beside_pipeline(paths: list[str], safe: list[str]) -> Iterator[tuple[str, str]]:
    """A pipeline's parts lie in folders; single files beside them are the same model for other programs."""
    parts = [path for path in safe if "/" in path]
    if not parts:
        return
    for path in safe:
        if "/" not in path and _can_be_named(path):
            yield path, "the whole pipeline a second time, in one file"
    if any(path.replace(".fp16.", ".") in parts for path in paths if ".fp16." in path):
        yield "*.fp16.*", "the same weights a second time, rounded to 16 bit"
