"""Hub JSON becomes records here: tolerant of what is missing, strict about types. Pure.

NORTH WING. Past this wall no dict of the Hub travels. A field of a wrong type is unknown; an answer without an id is
none at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

from modelscope_tui.catalog.license_names import LONGEST_LINK
from modelscope_tui.catalog.merge import merge_row
from modelscope_tui.catalog.model import Gate, Model, ModelDetails, Provenance, is_repo_id
from modelscope_tui.catalog.quantization import method_name
from modelscope_tui.errors import HubNonsense
from modelscope_tui.hub.config_facts import config_facts, language_config
from modelscope_tui.hub.evals import evals_of
from modelscope_tui.hub.files import files_of
from modelscope_tui.hub.read import mapping, moment, number, repo_ids, text, texts, truth

KEPT = (
    "id", "pipeline_tag", "library_name", "tags", "downloads", "likes", "trendingScore", "createdAt", "lastModified",
    "sha", "gated", "private", "disabled", "cardData", "config", "safetensors", "gguf", "siblings", "model-index",
    "evalResults", "securityRepoStatus", "usedStorage",
)  # fmt: skip
"""The fields of an answer that are kept on the shelf; the rest is never used."""

PACKED = frozenset({"I8", "U8", "I16", "U16", "I32", "U32", "I4", "U4"})
"""Dtypes in which quantizers pack several weights into one element."""

MOST_LICENSES = 8
"""No card names more licenses at once."""

PACKED_SHARE = 0.02
"""Above this share of packed elements their sum is not a number of parameters."""

_GGUF_FACTS = ("architecture", "context_length", "total", "totalFileSize")
_QUANT_TAGS = {
    "gptq": "GPTQ", "awq": "AWQ", "fp8": "FP8", "exl3": "EXL3", "exl2": "EXL2", "mxfp4": "MXFP4", "nvfp4": "NVFP4",
    "bitsandbytes": "BNB", "auto-round": "AutoRound",
}  # fmt: skip
_GATES: Mapping[Any, Gate] = {False: "no", True: "yes", "auto": "auto", "manual": "manual"}
_FACTS = frozenset(item.name for item in fields(Model)) - {"id", "source", "as_of", "provenance"}


def pruned(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of an answer what translation reads."""
    kept = {name: raw[name] for name in KEPT if name in raw}
    if "gguf" in kept:
        gguf = mapping(kept["gguf"])
        kept["gguf"] = {name: gguf[name] for name in _GGUF_FACTS if name in gguf}
    return kept


def row_of(raw: Any, *, as_of: str, config: Mapping[str, Any] | None = None) -> Model | None:
    """Translate one row or page of the Hub; None when it names no repository.

    Args:
        raw: the JSON object.
        as_of: when the Hub said it.
        config: the repository's whole `config.json`, where it was read.
    """
    answer = mapping(raw)
    name = answer.get("id")
    if not isinstance(name, str) or not is_repo_id(name):
        return None
    tags = texts(answer.get("tags"))
    facts = {**config_facts(mapping(answer.get("config"))), **(config_facts(config) if config else {})}
    facts |= _plain_facts(answer)
    facts |= _card_facts(answer, tags)
    quantization = _quantization(answer, config, tags)
    facts |= {"tags": tags, "params": _params(answer, quantization), "quantization": quantization}
    gguf = mapping(answer.get("gguf"))
    facts.setdefault("context", number(gguf.get("context_length"), 1))
    known = {fact: value for fact, value in facts.items() if value is not None and value != () and fact in _FACTS}
    said = Provenance("hub", as_of)
    provenance = MappingProxyType(dict.fromkeys(known, said))
    return Model(id=name, source="hub", as_of=as_of, provenance=provenance, **known)


def rows_of(raw: Any, *, as_of: str) -> tuple[Model, ...]:
    """Translate a list of rows; one that names no repository is left out."""
    items = raw if isinstance(raw, list) else []
    return tuple(row for item in items if (row := row_of(item, as_of=as_of)) is not None)


def details_of(info: Any, config: Any, *, as_of: str, row: Model | None = None) -> ModelDetails:
    """Translate what one repository's page and its `config.json` say; facts of a known row fill the gaps.

    Raises:
        HubNonsense: the answer names no repository.
    """
    answer = mapping(info)
    whole = config if isinstance(config, dict) else None
    model = row_of(answer, as_of=as_of, config=whole)
    if model is None:
        raise HubNonsense("The Hub's answer names no model.")
    if row is not None and row.id.casefold() == model.id.casefold():
        model = replace(merge_row(row, model), id=model.id)
    gguf = mapping(answer.get("gguf"))
    return ModelDetails(
        model=model,
        files=files_of(answer.get("siblings")),
        config=MappingProxyType(whole) if whole is not None else None,
        dtypes=MappingProxyType(_dtypes(answer)),
        gguf=MappingProxyType({name: gguf[name] for name in _GGUF_FACTS if isinstance(gguf.get(name), int | str)}),
        evals=evals_of(answer),
        scan=_scan(answer.get("securityRepoStatus")),
        used_storage_bytes=number(answer.get("usedStorage")),
        source="hub",
        as_of=as_of,
    )


def _plain_facts(answer: Mapping[str, Any]) -> dict[str, Any]:
    gated = answer.get("gated")
    created = moment(answer.get("createdAt"))
    return {
        "task": text(answer.get("pipeline_tag")),
        "library": text(answer.get("library_name")),
        "downloads": number(answer.get("downloads")),
        "likes": number(answer.get("likes")),
        "trending": number(answer.get("trendingScore")),
        "created": created[:10] if created else None,
        "updated": moment(answer.get("lastModified")),
        "gated": _GATES.get(gated) if isinstance(gated, str | bool) else None,
        "revision": text(answer.get("sha"), 64),
        "is_private": truth(answer.get("private")),
        "is_disabled": truth(answer.get("disabled")),
    }


def _card_facts(answer: Mapping[str, Any], tags: tuple[str, ...]) -> dict[str, Any]:
    card = mapping(answer.get("cardData"))
    license_tag = next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), None)
    licenses = texts(card.get("license"))
    named = repo_ids(texts(card.get("base_model"), 50))
    tagged = tuple(dict.fromkeys([tag.rpartition(":")[2] for tag in tags if tag.startswith("base_model:")]))
    tagged = () if tagged == named else repo_ids(tagged)
    return {
        "license": ",".join(licenses[:MOST_LICENSES]) or license_tag,
        "license_name": text(card.get("license_name")),
        "license_link": text(card.get("license_link"), LONGEST_LINK),
        "languages": texts(card.get("language"), 300, 40),
        "base_models": tuple(dict.fromkeys((*named, *tagged))),
    }


def _dtypes(answer: Mapping[str, Any]) -> dict[str, int]:
    counted = mapping(mapping(answer.get("safetensors")).get("parameters"))
    pairs = ((name, number(count)) for name, count in counted.items())
    return {name: count for name, count in pairs if count is not None and text(name, 20)}


def _params(answer: Mapping[str, Any], quantization: str | None) -> int | None:
    """Count parameters where elements are parameters; unknown where a quantizer packs several into one."""
    total = number(mapping(answer.get("safetensors")).get("total"), 1)
    if total is None:
        return number(mapping(answer.get("gguf")).get("total"), 1)
    dtypes = _dtypes(answer)
    packed = sum(count for name, count in dtypes.items() if name in PACKED)
    if packed > PACKED_SHARE * total:
        return None
    # Without the dtypes nothing tells packed elements from parameters, so a quantized repository stays unknown.
    return total if dtypes or quantization is None else None


def _quantization(answer: Mapping[str, Any], config: Mapping[str, Any] | None, tags: tuple[str, ...]) -> str | None:
    """Name the stored format as the catalog does; None for plain weights, and where nothing tells."""
    for place in (config or {}, mapping(answer.get("config"))):
        for part in (place, language_config(place)):
            said = mapping(part.get("quantization_config"))
            if said and (named := method_name(said)):
                return named
    lowered = {tag.lower() for tag in tags}
    library = text(answer.get("library_name"))
    if library == "mlx" or "mlx" in lowered:
        return "MLX"
    has_gguf = library == "gguf" or "gguf" in lowered or bool(mapping(answer.get("gguf")))
    if has_gguf and not _dtypes(answer) and "safetensors" not in lowered:
        return "GGUF"
    if lowered.isdisjoint(_QUANT_TAGS):
        return None
    return next((label for tag, label in _QUANT_TAGS.items() if tag in lowered), None)


def _scan(value: Any) -> Mapping[str, Any] | None:
    status = mapping(value)
    if not status:
        return None
    issues = status.get("filesWithIssues")
    entries = [mapping(item) for item in issues[:1000]] if isinstance(issues, list) else []
    found = [{"path": text(item.get("path"), 1000), "level": text(item.get("level"), 40)} for item in entries]
    done = status.get("scansDone")
    return {
        "scansDone": done if isinstance(done, bool) else None,
        "filesWithIssues": [one for one in found if one["path"]],
    }
