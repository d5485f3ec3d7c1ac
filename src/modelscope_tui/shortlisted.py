"""What a shortlist holds: frozen records, their JSON, and how two lists become one. Pure.

Fields that this version does not know are dropped; a value of the wrong kind makes the whole file unreadable, so that
it is set aside and not half understood.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelscope_tui.catalog.model import is_repo_id

if TYPE_CHECKING:
    from modelscope_tui.catalog.model import ModelDetails

LONGEST_NOTE, LONGEST_NAME, LONGEST_QUERY, MOST_TAGS = 2000, 60, 4000, 50
"""What one note, the name of a view or a tag, and a query may have in letters, and how many tags a model may have."""

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

SCHEMA = 1
"""The version of the file; a later one is refused."""


@dataclass(frozen=True, slots=True)
class Star:
    """What is kept of one model."""

    id: str
    starred: str | None = None
    """When it was starred, ISO 8601 UTC; None when it only has a note, or was let go."""
    note: str = ""
    tags: tuple[str, ...] = ()
    changed: str = ""
    """When one of these was last changed."""


@dataclass(frozen=True, slots=True)
class View:
    """A named query."""

    name: str
    query: str
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model was like when it was looked at; None was not known then."""

    at: str
    revision: str | None = None
    license: str | None = None
    files: str | None = None
    """A digest of all paths and sizes."""

    def filled_from(self, before: Seen | None) -> Seen:
        """Keep what was known before where this look did not tell."""
        if before is None:
            return self
        return replace(
            self,
            revision=self.revision or before.revision,
            license=self.license or before.license,
            files=self.files or before.files,
        )


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kept:
    """All of it."""

    models: Mapping[str, Star] = field(default_factory=_nothing)
    views: Mapping[str, View] = field(default_factory=_nothing)
    seen: Mapping[str, Seen] = field(default_factory=_nothing)
    recent: tuple[str, ...] = ()
    """Ids, the latest first."""
    is_readable: bool = True
    """False where the file must be left alone."""

    @property
    def starred(self) -> frozenset[str]:
        """The ids of the starred models."""
        return frozenset(one.id for one in self.models.values() if one.starred)


def seen_of(details: ModelDetails, at: str) -> Seen:
    """Take down what a model is like."""
    files = None
    if details.files is not None:
        listed = "\n".join(f"{file.path} {file.size_bytes}" for file in sorted(details.files, key=lambda one: one.path))
        files = hashlib.sha256(listed.encode("utf-8", "replace")).hexdigest()[:16]
    model = details.model
    return Seen(at, model.revision, model.license_name or model.license, files)


def differences(before: Seen, now: Seen) -> tuple[str, ...]:
    """Say what differs, where both are known."""
    found: list[str] = []
    if before.revision and now.revision and before.revision != now.revision:
        found.append(f"revision {before.revision[:7]} is now {now.revision[:7]}")
    if before.license and now.license and before.license != now.license:
        found.append(f"license {before.license} is now {now.license}")
    if before.files and now.files and before.files != now.files:
        found.append("other files or sizes")
    return tuple(found)


def merged(mine: Kept, other: Kept) -> Kept:
    """Join two lists: of the same model or view the later change counts; what was looked at stays mine."""
    models, views = dict(mine.models), dict(mine.views)
    for key, star in other.models.items():
        if key not in models or star.changed > models[key].changed:
            models[key] = star
    for key, view in other.views.items():
        if key not in views or view.changed > views[key].changed:
            views[key] = view
    return replace(mine, models=models, views=views)


def modest(kept: Kept) -> Kept:
    """Cut what somebody else wrote to what this program would have taken down; a view without a name goes."""
    models = {
        key: replace(star, note=star.note[:LONGEST_NOTE], tags=_modest_tags(star)) for key, star in kept.models.items()
    }
    views = {}
    for view in kept.views.values():
        name = "".join(letter if letter.isprintable() else " " for letter in view.name).strip()[:LONGEST_NAME].strip()
        if name:
            views[name] = replace(view, name=name, query=view.query[:LONGEST_QUERY])
    return replace(kept, models=models, views=views)


def _modest_tags(star: Star) -> tuple[str, ...]:
    return tuple(tag[:LONGEST_NAME] for tag in star.tags[:MOST_TAGS])


# -- JSON ------------------------------------------------------------------------------------------------------


def kept_to(kept: Kept) -> dict[str, Any]:
    """Write it as JSON."""
    return {
        "schema": SCHEMA,
        "models": {
            one.id: {"starred": one.starred, "note": one.note, "tags": list(one.tags), "changed": one.changed}
            for one in kept.models.values()
            if one.starred or one.note or one.tags or one.changed
        },
        "views": {one.name: {"query": one.query, "changed": one.changed} for one in kept.views.values()},
        "seen": {
            key: {"at": one.at, "revision": one.revision, "license": one.license, "files": one.files}
            for key, one in kept.seen.items()
        },
        "recent": list(kept.recent),
    }


def kept_from(data: Any) -> Kept:
    """Read JSON.

    Raises:
        ValueError, TypeError, AttributeError or KeyError: it is not what this program writes.
    """
    if not isinstance(data, dict) or not isinstance(data.get("schema"), int):
        raise TypeError("no shortlist")
    models = {key: _star(key, one) for key, one in data.get("models", {}).items() if is_repo_id(key)}
    views = {(name := _text(key)): _view(name, one) for key, one in data.get("views", {}).items()}
    seen = {key: _seen(one) for key, one in data.get("seen", {}).items() if is_repo_id(key)}
    recent = tuple(one for one in map(_text, data.get("recent", [])) if is_repo_id(one))
    return Kept(models, views, seen, recent)


def _star(key: str, one: Any) -> Star:
    tags = tuple(_text(tag) for tag in one.get("tags", []))
    return Star(key, _known(one.get("starred")), _text(one.get("note", "")), tags, _text(one.get("changed", "")))


def _view(name: str, one: Any) -> View:
    return View(name, _text(one["query"]), _text(one.get("changed", "")))


def _seen(one: Any) -> Seen:
    return Seen(_text(one["at"]), _known(one.get("revision")), _known(one.get("license")), _known(one.get("files")))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value if value.isprintable() else _CONTROLS.sub(" ", value)


def _known(value: Any) -> str | None:
    return None if value is None else _text(value)
