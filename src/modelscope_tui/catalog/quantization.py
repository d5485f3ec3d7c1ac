"""Which ways a repository's weights are stored, read from its real files.

GROUND FLOOR. Pure: file names, sizes and `config.json` in, :class:`Quantization` out. Knows no Hub and no tool.

    GGUF          one per quantization name; shards folded; projectors, importance matrices and vocabularies left out
    safetensors   one per set that can be loaded; the `consolidated` or `original/` copy of the same weights left out
    pickle        only where there is neither
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from modelscope_tui.catalog.form import stated_format
from modelscope_tui.catalog.model import ModelDetails, ModelFile, Quantization

if TYPE_CHECKING:
    from collections.abc import Sequence

PICKLE_SUFFIXES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Endings of weight files that run code when they are loaded."""

_SHARD = re.compile(r"[-.](\d{5,6})-of-(\d{5,6})$", re.IGNORECASE)
_TAIL = r"(?:_(?:K|[01]|NL|XXS|XS|S|M|L|XL|XXL|KS|KSS|KT|KL|KV|R4|R8|MOE|P|[48]))*"
_GGUF_NAME = re.compile(
    rf"(?:^|(?<=[-._/ ]))((?:UD-)?(?:I?Q[1-9]{_TAIL}|TQ[12]_0|BF16|FP?16|FP?32|MXFP4(?:_MOE)?|NVFP4))(?=$|[-._/ ])",
    re.IGNORECASE,
)
_PLAIN = {"FP16": "F16", "FP32": "F32"}
_DTYPES = {
    "bfloat16": "BF16", "float16": "F16", "float32": "F32", "half": "F16", "float": "F32", "float8_e4m3fn": "FP8",
}  # fmt: skip
_DTYPE_LABELS = {"F8_E4M3": "FP8", "F8_E5M2": "FP8"}
_NOT_WEIGHTS = re.compile(
    r"(^|/)(optimizer|scheduler|training_args|rng_state|trainer_state|scaler)[^/]*$", re.IGNORECASE
)
_LEFT_OUT_FOLDERS = frozenset({"original", "onnx", "openvino", "coreml", "metal", "checkpoints", "runs", ".git"})


def quantizations_of(details: ModelDetails) -> tuple[Quantization, ...]:
    """List the ways these weights are stored: what `--quant` can name, with real sizes; smallest GGUF first."""
    files = details.files or ()
    found = _gguf(details.id, files)
    tensors = [item for item in files if _has_suffix(item, ".safetensors") and _is_loadable(item)]
    found += _sets(details, tensors)
    if not found:
        pickles = [item for item in files if _has_suffix(item, *PICKLE_SUFFIXES) and _is_loadable(item)]
        found += _sets(details, pickles)
    return tuple(found)


def mmproj_files(details: ModelDetails) -> tuple[ModelFile, ...]:
    """List the GGUF projectors that give a language model its eyes; not quantizations of their own."""
    return tuple(item for item in details.files or () if _has_suffix(item, ".gguf") and "mmproj" in _base(item.path))


def has_safetensors(details: ModelDetails) -> bool | None:
    """Tell whether the repository holds safetensors weights; None when its files were never seen."""
    if details.files is None:
        return True if details.dtypes else None
    return any(_has_suffix(item, ".safetensors") and _is_loadable(item) for item in details.files)


def is_pickle_only(details: ModelDetails) -> bool | None:
    """Tell whether the only weights are pickles, which run code when loaded; None when the files were never seen."""
    if details.files is None:
        return None
    safe = any(_has_suffix(item, ".safetensors", ".gguf") for item in details.files)
    pickled = any(_has_suffix(item, *PICKLE_SUFFIXES) and _is_loadable(item) for item in details.files)
    return pickled and not safe


def stored_format(details: ModelDetails) -> str | None:
    """Name the format of the repository's own weights as the catalog does: `AWQ-4bit`, `FP8`, `MLX-4bit`, `BF16`.

    A quantization method beats the dtype of its tensors; None when neither is known.
    """
    named = _config_format(details)
    row = stated_format(details.model)
    if named and (row is None or named.lower().startswith(row.lower())):
        return named
    if row and row != "GGUF":
        return row
    return named or _main_dtype(details) or ("GGUF" if details.gguf or row == "GGUF" else None)


def method_name(settings: Mapping[str, Any]) -> str | None:
    """Name the format that a `quantization_config` describes, as the catalog names it: `GPTQ-Int4`, `AWQ-4bit`."""
    method = settings.get("quant_method")
    if not isinstance(method, str) or not method:
        return None
    method = method.lower()
    bits = _bits(settings)
    if method in {"gptq", "awq", "auto-round", "autoround", "mlx"}:
        label = {"gptq": "GPTQ", "awq": "AWQ", "mlx": "MLX"}.get(method, "AutoRound")
        return label if bits is None else f"{label}-{'Int' if label == 'GPTQ' else ''}{bits}{_ending(label)}"
    if method in {"bitsandbytes", "bnb"}:
        return _bitsandbytes(settings)
    if method == "compressed-tensors":
        return _compressed(settings)
    if method == "modelopt":
        algorithm = settings.get("quant_algo")
        return algorithm.upper()[:32] if isinstance(algorithm, str) and algorithm else "ModelOpt"
    return {"fp8": "FP8", "fbgemm_fp8": "FP8", "finegrained_fp8": "FP8", "mxfp4": "MXFP4", "exl3": "EXL3"}.get(
        method, method.upper()[:32]
    )


def _ending(label: str) -> str:
    return "" if label == "GPTQ" else "bit"


def _bits(settings: Mapping[str, Any]) -> int | None:
    for key in ("bits", "w_bit", "weight_bits"):
        value = settings.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 16:
            return value
    return None


def _bitsandbytes(settings: Mapping[str, Any]) -> str:
    if settings.get("load_in_4bit") is True:
        return "BNB-4bit"
    return "BNB-8bit" if settings.get("load_in_8bit") is True else "BNB"


def _compressed(settings: Mapping[str, Any]) -> str:
    """Read weight and activation bits of the first group of a compressed-tensors configuration."""
    groups = settings.get("config_groups")
    group = next(iter(groups.values()), None) if isinstance(groups, Mapping) and groups else None
    if not isinstance(group, Mapping):
        return "compressed-tensors"
    weights, inputs = group.get("weights"), group.get("input_activations")
    if not isinstance(weights, Mapping):
        return "compressed-tensors"
    bits = weights.get("num_bits")
    if weights.get("type") == "float":
        is_nv = "nvfp4" in str(settings.get("format", ""))
        return {8: "FP8", 4: "NVFP4" if is_nv else "FP4"}.get(
            bits if isinstance(bits, int) else 0, "compressed-tensors"
        )
    active = inputs.get("num_bits") if isinstance(inputs, Mapping) else 16
    if isinstance(bits, int) and isinstance(active, int):
        return f"W{bits}A{active}"
    return "compressed-tensors"


def _config_format(details: ModelDetails) -> str | None:
    config = details.config or {}
    text = config.get("text_config")
    for part in (config, text if isinstance(text, Mapping) else {}):
        settings = part.get("quantization_config")
        if isinstance(settings, Mapping) and (named := method_name(settings)):
            return named
    own = config.get("quantization")  # (mlx-lm writes its bits here)
    is_mlx = details.model.library == "mlx" or "mlx" in details.model.tags
    if is_mlx and isinstance(own, Mapping):
        return method_name({"quant_method": "mlx", **{key: own[key] for key in ("bits",) if key in own}})
    return None


def _main_dtype(details: ModelDetails) -> str | None:
    if details.dtypes:
        most = max(details.dtypes, key=lambda name: details.dtypes[name])
        return _DTYPE_LABELS.get(most, most)
    config = details.config or {}
    text = config.get("text_config")
    for part in (config, text if isinstance(text, Mapping) else {}):
        named = part.get("torch_dtype") or part.get("dtype")
        if isinstance(named, str) and (dtype := _DTYPES.get(named.removeprefix("torch."))):
            return dtype
    return None


# -- GGUF ------------------------------------------------------------------------------------------------------


def _gguf(repo: str, files: Iterable[ModelFile]) -> list[Quantization]:
    groups: dict[tuple[str, str], list[ModelFile]] = {}
    for item in files:
        if not _has_suffix(item, ".gguf") or _is_companion(item.path):
            continue
        stem, total = _unsharded(item.path)
        groups.setdefault((stem, total), []).append(item)
    found = [_quantization(gguf_name(stem), repo, items, total) for (stem, total), items in groups.items()]
    return sorted(found, key=lambda one: (one.size_bytes is None, one.size_bytes or 0, one.files[0].path))


def _is_companion(path: str) -> bool:
    """Tell whether a GGUF file only accompanies a model: projector, importance matrix, vocabulary."""
    base = _base(path)
    if "mmproj" in base or base.startswith("ggml-vocab"):
        return True
    return "imatrix" in base and _GGUF_NAME.search(base.removesuffix(".gguf")) is None


def gguf_name(stem: str) -> str:
    """Find the quantization's name in a GGUF path without its ending; else the file's own name."""
    folder, _, base = stem.rpartition("/")
    for text in (base, folder):
        found = _GGUF_NAME.findall(text)
        if found:
            name = str(found[-1]).upper()
            return _PLAIN.get(name, name)
    return base


# -- safetensors and pickles -----------------------------------------------------------------------------------


def _sets(details: ModelDetails, files: Sequence[ModelFile]) -> list[Quantization]:
    if not files:
        return []
    name = stored_format(details)
    if any(item.path == "model_index.json" for item in details.files or ()):
        parts = _components(files)
        if parts:
            return [_quantization(_variant_name(key) or name or "default", details.id, parts[key], "") for key in parts]
    top = min(item.path.count("/") for item in files)
    nearest = [item for item in files if item.path.count("/") == top]
    groups: dict[tuple[str, str], list[ModelFile]] = {}
    for item in nearest:
        groups.setdefault(_unsharded(item.path), []).append(item)
    chosen = _one_copy(groups)
    if len(chosen) == 1:
        (key,) = chosen
        return [_quantization(name or _format_of(groups[key][0]), details.id, groups[key], key[1])]
    return [_quantization(_own_name(key[0]), details.id, groups[key], key[1]) for key in chosen]


def _one_copy(groups: Mapping[tuple[str, str], list[ModelFile]]) -> list[tuple[str, str]]:
    """Choose among the sets of one folder: the standard name, sharded before whole, `consolidated` only when alone."""
    standard = [key for key in groups if _base(key[0]) in {"model", "pytorch_model", "weights"}]
    if len({key[0].rpartition("/")[0] for key in standard}) > 1:
        return sorted(standard)
    if standard:
        return [max(standard, key=lambda key: (key[1] != "", len(groups[key])))]
    others = [key for key in groups if not _base(key[0]).startswith("consolidated")]
    return sorted(others or list(groups))


def _components(files: Sequence[ModelFile]) -> dict[str, list[ModelFile]]:
    """Gather a diffusers pipeline: the files of its folders, once per variant; a whole checkpoint beside is a copy."""
    variants: dict[str, dict[str, list[ModelFile]]] = {}
    for item in files:
        folder, _, base = item.path.rpartition("/")
        if not folder or "/" in folder:
            continue
        found = re.search(r"\.(fp16|bf16|fp8|non_ema|ema)\b", base, re.IGNORECASE)
        variants.setdefault(found[1].lower() if found else "", {}).setdefault(folder, []).append(item)
    plain = variants.pop("", {})
    gathered = {"": [item for folder in plain.values() for item in folder]} if plain else {}
    for name, folders in variants.items():
        missing = {folder: items for folder, items in plain.items() if folder not in folders}
        gathered[name] = [item for items in (*folders.values(), *missing.values()) for item in items]
    return gathered


def _variant_name(variant: str) -> str | None:
    upper = variant.upper()
    return _PLAIN.get(upper, upper) or None


def _own_name(stem: str) -> str:
    folder, _, base = stem.rpartition("/")
    return folder if _base(base) in {"model", "pytorch_model", "weights"} and folder else base


def _format_of(item: ModelFile) -> str:
    return "safetensors" if _has_suffix(item, ".safetensors") else "pickle"


# -- what they share -------------------------------------------------------------------------------------------


def _quantization(name: str, repo: str, files: Sequence[ModelFile], total: str) -> Quantization:
    ordered = tuple(sorted(files, key=lambda item: item.path))
    sizes = [item.size_bytes for item in ordered]
    known = [size for size in sizes if size is not None]
    is_whole = len(known) == len(sizes) and (not total or int(total) == len(sizes))
    return Quantization(name, ordered, sum(known) if is_whole else None, len(ordered) > 1 and total != "", repo)


def _unsharded(path: str) -> tuple[str, str]:
    """Split a path into its name without ending and shard number, and the number of shards (empty when whole)."""
    stem = path.rpartition(".")[0]
    found = _SHARD.search(stem)
    return (stem[: found.start()], found[2]) if found else (stem, "")


def _is_loadable(item: ModelFile) -> bool:
    folders = item.path.lower().split("/")[:-1]
    base = _base(item.path)
    is_adapter = base.startswith("adapter_") or "lora" in base
    return not is_adapter and _NOT_WEIGHTS.search(item.path) is None and not _LEFT_OUT_FOLDERS.intersection(folders)


def _has_suffix(item: ModelFile, *suffixes: str) -> bool:
    return item.path.lower().endswith(suffixes)


def _base(path: str) -> str:
    return path.rpartition("/")[2].lower()
