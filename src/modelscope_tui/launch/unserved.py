"""SOUTH WING: the answer of a tool that does not serve what a model is for, or cannot tell what it is for."""

from __future__ import annotations

from modelscope_tui.catalog.model import Model
from modelscope_tui.launch.answer import LaunchAnswer, refused
from modelscope_tui.launch.family import architectures_of
from modelscope_tui.launch.purpose import purpose_of, said_of


def not_for(model: Model, tool: str, label: str) -> LaunchAnswer:
    """Refuse a model by what it is for; where nothing tells that, say which facts are missing instead."""
    is_told = purpose_of(model) != "unknown" or bool(model.task or model.library or architectures_of(model))
    if is_told:
        draws = purpose_of(model) == "image-generation" and tool == "llamacpp"
        more = " stable-diffusion.cpp is a separate project for pictures." if draws else ""
        return refused(model.id, tool, f"{label} does not serve {said_of(model)}.{more}")
    reason = f"Whether {label} serves it is not known: neither its task nor its architecture was ever seen here."
    return LaunchAnswer(model.id, tool, "unknown", reason)
