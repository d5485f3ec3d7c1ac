"""Carrying a catalog to a host without network: what goes into the file, and what is taken out of it.

Between the explorer and the hub. Everything the Hub said that the bundled catalog does not know goes along: rows of
syncs and searches; of listed models also details, file lists and cards. Reading goes over the file twice: the first
time nothing is taken, so that a file that is not whole and right changes nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from modelscope_tui.catalog import carried
from modelscope_tui.catalog.measure import seconds_of
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.record import FIELDS, encode
from modelscope_tui.catalog.units import in_memory
from modelscope_tui.errors import BadParcel, CatalogError, HubNonsense, ModelscopeError, NotSaved
from modelscope_tui.hub import parcel
from modelscope_tui.saving import saved

if TYPE_CHECKING:
    from modelscope_tui.hub.carried import Carried
    from modelscope_tui.hub.parcel import Seal
    from modelscope_tui.local import Local

AT_ONCE = 1000
LARGEST_FILE = 8 * 10**9
REPORT_EVERY = 500
SHELF_SHARE = 200 * 2**20
"""How much of details and cards one file may bring: the shelf holds little more before the oldest go."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What went into a file."""

    path: Path
    bytes: int
    seal: Seal
    missing: tuple[str, ...]
    """Listed models of which nothing but the row could go along."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken out of a file."""

    rows: int
    changed: int
    details: int
    cards: int
    already_newer: int
    """Details and cards that were kept because they are newer here."""
    as_of: str | None


class Carrying:
    """Exports and imports of one cache."""

    def __init__(self, local: Local, hub: Any) -> None:
        self._local = local
        self._hub = hub

    def write(self, path: Path, listed: Sequence[str], progress: Progress) -> Exported:
        """Write the file: beside its place first, then renamed, for its owner alone.

        Args:
            path: where.
            listed: models whose details and cards go along, with those that their launch commands look at.
            progress: is told rows done and rows in all.

        Raises:
            NotSaved: it cannot be written there.
            CatalogError: the index lives in memory only, or cannot be read.
        """
        index = self._local.index
        if index.path is None:
            raise CatalogError("The index lives in memory only: there is nothing to export.")
        if not path.parent.is_dir():  # a disk that is not there is not made up
            raise NotSaved(f"{path} cannot be written: there is no directory {path.parent}.", "Choose another place.")
        head = {"fields": FIELDS, "as_of": index.as_of}
        missing: list[str] = []
        with saved(path) as file:
            packer = parcel.Packer(file, head)
            told: set[str] = set()
            for number, line in enumerate(carried.hub_lines(index.path)):
                packer.row(line)
                if number % REPORT_EVERY == 0:
                    progress(number, index.total)
            for model_id in dict.fromkeys(listed):
                row = index.get(model_id)
                if row is not None and row.source == "catalog":
                    packer.row(encode(row))
                if not self._pack(packer, model_id, told):
                    missing.append(model_id)
            seal = packer.seal()
            size = file.tell()
        return Exported(path, size, seal, tuple(missing))

    def _pack(self, packer: parcel.Packer, model_id: str, told: set[str]) -> bool:
        """Add what is kept of a model, and the pages of those that its commands look at."""
        details, row = self._hub.cached_details(model_id), self._local.model(model_id)
        known = [*([details.value.model] if details else []), *([row] if row else [])]
        related = [name for model in known for name in (*model.gguf_repos[:3], *model.base_models[:1])]
        wanted: list[tuple[Carried, str]] = [("details", model_id), ("card", model_id)]
        wanted += [("details", name) for name in related]
        for kind, name in wanted:
            kept = self._hub.kept_entry(kind, name) if f"{kind} {name}" not in told else None
            if kept is not None:
                told.add(f"{kind} {name}")
                packer.entry(kind, name, *kept)
        return f"details {model_id}" in told

    def read(self, path: Path, progress: Progress) -> Imported:
        """Take a file in, after it has been looked through as a whole.

        Raises:
            BadParcel: it is not whole and right; nothing was taken.
            CatalogError: the index cannot be written; rows that were taken before stay.
        """
        if self._local.index.path is None:
            raise CatalogError("The index lives in memory only: an import would be lost.", "Give another --cache-dir.")
        with _reading(path) as (file, size):
            total = self._rehearsed(file, size)
            file.seek(0)
            return self._taken(file, size, total, progress)

    def _rehearsed(self, file: BinaryIO, size: int) -> int:
        """Look at every line without taking any; tells how many there are."""
        total, weight = 0, 0
        names: tuple[str, ...] = ()
        for value in parcel.unpacked(file, size):
            if isinstance(value, dict):
                names = _names(value)
                continue
            total += 1
            if value[0] == "row":
                _row(value, names)
                continue
            kind, model_id, as_of, data = _entry(value)
            weight += len(str(data))
            if weight > SHELF_SHARE:
                raise BadParcel(f"The file holds more than {in_memory(SHELF_SHARE)} of details and cards.")
            _kept_or_bad(lambda: self._hub.keep_entry(kind, model_id, as_of, data, is_rehearsal=True))  # noqa: B023
        return total

    def _taken(self, file: BinaryIO, size: int, total: int, progress: Progress) -> Imported:
        index = self._local.index
        rows = changed = details = cards = newer = done = 0
        names: tuple[str, ...] = ()
        batch: list[Model] = []
        date: str | None = None
        for value in parcel.unpacked(file, size):
            if isinstance(value, dict):
                names, date = _names(value), _date(value)
                continue
            done += 1
            if value[0] == "row":
                batch.append(_row(value, names))
                rows += 1
                if len(batch) == AT_ONCE:
                    changed += index.upsert(batch)
                    batch = []
                    progress(done, total)
                continue
            kind, model_id, as_of, data = _entry(value)
            if not self._hub.keep_entry(kind, model_id, as_of, data):
                newer += 1
            elif kind == "card":
                cards += 1
            else:
                details += 1
        changed += index.upsert(batch, notes={"as_of": max(date or "", index.as_of or "")} if rows else {})
        return Imported(rows, changed, details, cards, newer, date)


def _names(head: dict[str, Any]) -> tuple[str, ...]:
    try:
        return carried.names_of(head.get("fields"))
    except ValueError as error:
        raise BadParcel(f"The file cannot be used: {error}.") from error


def _date(head: dict[str, Any]) -> str | None:
    date = head.get("as_of")
    is_one = isinstance(date, str) and len(date) == 10 and seconds_of(date) is not None
    return cast("str", date) if is_one else None


def _row(value: list[Any], names: Sequence[str]) -> Model:
    try:
        if len(value) != 2:
            raise ValueError("a row is not one")  # noqa: TRY301 - one sentence for all
        return carried.row_of(value[1], names)
    except (ValueError, TypeError) as error:
        raise BadParcel(f"The file cannot be used: {error}.") from error


def _entry(value: list[Any]) -> tuple[Carried, str, str, Any]:
    if len(value) != 4 or value[0] not in {"details", "card"}:
        raise BadParcel("The file cannot be used: an entry is not one.")
    return value[0], value[1], value[2], value[3]


def _kept_or_bad(keep: Callable[[], object]) -> None:
    try:
        keep()
    except HubNonsense as error:
        raise BadParcel(f"The file cannot be used. {error.message}") from error
    except ModelscopeError as error:
        raise BadParcel(f"The file cannot be used: {error.message}") from error


@contextmanager
def _reading(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    try:
        if not path.is_file():  # a pipe or a device would be waited for
            raise BadParcel(f"{path} is not a file.", "Give the file that cache export wrote.")
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST_FILE:
                raise BadParcel(f"{path} is larger than anything that cache export writes.")
            yield file, about.st_size
    except OSError as error:
        raise BadParcel(f"{path} cannot be read: {error.strerror or error}.") from error
