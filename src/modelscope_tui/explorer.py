"""The one object that both front doors talk to: search, facets, details, launch.

door ──Query──▶ Explorer ──▶ catalog.Index    at once, from this machine (``local.py``)
                    ├──────▶ hub.HubClient    in a worker: shelf first, then the Hub; rows flow back to the index
                    └──────▶ launch, fit      pure: model + machine → verdict and command
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.errors import HubUnreachable, ModelNotFound, ModelscopeError, NotCached, UsageError
from modelscope_tui.hub.answer import Answer
from modelscope_tui.hub.points import Point, keep_point, points_of
from modelscope_tui.local import INDEX_NAME, Local, ModelView, Page
from modelscope_tui.settings import says_offline

if TYPE_CHECKING:
    from modelscope_tui.carrying import Carrying
    from modelscope_tui.catalog.query import Query
    from modelscope_tui.fit.machine import Machine
    from modelscope_tui.fit.outlook import Outlook
    from modelscope_tui.hub.answer import HubState
    from modelscope_tui.hub.client import HubClient
    from modelscope_tui.launch.tool import LaunchAnswer, Options, Subject, Tool
    from modelscope_tui.settings import Settings
    from modelscope_tui.sync_apart import SyncApart
    from modelscope_tui.syncing import Syncing

__all__ = ["INDEX_NAME", "Explorer", "ModelView", "Page"]

RELATED_LIMIT = 3
"""How many GGUF repositories of a model are looked into before a command is built."""


class Explorer(Local):
    """Everything a door can ask, answered from the nearest place that knows."""

    def __init__(self, settings: Settings, *, hub: HubClient | None = None, machine: Machine | None = None) -> None:
        super().__init__(settings, machine)
        self._given_hub = hub

    # -- the Hub -----------------------------------------------------------------------------------------------

    @cached_property
    def hub(self) -> HubClient:
        """The way to the Hub and to what it said before."""
        if self._given_hub is not None:
            return self._given_hub
        from modelscope_tui.hub.client import HubClient
        from modelscope_tui.hub.shelf import Shelf

        settings = self.settings
        shelf = Shelf(settings.cache_dir / "shelf")
        return HubClient(endpoint=settings.endpoint, token=settings.token, shelf=shelf, offline=settings.offline)

    @cached_property
    def syncing(self) -> Syncing:
        """Bringing the whole list of the Hub to this machine, and what earlier syncs left."""
        from modelscope_tui.syncing import Syncing

        return Syncing(self.hub, self.index_path, lambda: self.index)

    @cached_property
    def background_sync(self) -> SyncApart:
        """The same in a process of its own; it ends with the explorer."""
        from modelscope_tui.sync_apart import SyncApart

        return SyncApart(self.settings, self.syncing.usual_words)

    @cached_property
    def carrying(self) -> Carrying:
        """Taking what is known here to a host without network."""
        from modelscope_tui.carrying import Carrying

        return Carrying(self, self.hub)

    @property
    def hub_state(self) -> HubState:
        """What the status line says: online, offline, or what is wrong."""
        return self.hub.state

    @property
    def lost(self) -> str | None:
        """What is wrong with the answers that were kept, in words; None when all is well, or none was needed."""
        return self.hub.shelf.problem if "hub" in self.__dict__ else None

    def cached_details(self, model_id: str) -> Answer[ModelDetails] | None:
        """Give what the shelf holds of a model, of any age, without waiting for the network."""
        return self.hub.cached_details(model_id)

    def details(self, model_id: str, *, refresh: bool = False) -> Answer[ModelDetails]:
        """Learn all that can be known of one model now. Blocks within the Hub's deadlines: call it in a worker.

        A catalog row stands in when the Hub and the shelf have nothing; its ``problem`` says why.

        Raises:
            ModelscopeError: the model is known nowhere, or the Hub's refusal when nothing local can answer.
        """
        if not is_repo_id(model_id):
            raise UsageError(f"{model_id!r} is not a repository id.", "Give owner/name, as in Qwen/Qwen3-8B.")
        row = self.model(model_id)
        try:
            answer = self.hub.details(row.id if row else model_id, row=row, refresh=refresh or self.settings.refresh)
        except ModelscopeError as problem:
            if row is None:
                raise self._with_near_names(problem, model_id) from problem
            if isinstance(problem, ModelNotFound):
                seen = f" as of {row.as_of}" if row.as_of else ""
                kept = f"A row of it is kept here{seen}: it may be renamed, removed or private."
                problem = ModelNotFound(problem.message, f"{kept} {problem.hint}".strip())
            return Answer(_from_row(row), "catalog", row.as_of or "", is_stale=True, problem=problem)
        if answer.source == "hub":
            self.index.upsert([answer.value.model])
            keep_point(self.hub.shelf, answer.value.model, answer.as_of)
            merged = self.model(answer.value.id)
            if merged is not None:
                answer = replace(answer, value=replace(answer.value, model=merged))
        return answer

    def _with_near_names(self, problem: ModelscopeError, model_id: str) -> ModelscopeError:
        near = self.index.nearest(model_id)
        if near and isinstance(problem, (ModelNotFound, NotCached)):
            problem.hint = f"{problem.hint} Did you mean {', '.join(near)}?".strip()
        return problem

    def points(self, model_id: str) -> tuple[Point, ...]:
        """Give downloads and likes of the days on which the model was looked at."""
        return points_of(self.hub.shelf, model_id)

    def card(self, model_id: str, *, refresh: bool = False) -> Answer[str]:
        """Read the model card. Blocks: call it in a worker."""
        return self.hub.card(model_id, refresh=refresh or self.settings.refresh)

    def ask_hub(self, query: Query, *, refresh: bool = False) -> int:
        """Ask the Hub what it knows for a query and keep it in the index. Blocks: call it in a worker.

        Returns:
            The number of rows that are new or changed.
        """
        answer = self.hub.search(query, refresh=refresh or self.settings.refresh)
        if answer.source != "hub":
            return 0
        return self.index.upsert(answer.value)

    def set_offline(self, is_offline: bool) -> None:
        """Open no socket from now on, ending what is under way; or ask the Hub again.

        Raises:
            UsageError: the environment forbids it, to the Hub's own library too.
        """
        if not is_offline and says_offline(os.environ):
            raise UsageError("The environment says offline (HF_HUB_OFFLINE).", "Start without it to ask the Hub.")
        self.settings = replace(self.settings, offline=is_offline)
        self.surroundings.is_offline = is_offline
        if is_offline and "background_sync" in self.__dict__:
            self.background_sync.stop()
        if self._given_hub is not None or "hub" in self.__dict__:
            self.hub.set_offline(is_offline)

    def cancel(self) -> None:
        """End every request that is under way, and ask nothing more: the door is closing."""
        if "background_sync" in self.__dict__:
            self.background_sync.stop(for_good=True)
        if "hub" in self.__dict__:
            self.hub.set_offline(True)
            self.hub.cancel_all()

    # -- fit and launch ----------------------------------------------------------------------------------------

    def outlook(self, details: ModelDetails, options: Options) -> Outlook:
        """Look at the memory of a model from every side: each quantization, each context, other machines."""
        from modelscope_tui.fit.config import with_layers_of
        from modelscope_tui.fit.outlook import Wish, outlook

        known = {name: found for name in self._related_names(details) if (found := self._known(name))}
        base = known.get(next(iter(details.model.base_models), ""))
        wish = Wish(options.quant, options.context, options.kv_dtype)
        others = [found for name, found in known.items() if name in details.model.gguf_repos]
        return outlook(with_layers_of(details, base) if base else details, self.machine, wish, others)

    def tools(self) -> tuple[Tool, ...]:
        """List the tools in house order."""
        from modelscope_tui.launch.tool import TOOLS

        return tuple(TOOLS)

    def launch(self, details: ModelDetails, tool: str, options: Options) -> LaunchAnswer:
        """Build the command that runs a model with a tool, or the reason why it cannot. Quick; no network."""
        from modelscope_tui.launch.plan import plan

        return plan(tool, self._subject(details), options)

    def launches(self, details: ModelDetails, options: Options, *, only_best: bool = False) -> tuple[LaunchAnswer, ...]:
        """Build the answer of every tool, best first for this machine; or of the best alone, which is quicker."""
        from modelscope_tui.launch.plan import plan_all, plan_best

        return (plan_best(self._subject(details), options),) if only_best else plan_all(self._subject(details), options)

    def _subject(self, details: ModelDetails) -> Subject:
        from modelscope_tui.launch.tool import Subject

        related = {name: found for name in self._related_names(details) if (found := self._known(name))}
        versions = self.surroundings.versions_for(self.machine)
        return Subject(details=details, machine=self.machine, related=related, versions=versions)

    def _related_names(self, details: ModelDetails) -> tuple[str, ...]:
        names = details.model.gguf_repos[:RELATED_LIMIT] + details.model.base_models[:1]
        return tuple(name for name in dict.fromkeys(names) if is_repo_id(name))

    def kept_details(self, model: Model) -> ModelDetails:
        """Give what is kept of a row's model on this machine, its files too where they were ever seen."""
        return self._known(model.id) or _from_row(model)

    def _known(self, model_id: str) -> ModelDetails | None:
        kept = self.hub.cached_details(model_id)
        if kept is not None:
            return kept.value
        row = self.model(model_id)
        return _from_row(row) if row else None

    def gather_related(self, details: ModelDetails) -> bool:
        """Bring the file lists of the repositories that a command may name. Blocks: call it in a worker.

        Returns:
            Whether anything new was learned, so that commands are worth building again.
        """
        learned = False
        for name in self._related_names(details):
            kept = self.hub.cached_details(name)
            if kept is not None and not kept.is_stale:
                continue
            try:
                learned = self.details(name).source == "hub" or learned
            except HubUnreachable:
                break  # each of the others would wait as long
            except ModelscopeError:
                continue  # a repository that cannot be read is simply not offered
        return learned

    def close(self) -> None:
        """Let go of files and connections."""
        if "hub" in self.__dict__:
            self.hub.close()
        if self._index is not None:
            self._index.close()
            self._index = None


def _from_row(row: Model) -> ModelDetails:
    return ModelDetails(model=row, source="catalog", as_of=row.as_of)
