"""SOUTH WING: what a person should know beside a command: gates, licences, custom code, the machine's system."""

from __future__ import annotations

from modelscope_tui.catalog.license import group_of, license_label
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.quantization import is_pickle_only
from modelscope_tui.launch.answer import Note

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
    if model.gated is None and group_of(model.license, model.license_name) in _OFTEN_GATED:
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
    group = group_of(model.license, model.license_name)
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


def has_custom_code(details: ModelDetails) -> bool | None:
    """Tell whether a repository brings its own Python code; None when nothing tells."""
    if "custom_code" in details.model.tags or "auto_map" in (details.config or {}):
        return True
    if details.files is not None:
        return any(file.path.endswith(".py") for file in details.files)
    return None


def general_notes(details: ModelDetails) -> tuple[Note, ...]:
    """Gather what is true whatever the tool: licence and kind of weight files."""
    return license_note(details.model) + weights_note(details)
