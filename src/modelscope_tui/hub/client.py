"""What the program asks of the Hub: fresh from the shelf, else from the Hub, else what was kept, with its age.

NORTH WING. Importing this loads neither huggingface_hub nor diskcache; asking does, so ask in a worker.

    fresh on the shelf ──▶ Answer(source="cache")
    the Hub answers    ──▶ Answer(source="hub"), kept on the shelf
    the Hub does not   ──▶ the kept answer with `is_stale` and `problem`, else the error
    offline            ──▶ the kept answer of any age, else NotCached; no socket is opened
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.catalog.query import Query
from modelscope_tui.errors import HubNonsense, ModelscopeError, NotCached, UsageError
from modelscope_tui.hub.answer import Answer, HubState, T
from modelscope_tui.hub.bounds import Bounds, Freshness
from modelscope_tui.hub.shelf import Shelf
from modelscope_tui.hub.standing import Standing, stamp

if TYPE_CHECKING:
    from modelscope_tui.hub.asker import Asker
    from modelscope_tui.hub.carried import Carried
    from modelscope_tui.hub.listing import Lister

MOST_ROWS = 1000
"""The most rows that one search asks for."""


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    """How one kind of answer is kept and read."""

    key: str
    name: str
    fresh_seconds: float
    read: Callable[[Any, str], T]
    """Kept JSON and its time → the value."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class HubClient:
    """The Hub and the shelf behind one door. Any thread may call it; each call ends within the bounds."""

    def __init__(
        self,
        *,
        endpoint: str,
        token: str | None,
        shelf: Shelf,
        offline: bool = False,
        now: Callable[[], datetime] = _utc_now,
        bounds: Bounds | None = None,
        freshness: Freshness | None = None,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.shelf = shelf
        self._now = now
        self._freshness = freshness or Freshness()
        self._standing = Standing(endpoint=self.endpoint, shelf=shelf, is_offline=offline, now=now)
        self._bounds = bounds or Bounds()
        self._token = token or None

    @property
    def state(self) -> HubState:
        """What the status line says of the Hub; changed by every question."""
        return self._standing.state

    @property
    def is_offline(self) -> bool:
        """Tell whether no socket may be opened."""
        return self._standing.is_offline

    def set_offline(self, is_offline: bool) -> None:
        """Go offline, ending what is under way, or come back."""
        self._standing.set_offline(is_offline)
        if is_offline:
            self.cancel_all()

    def cached_details(self, model_id: str) -> Answer[ModelDetails] | None:
        """Give what the shelf holds of a model, of any age; never asks the Hub."""
        return self._from_shelf(self._details_kept(_checked(model_id), None))

    def details(self, model_id: str, *, row: Model | None = None, refresh: bool = False) -> Answer[ModelDetails]:
        """Learn all that one repository tells: facts, files with sizes, configuration.

        Args:
            model_id: the repository.
            row: what is already known of it; fills what the Hub leaves out.
            refresh: ask even when a fresh answer is on the shelf.

        Raises:
            ModelscopeError: the Hub's refusal, when nothing was kept; NotCached when offline.
        """
        kept = self._details_kept(_checked(model_id), row)
        return self._answered(kept, lambda: self._asker.page(model_id), refresh=refresh)

    def card(self, model_id: str, *, refresh: bool = False) -> Answer[str]:
        """Read the model card without its front matter; empty when the repository has none. Raises as details does."""
        kept = _Kept(self._key("card", _checked(model_id).casefold()), model_id, self._freshness.card, _card_from)
        return self._answered(kept, lambda: {"text": self._asker.card(model_id)}, refresh=refresh)

    def search(self, query: Query, *, limit: int = 100, refresh: bool = False) -> Answer[tuple[Model, ...]]:
        """Ask the Hub for the rows of a query, as far as the Hub can narrow. Raises as details does."""
        from modelscope_tui.hub.question import questions

        asked = questions(query, max(1, min(limit, MOST_ROWS)))
        key = self._key("search", json.dumps(asked, sort_keys=True))
        kept = _Kept(key, "this search", self._freshness.search, _rows_from)
        return self._answered(kept, lambda: {"rows": self._asker.rows(asked)}, refresh=refresh)

    def kept_entry(self, kind: Carried, model_id: str) -> tuple[str, dict[str, Any]] | None:
        """Give what the shelf keeps of a model as it was heard: its time and the JSON; None when it keeps nothing."""
        entry = self._entry(self._key(kind, _checked(model_id).casefold()))
        if entry is None or not isinstance(entry.get("as_of"), str) or not isinstance(entry.get("data"), dict):
            return None
        return entry["as_of"], entry["data"]

    def keep_entry(self, kind: Carried, model_id: str, as_of: str, data: Any, *, is_rehearsal: bool = False) -> bool:
        """Put on the shelf what somebody else heard of a model, unless something newer is there.

        Args:
            kind: what it is.
            model_id: the repository.
            as_of: when it was heard, ISO 8601 UTC.
            data: the JSON as :meth:`kept_entry` gives it; read as strictly as an answer of the Hub.
            is_rehearsal: only look whether it can be read.

        Returns:
            Whether it is newer than what was kept.

        Raises:
            HubNonsense: it cannot be read.
        """
        from modelscope_tui.hub.carried import entry_of

        entry = entry_of(kind, model_id, as_of, data, now=self._now())
        if is_rehearsal:
            return True
        key = self._key(kind, _checked(model_id).casefold())
        before = self._entry(key)
        if before is not None and str(before.get("as_of", "")) >= as_of:
            return False
        self.shelf.put(key, entry)
        return True

    def lister(self) -> Lister:
        """Make what asks for long lists page by page; whoever has it closes it."""
        from modelscope_tui.hub.listing import Lister

        return Lister(endpoint=self.endpoint, token=self._token, standing=self._standing)

    def cancel_all(self) -> None:
        """End every question that is under way: who waits for it gets Cancelled, or what was kept, at once."""
        if "_asker" in self.__dict__:
            self._asker.cancel_all()

    def close(self) -> None:
        """Let go of connections and of the shelf."""
        if "_asker" in self.__dict__:
            self._asker.close()
        self.shelf.close()

    @cached_property
    def _asker(self) -> Asker:
        from modelscope_tui.hub.asker import Asker  # (10 ms that the first frame does not wait for)

        return Asker(endpoint=self.endpoint, token=self._token, standing=self._standing, bounds=self._bounds)

    # -- freshness ---------------------------------------------------------------------------------------------

    def _answered(self, kept: _Kept[T], ask: Callable[[], dict[str, Any]], *, refresh: bool) -> Answer[T]:
        found = self._from_shelf(kept)
        if found is not None and (self.is_offline or not (refresh or found.is_stale)):
            return found
        if self.is_offline:
            raise NotCached(f"Offline, and {kept.name} was never seen.", "Go online once to see it.")
        try:
            heard = ask()
            problem = heard.pop("problem", None)
            as_of = stamp(self._now())
            value = kept.read(heard, as_of)
        except ModelscopeError as error:
            if found is None:
                raise
            return replace(found, is_stale=True, problem=error)
        self._keep(kept, heard, as_of)
        return Answer(value, "hub", as_of, is_stale=False, problem=problem)

    def _keep(self, kept: _Kept[T], heard: dict[str, Any], as_of: str) -> None:
        entry = {"as_of": as_of, "data": heard, "with_token": self._token is not None}
        present = _present_id(heard)
        key = kept.key
        if present is not None and present.casefold() != kept.name.casefold():
            key = self._key("details", present.casefold())
            self.shelf.put(kept.key, {"moved": key})
        self.shelf.put(key, entry)

    def _from_shelf(self, kept: _Kept[T]) -> Answer[T] | None:
        entry = self._entry(kept.key)
        if entry is None:
            return None
        try:
            as_of = str(entry["as_of"])
            data = entry["data"]
            age = (self._now() - datetime.fromisoformat(as_of)).total_seconds()
            value = kept.read(data, as_of)
        except (HubNonsense, LookupError, TypeError, ValueError, AttributeError):
            self.shelf.forget(kept.key)  # not written by this program, or not any more
            return None
        may_know_more = data.get("gap") == "gated" and entry.get("with_token") != (self._token is not None)
        is_stale = abs(age) > kept.fresh_seconds or data.get("gap") == "failed" or may_know_more
        return Answer(value, "cache", as_of, is_stale=is_stale)

    def _entry(self, key: str) -> Mapping[str, Any] | None:
        stored = self.shelf.get(key)
        if stored is not None and isinstance(stored.value, dict) and isinstance(stored.value.get("moved"), str):
            stored = self.shelf.get(stored.value["moved"])
        return stored.value if stored is not None and isinstance(stored.value, dict) else None

    def _details_kept(self, model_id: str, row: Model | None) -> _Kept[ModelDetails]:
        from modelscope_tui.hub.translate import details_of

        def _read(data: Any, as_of: str) -> ModelDetails:
            return details_of(data["info"], data.get("config"), as_of=as_of, row=row)

        return _Kept(self._key("details", model_id.casefold()), model_id, self._freshness.details, _read)

    def _key(self, kind: str, name: str) -> str:
        return f"{kind}|{self.endpoint}|{name}"


def _checked(model_id: str) -> str:
    if not is_repo_id(model_id):
        raise UsageError(f"{model_id!r} is not a repository id.", "Give owner/name, as in Qwen/Qwen3-8B.")
    return model_id


def _present_id(heard: Mapping[str, Any]) -> str | None:
    """Find under which id a page was answered: a renamed repository answers under its present one."""
    info = heard.get("info")
    name = info.get("id") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def _card_from(data: Any, _: str) -> str:
    from modelscope_tui.hub.card import without_front_matter

    return without_front_matter(str(data["text"]))


def _rows_from(data: Any, as_of: str) -> tuple[Model, ...]:
    from modelscope_tui.hub.translate import rows_of

    return rows_of(data["rows"], as_of=as_of)
