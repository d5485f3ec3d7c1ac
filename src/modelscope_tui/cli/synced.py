"""How far syncs have come, for ``doctor`` and ``cache info``: never, partial, or complete, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelscope_tui.cli import say

if TYPE_CHECKING:
    from modelscope_tui.hub.walk import SyncNote


def facts(note: SyncNote) -> dict[str, Any]:
    """Shape it as JSON; null where there was no sync."""
    walk, covered, last = note.walk, note.covered, note.last
    return {
        "sync_state": "partial" if walk is not None else "complete" if last is not None else "never",
        "sync_covers": None if covered is None else "all" if covered.kind == "all" else f"top {covered.limit}",
        "sync_rows": None if covered is None else covered.rows,
        "sync_walked": None if covered is None else covered.walked,
        "last_sync": None if last is None else last.finished,
        "last_sync_changed": None if last is None else last.changed,
        "sync_under_way": None if walk is None else walk.request,
        "sync_under_way_rows": None if walk is None else walk.rows,
    }


def words(note: SyncNote) -> str:
    """Say it in one sentence."""
    walk, covered, last = note.walk, note.covered, note.last
    if walk is not None:
        return f"broke off after {walk.pages:,} pages ({walk.rows:,} models) of `{walk.request}`"
    if last is None:
        return "never synced: the catalog is the bundled one and what the Hub said since"
    what = "what was asked for"
    if covered is not None:
        what = f"all {covered.rows:,} models" if covered.kind == "all" else f"the {covered.rows:,} most downloaded"
    return f"{what}, last synced {say.day(last.finished)} ({last.changed:,} rows changed)"
