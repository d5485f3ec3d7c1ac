"""SOUTH WING: what a person should know beside a command: gates, licences, custom code, the machine's system."""

from __future__ import annotations

from modelscope_tui.catalog.license import group_of, license_label
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.quantization import is_pickle_only
from modelscope_tui.catalog.safety import findings_of, has_custom_code
from modelscope_tui.launch.answer import Level, Note

__all__ = [
    "TOKEN", "gate_note", "general_notes", "has_custom_code", "is_gated", "license_note", "token_env", "trust_notes",
    "weights_note",
]  # fmt: skip

TOKEN = "HF_TOKEN"  # noqa: S105 - the name of a variable, never its value
"""The variable that carries the token; only its name is ever written."""


_OFTEN_GATED = ("custom-open", "non-commercial", "use-restricted")
"""License groups whose publishers often ask for acceptance before the files can be read."""


def is_gated(model: Model) -> bool:
    """Tell whether a repository is known to ask for acceptance first."""
    return model.gated not in (None, "no")


def token_env(model: Model) -> tuple[tuple[str, str | None], ...]:
    """Name the token where a gated repository needs it."""
    return ((TOKEN, None),) if is_gated(model) else ()


def gate_note(model: Model) -> tuple[Note, ...]:
    """Say how to get access to a gated repository with a token, and where a gate is likely but not known."""
    if model.gated is None and group_of(*model.license_said) in _OFTEN_GATED:
        text = (
            f"Whether {model.id} is gated is not known here. If the Hub answers 401: accept the conditions at"
            f" https://huggingface.co/{model.id} and set {TOKEN} in the environment."
        )
        return (Note("info", text),)
    if not is_gated(model):
        return ()
    waits = " Its publisher answers by hand, which can take days." if model.gated == "manual" else ""
    return (
        Note(
            "warning",
            f"Gated: accept the conditions at https://huggingface.co/{model.id} and set {TOKEN} in the environment"
            f" before this.{waits}",
        ),
    )


def license_note(model: Model) -> tuple[Note, ...]:
    """Name a licence that does not let everybody do everything."""
    group = group_of(*model.license_said)
    name = model.license_name or (license_label(model.license) if model.license else None)
    if group == "non-commercial" and name:
        return (Note("warning", f"Licence {name}: not for commercial use without an agreement with the publisher."),)
    if group == "use-restricted" and name:
        return (Note("info", f"Licence {name}: open with conditions on use; read them before shipping."),)
    return ()


def weights_note(details: ModelDetails) -> tuple[Note, ...]:
    """Warn of weights that run code when loaded."""
    if is_pickle_only(details):
        return (Note("warning", "The weights are pickle files only: loading them can run code of the repository."),)
    return ()


def trust_notes(details: ModelDetails) -> tuple[Note, ...]:
    """Warn of files that the Hub's scan flags, and say whose files these are where somebody else made the model."""
    found = [finding for finding in findings_of(details) if finding.kind in {"scan", "uploader"}]
    levels: dict[str, Level] = {"danger": "warning", "warning": "info"}
    return tuple(Note(levels[one.level], one.text) for one in found if one.level in levels)


def general_notes(details: ModelDetails) -> tuple[Note, ...]:
    """Gather what is true whatever the tool: licence, kind of weight files, the Hub's scan, whose files they are."""
    return license_note(details.model) + weights_note(details) + trust_notes(details)
