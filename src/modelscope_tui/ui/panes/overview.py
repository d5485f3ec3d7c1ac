"""The Overview tab: what a model is, each fact with its source and age.

UPPER FLOOR. It shows the row at once and more when the worker brings it; it says when what it shows is old, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content

from modelscope_tui.catalog.license import group_label, group_of, license_facts, license_label
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.taxonomy import category_label, language_label, organization, task_label
from modelscope_tui.ui import present
from modelscope_tui.ui.panes.tab import Tab
from modelscope_tui.ui.present import clean, width_of, wrapped
from modelscope_tui.ui.ranking import Ranking, eval_lines, ranked_lines, ranking
from modelscope_tui.ui.sources import Sources
from modelscope_tui.ui.study import Study, in_words
from modelscope_tui.ui.widgets.words import Words

if TYPE_CHECKING:
    from modelscope_tui.catalog.query import Query
    from modelscope_tui.errors import ModelscopeError
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.panes.tab import TabLine

LABEL = 14
"""Cells of the column of names."""

Fact = tuple[str, str, str]
"""A name, its text, and the row's field that it stands on."""


class Overview(Tab):
    """The tab."""

    def __init__(self, pane: DetailPane, line: TabLine) -> None:
        super().__init__(pane, line)
        self._asked: tuple[str, Query] | None = None
        self._rank: Ranking | None = None

    def compose(self) -> ComposeResult:
        """Make the sheet."""
        yield Words(id="overview-sheet")

    def show_words(self, words: Content) -> None:
        """Say something instead of a model."""
        self.query_one(Words).update(words)

    def show(self, model: Model, known: Study | None) -> None:
        """Show what the list knows at once, and all that is known as soon as it is, with its age."""
        details = known.details if known is not None else ModelDetails(model=model, as_of=model.as_of)
        loading = Content.styled("looking for more …", "$foreground 50%")
        state = self._kept(model, banner(known) if known is not None else loading)
        rank = self._rank if self._rank is not None and self._rank.model_id == model.id else None
        self._show(_sheet(details, known, state, self.room, rank))
        question = (model.id, self.pane.listed)
        if known is not None and known.is_final and question != self._asked:
            self._asked = question
            self.ask(ranking(model, self.pane.listed))

    def told(self, answer: object | None, problem: ModelscopeError | None) -> None:
        """Draw where the model stands; without an answer nothing is drawn."""
        if isinstance(answer, Ranking) and problem is None:
            self._rank = answer
            self.rewrite()

    def _kept(self, model: Model, state: Content) -> Content:
        """Add what the person keeps of the model, and what has changed since they looked."""
        star = self.pane.kept.get(model.id)
        lines = [state]
        if star is not None and star.starred:
            lines.append(
                Content.styled(f"{present.glyphs().starred} starred {present.day(star.starred)}", "$text-warning")
            )
        if star is not None and star.note:
            lines.append(Content.assemble(("note ", "$foreground 50%"), clean(star.note, 2000)))
        if star is not None and star.tags:
            lines.append(Content.assemble(("tags ", "$foreground 50%"), clean(", ".join(star.tags), 300)))
        if changes := self.pane.changes.get(model.id):
            lines.append(
                Content.styled(f"! changed since you looked: {clean('; '.join(changes), 400)}", "$text-warning")
            )
        return Content("\n").join(lines)

    def _show(self, sheet: Content) -> None:
        self.query_one(Words).update(sheet)


def headline(model: Model, width: int) -> Content:
    """Write the id in full where the pane's title has no room for it."""
    name = clean(model.id, 200)
    return Content.styled("\n".join(wrapped(name, width)), "bold") if width_of(name) + 8 > width else Content("")


def banner(known: Study) -> Content:
    """Say where the facts come from, how old they are, and why they are not newer."""
    where = present.origin(known.source, known.as_of)
    if known.problem is not None:
        if known.problem.kind == "not-cached":
            return Content.styled(f"{present.glyphs().offline} {where} · offline, files never seen", "$foreground 50%")
        return Content.assemble((f"! {where}", "$text-warning"), ("\n" + in_words(known.problem), "$text-warning"))
    if not known.is_final and (known.is_stale or known.source == "catalog"):
        return Content.styled(f"{where} · asking the Hub …", "$foreground 50%")
    return Content.styled(where, "$foreground 50%")


def _sheet(
    details: ModelDetails, known: Study | None, state: Content, width: int, rank: Ranking | None = None
) -> Content:
    model = details.model
    parts = [Content("\n").join([part for part in (headline(model, width), state) if part.plain])]
    if model.description:
        parts.append(Content(clean(model.description, 700)))
    told = (_standing(model), _what_it_is(model, known), _numbers(model), _terms(model), _inside(details))
    groups = [[*facts] for facts in (*told, _relatives(model))]
    sources = Sources(model, [field for facts in groups for _, _, field in facts])
    if sources.legend:
        parts[0] = Content.assemble(parts[0], ("\n" + "\n".join(wrapped(sources.legend, width)), "$foreground 50%"))
    for facts in groups:
        lines = [_line(fact, width, sources.mark(fact[2])) for fact in facts]
        if lines:
            parts.append(Content("\n").join(lines))
    drawn = [*(ranked_lines(rank, LABEL, width) if rank is not None else ())]
    if drawn:
        parts.insert(min(2, len(parts)), Content("\n").join(drawn))
    if scores := [*eval_lines(details, LABEL, width)]:
        parts.append(Content("\n").join(scores))
    if dates := sources.dates:
        parts.append(Content.styled("\n".join(wrapped(f"as of: {dates}", width)), "$foreground 50%"))
    return Content("\n\n").join(parts)


def _line(fact: Fact, width: int, mark: str) -> Content:
    """Write one fact with a hanging indent, and its source after it where that is not the usual one."""
    name, text, _ = fact
    lines = wrapped(clean(text, 600), max(12, width - LABEL))
    indent = "\n" + " " * LABEL
    gap = " " if width_of(lines[-1]) + len(mark) + 1 <= width - LABEL else indent
    said = (gap + mark if mark else "", "$foreground 50%")
    return Content.assemble((name.ljust(LABEL), "$foreground 50%"), indent.join(lines), said)


def _what_it_is(model: Model, known: Study | None) -> Iterator[Fact]:
    who = organization(model.organization)
    if who is not None:
        place = f" ({who.country})" if who.country else ""
        yield "by", f"{who.name}{place}", "organization"
    if known is not None and known.view.categories:
        yield "category", ", ".join(category_label(one) for one in known.view.categories), ""
    if model.task:
        yield "task", task_label(model.task), "task"
    if model.library:
        yield "library", model.library, "library"
    if model.capabilities:
        yield "can", ", ".join(model.capabilities[:8]), "capabilities"
    if model.languages:
        named = ", ".join(language_label(code) for code in model.languages[:8])
        more = f" and {len(model.languages) - 8} more" if len(model.languages) > 8 else ""
        yield "languages", named + more, "languages"


def _numbers(model: Model) -> Iterator[Fact]:
    if model.params is not None:
        active = f", {present.count(model.active_params)} active" if model.active_params else ""
        yield "parameters", present.count(model.params) + active, "params"
    elif model.params_estimate is not None:
        yield "parameters", f"about {present.count(model.params_estimate)} (an estimate)", "params_estimate"
    if model.num_experts:
        yield "experts", f"{model.num_experts}, {model.num_experts_per_token or '?'} a token", "num_experts"
    if model.context is not None:
        exact = f" ({present.grouped(model.context)} tokens)" if model.context >= 1000 else " tokens"
        yield "context", present.tokens(model.context) + exact, "context"
    if model.downloads is not None:
        yield "downloads", f"{present.grouped(model.downloads)} in 30 days", "downloads"
    if model.likes is not None:
        yield "likes", present.grouped(model.likes), "likes"
    if model.updated:
        yield "updated", f"{present.day(model.updated)}, {present.age(model.updated)}", "updated"
    if model.created:
        yield "created", f"{present.day(model.created)}, {present.age(model.created)}", "created"


def _terms(model: Model) -> Iterator[Fact]:
    group = group_label(group_of(*model.license_said))
    named = model.license_name if model.license in {None, "other"} else model.license
    yield "license", f"{license_label(named)} · {group}" if named else "not stated", "license"
    facts = license_facts(*model.license_said)
    if facts is not None and facts.note:
        yield "", facts.note, ""
    if model.gated not in {None, "no"}:
        yield "gated", "asks for acceptance on the Hub first; needs HF_TOKEN", "gated"


def _standing(model: Model) -> Iterator[Fact]:
    if model.gone:
        yield "gone", f"not in the Hub's list since {model.gone[:10]}: renamed, removed or private", "gone"
    if model.is_private:
        yield "private", "only its owners can see it", "is_private"
    if model.is_disabled:
        yield "disabled", "the Hub does not serve it any more", "is_disabled"


def _inside(details: ModelDetails) -> Iterator[Fact]:
    model = details.model
    if model.architectures:
        yield "architecture", ", ".join(model.architectures[:3]), "architectures"
    elif model.model_type:
        yield "architecture", model.model_type, "model_type"
    if model.layers:
        heads = (
            f", {model.heads} heads ({model.kv_heads} for keys and values)" if model.heads and model.kv_heads else ""
        )
        yield "layers", f"{model.layers}{heads}", "layers"
    if model.quantization:
        yield "stored as", model.quantization, "quantization"
    if details.files is not None:
        sizes = [file.size_bytes for file in details.files]
        total = f", {present.size(sum(filter(None, sizes)))}" if any(sizes) else ""
        yield "files", f"{present.grouped(len(sizes))}{total}", ""
    if model.revision:
        yield "revision", model.revision[:12], "revision"


def _relatives(model: Model) -> Iterator[Fact]:
    if model.base_models:
        yield "made from", ", ".join(model.base_models[:3]), "base_models"
    for place, name in enumerate(model.gguf_repos[:3]):
        yield "GGUF at" if not place else "", name, "gguf_repos"
    telling = [tag for tag in model.tags if ":" not in tag]
    if telling:
        yield "tags", ", ".join(telling[:14]), "tags"
