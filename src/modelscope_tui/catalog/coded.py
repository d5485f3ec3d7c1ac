"""One fact of many rows, in numbers: every different value once, and for each row which of them it has.

GROUND FLOOR. Knows nothing of models. Millions of rows say much the same: what follows from a value is worked out once
for the value, and numpy carries it to its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import chain, count
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
Truths = NDArray[np.bool_]

V = TypeVar("V", bound=Hashable)


class Numbered(Generic[V]):
    """Values in the order in which they came, each with a number."""

    def __init__(self) -> None:
        self._numbers: defaultdict[V, int] = defaultdict(count().__next__)  # (makes no circle, as its own length would)

    def __len__(self) -> int:
        return len(self._numbers)

    def codes(self, values: Iterable[V], count: int = -1) -> Places:
        """Give the number of each value, a new one where it has none yet."""
        return np.fromiter(map(self._numbers.__getitem__, values), dtype=np.int64, count=count)

    def values(self) -> list[V]:
        """List the values by their numbers."""
        return list(self._numbers)


class Coded(NamedTuple):
    """What rows say of one fact."""

    values: list[Any]
    """The different values."""
    codes: Places
    """Which of them a row has, as often as a row has one."""
    places: Places
    """For each of `codes` the place of its row among the rows; ascending."""

    def each(self, told: Callable[[Any], int | bool]) -> Places:
        """Tell a number of every value, for each of `codes`."""
        return np.fromiter(map(told, self.values), dtype=np.int64, count=len(self.values))[self.codes]

    def told(self, told: Sequence[Hashable | None], count: int) -> list[tuple[Hashable, ...]]:
        """Give for each of so many rows what its values tell, without those that tell nothing.

        Args:
            told: what each value tells; None is nothing.
            count: how many rows there are.
        """
        found: list[tuple[Hashable, ...]] = [()] * count
        at = np.flatnonzero(np.fromiter([one is not None for one in told], dtype=bool, count=len(told))[self.codes])
        for place, code in zip(self.places[at].tolist(), self.codes[at].tolist(), strict=True):
            found[place] = (*found[place], told[code])
        return found

    def rows_with(self, told: Callable[[Any], bool], count: int) -> Truths:
        """Tell which of so many rows have a value of which something is true."""
        found = np.zeros(count, dtype=bool)
        found[self.places[self.each(told) > 0]] = True
        return found


def coded(values: Sequence[Hashable]) -> Coded:
    """Number the values of a fact that each row says once; nothing said is a value too."""
    numbered: Numbered[Hashable] = Numbered()
    codes = numbered.codes(values, len(values))
    return Coded(numbered.values(), codes, np.arange(len(values), dtype=np.int64))


def coded_lists(lists: Sequence[Sequence[Hashable] | None]) -> Coded:
    """Number the values of a fact of which each row says several, or none."""
    numbered: Numbered[Hashable] = Numbered()
    said = [values or () for values in lists]
    lengths = np.fromiter(map(len, said), dtype=np.int64, count=len(said))
    codes = numbered.codes(chain.from_iterable(said), int(lengths.sum()))
    return Coded(numbered.values(), codes, np.repeat(np.arange(len(said), dtype=np.int64), lengths))
