"""What loading a model may do to this machine, and whom one trusts: pickles, code, scan, gate, uploader, age.

GROUND FLOOR. Facts of the row, the files and the Hub's own scan; what was never seen is `unknown`, not safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from modelscope_tui.catalog.measure import seconds_of
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.quantization import is_pickle_only

Level = Literal["danger", "warning", "unknown", "ok"]

DAY_SECONDS = 86_400
STALE_DAYS = 365
"""A model that did not change for longer is called unmaintained."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    kind: str
    """`pickle`, `code`, `scan`, `gate`, `uploader` or `age`."""
    level: Level
    text: str
    source: str
    """Where the fact comes from."""


def findings_of(details: ModelDetails, now: datetime | None = None) -> tuple[Finding, ...]:
    """Look at everything that can be known of a model's safety, in a fixed order."""
    return (
        _pickles(details),
        _code(details),
        _scan(details),
        _gate(details.model),
        *_uploader(details.model),
        _age(details.model, now),
    )


def has_custom_code(details: ModelDetails) -> bool | None:
    """Tell whether a repository brings its own Python code; None when nothing tells."""
    if "custom_code" in details.model.tags or "auto_map" in (details.config or {}):
        return True
    if details.files is not None:
        return any(file.path.endswith(".py") for file in details.files)
    return None


def needs_remote_code(details: ModelDetails) -> bool | None:
    """Tell whether the model loads only with code of its repository; None when nothing tells."""
    if "custom_code" in details.model.tags or "auto_map" in (details.config or {}):
        return True
    if details.config is not None:
        return False
    return False if details.files is not None and not has_custom_code(details) else None


def flagged_files(details: ModelDetails) -> tuple[str, ...] | None:
    """List the files that the Hub's scan found fault with; None when it was not asked or has not finished."""
    scan = details.scan
    if scan is None or (not scan.get("scansDone") and not scan.get("filesWithIssues")):
        return None
    return tuple(str(item.get("path")) for item in scan.get("filesWithIssues") or ())


def days_since_change(model: Model, now: datetime | None = None) -> int | None:
    """Count the days since the repository changed last; None when that is not known."""
    changed = seconds_of(model.updated)
    if changed is None:
        return None
    return max(0, int(((now or datetime.now(UTC)).timestamp() - changed) // DAY_SECONDS))


def original_of(model: Model) -> str | None:
    """Name the model that this repository holds again in another form, when somebody else published that."""
    if not model.base_models:
        return None
    base = model.base_models[0]
    is_copy = model.quantization is not None or any(tag.startswith("base_model:quantized:") for tag in model.tags)
    is_own = base.partition("/")[0].casefold() == model.organization.casefold()
    return base if is_copy and not is_own else None


def _pickles(details: ModelDetails) -> Finding:
    if details.files is None:
        return Finding("pickle", "unknown", "The files were never seen, so whether they hold pickles is unknown.", "")
    pickled = [file.path for file in details.files if file.kind == "pickle"]
    if is_pickle_only(details):
        text = f"The weights are pickle files only ({pickled[0]} …): loading them can run code."
        return Finding("pickle", "danger", text, "files")
    if pickled:
        text = f"{len(pickled)} pickle files lie beside safe weights; tools take the safe ones first."
        return Finding("pickle", "warning", text, "files")
    return Finding("pickle", "ok", "No pickle files.", "files")


def _code(details: ModelDetails) -> Finding:
    if "auto_map" in (details.config or {}):
        text = "config.json names code of the repository (auto_map): it runs only with --trust-remote-code."
        return Finding("code", "warning", text, "config.json")
    if "custom_code" in details.model.tags:
        text = "Tagged custom_code: it needs code of the repository, which runs only with --trust-remote-code."
        return Finding("code", "warning", text, "tags")
    has_code = has_custom_code(details)
    if has_code is None:
        return Finding("code", "unknown", "Whether it brings code of its own is unknown: files never seen.", "")
    if has_code:
        return Finding(
            "code", "warning", "Python files lie in the repository; config.json does not call them.", "files"
        )
    return Finding("code", "ok", "No code of its own.", "files")


def _scan(details: ModelDetails) -> Finding:
    flagged = flagged_files(details)
    if flagged is None:
        text = "The Hub's scan has not finished." if details.scan else "The Hub's scan result was never asked for."
        return Finding("scan", "unknown", text, "Hub scan" if details.scan else "")
    if flagged:
        named = ", ".join(flagged[:3]) + (" …" if len(flagged) > 3 else "")
        return Finding("scan", "danger", f"The Hub's scan flags {len(flagged)} files: {named}", "Hub scan")
    return Finding("scan", "ok", "The Hub's scan found nothing.", "Hub scan")


def _gate(model: Model) -> Finding:
    if model.gated is None:
        return Finding("gate", "unknown", "Whether it is gated is not known.", "")
    if model.gated == "no":
        return Finding("gate", "ok", "Not gated.", "Hub")
    answered = {"manual": " The publisher answers by hand.", "auto": " Access follows at once."}.get(model.gated, "")
    text = f"Gated: accept the conditions at https://huggingface.co/{model.id} and set HF_TOKEN.{answered}"
    return Finding("gate", "warning", text, "Hub")


def _uploader(model: Model) -> Iterator[Finding]:
    original = original_of(model)
    if original is not None:
        text = (
            f"Re-made by {model.organization} from {original}; nothing signed by {original.partition('/')[0]} says that"
            " these files are that model."
        )
        yield Finding("uploader", "warning", text, "base_model")


def _age(model: Model, now: datetime | None) -> Finding:
    days = days_since_change(model, now)
    if days is None:
        return Finding("age", "unknown", "When it changed last is not known.", "")
    is_stale = days > STALE_DAYS
    kept = "not maintained for more than a year" if is_stale else "maintained: changed within a year"
    text = f"Last changed {days} days ago, on {(model.updated or '')[:10]}; {kept}."
    return Finding("age", "warning" if is_stale else "ok", text, "Hub")
