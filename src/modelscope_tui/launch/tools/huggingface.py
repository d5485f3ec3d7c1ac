"""Hugging Face: `hf download`, with the files that are wanted and nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.catalog.quantization import mmproj_files, quantizations_of
from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note, refused
from modelscope_tui.launch.command import LaunchCommand, Step, option
from modelscope_tui.launch.gguf import choose
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import source_of
from modelscope_tui.launch.stored import stored_of
from modelscope_tui.launch.subject import Options, Subject

_FOLDERS = (("original/", "original/*"), ("onnx/", "onnx/*"), ("openvino/", "openvino/*"), ("coreml/", "coreml/*"))
_OLDER = (".bin", ".pth", ".pt", ".h5", ".msgpack", ".ot", ".ckpt")
"""Endings of weights that safetensors files replace."""


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
        elif stored_of(subject.model, subject.details).format == "gguf":
            flags += _one_quantization(subject, source)
        else:
            flags += [Flag("--exclude", pattern, why, source) for pattern, why in _twice(subject.details)]
        if options.revision is not None:
            flags.append(Flag("--revision", options.revision, "the revision asked for", source))
        options_given = [part for flag in flags for part in option(flag.flag, flag.value)]
        step = Step("Download", ("hf", "download", subject.id, *options_given), token_env(subject.model))
        notes = (*_size(subject, flags), *gate_note(subject.model), *general_notes(subject.details))
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


def _one_quantization(subject: Subject, source: str) -> list[Flag]:
    """Name the files of the usual quantization and its projector: nobody wants ten of them."""
    held = quantizations_of(subject.details)
    chosen = choose(held, None, subject.machine).quantization if held else None
    named = _named(subject.details, chosen.name) if chosen is not None else ""
    if chosen is None or isinstance(named, str):
        return []
    why = f"only the files of {chosen.name}; --quant names another"
    flags = [Flag("--include", pattern, why, source) for pattern in named]
    if mmproj_files(subject.details):
        flags.append(Flag("--include", "*mmproj*", "the projector for pictures or sound", source))
    return flags


def _twice(details: ModelDetails) -> tuple[tuple[str, str], ...]:
    """Name what holds the same weights a second time, where the files are known."""
    files = details.files or ()
    found = [pattern for folder, pattern in _FOLDERS if any(file.path.startswith(folder) for file in files)]
    rest = [file.path for file in files if not file.path.startswith(tuple(folder for folder, _ in _FOLDERS))]
    if any(path.endswith(".safetensors") and "/" not in path for path in rest):
        for end in _OLDER:
            older = [path for path in rest if path.endswith(end)]
            if older and not any("/" in path for path in older):
                found.append(f"*{end}")
    return tuple((pattern, "the same weights a second time, in another format") for pattern in found)


def _size(subject: Subject, flags: list[Flag]) -> tuple[Note, ...]:
    if subject.details.files is None and stored_of(subject.model).format == "gguf" and not flags:
        text = "Its files were never seen here: every quantization is fetched unless --quant names one."
        return (Note("warning", text),)
    sizes = [file.size_bytes for file in subject.details.files or ()]
    if flags or not sizes or any(size is None for size in sizes):
        return ()
    total = sum(size for size in sizes if size is not None)
    return (Note("info", f"All files together are {total / 1e9:.1f} GB; they go to the Hugging Face cache."),)
