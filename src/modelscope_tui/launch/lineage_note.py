"""Says before a command what a base model's license takes back of the model's own.

SOUTH WING. Pure. Only the base that the subject brings along is held against: the License tab tells the whole line.
"""

from __future__ import annotations

from modelscope_tui.catalog.lineage import ancestors_of
from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.subject import Subject


def lineage_note(subject: Subject) -> tuple[Note, ...]:
    """Warn where a model's license grants more than that of the model it was made from, or states none beside it."""
    if not subject.related:
        return ()
    rows = {name.casefold(): known.model for name, known in subject.related.items()}
    against = [
        one
        for one in ancestors_of(subject.model, lambda name: rows.get(name.casefold()))
        if one.harmony in {"conflict", "missing"}
    ]
    return tuple(Note("warning", f"Made from {one.id}: {one.why} Its terms bind as well.") for one in against[:1])
