"""What a person keeps of their own: stars, notes, tags, saved views, and what was looked at, in one small file.

    door ──star, note, view──▶ Shortlist ──lock, read, change, write beside, rename──▶ shortlist.json
                                                └─ a second program changes the same file in between: both changes stay

Every change is made to what the file holds at that moment, under a lock of the operating system, so nothing that
another window wrote is lost; of the same field the later write counts. A file that cannot be read is set aside, never
overwritten; one of a later version is read by nobody and written by nobody.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelscope_tui.catalog.lock import locked
from modelscope_tui.catalog.model import is_repo_id
from modelscope_tui.errors import CatalogError, UsageError
from modelscope_tui.saving import save
from modelscope_tui.shortlisted import (
    LONGEST_NAME,
    LONGEST_NOTE,
    SCHEMA,
    Kept,
    Seen,
    Star,
    View,
    differences,
    kept_from,
    kept_to,
    merged,
    modest,
    seen_of,
)
from modelscope_tui.small_file import read_small

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import Model, ModelDetails

FILE_NAME = "shortlist.json"
"""The file, beside the settings file."""

MOST_RECENT = 50
"""How many models that were looked at are remembered."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


_MOST_LETTERS = 1 << 26
"""Ten thousand stars with long notes take a tenth of it."""


class Shortlist:
    """The file, and what it holds. Any thread may call; each change is on the disk when its call returns."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] = _utc_now) -> None:
        self.path = path
        self._now = now
        self._lock = threading.RLock()
        self._kept: Kept | None = None
        self.problem: str | None = None
        """What is wrong with the file, in words; None when all is well."""

    # -- reading -----------------------------------------------------------------------------------------------

    @property
    def kept(self) -> Kept:
        """All that is kept, as last read."""
        with self._lock:
            if self._kept is None:
                self._kept = self._read()
            return self._kept

    @property
    def starred(self) -> frozenset[str]:
        """The ids of the starred models."""
        return self.kept.starred

    def star(self, model_id: str) -> Star | None:
        """Give what is kept of one model."""
        return self.kept.models.get(model_id)

    def _read(self) -> Kept:
        try:
            data = json.loads(read_small(self.path, _MOST_LETTERS))
        except (FileNotFoundError, NotADirectoryError):
            return Kept()
        except OSError as error:
            self.problem = f"The shortlist {self.path} cannot be read: {error.strerror}."
            return replace(Kept(), is_readable=False)  # (what nobody has read is not written over)
        except (ValueError, RecursionError):  # (brackets without end are no list of anybody's)
            return self._set_aside()
        if isinstance(data, dict) and isinstance(data.get("schema"), int) and data["schema"] > SCHEMA:
            self.problem = (
                f"The shortlist {self.path} is of a later version. Update modelscope-tui to see its stars and notes."
            )
            return replace(Kept(), is_readable=False)
        try:
            return kept_from(data)
        except (TypeError, ValueError, AttributeError, KeyError):
            return self._set_aside()

    def _set_aside(self) -> Kept:
        """Rename a broken file, so that it can be mended by hand, and begin anew."""
        aside = self.path.with_name(f"{self.path.name}.broken-{self._now():%Y%m%d-%H%M%S}")
        try:
            self.path.replace(aside)
            self.problem = f"The shortlist could not be read; it is kept as {aside.name}, and a new one begins."
        except OSError as error:
            self.problem = f"The shortlist {self.path} is broken and cannot be set aside: {error.strerror}."
            return replace(Kept(), is_readable=False)
        return Kept()

    # -- changing ----------------------------------------------------------------------------------------------

    def _change(self, change: Callable[[Kept], Kept]) -> Kept:
        """Read the file anew, change that, and put it in the place of the old one.

        Raises:
            ModelscopeError: it cannot be written, or is of a later version.
        """
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise CatalogError(f"{self.path.parent} cannot be made: {error.strerror}.") from error
            with locked(self.path):
                found = self._read()
                if not found.is_readable:
                    raise CatalogError(self.problem or f"The shortlist {self.path} cannot be read.")
                changed = change(found)
                if changed != found:
                    self._write(changed)
                self._kept = changed
            return changed

    def _write(self, kept: Kept) -> None:
        save(self.path, json.dumps(kept_to(kept), ensure_ascii=False, indent=1, sort_keys=True) + "\n")

    def _stamp(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def toggle(self, model_ids: Iterable[str]) -> bool:
        """Star models, or let go of them when all of them are starred; tell whether they are starred now."""
        ids = [one for one in model_ids if is_repo_id(one)]
        when = self._stamp()
        is_on = not all(one in self.starred for one in ids)

        def _toggle(kept: Kept) -> Kept:
            models = dict(kept.models)
            for one in ids:
                models[one] = replace(models.get(one, Star(one)), starred=when if is_on else None, changed=when)
            return replace(kept, models=models)

        self._change(_toggle)
        return is_on

    def annotate(self, model_id: str, note: str, tags: Iterable[str]) -> None:
        """Keep a note and tags with a model; an empty note and no tags take them away."""
        cleaned = tuple(dict.fromkeys(tag.strip().casefold() for tag in tags if tag.strip()))
        when = self._stamp()

        def _annotate(kept: Kept) -> Kept:
            star = replace(
                kept.models.get(model_id, Star(model_id)), note=note.strip()[:LONGEST_NOTE], tags=cleaned, changed=when
            )
            return replace(kept, models={**kept.models, model_id: star})

        self._change(_annotate)

    def save_view(self, name: str, query: str) -> None:
        """Keep a query under a name.

        Raises:
            UsageError: the name is empty or too long.
        """
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise UsageError("A view needs a name of at most 60 letters.", "Type one.")
        view = View(name, query, self._stamp())
        self._change(lambda kept: replace(kept, views={**kept.views, name: view}))

    def drop_view(self, name: str) -> None:
        """Forget a view."""
        self._change(lambda kept: replace(kept, views={key: one for key, one in kept.views.items() if key != name}))

    def look(self, details: ModelDetails) -> tuple[str, ...]:
        """Remember that a model was looked at; tell in words what has changed since it was looked at before."""
        now = seen_of(details, self._stamp())
        before = self.kept.seen.get(details.id)
        changes = differences(before, now) if before is not None else ()

        def _look(kept: Kept) -> Kept:
            recent = (details.id, *[one for one in kept.recent if one != details.id])[:MOST_RECENT]
            known = {**kept.seen, details.id: now.filled_from(kept.seen.get(details.id))}
            wanted = {*recent, *kept.models}
            return replace(kept, recent=recent, seen={one: seen for one, seen in known.items() if one in wanted})

        self._change(_look)
        return changes

    def changes_of(self, model: Model) -> tuple[str, ...]:
        """Tell from a row alone what has changed since the model was looked at: its revision and license."""
        before = self.kept.seen.get(model.id)
        if before is None:
            return ()
        return differences(before, Seen(self._stamp(), model.revision, model.license_name or model.license, None))

    # -- elsewhere and back ------------------------------------------------------------------------------------

    def exported(self) -> dict[str, Any]:
        """Give all of it as JSON for another machine."""
        return kept_to(self.kept)

    def take_in(self, data: Mapping[str, Any]) -> int:
        """Merge what another machine exported: of the same model or view the later change counts.

        Returns:
            How many models and views are new or different now.

        Raises:
            UsageError: it is no shortlist, or one of a later version.
        """
        if not isinstance(data.get("schema"), int):
            raise UsageError("This is no shortlist.", "Give a file that `modelscope-tui shortlist export` wrote.")
        if data["schema"] > SCHEMA:
            raise UsageError("This shortlist is of a later version of the program.", "Update modelscope-tui first.")
        try:
            other = modest(kept_from(data))
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise UsageError("This shortlist cannot be read.", "Export it again.") from error
        before = self._change(lambda kept: kept)
        after = self._change(lambda kept: merged(kept, other))
        return sum(before.models.get(one) != star for one, star in after.models.items()) + sum(
            before.views.get(name) != view for name, view in after.views.items()
        )
