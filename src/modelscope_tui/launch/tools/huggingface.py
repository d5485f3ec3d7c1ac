"""Hugging Face: `hf download`, with the files that are wanted and nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.catalog.units import on_disk
from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note, refused
from modelscope_tui.launch.command import LaunchCommand, Step, option
from modelscope_tui.launch.fetching import Wanted, wanted
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import source_of
from modelscope_tui.launch.stored import stored_of
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
        files = wanted(subject.details, options.quant, subject.machine)
        if files.problem is not None:
            return refused(subject.id, self.name, files.problem)
        source = f"hf {source_of('huggingface')}"
        flags = [Flag("--include", pattern, why, source) for pattern, why in files.include]
        flags += [Flag("--exclude", pattern, why, source) for pattern, why in files.exclude]
        if options.revision is not None:
            flags.append(Flag("--revision", options.revision, "the revision asked for", source))
        options_given = [part for flag in flags for part in option(flag.flag, flag.value)]
        step = Step("Download", ("hf", "download", subject.id, *options_given), token_env(subject.model))
        notes = (*_size(subject, files), *gate_note(subject.model), *general_notes(subject.details))
        command = LaunchCommand((step,), options.shell)
        return LaunchAnswer(subject.id, self.name, "ready", command=command, flags=tuple(flags), notes=notes)


def _size(subject: Subject, files: Wanted) -> tuple[Note, ...]:
    if subject.details.files is None and stored_of(subject.model).format == "gguf":
        text = "Its files were never seen here"
        more = (
            "whether that quantization is among them is not known; --quant names another, and without --include"
            " everything comes"
            if files.include
            else "every quantization is fetched unless --quant names one"
        )
        return (Note("warning", f"{text}: {more}."),)
    total = files.size_bytes(subject.details.files or ())
    if total is None:
        return ()
    what = "These files" if files.include else "All other files" if files.exclude else "All files"
    return (Note("info", f"{what} together are {on_disk(total)}; they go to the Hugging Face cache."),)
