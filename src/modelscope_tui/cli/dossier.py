"""Shapes one model's details into the document of ``show --json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from modelscope_tui.catalog.quantization import quantizations_of
from modelscope_tui.catalog.snapshot import sources
from modelscope_tui.cli import lens as lens_shape
from modelscope_tui.cli import shape

if TYPE_CHECKING:
    from modelscope_tui.catalog.lens import Lens
    from modelscope_tui.catalog.model import ModelDetails
    from modelscope_tui.explorer import ModelView

_FROM_THE_PAGE = ("files", "card", "dtype")
"""Facts that only the model's own page tells; their age is that of the page."""


def of(
    details: ModelDetails, view: ModelView, lens: Lens, *, card: str | None, source: str, as_of: str
) -> dict[str, Any]:
    """Shape everything known of a model.

    Args:
        details: the model.
        view: what follows from its row.
        lens: its license, family, openness and safety.
        card: its card, where it was ever seen.
        source: where the answer came from: `hub`, `cache` or `catalog`.
        as_of: when that place learned it.
    """
    model = details.model
    is_seen = details.source != "catalog"
    document = {**shape.row(model, view), "source": source, "as_of": as_of or None, **_architecture(details)}
    document |= {
        "languages": _listed(model.languages, is_known=is_seen),
        "tags": list(model.tags),
        "base_models": _listed(model.base_models, is_known=is_seen),
        "gguf_repos": list(model.gguf_repos),
        "capabilities": list(model.capabilities),
        "description": model.description,
        "revision": model.revision,
        "files": None if details.files is None else [shape.file(item) for item in details.files],
        "quantizations": _listed(
            map(shape.quantization, quantizations_of(details)), is_known=details.files is not None
        ),
        "storage_bytes": details.used_storage_bytes,
        "card": card,
        "license_detail": lens_shape.license_detail(lens),
        "safety": _safety(details) | lens_shape.safety(lens, details),
        "policy": lens_shape.policy(lens.policy) if lens.policy else None,
        "evals": _listed(shape.plain(details.evals), is_known=is_seen),
    }
    document["provenance"] = _provenance(details, document)
    document["sources"] = _sources(document["provenance"])
    return document


def _listed(values: Iterable[Any], *, is_known: bool) -> list[Any] | None:
    """Give a list; an empty one only where it is known that there is nothing, else unknown."""
    found = list(values)
    return found if found or is_known else None


def _architecture(details: ModelDetails) -> dict[str, Any]:
    model = details.model
    return {
        "params_estimate": model.params_estimate,
        "active_params_estimate": model.active_params_estimate,
        "is_moe": model.is_moe,
        "architectures": _listed(model.architectures, is_known=False),
        "model_type": model.model_type,
        "layers": model.layers,
        "heads": model.heads,
        "kv_heads": model.kv_heads,
        "head_dim": model.head_dim,
        "hidden_size": model.hidden_size,
        "vocab": model.vocab,
        "dtype": _dtype(details),
        "quantization": model.quantization,
    }


def _dtype(details: ModelDetails) -> str | None:
    """Read the type of the weights from the configuration, else from the only type that the files hold."""
    config: Mapping[str, Any] = details.config or {}
    nested = config.get("text_config")
    for place in (config, nested if isinstance(nested, Mapping) else {}):
        for key in ("torch_dtype", "dtype"):
            if isinstance(named := place.get(key), str):
                return named
    return next(iter(details.dtypes)) if len(details.dtypes) == 1 else None


def _safety(details: ModelDetails) -> dict[str, Any]:
    """What loading the model may run here: pickles, code of the repository, the Hub's own scan."""
    files = details.files
    config = details.config
    return {
        "gated": shape.gate(details.model.gated),
        "custom_code": True
        if "custom_code" in details.model.tags
        else None
        if config is None
        else "auto_map" in config,
        "pickle_files": None if files is None else [item.path for item in files if item.kind == "pickle"],
        "code_files": None if files is None else [item.path for item in files if item.kind == "code"],
        "has_safetensors": None if files is None else any(item.path.endswith(".safetensors") for item in files),
        "scan": shape.plain(details.scan),
    }


def _provenance(details: ModelDetails, document: Mapping[str, Any]) -> dict[str, Any]:
    """Name who said each fact; what the row does not say of its own comes from the page as a whole."""
    said = shape.provenance(details.model.provenance)
    if details.source != "catalog":
        page = {"source": "hub", "as_of": details.as_of}
        said |= {name: page for name in _FROM_THE_PAGE if document[name] is not None and name not in said}
    return said


def _sources(said: Mapping[str, Any]) -> dict[str, Any]:
    """Say in words what the source keys of these facts stand for."""
    keys = dict.fromkeys(fact["source"].partition(":")[0] for fact in said.values())
    return {key: shape.plain(sources()[key]) for key in keys if key in sources()}
