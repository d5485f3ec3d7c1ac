"""Models, or the quantizations of one, side by side: facts as lines, the best of each line marked.

UPPER FLOOR, pure but for :func:`gather`, which asks the explorer and runs in a thread. A line has a best only where at
least two values are known and differ; unknown is never worse than known, it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from modelscope_tui.catalog.license import group_label
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.quantization import quantizations_of
from modelscope_tui.fit.estimate import FitEstimate, estimate
from modelscope_tui.ui import present
from modelscope_tui.ui.filing import sum_of

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer, ModelView
    from modelscope_tui.launch.subject import Options

MOST = 6
"""How many can stand side by side."""

MOST_EVALS = 12

Better = Literal["more", "less", ""]
_FITS = {"yes": 2, "tight": 1, "no": 0}


@dataclass(frozen=True, slots=True)
class Side:
    """One column."""

    name: str
    """The id, or the quantization."""
    details: ModelDetails
    view: ModelView
    estimate: FitEstimate
    fits: str
    """The verdict: of the estimate, or of the list where the estimate has too little to go by."""
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One line."""

    name: str
    cells: tuple[str, ...]
    """Empty where unknown."""
    values: tuple[Any, ...] = ()
    """The same as numbers or texts, for a file; None is unknown."""
    best: frozenset[int] = frozenset()
    """The columns with the best value."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of it."""

    title: str
    names: tuple[str, ...]
    facts: tuple[Fact, ...]

    def records(self) -> list[dict[str, Any]]:
        """Give one mapping a column, for JSON and CSV."""
        return [
            {"id": name, **{fact.name: fact.values[at] for fact in self.facts}} for at, name in enumerate(self.names)
        ]

    def lines(self) -> list[dict[str, Any]]:
        """Give one mapping a line, for a Markdown table; the best values carry a star."""
        return [
            {"": fact.name, **{
                name: cell + (" (best)" if at in fact.best else "")
                for at, (name, cell) in enumerate(zip(self.names, fact.cells, strict=True))
            }}
            for fact in self.facts
        ]  # fmt: skip


def gather(models: Sequence[Model], options: Options) -> Callable[[Explorer], Comparison]:
    """Give the question for a comparison: of several models, or of the quantizations of one."""

    def _gather(explorer: Explorer) -> Comparison:
        plain = replace(options, quant=None)
        known = [_details(explorer, model) for model in models[:MOST]]
        if len(known) > 1:
            sides = [_side(explorer, one, plain, one.id) for one in known]
            return compared("Models side by side", sides)
        sides = [
            _side(explorer, known[0], replace(plain, quant=one.name), one.name, one.size_bytes)
            for one in _spread(quantizations_of(known[0]))
        ]
        return compared(f"Quantizations of {known[0].id}", sides)

    return _gather


def _spread(found: Sequence[Any]) -> Sequence[Any]:
    """Choose at most six of many, from the smallest to the largest."""
    if len(found) <= MOST:
        return found
    return [found[round(at * (len(found) - 1) / (MOST - 1))] for at in range(MOST)]


def _details(explorer: Explorer, model: Model) -> ModelDetails:
    kept = explorer.cached_details(model.id)
    return kept.value if kept is not None else ModelDetails(model=model, as_of=model.as_of)


def _side(
    explorer: Explorer, details: ModelDetails, options: Options, name: str, size_bytes: int | None = None
) -> Side:
    if size_bytes is None and details.files is not None:
        sets = quantizations_of(details)
        size_bytes = sets[0].size_bytes if len(sets) == 1 else None if sets else sum_of(details.files)
    fit = estimate(
        details, explorer.machine, quantization=options.quant, context=options.context, kv_dtype=options.kv_dtype
    )
    view = explorer.view(details.model)
    verdict = view.fits if fit.fits == "unknown" and options.quant is None else fit.fits
    return Side(name, details, view, fit, verdict, size_bytes)


def compared(title: str, sides: Sequence[Side]) -> Comparison:
    """Put columns side by side; a line that nobody knows anything of is left out."""
    facts = [fact for fact in _facts(sides) if any(fact.cells)]
    return Comparison(title, tuple(side.name for side in sides), tuple(facts))


def _fact(
    name: str,
    values: Sequence[Any],
    write: Callable[[Any], str],
    better: Better = "",
    rank: Sequence[Any] | None = None,
) -> Fact:
    ranks = list(values if rank is None else rank)
    known = [value for value in ranks if value is not None]
    best: frozenset[int] = frozenset()
    if better and len(known) > 1 and len(set(known)) > 1:
        top = max(known) if better == "more" else min(known)
        best = frozenset(at for at, value in enumerate(ranks) if value == top)
    cells = tuple("" if value is None else present.clean(write(value), 300) for value in values)
    return Fact(name, cells, tuple(values), best)


def _facts(sides: Sequence[Side]) -> Iterator[Fact]:
    rows = [side.details.model for side in sides]
    fits = [side.estimate for side in sides]
    speeds = [fit.decode.low if fit.decode is not None else None for fit in fits]
    yield _fact("fit", [side.fits for side in sides], _verdict, "more", [_FITS.get(side.fits) for side in sides])
    yield _fact("memory", [fit.total_bytes for fit in fits], present.memory, "less")
    yield _fact("longest context here", [fit.max_context for fit in fits], present.tokens, "more")
    yield _fact("tokens/s at least", [None if one is None else round(one, 1) for one in speeds], str, "more")
    yield _fact("size of files", [side.size_bytes for side in sides], present.size, "less")
    yield _fact("stored as", [fit.quantization for fit in fits], str)
    yield _parameters(rows)
    yield _fact("active", [row.active_params for row in rows], present.count)
    yield _fact("context", [row.context for row in rows], present.tokens, "more")
    yield _fact("license", [row.license_name or row.license for row in rows], str)
    yield _fact("license group", [side.view.license_group for side in sides], group_label)
    yield _fact("gated", [row.gated for row in rows], str)
    yield _fact("downloads", [row.downloads for row in rows], present.count, "more")
    yield _fact("likes", [row.likes for row in rows], present.count, "more")
    yield _fact("updated", [row.updated for row in rows], present.day, "more")
    yield _fact("task", [row.task for row in rows], str)
    yield _fact("architecture", [row.model_type for row in rows], str)
    yield _fact("tools", [" ".join(side.view.tools) or None for side in sides], str)
    yield from _evals(sides)


def _parameters(rows: Sequence[Model]) -> Fact:
    """Write what is known, and estimates as such; a file gets what is known alone."""
    guesses = [row.params_estimate if row.params is None else None for row in rows]
    cells = tuple(
        present.count(row.params) if guess is None else f"about {present.count(guess)}"
        for row, guess in zip(rows, guesses, strict=True)
    )
    return Fact("parameters", cells, tuple(row.params for row in rows))


def _verdict(fits: str) -> str:
    return f"{present.verdict_glyph(fits)} {fits}"


def _evals(sides: Sequence[Side]) -> Iterator[Fact]:
    """Compare results of the same test by the same measure, where at least two report a number."""
    reported = [_scores(side.details) for side in sides]
    if len({side.details.id for side in sides}) < 2:
        return
    names = [
        name
        for name in dict.fromkeys(key for one in reported for key in one)
        if sum(name in one for one in reported) > 1
    ]
    for name in names[:MOST_EVALS]:
        yield _fact(name, [one.get(name) for one in reported], str, "more")


def _scores(details: ModelDetails) -> dict[str, float]:
    found: dict[str, float] = {}
    for result in details.evals:
        value = result.get("value")
        if isinstance(value, int | float) and not isinstance(value, bool):
            named = " ".join(str(result[key]) for key in ("dataset", "metric") if result.get(key))
            found.setdefault(present.clean(named, 60) or "eval", value)
    return found
