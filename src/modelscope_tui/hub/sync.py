"""The walk over the Hub's list: a page, its rows and the place after it in one transaction, then the next page.

NORTH WING. Whatever ends the program, the next run begins at the page where this one was. Who waits (for the Hub's
window, for a Hub in trouble) is told why and for how long, and can be called off at any time.

    Wanted ──walk_for──▶ Walk ──▶ page ──▶ rows + place, one transaction ──▶ page … ──▶ Report
                                   ▲ 429: waits as told      ▲ trouble: waits 1, 2, 4, 8 s, then gives up, resumably
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.measure import seconds_of
from modelscope_tui.catalog.model import Model
from modelscope_tui.errors import CatalogError, HubNonsense, HubUnreachable, RateLimited
from modelscope_tui.hub import plan as planning
from modelscope_tui.hub import walk as walks
from modelscope_tui.hub.answer import Cancelled
from modelscope_tui.hub.listing import PAGE_ROWS, Listed, Lister, params_of
from modelscope_tui.hub.pace import Pace
from modelscope_tui.hub.plan import Plan, Wanted
from modelscope_tui.hub.standing import stamp
from modelscope_tui.hub.vanished import mark_vanished
from modelscope_tui.hub.walk import Covered, Last, SyncNote, Walk

LONGEST_WAIT_SECONDS = 3600
"""A longer wait than this is not sat out: the walk ends, and goes on when it is asked for again."""

MOST_REFUSALS = 5
"""So many refusals one after the other, each waited for as told, are enough."""

PATIENCE_SECONDS = (1, 2, 4, 8)
"""How long to wait after each failure of one page before it is asked for again."""

AS_OF = "as_of"
"""The note that says how new the catalog is."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a walk is."""

    walk: Walk
    rows_to_come: int | None
    rows_per_second: float | None
    seconds_left: float | None
    waiting_seconds: float = 0.0
    """How long it waits before it goes on; zero while it works."""
    why: str = ""
    """Why it waits."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a walk ended."""

    walk: Walk
    is_resumed: bool
    gone: int
    """Models that the Hub does not list any more."""
    doubted: int
    """Models that a whole list did not name, too many to be believed."""
    waited_seconds: float
    elapsed_seconds: float


Tell = Callable[[Progress], None]
Wait = Callable[[float], None]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Sync:
    """Brings the index up to date with one Hub. One thread runs it; any thread may cancel."""

    def __init__(
        self,
        lister: Lister,
        index: Index,
        *,
        wait: Wait,
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = time.monotonic,
        is_the_hub: bool = False,
    ) -> None:
        """Make a sync.

        Args:
            lister: asks for pages.
            index: takes the rows; must live in a file.
            wait: waits so many seconds, or raises when it is called off.
            now: the time.
            clock: seconds, for speeds and windows.
            is_the_hub: whether this is the Hub itself, whose list is whole, and not a mirror that may hold less.
        """
        self._lister = lister
        self._index = index
        self._wait = wait
        self._now = now
        self._clock = clock
        self._is_the_hub = is_the_hub
        self._pace = Pace(clock)
        self._name = walks.name_of(lister.endpoint)
        self._waited = 0.0
        self._fetched = 0
        self._began = clock()
        self._note = SyncNote()

    def note(self) -> SyncNote:
        """Read what is written down of earlier runs.

        Raises:
            CatalogError: a later version wrote it down; this one would lose its place.
        """
        text = self._index.notes(self._name).get(self._name)
        if walks.is_newer(text):
            raise CatalogError(
                "A newer version of this program has begun a sync here.",
                "Update this one, or choose another --cache-dir.",
            )
        return walks.read(text)

    def plan(self, wanted: Wanted, *, row_bytes: float) -> Plan:
        """Choose the walk and estimate what it costs; asks nothing."""
        note = self.note()
        walk, is_resumed = planning.walk_for(wanted, note, started=stamp(self._now()))
        return planning.planned(
            walk, is_resumed=is_resumed, covered=note.covered, row_bytes=row_bytes, has_token=self._lister.has_token
        )

    def run(self, plan: Plan, wanted: Wanted, tell: Tell) -> Report:
        """Walk to the end.

        Raises:
            ModelscopeError: the Hub refuses or cannot be read, or the index cannot be written; what came before
                is kept, and the next run goes on there.
        """
        if self._index.path is None:
            raise CatalogError("The index lives in memory only: a sync would be lost.", "Give another --cache-dir.")
        self._began, self._note = self._clock(), self.note()
        walk = self._headed(plan.walk, tell)
        while walk.asked:
            page = self._page(walk, tell)
            walk = self._taken(walk, page)
            if walk.asked and planning.is_too_long(walk):
                fresh = planning.whole_walk(replace(wanted, limit=walk.limit), stamp(self._now()))
                walk = self._headed(fresh, tell)
            self._tell(walk, tell)
        return self._finished(walk, plan)

    # -- pages -------------------------------------------------------------------------------------------------

    def _headed(self, walk: Walk, tell: Tell) -> Walk:
        """Ask what has changed last before a whole walk begins: later changes are for the next run."""
        if walk.pages or walk.head is not None or walk.kind not in {"top", "all"}:
            return walk
        first = self._asked(params_of("lastModified", limit=1), None, walk, tell)
        return replace(walk, head=_sane(first.newest, walk.started) if first.newest else None)

    def _page(self, walk: Walk, tell: Tell) -> Listed:
        return self._asked(walk.asked[0], walk.cursor, walk, tell)

    def _asked(
        self, params: tuple[tuple[str, str], ...] | list[tuple[str, str]], cursor: str | None, walk: Walk, tell: Tell
    ) -> Listed:
        failures = refusals = 0
        while True:
            rest = self._pace.rest_seconds(self._requests_to_come(walk))
            if rest > 0:
                self._sit_out(rest, "the Hub's window of requests is nearly used up" if rest > 5 else "", walk, tell)
            try:
                page = self._lister.ask(params, cursor, as_of=max(walk.started, stamp(self._now())))
            except RateLimited as told:
                refusals += 1
                if refusals > MOST_REFUSALS or told.seconds > LONGEST_WAIT_SECONDS:
                    raise
                self._sit_out(told.seconds, "the Hub asked us to wait", walk, tell)
            except Cancelled:
                raise
            except HubUnreachable as problem:
                failures += 1
                if failures > (1 if isinstance(problem, HubNonsense) else len(PATIENCE_SECONDS)):
                    raise
                self._sit_out(PATIENCE_SECONDS[failures - 1], problem.message, walk, tell)
            else:
                self._pace.hear(page.headers)
                return page

    def _requests_to_come(self, walk: Walk) -> int | None:
        rows = planning.rows_to_come(walk, None)
        return None if rows is None else -(-rows // PAGE_ROWS) + 1

    def _sit_out(self, seconds: float, why: str, walk: Walk, tell: Tell) -> None:
        self._tell(walk, tell, waiting=seconds, why=why)
        self._wait(seconds)
        self._waited += seconds

    # -- rows --------------------------------------------------------------------------------------------------

    def _taken(self, walk: Walk, page: Listed) -> Walk:
        """Write the rows of a page, and the place after it."""
        models, is_at_the_end = _wanted_of(walk, page)
        kept = [model for model in models if self._is_inside(walk, model)]
        head = walk.head
        if walk.kind == "changes" and not walk.pages and page.newest:
            head = _later(_sane(page.newest, walk.started), walk.head)
        downloads = [model.downloads for model in models if model.downloads is not None]
        onward = None if is_at_the_end else page.cursor
        moved = replace(
            walk,
            asked=walk.asked if onward is not None else () if is_at_the_end else walk.asked[1:],
            cursor=onward,
            head=head,
            pages=walk.pages + 1,
            rows=walk.rows + len(models),
            skipped=walk.skipped + len(models) - len(kept),
            bad=walk.bad + page.bad,
            total=page.total or walk.total,
            least=min([*downloads, *([walk.least] if walk.least is not None else [])], default=None),
        )
        # (how many of them are news is known only afterwards, so the note is one page behind with that number)
        changed = self._index.upsert(kept, notes=self._notes(replace(self._note, walk=moved)))
        self._fetched += len(models)
        return replace(moved, changed=walk.changed + changed)

    def _is_inside(self, walk: Walk, model: Model) -> bool:
        """Tell whether a changed model belongs to what was brought: it is known, or as popular as the rest."""
        if walk.kind != "changes" or walk.floor is None or (model.downloads or 0) >= walk.floor:
            return True
        return self._index.get(model.id) is not None

    def _finished(self, walk: Walk, plan: Plan) -> Report:
        gone = doubted = 0
        if walk.kind == "all":
            gone, doubted = mark_vanished(self._index, walk, everywhere=self._is_the_hub)
        finished = stamp(self._now())
        last = Last(walk.request, walk.kind, finished, walk.pages, walk.rows, walk.changed, walk.bad, gone)
        notes = self._notes(SyncNote(None, _covered(walk, self._note.covered), last))
        if walk.kind not in {"query", "since"}:
            notes[AS_OF] = finished[:10]
        self._index.upsert([], notes=notes)
        return Report(walk, plan.is_resumed, gone, doubted, self._waited, self._clock() - self._began)

    def _notes(self, note: SyncNote) -> dict[str, str | None]:
        return {self._name: note.text()}

    def _tell(self, walk: Walk, tell: Tell, *, waiting: float = 0.0, why: str = "") -> None:
        passed = self._clock() - self._began
        speed = self._fetched / passed if passed > 0 and self._fetched else None
        to_come = planning.rows_to_come(walk, None)
        left = to_come / speed if speed and to_come is not None else None
        tell(Progress(walk, to_come, speed, left, waiting, why))


def _wanted_of(walk: Walk, page: Listed) -> tuple[tuple[Model, ...], bool]:
    """Cut a page where the walk ends; tells as well whether that is so."""
    models, is_at_the_end = page.models, False
    if walk.until is not None:
        if models and not any(model.updated for model in models):
            raise HubNonsense("The Hub's rows do not say when they were changed.", "sync --refresh walks the whole.")
        until = seconds_of(walk.until) or 0
        fresh = tuple(model for model in models if (seconds_of(model.updated) or until) >= until)
        is_at_the_end = len(fresh) < len(models)
        models = fresh
    if walk.limit is not None and walk.kind != "changes":
        room = walk.limit - walk.rows
        is_at_the_end = is_at_the_end or len(models) >= room
        models = models[:room]
    return models, is_at_the_end


def _sane(newest: str, started: str) -> str:
    """A change of the future is none: it would hide every later one. The earlier of two clocks misses nothing."""
    return newest if (seconds_of(newest) or 0) <= (seconds_of(started) or 0) else started


def _later(one: str, other: str | None) -> str:
    return one if other is None or (seconds_of(one) or 0) >= (seconds_of(other) or 0) else other


def _covered(walk: Walk, before: Covered | None) -> Covered | None:
    """Say what is covered after a walk has come to its end."""
    if walk.kind in {"top", "all"}:
        floor = walk.least if walk.kind == "top" else None
        return Covered("all" if walk.kind == "all" else "top", walk.limit, walk.rows, walk.head, floor, walk.started)
    if walk.kind == "changes" and before is not None:
        return replace(before, head=walk.head)
    return before
