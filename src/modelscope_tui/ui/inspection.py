"""The selected model: what is known of it, which tool and options its command is for, and the copying of it.

UPPER FLOOR. Typing must not wait for this: a selection is looked into only after it has rested for a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from modelscope_tui.catalog.model import Model
from modelscope_tui.ui.panes.detail import DetailPane
from modelscope_tui.ui.present import clean
from modelscope_tui.ui.work import Work

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.launch.answer import LaunchAnswer
    from modelscope_tui.launch.subject import Options
    from modelscope_tui.ui.study import Study

REST_SECONDS = 0.25
"""How long a selection rests before it is looked into."""

SHELLS = ("bash", "powershell", "cmd")
"""The shells that commands are written for."""


class Inspection:
    """What is done with one model at a time."""

    def __init__(self, explorer: Explorer, work: Work, pane: DetailPane, screen: Any) -> None:
        self._explorer = explorer
        self._work = work
        self._pane = pane
        self._screen = screen
        self._timer: Timer | None = None
        self._copies: str | None = None
        self._options: Options | None = None
        self.model: Model | None = None
        """The selected one."""
        self.labels: Mapping[str, str] = {}
        """Tool names as people write them."""
        self.put_on_clipboard: Callable[[str], str] = lambda _: ""

    @property
    def options(self) -> Options:
        """What the command is built for."""
        if self._options is None:
            from modelscope_tui.launch.subject import Options

            self._options = Options()
        return self._options

    @property
    def known(self) -> Study | None:
        """What is known of the selected model, when anything is."""
        known = self._pane.known
        return known if known is not None and self.model is not None and known.asked == self.model.id else None

    @property
    def answer(self) -> LaunchAnswer | None:
        """The answer of the tool that is shown."""
        return self.known.launch(self._pane.current_tool) if self.known is not None else None

    def quantizations(self) -> tuple[str, ...]:
        """Name what `--quant` can be here: from the real files of the model and of its GGUF repositories."""
        from modelscope_tui.catalog.quantization import quantizations_of

        if self.known is None:
            return ()
        kept = [self._explorer.cached_details(name) for name in self.known.model.gguf_repos]
        everything = (self.known.details, *(one.value for one in kept if one is not None))
        return tuple(dict.fromkeys(item.name for one in everything for item in quantizations_of(one)))

    def select(self, model: Model | None) -> None:
        """Turn to another model; it is looked into when it has rested for a moment."""
        if model is not None and self.model is not None and model.id != self.model.id:
            self._copies = None
            if self._options is not None:
                self._options = replace(self._options, quant=None, context=None, revision=None)
        self.model = model
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(REST_SECONDS, self.look)

    def look(self, *, refresh: bool = False) -> None:
        """Look into the selected model now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.model is None:
            waiting = "The index is being made; a model can be looked into as soon as it is there."
            self._pane.show_nothing("No model is selected." if self._explorer.is_ready else waiting)
            return
        if self.known is not None and self.known.is_final and not refresh:
            return
        self._pane.show_row(self.model)
        if self._explorer.is_ready:
            self._work.study(self.model, self.options, refresh=refresh)

    def learn(self, known: Study) -> None:
        """Show what a worker found out, unless another model is selected by now."""
        if self.model is None or known.asked != self.model.id:
            return
        self._pane.show_study(known, self.labels)
        if known.options != self.options:
            self._work.rebuild(known, self.options)
        elif self._copies == known.asked:
            self._copies = None
            self.copy_command()

    def choose_tool(self, tool: str | None) -> None:
        """Show the command of another tool."""
        self._pane.show_tool(tool)

    def choose_options(self, options: Options) -> None:
        """Build the command for other options at once."""
        self._options = options
        if self.known is not None:
            self._work.rebuild(self.known, options)

    def rebuild(self) -> None:
        """Build the commands anew: for another machine."""
        if self.known is not None:
            self._work.rebuild(self.known, self.options)

    def choose_next_shell(self) -> None:
        """Write the command for the next shell."""
        at = SHELLS.index(self.options.shell) if self.options.shell in SHELLS else -1
        self.choose_options(replace(self.options, shell=SHELLS[(at + 1) % len(SHELLS)]))

    def copy_command(self) -> None:
        """Put the command on the clipboard; when it is not built yet, as soon as it is."""
        if self.model is None:
            self._say("Select a model first.", "warning")
            return
        known = self.known
        if known is None:
            self._copies = self.model.id
            self.look()
            return
        answer = known.launch(self._pane.current_tool)
        if answer is not None and answer.command is not None:
            what = f"{self.labels.get(answer.tool, clean(answer.tool))} command"
            self._work.copy(answer.command.text, what, self.put_on_clipboard)
        else:
            reason = (
                clean(answer.reason, 300) if answer is not None and answer.reason else "There is no command to copy."
            )
            self._say(reason, "warning")

    def copy_id(self) -> None:
        """Put the model's id on the clipboard."""
        if self.model is not None:
            self._work.copy(self.model.id, "id", self.put_on_clipboard)

    def _say(self, words: str, severity: str) -> None:
        self._screen.notify(words, severity=severity, timeout=3, markup=False)
