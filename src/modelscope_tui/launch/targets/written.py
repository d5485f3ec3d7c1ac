"""What a target's file gives back, and the words that several of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.command import File, Step


@dataclass(frozen=True, slots=True)
class Written:
    """A command for a target, before it has a shell."""

    steps: tuple[Step, ...]
    files: tuple[File, ...] = ()
    main: int = 0
    notes: tuple[Note, ...] = ()


def yaml_text(documents: Sequence[Mapping[str, Any]], lead: str) -> str:
    """Write documents as YAML, with a comment before them; nothing is folded, so that a line can be searched for."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Indents lists under their key, as the files that people write do, and never writes an alias."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
            super().increase_indent(flow, indentless=False)

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
            return True

    text = yaml.dump_all(
        documents, Dumper=Dumper, sort_keys=False, default_flow_style=False, width=10_000, allow_unicode=False
    )
    return f"# {lead}\n{text}"
