"""What this machine answers alone: the index, and the machine itself. The lower half of the explorer.

Nothing is opened before it is asked for: a first frame costs one small file of the package.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from modelscope_tui.catalog import snapshot
from modelscope_tui.errors import CatalogError
from modelscope_tui.questions import Questions
from modelscope_tui.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from modelscope_tui.catalog.index import Index, Matches
    from modelscope_tui.catalog.lens import Lens
    from modelscope_tui.catalog.model import Model, ModelDetails
    from modelscope_tui.catalog.narrow import Narrowed, Narrowing, Sized
    from modelscope_tui.catalog.permission import Purpose
    from modelscope_tui.catalog.policy import Policy
    from modelscope_tui.catalog.query import Problem, Query
    from modelscope_tui.catalog.snapshot import FirstPage
    from modelscope_tui.fit.machine import Machine
    from modelscope_tui.machines import Machines
    from modelscope_tui.settings import Settings
    from modelscope_tui.shortlist import Shortlist

INDEX_NAME = "catalog.db"
"""The file of the index, in the cache directory."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the answer to a query, with what a person wants to know about it."""

    query: Query
    models: tuple[Model, ...]
    start: int
    total: int
    searched: int
    elapsed_ms: float
    as_of: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ModelView:
    """What a door shows of a row beyond the row itself."""

    categories: tuple[str, ...]
    license_group: str
    tools: tuple[str, ...]
    fits: str
    """`yes`, `tight`, `no` or `unknown` on the chosen machine."""
    allowed: str = "unclear"
    """`yes`, `conditions`, `no` or `unclear`: whether its license lets one use it as chosen (see ``settings.use``)."""


class Local(Questions):
    """The index of this machine, and the machine that models are judged for."""

    def __init__(self, settings: Settings, machine: Machine | None = None) -> None:
        self.settings = settings
        self._given_machine = machine
        self.surroundings = Surroundings(is_offline=settings.offline)
        self._index: Index | None = None
        self._fitting: tuple[tuple[str, ...], Mapping[str, tuple[Sized, ...]]] | None = None
        self._purpose: Purpose | None = None
        self._opening = threading.Lock()
        self.index_problem: str | None = None
        """Why the index lives in memory only; None when all is well."""

    @property
    def is_ready(self) -> bool:
        """Tell whether the index is open; before that only :meth:`first_page` answers."""
        return self._index is not None

    def first_page(self) -> FirstPage:
        """Give the rows and counts of the first frame, without opening an index."""
        return snapshot.first_page()

    @property
    def index_path(self) -> Path:
        """Where the index lives."""
        return self.settings.cache_dir / INDEX_NAME

    def prepare(self, progress: Callable[[int, int], None] | None = None, *, apart: bool = False) -> None:
        """Open the index, making it first where it is missing, broken or old. Blocks: call it in a worker.

        Where nothing can be written the index lives in memory, and :attr:`index_problem` says so.

        Args:
            progress: is told rows done and rows in all while an index is made in this process.
            apart: make it in a process of its own, so that this one stays quick.
        """
        with self._opening:
            if self._index is None:
                index = self._opened_or_built(progress, apart)
                index.warm()
                self._index = index

    def _opened_or_built(self, progress: Callable[[int, int], None] | None, apart: bool) -> Index:
        from modelscope_tui import indexing

        try:
            return indexing.open_index(self.index_path)
        except CatalogError:
            try:
                if apart:
                    indexing.build_index_apart(self.index_path)
                else:
                    indexing.build_index(self.index_path, progress)
                return indexing.open_index(self.index_path)
            except CatalogError as error:
                self.index_problem = f"{error.message} Searching from memory; nothing new is kept. {error.hint}".strip()
                return indexing.index_in_memory(progress)

    @property
    def index(self) -> Index:
        """The open index; opened now when no worker has done so."""
        if self._index is None:
            self.prepare()
        if self._index is None:  # pragma: no cover - prepare() opens it or raises
            raise CatalogError("The index could not be opened.")
        return self._index

    def search(self, query: Query, start: int = 0, stop: int = 200) -> Page:
        """Answer a query from the index at once: the rows from ``start`` to ``stop`` and the total."""
        began = time.perf_counter()
        matches = self._matches(query)
        models = tuple(self.index.page(matches, start, stop))
        elapsed = (time.perf_counter() - began) * 1000
        problems = query.problems + tuple(matches.problems)
        return Page(query, models, start, matches.total, self.index.total, elapsed, self.index.as_of, problems)

    def page(self, query: Query, start: int, stop: int) -> tuple[Model, ...]:
        """Give further rows of a query."""
        return tuple(self.index.page(self._matches(query), start, stop))

    def _matches(self, query: Query) -> Matches:
        return self.index.matches(query, narrowed=self._narrowed(query))

    def fits(self, model: Model) -> str:
        """Say whether a row fits the machine: `yes`, `tight`, `no` or `unknown`. Microseconds."""
        from modelscope_tui.fit.judge import judge

        return judge(model, self.machine)

    def view(self, model: Model) -> ModelView:
        """Work out what a door shows of a row: categories, license group, tools, fit."""
        from modelscope_tui.catalog.license import group_of
        from modelscope_tui.catalog.taxonomy import categories_of
        from modelscope_tui.launch.tool import tools_of

        return ModelView(
            categories=categories_of(model),
            license_group=group_of(*model.license_said),
            tools=tools_of(model),
            fits=self.fits(model),
            allowed=self.allowed(model),
        )

    @property
    def purpose(self) -> Purpose:
        """Where models would be used and what for; from the settings until a person chooses."""
        if self._purpose is None:
            from modelscope_tui.catalog.permission import Purpose

            self._purpose = Purpose(self.settings.region, self.settings.use)
        return self._purpose

    def choose_purpose(self, purpose: Purpose) -> None:
        """Judge by another region and use from now on."""
        self._purpose = purpose

    def allowed(self, model: Model) -> str:
        """Say whether a row may be used as chosen, by its family's licenses and the policy: `yes`, `conditions` …"""
        from modelscope_tui.catalog.inherited import answer_of

        try:
            return answer_of(model, self.purpose, self.model, self.policy)
        except CatalogError:  # a row is painted while the index breaks: whoever asks it next says so
            return "unclear"

    @cached_property
    def machines(self) -> Machines:
        """The machines that can be chosen."""
        from modelscope_tui.machines import Machines

        return Machines(self.settings, self._given_machine)

    @property
    def machine(self) -> Machine:
        """The machine that commands and fit are for: the chosen one, else this one."""
        return self.machines.current

    def choose_machine(self, text: str) -> Machine:
        """Judge everything for another machine: a name of the settings, a SPEC, or `here`; UsageError says why not."""
        machine = self.machines.choose(text)
        self._fitting = None
        return machine

    @cached_property
    def shortlist(self) -> Shortlist:
        """Stars, notes and saved views, in a file beside the settings."""
        from modelscope_tui.shortlist import FILE_NAME, Shortlist

        return Shortlist(self.settings.config_path.with_name(FILE_NAME))

    @cached_property
    def policy(self) -> Policy | None:
        """The team's policy that the settings name; None without one.

        Raises:
            UsageError: the file cannot be read, or holds something unusable.
        """
        if not self.settings.policy:
            return None
        from pathlib import Path

        from modelscope_tui.catalog.policy import read_policy

        return read_policy(Path(self.settings.policy))

    def lens(self, details: ModelDetails, card: str | None = None) -> Lens:
        """Look at what a person should know before using a model: license, family, openness, safety, policy."""
        from modelscope_tui.catalog.lens import lens_of

        return lens_of(details, self.purpose, self.model, card=card, policy=self.policy)

    def _narrowed(self, query: Query) -> Narrowed | None:
        """Answer for the catalog what it cannot know of a query: which rows fit, are allowed, are starred."""
        from modelscope_tui.catalog.keys import Kind

        asked = {term.field for term in query.terms}
        judged: dict[str, Mapping[str, Narrowing]] = {}
        if "fits" in asked:
            forms = self.index.values(Kind.FORM)
            if self._fitting is None or self._fitting[0] != forms:  # a sync may bring forms that are new
                self._fitting = (forms, _fitting(forms, self.machine))
            judged["fits"] = self._fitting[1]
        if "allowed" in asked:
            from modelscope_tui.catalog.allowed import rows_allowed

            judged["allowed"] = rows_allowed(self.index.values(Kind.LICENSE), self.purpose, self.policy)
        if "starred" in asked:
            from modelscope_tui.catalog.narrow import Chosen

            judged["starred"] = {"yes": Chosen(self.shortlist.starred)}
        return judged or None


def _fitting(forms: tuple[str, ...], machine: Machine) -> dict[str, tuple[Sized, ...]]:
    """Turn the rule of the Fit column into ranges of parameters for each form."""
    from modelscope_tui.catalog.narrow import Sized
    from modelscope_tui.fit.judge import limits_of

    found: dict[str, tuple[Sized, ...]] = {"yes": (), "tight": (), "no": ()}
    for form in forms:
        limits = limits_of(form, machine)
        if limits is not None:
            at_ease, at_all = limits
            found["yes"] += (Sized(form, None, at_ease),)
            found["tight"] += (Sized(form, at_ease + 1, at_all),)
            found["no"] += (Sized(form, at_all + 1, None),)
    return found
