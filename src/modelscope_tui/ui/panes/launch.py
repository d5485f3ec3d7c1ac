"""The Launch tab: one tool's command for the model, why it is so, and what else would do.

UPPER FLOOR. It shows the answers it is given; the command stands in a box of its own and can be selected by mouse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from modelscope_tui.ui import present
from modelscope_tui.ui.messages import LaunchAsked
from modelscope_tui.ui.panes.detail import DetailPane
from modelscope_tui.ui.panes.overview import banner, headline
from modelscope_tui.ui.panes.tab import Tab
from modelscope_tui.ui.present import VERDICT_STYLES, clean, clean_lines, hanging, verdict_glyph, width_of
from modelscope_tui.ui.widgets.choices import Choice, Choices
from modelscope_tui.ui.widgets.words import Words

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model
    from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note
    from modelscope_tui.ui.study import Study

VERDICTS = {
    "ready": "will run here",
    "tight": "will run, with a trade-off",
    "too-large": "the command is right, this machine is too small",
    "refused": "cannot be run with this tool",
    "unknown": "not known whether it fits",
}
"""A verdict as a sentence."""

CONTEXT_FLAGS = frozenset(
    {"--max-model-len", "--ctx-size", "--context-length", "--max-total-tokens", "OLLAMA_CONTEXT_LENGTH"}
)
"""The parts of a command that say how much context it asks for; a command without one leaves it to the tool."""


class LaunchTab(Tab):
    """The tab."""

    def compose(self) -> ComposeResult:
        """Make the chips, the box and the sheet."""
        yield Choices(id="launch-tools")
        yield Words(id="launch-command")
        yield Words(id="launch-options")
        yield Words(id="launch-sheet")

    def show_words(self, words: Content) -> None:
        """Say something instead of a command."""
        self.query_one(Choices).show((), "")
        self._write(None, Content(""), words)

    def show(self, model: Model, known: Study | None) -> None:  # noqa: ARG002 - the row is in the study
        """Show the command of the chosen tool as soon as it is built."""
        tool = self.pane.current_tool
        if known is None or tool is None:
            self.show_words(Content.styled("building the command …", "$foreground 50%"))
        else:
            self._show_answer(known, tool, self.pane.labels)

    def _show_answer(self, known: Study, tool: str, labels: Mapping[str, str]) -> None:
        """Show a tool's answer, with all tools and their verdicts above it."""
        self.query_one(Choices).show(_chips(known, labels), tool)
        answer = known.launch(tool)
        if answer is None:
            self._write(None, Content(""), Content("This tool is not known here."))
            return
        command = clean_lines(answer.command.text) if answer.command is not None else None
        parts = [headline(known.model, self.room), *_parts(answer, known, labels, self.room)]
        sheet = Content("\n\n").join([part for part in parts if part.plain.strip()])
        self._write(command, _chosen(answer, known, self.room - 2), sheet)

    def action_tool(self, direction: int) -> None:
        """Go to the next or previous tool."""
        names = [choice.name for choice in self.query_one(Choices).choices]
        if names:
            current = self.pane.current_tool
            at = names.index(current) if current in names else -1
            self.pane.post_message(DetailPane.ToolChosen(names[(at + direction) % len(names)]))

    def action_ask(self, what: Literal["run", "save", "edit", "target"]) -> None:
        """Ask for something to be done with the command."""
        self.pane.post_message(LaunchAsked(what))

    def action_shell(self) -> None:
        """Ask for the next shell."""
        self.pane.post_message(DetailPane.ShellRequested())

    @on(Choices.Chosen)
    def choose_tool(self, event: Choices.Chosen) -> None:
        """Post the tool that was clicked."""
        event.stop()
        self.pane.post_message(DetailPane.ToolChosen(event.name))

    def _write(self, command: str | None, options: Content, sheet: Content) -> None:
        box = self.query_one("#launch-command", Words)
        box.display = command is not None
        box.update(Content(command or ""))
        line = self.query_one("#launch-options", Words)
        line.display = bool(options.plain)
        line.update(options)
        self.query_one("#launch-sheet", Words).update(sheet)


def _chips(known: Study, labels: Mapping[str, str]) -> tuple[Choice, ...]:
    ordered = sorted(
        known.launches, key=lambda answer: list(labels).index(answer.tool) if answer.tool in labels else 99
    )
    return tuple(
        Choice(one.tool, labels.get(one.tool, clean(one.tool)), verdict_glyph(one.verdict),
               VERDICT_STYLES.get(one.verdict, "$foreground 60%"))
        for one in ordered
    )  # fmt: skip


def _chosen(answer: LaunchAnswer, known: Study, width: int) -> Content:
    """Write what the command is for, name and value together in a line."""
    options, fit = known.options, answer.fit
    if answer.command is None:
        return Content("")
    quant = options.quant or (fit.quantization if fit is not None else None)
    own = next((flag.value for flag in answer.flags if flag.flag in CONTEXT_FLAGS), "")
    context = int(own) if own and own.isdecimal() else None
    shown = (
        ("quant", clean(quant or "", 40)),
        ("context", present.tokens(context) if context else ""),
        ("context judged", present.tokens(fit.context) if fit is not None and not context else ""),
        ("port", str(options.port or "")),
        ("target", options.target),
        ("shell", options.shell),
    )
    parts: list[tuple[str, str]] = []
    x = 0
    for name, text in (pair for pair in shown if pair[1]):
        needed = width_of(name) + 1 + width_of(text)
        gap = "" if not x else "   " if x + 3 + needed <= width else "\n"
        x = needed if gap == "\n" else x + len(gap) + needed
        parts += [(f"{gap}{name} ", "$foreground 50%"), (text, "")]
    return Content.assemble(*parts)


def _parts(answer: LaunchAnswer, known: Study, labels: Mapping[str, str], width: int) -> Iterator[Content]:
    style = VERDICT_STYLES.get(answer.verdict, "$foreground 70%")
    label = labels.get(answer.tool, clean(answer.tool))
    yield Content.assemble(
        (f"{verdict_glyph(answer.verdict)} ", style),
        (hanging(f"{label}: {VERDICTS.get(answer.verdict, answer.verdict)}", width, 2), style),
        (f"\n  {hanging(clean(answer.reason), width, 2)}" if answer.reason else ""),
        _memory(answer, width),
    )
    yield Content("\n").join([_note(note, width) for note in answer.notes])
    others = [
        Content.assemble(
            ("instead: ", "$foreground 50%"),
            hanging(f"{labels.get(other.tool, clean(other.tool))}, {clean(other.model)}", width, 9),
            (f"\n{clean_lines(other.text)}" if other.text else "", "$text-accent"),
            (f"\n  {hanging(clean(other.why), width, 2)}", "$foreground 60%"),
        )
        for other in answer.alternatives
    ]  # fmt: skip
    yield Content("\n").join(others)
    if answer.flags:
        yield _whys(answer, width)
    if answer.command is not None:
        for file in answer.command.files:
            yield Content.assemble(
                (f"{clean(file.path, 100)} holds", "$foreground 50%"), f"\n{clean_lines(file.content)}"
            )
    if answer.smoke_test:
        yield Content.assemble(("then try\n", "$foreground 50%"), clean_lines(answer.smoke_test))
    yield banner(known)


def _note(note: Note, width: int) -> Content:
    lead = ("! ", "$text-warning") if note.level == "warning" else (present.glyphs().dot + " ", "$foreground 50%")
    return Content.assemble(lead, hanging(clean(note.text), width, 2))


def _memory(answer: LaunchAnswer, width: int) -> str:
    fit = answer.fit
    if fit is None or fit.total_bytes is None or answer.reason:
        return ""
    of = f" of {present.memory(fit.available_bytes)}" if fit.available_bytes is not None else ""
    longest = f", up to {present.tokens(fit.max_context)} of context" if fit.max_context else ""
    return "\n  " + hanging(f"needs {present.memory(fit.total_bytes)}{of}{longest}", width, 2)


def _whys(answer: LaunchAnswer, width: int) -> Content:
    """Say why each part of the command is there, and who says so; one source that all share stands once."""
    sources = [flag.source for flag in answer.flags]
    usual = max(sources, key=sources.count)
    lines = [_flag(flag, "" if flag.source == usual else flag.source, width) for flag in answer.flags]
    lead = Content.styled(hanging(f"why each part is there (source: {clean(usual, 200)})", width, 2), "$foreground 50%")
    return Content("\n").join([lead, *lines])


def _flag(flag: Flag, source: str, width: int) -> Content:
    name = f"  {hanging(f'{clean(flag.flag)} {clean(flag.value)}', width, 4)}"
    said = f" (source: {clean(source, 200)})" if source else ""
    return Content.assemble(
        (name, "$text-accent"), (f"\n    {hanging(clean(flag.why) + said, width, 4)}", "$foreground 60%")
    )
