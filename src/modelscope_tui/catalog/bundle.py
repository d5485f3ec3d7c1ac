"""From a folder of gathered facts to the files that ship in ``data/``.

GROUND FLOOR, for maintainers: ``python -m modelscope_tui.catalog.snapshot SOURCE_DIR`` comes here. The folder holds
``catalog/models.jsonl.gz``, ``catalog/sources.json`` and ``taxonomy/*.json``. Nothing is dropped but unknown values
and what no room reads (`hf_tasks`); the same folder always gives the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelscope_tui.catalog.gguf_homes import with_gguf_homes
from modelscope_tui.catalog.model import Model, Provenance
from modelscope_tui.catalog.packaged import CATALOG
from modelscope_tui.catalog.record import FIELDS, encode

_FIELD_OF = {
    "pipeline_tag": "task",
    "library_name": "library",
    "created_at": "created",
    "last_modified": "updated",
    "num_experts_per_tok": "num_experts_per_token",
    "context_length": "context",
    "num_hidden_layers": "layers",
    "num_attention_heads": "heads",
    "num_key_value_heads": "kv_heads",
    "vocab_size": "vocab",
    "base_model": "base_models",
}
_NOT_CARRIED = {"author", "name", "hf_tasks", "prov", "source", "as_of", "id"}
_GATED = {False: "no", True: "yes", "manual": "manual", "auto": "auto"}
_ISO_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}(?!\d)")


def write(source: Path, target: Path) -> int:
    """Write every data file of the catalog; returns the number of rows."""
    gathered = json.loads((source / "catalog" / "sources.json").read_text(encoding="utf-8"))
    sources = {key: {**about, "date": _newest(about["as_of"])} for key, about in gathered["sources"].items()}
    with gzip.open(source / "catalog" / "models.jsonl.gz", "rt", encoding="utf-8") as lines:
        models = with_gguf_homes([model_of(json.loads(line), sources) for line in lines])
    models.sort(key=_rank)
    text = "\n".join([json.dumps(FIELDS, separators=(",", ":")), *map(encode, models), ""]).encode()
    (target / CATALOG).write_bytes(gzip.compress(text, compresslevel=9, mtime=0))
    digest = hashlib.sha256(text).hexdigest()
    as_of = max(model.as_of or "" for model in models)
    _save(target / "catalog_sources.json", {"rows": len(models), "sha256": digest, "as_of": as_of, "sources": sources})
    for name in ("categories", "licenses", "organizations"):
        _save(target / f"{name}.json", json.loads((source / "taxonomy" / f"{name}.json").read_text(encoding="utf-8")))
    tasks = json.loads((source / "taxonomy" / "pipeline_tags.json").read_text(encoding="utf-8"))
    items = [{key: item[key] for key in ("id", "label", "modality")} for item in tasks["items"]]
    _save(target / "tasks.json", {"source": tasks["source"], "modalities": tasks["modalities"], "items": items})
    languages = json.loads((source / "taxonomy" / "languages.json").read_text(encoding="utf-8"))
    _save(target / "languages.json", _languages(languages))
    return len(models)


def model_of(row: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> Model:
    """Turn one gathered row into a record, every fact with who said it and when."""
    facts: dict[str, Any] = {}
    said: dict[str, Provenance] = {}
    for key, value in row.items():
        if key in _NOT_CARRIED or value is None or value == []:
            continue
        field = _FIELD_OF.get(key, key)
        facts[field] = tuple(value) if isinstance(value, list) else value
        said[field] = _said(row["prov"].get(key, row["source"]), row, sources)
    if "gated" in facts:
        facts["gated"] = _GATED[facts["gated"]]
    return Model(id=row["id"], **facts, source="catalog", as_of=row["as_of"], provenance=said)


def _said(key: str, row: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> Provenance:
    name = key.partition(":")[0]
    return Provenance(key, row["as_of"] if name == row["source"] else sources[name]["date"])


def _newest(text: str | None) -> str | None:
    """Give the newest date that a source's own words name."""
    return max(_ISO_DATE.findall((text or "").partition(";")[0]), default=None)


def _rank(model: Model) -> tuple[int, int, str]:
    return -1 if model.downloads is None else -model.downloads - 2, -(model.likes or 0), model.id.casefold()


def _languages(known: Mapping[str, Any]) -> dict[str, Any]:
    """Keep names, and which three-letter code means the same as a two-letter one (they carry the same name)."""
    items = [*known["special"], *known["items"]]
    two = {item["name"]: item["code"] for item in items if len(item["code"]) == 2}
    return {
        "source": known["source"],
        "names": {item["code"]: item["name"] for item in items},
        "shorter": {
            item["code"]: two[item["name"]] for item in items if len(item["code"]) == 3 and item["name"] in two
        },
        "by_name": {item["name"].casefold(): two.get(item["name"], item["code"]) for item in reversed(items)},
    }


def _save(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
