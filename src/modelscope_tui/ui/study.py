"""What is learned of one model, step by step: its row at once, the shelf, the Hub, and the commands that follow.

UPPER FLOOR. :func:`study` blocks and runs in a worker; it tells each step, and each step names its model, so that a
late one can be dropped by comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.errors import HubUnreachable, ModelscopeError
from modelscope_tui.ui.present import clean

if TYPE_CHECKING:
    from modelscope_tui.explorer import Explorer, ModelView
    from modelscope_tui.launch.answer import LaunchAnswer
    from modelscope_tui.launch.subject import Options


@dataclass(frozen=True, slots=True)
class Study:
    """All that is known of a model now."""

    details: ModelDetails
    view: ModelView
    launches: tuple[LaunchAnswer, ...]
    """One answer a tool, best first."""
    options: Options
    """What the commands were built for."""
    asked: str
    """The id that was asked for; the Hub may know the model by a newer one."""
    source: str = "catalog"
    as_of: str | None = None
    is_stale: bool = False
    problem: ModelscopeError | None = None
    """Why nothing newer could be had."""
    is_final: bool = False
    """Nothing more will come by itself."""

    @property
    def model(self) -> Model:
        """The row."""
        return self.details.model

    def launch(self, tool: str | None) -> LaunchAnswer | None:
        """Give the answer of a tool; without one, the best."""
        if tool is None:
            return self.launches[0] if self.launches else None
        return next((answer for answer in self.launches if answer.tool == tool), None)


Tell = Callable[[Study], None]


def study(explorer: Explorer, model: Model, options: Options, tell: Tell, *, refresh: bool = False) -> None:
    """Learn all that can be learned of a model, telling each step. Blocks: call it in a worker."""
    kept = explorer.cached_details(model.id)
    details = kept.value if kept else ModelDetails(model=model, as_of=model.as_of)
    first = _made(explorer, details, options, model.id)
    if kept is not None:
        first = replace(first, source=kept.source, as_of=kept.as_of, is_stale=kept.is_stale)
    tell(first)
    known = first
    if kept is None or kept.is_stale or refresh:
        known = _asked(explorer, first, options, refresh=refresh)
        tell(known)
    if not isinstance(known.problem, HubUnreachable) and explorer.gather_related(known.details):
        known = replace(_made(explorer, known.details, options, known.asked), **_origin(known))
    tell(replace(known, is_final=True))


def _asked(explorer: Explorer, first: Study, options: Options, *, refresh: bool) -> Study:
    try:
        answer = explorer.details(first.asked, refresh=refresh)
    except ModelscopeError as problem:
        return replace(first, problem=problem, is_stale=True)
    if answer.source == "catalog":  # the Hub could not be asked: keep the richer of the two
        return replace(first, problem=answer.problem, is_stale=True)
    made = _made(explorer, answer.value, options, first.asked)
    return replace(made, source=answer.source, as_of=answer.as_of, is_stale=answer.is_stale, problem=answer.problem)


def _origin(known: Study) -> dict[str, Any]:
    return {name: getattr(known, name) for name in ("source", "as_of", "is_stale", "problem")}


def _made(explorer: Explorer, details: ModelDetails, options: Options, asked: str) -> Study:
    launches = explorer.launches(details, options)
    return Study(details, explorer.view(details.model), launches, options, asked, "catalog", details.as_of)


def rebuilt(explorer: Explorer, known: Study, options: Options) -> Study:
    """Build the commands anew for other options; nothing is asked of the network."""
    view, launches = explorer.view(known.model), explorer.launches(known.details, options)
    return replace(known, view=view, launches=launches, options=options)


def in_words(problem: ModelscopeError) -> str:
    """Say a problem for the screen; its words may quote the Hub."""
    return clean(str(problem), 600)
