"""Hugging Face: `hf download`, with the files that are wanted and nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.catalog.quantization import quantizations_of
from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note, refused
from modelscope_tui.launch.command import LaunchCommand, Step, option
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import source_of
from modelscope_tui.launch.subject import Options, Subject


@dataclass(frozen=True, slots=True)
class HuggingFace:
    """Fetches the files of any repository."""

    name: str = "huggingface"
    label: str = "Hugging Face"
    purpose: Literal["hub"] = "hub"

    def can_run(self, model: Model) -> bool:
        """Offer every repository that has a valid id."""
        return is_repo_id(model.id)

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `hf download`."""
        source = f"hf {source_of('huggingface')}"
        flags: list[Flag] = []
        if options.quant is not None:
            chosen = _named(subject.details, options.quant)
            if isinstance(chosen, str):
                return refused(subject.id, self.name, chosen)
            flags += [Flag("--include", pattern, f"only the files of {options.quant}", source) for pattern in chosen]
        elif _keeps_original(subject.details):
            flags.append(Flag("--exclude", "original/*", "the same weights a second time, in Meta's format", source))
        if options.revision is not None:
            flags.append(Flag("--revision", options.revision, "the revision asked for", source))
        options_given = [part for flag in flags for part in option(flag.flag, flag.value)]
        step = Step("Download", ("hf", "download", subject.id, *options_given), token_env(subject.model))
        notes = (*_size(subject, options), *gate_note(subject.model), *general_notes(subject.details))
        command = LaunchCommand((step,), options.shell)
        return LaunchAnswer(subject.id, self.name, "ready", command=command, flags=tuple(flags), notes=notes)


def _named(details: ModelDetails, quant: str) -> tuple[str, ...] | str:
    """Choose the patterns of one quantization; a text is the reason why there are none."""
    if details.files is None:
        return (f"*{quant}*",)
    found = quantizations_of(details)
    match = [item for item in found if item.name.upper() == quant.upper()]
    if not match:
        names = ", ".join(dict.fromkeys(item.name for item in found)) or "no weights"
        return f"There is no {quant} in {details.id}, but {names}."
    paths = [file.path for file in match[0].files]
    if any(char in path for path in paths for char in "*?[") or not all(path.isprintable() for path in paths):
        return f"The files of {quant} in {details.id} have names that cannot be part of a command."
    return (paths[0],) if len(paths) == 1 else (f"*{match[0].name}*",)


def _keeps_original(details: ModelDetails) -> bool:
    return any(file.path.startswith("original/") for file in details.files or ())


def _size(subject: Subject, options: Options) -> tuple[Note, ...]:
    sizes = [file.size_bytes for file in subject.details.files or ()]
    if options.quant is not None or not sizes or any(size is None for size in sizes):
        return ()
    total = sum(size for size in sizes if size is not None)
    return (Note("info", f"All files together are {total / 1e9:.1f} GB; they go to the Hugging Face cache."),)
