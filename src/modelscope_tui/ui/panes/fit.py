"""The Fit tab: what a model needs on the chosen machine, in which forms, up to which context, and what else would do.

UPPER FLOOR. The worker works it out for every new study; until it has, what was there before stays, or a line says
that it is being worked out. What is not known is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.content import Content

from modelscope_tui.ui.messages import LaunchAsked, OptionsWished
from modelscope_tui.ui.panes.overview import banner
from modelscope_tui.ui.panes.tab import Tab
from modelscope_tui.ui.present import (
    VERDICT_STYLES,
    clean,
    fitted,
    glyphs,
    memory,
    part_of,
    tokens,
    verdict_glyph,
    wrapped,
)
from modelscope_tui.ui.study import in_words
from modelscope_tui.ui.widgets.meters import Part, curve, meter
from modelscope_tui.ui.widgets.words import Words

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model
    from modelscope_tui.errors import ModelscopeError
    from modelscope_tui.fit.estimate import FitEstimate
    from modelscope_tui.fit.outlook import Outlook
    from modelscope_tui.launch.subject import Options
    from modelscope_tui.ui.panes.detail import DetailPane
    from modelscope_tui.ui.panes.tab import TabLine
    from modelscope_tui.ui.study import Study

SAID = {"yes": "It fits", "tight": "It runs with a trade-off", "no": "It does not fit", "unknown": "It is not known"}
"""The verdicts as sentences begin."""

CACHE_TYPES = {"llamacpp": ("f16", "q8_0", "q4_0"), "server": ("f16", "fp8")}
"""Types of the KV cache that one looks at in turn; 16 bit is what all engines begin with."""

_DIM = "$foreground 50%"


class FitTab(Tab):
    """The tab."""

    def compose(self) -> ComposeResult:
        """Make the sheet."""
        yield Words(id="fit-sheet")

    def __init__(self, pane: DetailPane, line: TabLine) -> None:
        super().__init__(pane, line)
        self._known: Study | None = None
        self._seen: Outlook | None = None
        self._seen_for: Options | None = None
        self._problem: ModelscopeError | None = None

    def show_words(self, words: Content) -> None:
        """Say something instead of a model."""
        self._known = self._seen = None
        self.query_one(Words).update(words)

    def show(self, model: Model, known: Study | None) -> None:
        """Have a new study worked out; show what is there meanwhile."""
        if known is None:
            self.show_words(Content.styled(f"looking into {clean(model.name, 96)} …", _DIM))
        else:
            self.think(model, known)
            self._write()

    def think(self, model: Model, known: Study | None) -> bool:  # noqa: ARG002 - the row is in the study
        """Have a study worked out that is not yet."""
        if known is None or known is self._known:
            return False
        if self._known is None or self._known.asked != known.asked:
            self._seen = self._problem = None
        self._known = known
        details, options = known.details, known.options
        self.ask(lambda explorer: (explorer.outlook(details, options), options))
        return True

    def told(self, answer: object | None, problem: ModelscopeError | None) -> None:
        """Show what was worked out."""
        self._problem = problem
        if answer is not None:
            self._seen, self._seen_for = cast("tuple[Outlook, Options]", answer)
        self.rewrite()

    def _write(self) -> None:
        known, seen = self._known, self._seen
        if known is None:
            return
        if self._problem is not None:
            parts = [Content.styled(f"! {in_words(self._problem)}", "$text-warning")]
        elif seen is None:
            parts = [Content.styled("working out what it needs …", _DIM)]
        else:
            parts = [part for part in _sheet(seen, self.room) if part.plain]
        self.query_one(Words).update(Content("\n\n").join([*parts, banner(known)]))

    # -- what a person does ------------------------------------------------------------------------------------

    def action_quant(self, direction: int) -> None:
        """Look at the next way to store the weights."""

        def _next(wished: Options, seen: Outlook) -> Options:
            names = [clean(way.quantization, 60) for way in seen.ways if way.quantization]
            now = wished.quant if self._is_ahead(wished) else seen.chosen.quantization
            at = names.index(now) + direction if now in names else 0
            return replace(wished, quant=names[at % len(names)]) if names else wished

        self._wish(_next)

    def action_context(self, direction: int) -> None:
        """Look at twice the context, or half of it."""

        def _next(wished: Options, seen: Outlook) -> Options:
            now = (self._is_ahead(wished) and wished.context) or seen.chosen.context
            lengths = [length for length, _ in seen.curve if (length > now if direction > 0 else length < now)]
            return replace(wished, context=lengths[0 if direction > 0 else -1]) if lengths else wished

        self._wish(_next)

    def action_cache(self, direction: int) -> None:
        """Look at the next type of the KV cache that the engine knows."""

        def _next(wished: Options, seen: Outlook) -> Options:
            types = CACHE_TYPES["llamacpp" if seen.chosen.engine == "llamacpp" else "server"]
            now = wished.kv_dtype or types[0] if self._is_ahead(wished) else seen.chosen.kv_dtype
            chosen = types[(types.index(now) + direction) % len(types)] if now in types else types[0]
            return replace(wished, kv_dtype=None if chosen == types[0] else chosen)

        self._wish(_next)

    def _wish(self, step: Callable[[Options, Outlook], Options]) -> None:
        """Wish for a step from what is wished now: keys are quicker than answers, and each of them counts."""
        seen = self._seen
        if seen is not None:
            self.pane.post_message(OptionsWished(lambda wished: step(wished, seen)))

    def _is_ahead(self, wished: Options) -> bool:
        """Tell whether more is wished than is worked out by now."""
        return self._seen_for is not None and wished != self._seen_for

    def action_edit(self) -> None:
        """Open the form of the options."""
        self.pane.post_message(LaunchAsked("edit"))


def _sheet(seen: Outlook, width: int) -> Iterator[Content]:
    fit = seen.chosen
    yield _verdict(fit, width)
    yield _memory(fit, width)
    yield _facts(fit, width)
    yield _ways(seen, width)
    yield _lengths(seen, width)
    yield _others(seen, width)
    yield _basis(fit, width)


def _verdict(fit: FitEstimate, width: int) -> Content:
    style = VERDICT_STYLES.get(fit.fits, "$foreground 70%")
    where = clean(fit.machine.describe(), 200)
    words = f"{SAID[fit.fits]} on {where}."
    lines = wrapped(words, width - 2)
    text = [(f"{verdict_glyph(fit.fits)} " + "\n  ".join(lines), style)]
    if fit.missing:
        lacking = wrapped(f"Not known here: {', '.join(fit.missing)}.", width - 2)
        text.append(("\n  " + "\n  ".join(lacking), "$text-warning"))
    return Content.assemble(*text)


def _memory(fit: FitEstimate, width: int) -> Content:
    """Draw weights, cache and overhead against what the machine gives."""
    if fit.weights_bytes is None:
        return Content("")
    known = (
        ("weights", fit.weights_bytes, "$accent"),
        ("cache", fit.kv_bytes, "$secondary"),
        ("overhead", fit.overhead_bytes, "$foreground 40%"),
    )
    parts = [Part(name, found, style) for name, found, style in known if found is not None]
    return meter(parts, fit.available_bytes, width)


def _facts(fit: FitEstimate, width: int) -> Content:
    speed = fit.decode
    facts = [
        ("stored as", clean(fit.quantization or "", 40)),
        ("context", tokens(fit.context)),
        ("cache", clean(fit.kv_dtype, 20)),
        ("longest", tokens(fit.max_context) if fit.max_context else ""),
        ("speed", f"{speed.low:.0f} to {speed.high:.0f} tokens a second" if speed else ""),
        ("cards", _cards(fit)),
        ("at once", f"{fit.concurrency:.1f} such contexts" if fit.concurrency and fit.fits in {"yes", "tight"} else ""),
    ]
    lines = [[(f"{name:11}", _DIM), (fitted(text, width - 11).rstrip(), "")] for name, text in facts if text]
    return Content("\n").join([Content.assemble(*line) for line in lines])


def _cards(fit: FitEstimate) -> str:
    tensor, stages = fit.tensor_parallel or 1, fit.pipeline_parallel or 1
    if tensor * stages == 1:
        return ""
    return (
        f"{tensor} share each layer" + (f", {stages} stages" if stages > 1 else "")
        if tensor > 1
        else (f"{stages} stages of layers")
    )


def _ways(seen: Outlook, width: int) -> Content:
    """Write the table of quantizations; the one that is looked at is marked."""
    if not seen.ways:
        return Content("")
    name_room = min(max(len(way.quantization or "?") for way in seen.ways), max(10, width - 36))
    name_room = max(name_room, len("stored as"))
    has_speed = width >= name_room + 35 and any(way.decode for way in seen.ways)
    head = f"  {fitted('stored as', name_room)} {'weights':>8}  fit {'longest':>8}" + (
        "  tokens/s" if has_speed else ""
    )
    lines = [Content.styled(fitted(head, width).rstrip(), _DIM)]
    for way in seen.ways:
        is_here = way.quantization == seen.chosen.quantization
        speed = f"  {way.decode.low:.0f}–{way.decode.high:.0f}" if way.decode and has_speed else ""
        longest = tokens(way.max_context) if way.max_context else "?" if way.max_context is None else "none"
        lines.append(
            Content.assemble(
                (f"{glyphs().pointer if is_here else ' '} ", "$text-accent"),
                (fitted(clean(way.quantization or "?", 60), name_room), "bold" if is_here else ""),
                (f" {memory(way.weights_bytes):>8}  ", ""),
                (f" {verdict_glyph(way.fits)}  ", VERDICT_STYLES.get(way.fits, _DIM)),
                (f"{longest:>8}{speed}", ""),
            )
        )
    return Content("\n").join(lines)


def _lengths(seen: Outlook, width: int) -> Content:
    if len(seen.curve) < 2:
        return Content("")
    drawn = curve([(tokens(length), total) for length, total in seen.curve], seen.chosen.available_bytes, width)
    return Content("\n").join([Content.styled("memory by context", _DIM), drawn])


def _others(seen: Outlook, width: int) -> Content:
    if not seen.hardware:
        return Content("")
    lines = [Content.styled(f"what would hold it at {tokens(seen.chosen.context)}", _DIM)]
    for name, found in seen.hardware:
        speed = f", {found.decode.low:.0f}–{found.decode.high:.0f} tokens/s" if found.decode else ""
        text = f"{clean(name, 80)}: {_of(found)}{speed}"
        body = "\n  ".join(wrapped(text, width - 2))
        lines.append(Content.assemble((f"{glyphs().yes} ", VERDICT_STYLES["yes"]), body))
    return Content("\n").join(lines)


def _of(found: FitEstimate) -> str:
    total, available = found.total_bytes, found.available_bytes
    return part_of(total, available) if total is not None and available is not None else memory(total)


def _basis(fit: FitEstimate, width: int) -> Content:
    lines = [Content.styled("how this is known", _DIM)]
    for reason in fit.basis:
        text = "\n  ".join(wrapped(clean(reason, 300), width - 2))
        lines.append(Content.assemble((f"{glyphs().dot} ", _DIM), (text, "$foreground 70%")))
    return Content("\n").join(lines) if fit.basis else Content("")
