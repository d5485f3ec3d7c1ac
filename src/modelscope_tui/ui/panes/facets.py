"""A facet pane: values with live counts that narrow the models. One class, four uses.

UPPER FLOOR. It is given counts and what is chosen; it posts what a person toggled. The filter line and the query are
not its business.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.content import Content
from textual.message import Message

from modelscope_tui.catalog.facet import FacetValue
from modelscope_tui.ui import keymap
from modelscope_tui.ui.messages import OrganizationRequested
from modelscope_tui.ui.present import clean, count, fitted, glyphs, grouped, width_of
from modelscope_tui.ui.tools import NO_TOOLS, Tools
from modelscope_tui.ui.widgets.borders import CORNERS, below
from modelscope_tui.ui.widgets.line_list import LineList, Piece


@dataclass(frozen=True, slots=True)
class Use:
    """One use of the pane: which field of the query it stands for, and its words."""

    field: str
    number: int
    title: str
    help: str


TASKS = "task"
"""The group, and the query field, of the tasks that follow the categories in their pane."""

USES = (
    Use("org", 1, "Organizations", "Who published the models; most models first."),
    Use("category", 2, "Categories", "What the models are for; a model may be in several."),
    Use("license", 3, "Licenses", "What the licenses allow, by group, then license by license. Not legal advice."),
    Use("tool", 4, "Tools", "Programs that can run them. Choosing one narrows, and shows its command under Launch."),
)
"""The four panes, in the order of their keys."""


class FacetPane(LineList):
    """The values of one facet."""

    BINDINGS: ClassVar[Any] = list(keymap.FACET)

    class Toggled(Message):
        """A value was chosen, or let go of."""

        def __init__(self, field: str, value: str) -> None:
            super().__init__()
            self.field = field
            self.value = value

    class Excluded(Toggled):
        """A value was excluded, or allowed again."""

    class Cleared(Message):
        """All choices of the pane were taken back."""

        def __init__(self, field: str) -> None:
            super().__init__()
            self.field = field

    def __init__(self, use: Use) -> None:
        super().__init__(id=use.field)
        self.use = use
        self.help = use.help
        self.find = ""
        """Letters that shorten the list."""
        self.is_finding = False
        """Whether letters go into `find` now."""
        self._values: tuple[FacetValue, ...] = ()
        self._shown: tuple[FacetValue, ...] = ()
        self._chosen: frozenset[str] = frozenset()
        self._excluded: frozenset[str] = frozenset()
        self._found = 0
        self._count_width = 1
        self._tools = NO_TOOLS

    # -- what it is given --------------------------------------------------------------------------------------

    def show_values(
        self,
        values: tuple[FacetValue, ...],
        chosen: frozenset[str],
        excluded: frozenset[str],
        *,
        found: int | None = None,
    ) -> None:
        """Show values with their counts and what of them is chosen.

        Args:
            found: how many values there are in all, where not every one is listed.
        """
        found = len(values) if found is None else found
        now = (values, chosen, excluded, found)
        if now == (self._values, self._chosen, self._excluded, self._found):
            return
        self._values, self._chosen, self._excluded, self._found = now
        self._relist()

    def show_tools(self, tools: Tools) -> None:
        """Show which tools are installed here or answer, and what the one under the cursor is for."""
        self._tools = tools
        self.forget_strips()
        self.refresh()

    def _relist(self) -> None:
        here = self.value
        self._count_width = max((len(grouped(min(one.count, 99_999))) for one in self._values), default=1)
        wanted = self.find.casefold()
        self._shown = self._values
        if wanted:
            self._shown = tuple(one for one in self._values if wanted in f"{one.label} {one.value}".casefold())
        cursor = next((at for at, one in enumerate(self._shown) if here and one.value == here.value), None)
        kept = cursor is not None and bool(self._chosen | self._excluded or self.has_focus)
        self.show_lines(
            len(self._shown), cursor=cursor if kept and cursor is not None else 0, top=self.top if kept else 0
        )
        self._entitle()

    @property
    def value(self) -> FacetValue | None:
        """The value under the cursor."""
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    def _entitle(self) -> None:
        head = f"{self.use.number} {self.use.title}"
        if self.is_finding or self.find:
            words = f"find: {clean(self.find, 40)}" + ("▏" if self.is_finding else "")
        else:
            here = self.value if self.has_focus else None
            chosen = len(self._chosen) + len(self._excluded)
            more = grouped(self._found) if self._found > len(self._values) else ""
            words = f"{chosen} chosen" if chosen else more
            if here is not None:
                words = clean(f"{self._field_of(here)}:{here.value}", 120)
                more = self._tools.words(here.value)
                if more and width_of(f"{words}, {more}") <= self.outer_size.width - CORNERS:
                    words += f", {more}"
        upper, lower = below(head, words, self.outer_size.width)
        self.border_title, self.border_subtitle = Content(upper), Content(lower)

    def on_mount(self) -> None:
        """Write the title."""
        self._entitle()

    def on_resize(self) -> None:
        """Keep the cursor in view, and its value whole."""
        super().on_resize()
        self._entitle()

    # -- painting ----------------------------------------------------------------------------------------------

    def key_of(self, line: int) -> Hashable | None:
        """A line's picture depends on the value and on what is chosen."""
        one = self._shown[line]
        return one, self._sign(one), self._count_width

    def _sign(self, one: FacetValue) -> str:
        value = one.value.casefold()
        if value in self._chosen:
            return glyphs().chosen
        return glyphs().excluded if value in self._excluded else " "

    def _name_of(self, one: FacetValue) -> str:
        """Name a value as short as it is clear: a license inside its group by its id."""
        if self.use.field == "license" and one.group is not None:
            return clean(one.value, 200)
        return clean(one.label, 200).removeprefix("Domain Specific: ")

    def pieces(self, line: int, width: int) -> list[Piece]:
        """Paint a value: cursor, sign, name, badge, count."""
        one = self._shown[line]
        sign = self._sign(one)
        number = (count(one.count) if one.count >= 100_000 else grouped(one.count)).rjust(self._count_width)
        indent = "  " if one.group is not None else ""
        is_running = one.value in self._tools.running
        sign_of = glyphs().online if is_running else glyphs().offline
        badge = f" {sign_of}" if is_running or one.value in self._tools.installed else ""
        room = width - 3 - len(indent) - len(badge) - len(number) - 1
        is_out = sign == glyphs().excluded
        name = "muted" if is_out or (one.group is not None and sign == " ") or not one.count else "text"
        return [
            (glyphs().cursor if line == self.cursor and self.has_focus else " ", "accent"),
            (sign + " ", "bad" if is_out else "accent"),
            (indent + fitted(self._name_of(one), max(1, room)), "accent" if sign == glyphs().chosen else name),
            (badge, "good"),
            (" " + number, "muted"),
        ]

    # -- what a person does ------------------------------------------------------------------------------------

    def _field_of(self, one: FacetValue) -> str:
        return TASKS if one.group == TASKS else self.use.field

    def action_choose(self) -> None:
        """Choose the value under the cursor, or let go of it."""
        if (one := self.value) is not None:
            self.post_message(self.Toggled(self._field_of(one), one.value))

    def action_open_value(self) -> None:
        """Ask who an organization is; in other panes, choose the value."""
        if self.use.field == "org" and self.value is not None:
            self.post_message(OrganizationRequested(self.value.value))
        else:
            self.action_choose()

    def action_exclude(self) -> None:
        """Exclude the value under the cursor, or allow it again."""
        if (one := self.value) is not None:
            self.post_message(self.Excluded(self._field_of(one), one.value))

    def action_clear(self) -> None:
        """Take back every choice of this pane, and what shortens its list."""
        if self.find:
            self._find_for("", is_finding=False)
        self.post_message(self.Cleared(self.use.field))

    def action_find(self) -> None:
        """Let letters shorten the list from now on."""
        self._find_for(self.find, is_finding=True)

    def _find_for(self, letters: str, *, is_finding: bool) -> None:
        self.find, self.is_finding = letters, is_finding
        self._relist()

    def stop_finding(self) -> bool:
        """Show the whole list again; tell whether it was shortened."""
        was_shorter = self.is_finding or bool(self.find)
        if was_shorter:
            self._find_for("", is_finding=False)
        return was_shorter

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Keep letters from being taken as keys while they shorten the list."""
        return self.is_finding and (key in {"backspace", "enter"} or bool(character and character.isprintable()))

    def on_key(self, event: events.Key) -> None:
        """Take letters while finding."""
        if not self.is_finding:
            return
        if event.key == "enter":
            self._find_for(self.find, is_finding=False)
        elif event.key == "backspace":
            self._find_for(self.find[:-1], is_finding=True)
        elif event.is_printable and event.character:
            self._find_for((self.find + event.character)[:80], is_finding=True)
        else:
            return
        event.stop()
        event.prevent_default()

    def move_to(self, line: int) -> None:
        """Move, and write under the list how the value is typed."""
        super().move_to(line)
        self._entitle()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Write how the value under the cursor is typed, while the pane has the focus."""
        super().watch_has_focus(has_focus)
        self._entitle()

    def on_click(self, event: events.Click) -> None:
        """Choose the value that was clicked."""
        line = self.line_at(event)
        if line is not None:
            self.move_to(line)
            self.action_choose()
