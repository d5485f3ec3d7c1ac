"""Manners: data on stdout, the rest on stderr, nothing on stderr with ``-q``, no controls where no terminal is."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from modelscope_tui.cli.text import clean, clean_block, escape_controls
from modelscope_tui.errors import NotSaved

if TYPE_CHECKING:
    from rich.console import Console

PROGRAM = "modelscope-tui"


@contextmanager
def answering() -> Iterator[None]:
    """Write to stdout in the block; a full disk under it is told as any file that cannot be written.

    Raises:
        NotSaved: it cannot be written.
        BrokenPipeError: whoever reads has read enough.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise NotSaved(f"The answer cannot be written: {error.strerror or error}.", "Is the disk full?") from error


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person looks at this stream; a closed or missing one is nobody."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def has_colour(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Decide on colour: NO_COLOR forbids it, FORCE_COLOR asks for it, else a capable terminal decides."""
    env = os.environ if environ is None else environ
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR", "0").lower() not in {"", "0", "false"}:
        return True
    return is_terminal(stream) and env.get("TERM", "") not in {"", "dumb", "unknown"}


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    coloured = has_colour(stream)
    return Console(
        file=stream, force_terminal=coloured, color_system="auto" if coloured else None, markup=False, highlight=False
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table on a terminal; piped rows have the same columns without heads."""

    title: str
    is_number: bool = False
    can_shrink: bool = False
    style: str = ""
    from_width: int = 0
    """Narrower terminals leave this column out, so that the first one stays readable."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where an answer goes, and in which form."""

    is_json: bool = False
    is_quiet: bool = False

    @property
    def is_for_a_person(self) -> bool:
        """Tell whether tables are wanted: a terminal on stdout, and no ``--json``."""
        return not self.is_json and is_terminal(sys.stdout)

    def json(self, document: Mapping[str, Any]) -> None:
        """Write the one JSON document of this call."""
        is_unicode = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")
        text = json.dumps(document, ensure_ascii=not is_unicode, indent=2 if is_terminal(sys.stdout) else None)
        with answering():
            print(escape_controls(text))

    def block(self, text: str) -> None:
        """Write lines of data that are meant to be taken as they stand, such as a command."""
        with answering():
            print(clean_block(text))

    def note(self, text: str) -> None:
        """Tell the person something that is not data: one line on stderr, silent with ``-q``."""
        if not self.is_quiet and sys.stderr is not None:
            print(f"{PROGRAM}: {clean(text)}", file=sys.stderr)

    def remark(self, text: str) -> None:
        """Explain beside the data: a line on stderr that a shell would skip when it is pasted along."""
        if not self.is_quiet and sys.stderr is not None:
            print(f"# {clean(text)}", file=sys.stderr)

    def heading(self, text: str) -> None:
        """Write a heading over what follows, for a person; pipes need none."""
        if self.is_for_a_person:
            from rich.text import Text

            with answering():
                _console(sys.stdout).print(Text(clean(text), style="bold"))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write rows: a table on a terminal, tab-separated lines in a pipe."""
        if not self.is_for_a_person:
            for row in rows:
                self._piped(columns, row)
            return
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        console = _console(sys.stdout)
        places = [place for place, column in enumerate(columns) if console.width >= column.from_width]
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
        for column in (columns[place] for place in places):
            table.add_column(
                column.title,
                justify="right" if column.is_number else "left",
                style=column.style,
                no_wrap=column.can_shrink,
                overflow="ellipsis" if column.can_shrink else "fold",
            )
        for row in rows:
            table.add_row(*(Text(clean_block(row[place])) for place in places))
        with answering():
            console.print(table)

    def _piped(self, columns: Sequence[Column], row: Sequence[str]) -> None:
        cells = [clean(cell) for cell in row]
        if has_colour(sys.stdout):  # FORCE_COLOR: the same fields, only lit
            from rich.style import Style

            styled = (Style.parse(column.style or "none") for column in columns)
            cells = [style.render(cell) for style, cell in zip(styled, cells, strict=True)]
        with answering():
            print("\t".join(cells))

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write names and values: two aligned columns on a terminal, tab-separated in a pipe."""
        if not self.is_for_a_person:
            for pair in pairs:
                self._piped(_FACT_COLUMNS, pair)
            return
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        table.add_column(style="cyan", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in pairs:
            table.add_row(Text(clean(name)), Text(clean_block(value)))
        with answering():
            _console(sys.stdout).print(table)


_FACT_COLUMNS = (Column("Fact", style="cyan"), Column("Value"))
