"""Who cuts rows, and brings together what was cut: this process, or two others while this one writes.

GROUND FLOOR. With few rows all is done here, and nothing is kept in files. With many it is done by others, where there
are processors for them and they can be given the function that tells tools.
"""

from __future__ import annotations

import gc
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from modelscope_tui.catalog.block import Blocks
from modelscope_tui.catalog.cut import Slice, cut
from modelscope_tui.catalog.names import leaves
from modelscope_tui.catalog.posted import NAMES, merged, together
from modelscope_tui.catalog.run import Ready, Stretch, bring_together, stretches, write_run
from modelscope_tui.catalog.store import SLICE_BITS
from modelscope_tui.catalog.told import Told, ToolsOf

_SLICE = 1 << SLICE_BITS
UNIT = _SLICE
"""So many rows are cut at a time: with more the processor waits for memory, with fewer more has to be joined."""

_CUTTERS = 2
_WORTH_CUTTERS = 2 * _SLICE
"""From so many rows on, other processes are worth their start."""

T = TypeVar("T")
Call = Callable[[], T]
Calls = Iterable["Call[T]"]


@dataclass(frozen=True)
class Knife:
    """What a process is given that cuts."""

    tools_of: ToolsOf
    dictionary: bytes
    """What rows are packed with."""
    names_dictionary: bytes
    """What names are packed with."""
    is_large: bool
    """Whether the index becomes a large one."""


class Cutters:
    """Cuts rows and brings together what was cut."""

    def __init__(self, knife: Knife, beside: Path | None, pool: ProcessPoolExecutor | None) -> None:
        self._knife, self._beside, self._pool = knife, beside, pool
        self._pieces: list[Slice] = []
        self._runs: list[Path] = []
        _equip(knife)

    def cut(self, lines: Iterator[str], told: Told) -> Iterator[Slice]:
        """Cut rows, some ten thousands at a time."""
        for piece in self._done(self._to_cut(lines, told)):
            if piece.run is None:
                self._pieces.append(piece)
            else:
                self._runs.append(piece.run)
            yield piece

    def _to_cut(self, lines: Iterator[str], told: Told) -> Iterator[Call[Slice]]:
        first = 0
        for some in iter(lambda: list(islice(lines, UNIT)), []):
            known = {line: told[line] for line in some if line in told} if told else told
            if self._beside is None:
                yield partial(_cut, first, some, known)
            else:
                run = self._beside.with_name(f"{self._beside.name}-run{first >> SLICE_BITS}")
                yield partial(_cut_apart, first, "\n".join(some), dict(known), run)
            first += len(some)

    def together(self) -> Iterator[Ready]:
        """Bring together what was cut, in the order of the tables."""
        if self._beside is None:
            yield _in_memory(self._pieces)
            return
        yield from self._done(partial(_bring_apart, self._runs, stretch) for stretch in stretches(self._runs))

    def _done(self, calls: Calls[T]) -> Iterator[T]:
        """Give what calls give, in their order."""
        if self._pool is None:
            yield from (call() for call in calls)
            return
        waiting: deque[Future[T]] = deque()
        for call in calls:
            waiting.append(self._pool.submit(call))
            if len(waiting) > _CUTTERS:  # as few as keep everybody busy: each takes a hundred megabytes
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def cutters(knife: Knife, total: int, beside: Path | None) -> Iterator[Cutters]:
    """Get ready to cut rows.

    Args:
        knife: what it takes.
        total: about how many rows there are.
        beside: a file beside which others may lie for a while; None where there is none.
    """
    beside = beside if total >= _WORTH_CUTTERS else None
    with ExitStack() as stack:
        pool = None
        if beside is not None and (os.cpu_count() or 1) >= _CUTTERS and _can_travel(knife.tools_of):
            start = partial(ProcessPoolExecutor, _CUTTERS, mp_context=get_context("spawn"))
            pool = stack.enter_context(start(initializer=_equip_apart, initargs=(knife,)))
        yield Cutters(knife, beside, pool)


_equipped: list[tuple[Knife, Blocks]] = []
"""In a process that cuts: what it was given for all its work."""


def _equip(knife: Knife) -> None:
    _equipped[:] = [(knife, Blocks(knife.dictionary))]


def _equip_apart(knife: Knife) -> None:
    gc.disable()  # (this process does nothing else: what it makes has no circles)
    _equip(knife)


def _cut(first: int, lines: list[str], told: Told) -> Slice:
    knife, blocks = _equipped[0]
    return cut(first, lines, knife.tools_of, told, blocks)


def _cut_apart(first: int, text: str, told: Told, run: Path) -> Slice:
    piece = _cut(first, text.split("\n"), told)
    write_run(run, piece, is_large=_equipped[0][0].is_large)
    piece.few, piece.many, piece.run = {}, [], run
    return piece


def _bring_apart(runs: list[Path], stretch: Stretch) -> Ready:
    knife = _equipped[0][0]
    return bring_together(runs, stretch, knife.names_dictionary, is_large=knife.is_large)


def _in_memory(pieces: list[Slice]) -> Ready:
    names = together([iter([(NAMES, piece.few[NAMES])]) for piece in pieces])
    few = [((kind, posted) for kind, posted in piece.few.items() if kind != NAMES) for piece in pieces]
    bitmaps = merged(few, [iter(piece.many) for piece in pieces], is_large=_equipped[0][0].is_large)
    return Ready(
        list(leaves(((posted.values, posted.rows) for _, posted in names), _equipped[0][0].names_dictionary)),
        list(bitmaps),
    )


def _can_travel(tools_of: ToolsOf) -> bool:
    """Tell whether another process can be given this function."""
    try:
        pickle.dumps(tools_of)
    except (pickle.PicklingError, AttributeError):
        return False
    return True
