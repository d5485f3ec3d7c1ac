"""How many of the matching rows each organization has.

GROUND FLOOR. Organizations are thousands here and hundreds of thousands on the Hub, so only the largest are shown, and
no key costs a look at all of them: an organization cannot have more matches than rows, hence once enough are counted,
those with fewer rows than the last one shown need no look. The counts themselves are read off an array (the
organization of each row) for the matching rows or for the others, whichever are fewer, so many rows at a step; where
they are very many, numpy reads them off at once.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from pyroaring import BitMap

from modelscope_tui.catalog.facet import FacetValue
from modelscope_tui.catalog.keys import Kind, folded
from modelscope_tui.catalog.piece import is_large
from modelscope_tui.catalog.store import ORGANIZATIONS, SIZES, Store
from modelscope_tui.catalog.taxonomy import organization_label

SHOWN = 300
"""How many organizations a pane gets; :meth:`Organizations.named_like` finds the others."""

_AT_ONCE = 50_000
"""So many rows are read off in one step: a few milliseconds."""

_SLOWER = 20
"""So many times longer than numpy takes the standard library."""

_LOW_HALF = (1 << 32) - 1


class Organizations:
    """Counts organizations from the store."""

    def __init__(self, store: Store, *, at_once: int = _AT_ONCE, large: Callable[[int], bool] = is_large) -> None:
        self._store = store
        self._at_once, self._large = at_once, large
        self._names: dict[int, tuple[str, str]] = {}
        self.renew()

    def renew(self) -> None:
        """Forget the organizations of the rows; they have changed, and are read when somebody counts."""
        for known in ("_organization_of", "_sizes"):
            self.__dict__.pop(known, None)
        self._by_size: list[int] = []
        self._smallness: list[int] = []
        self._everything: tuple[FacetValue, ...] = ()
        self._names.clear()

    @cached_property
    def _organization_of(self) -> array[int]:
        return self._store.numbers(ORGANIZATIONS)

    @cached_property
    def _sizes(self) -> array[int]:
        return self._store.numbers(SIZES)

    def _rank(self) -> None:
        """Bring the organizations in order of size, once."""
        if not self._by_size:
            self._by_size = sorted(range(len(self._sizes)), key=self._sizes.__getitem__, reverse=True)
            self._smallness = [-self._sizes[number] for number in self._by_size]

    def counts(self, rows: BitMap, chosen: Iterable[str]) -> tuple[tuple[FacetValue, ...], int]:
        """Count the largest organizations and every chosen one among `rows`; tells as well how many have any."""
        *_, found = self.steps(rows, chosen)
        if found is None:  # pragma: no cover - the last step gives the counts
            raise LookupError(rows)
        return found

    def steps(self, rows: BitMap, chosen: Iterable[str]) -> Iterator[tuple[tuple[FacetValue, ...], int] | None]:
        """Count as :meth:`counts`, in steps of a few milliseconds: nothing after each, and the counts at last."""
        everything = BitMap()
        everything.add_range(0, len(self._organization_of))
        others = len(everything) - len(rows)
        counted: Counter[int] = Counter()
        less = rows if len(rows) <= others else everything - rows
        numbers = less.to_array() if others else array("I")
        if self.is_large and len(numbers) > self._at_once // _SLOWER:
            listed, found = self._read_off_at_once(numbers, is_rest=less is not rows)
            yield (*listed, *self._chosen(chosen, listed, rows)), found
            return
        for start in range(0, len(numbers), self._at_once):
            counted.update(map(self._organization_of.__getitem__, numbers[start : start + self._at_once]))
            yield None
        if not others:
            listed, found = self._all(), len(self._sizes)
        else:
            listed, found = self._read_off(counted) if less is rows else self._read_off_others(counted)
        yield (*listed, *self._chosen(chosen, listed, rows)), found

    def _chosen(self, chosen: Iterable[str], listed: tuple[FacetValue, ...], rows: BitMap) -> tuple[FacetValue, ...]:
        """Count those that are chosen and not among the largest."""
        missing = set(chosen) - {value.value.casefold() for value in listed} if chosen else ()
        return tuple([self._one(key, rows) for key in sorted(missing)])

    @property
    def is_large(self) -> bool:
        """Whether rows are so many that numpy counts them."""
        return self._large(len(self._organization_of))

    def warm(self) -> None:
        """Import and read ahead what every count needs."""
        if self.is_large:
            self._read_off_at_once(array("I", [0]), is_rest=False)
        self.counts(BitMap([0]), ())

    def _read_off_at_once(self, numbers: array[int], *, is_rest: bool) -> tuple[tuple[FacetValue, ...], int]:
        import numpy as np

        sizes = np.frombuffer(self._sizes, dtype=np.uint32).astype(np.int64)
        owners = np.frombuffer(self._organization_of, dtype=np.uint32)[np.frombuffer(numbers, dtype=np.uint32)]
        counted = np.bincount(owners, minlength=len(sizes))
        counted = sizes - counted if is_rest else counted
        having = counted[counted > 0]
        least = int(np.partition(having, -SHOWN)[-SHOWN]) if len(having) > SHOWN else 1
        largest = np.flatnonzero(counted >= max(least, 1)).tolist()
        listed, _ = self._read_off({number: int(counted[number]) for number in largest})
        return listed, len(having)

    def named_like(self, text: str, rows: BitMap) -> tuple[FacetValue, ...]:
        """Count the organizations whose handle contains `text`, most first."""
        asked = "SELECT key FROM organizations WHERE instr(key, ?)"
        keys = [key for (key,) in self._store.connection.execute(asked, (folded(text),)).fetchall()]
        counted = [(rows.intersection_cardinality(self._store.bitmap(Kind.ORGANIZATION, key)), key) for key in keys]
        ordered = sorted([(-count, key) for count, key in counted if count])[:SHOWN]
        return tuple([self._one(key, rows) for _, key in ordered])

    def _all(self) -> tuple[FacetValue, ...]:
        if not self._everything:
            self._rank()
            self._everything = self._listed(self._sizes.__getitem__)
        return self._everything

    def _read_off(self, counted: Mapping[int, int]) -> tuple[tuple[FacetValue, ...], int]:
        least = _least_shown(counted)
        listed = self._most((number, count) for number, count in counted.items() if count > least)
        last = sorted([number for number, count in counted.items() if count == least])[: SHOWN - len(listed)]
        return (*listed, *[FacetValue(*self._name(number), least) for number in last]), len(counted)

    def _read_off_others(self, less: Mapping[int, int]) -> tuple[tuple[FacetValue, ...], int]:
        self._rank()
        sizes, count_less = self._sizes, dict(less).get
        gone = sum([sizes[number] == count for number, count in less.items()])
        return self._listed(lambda number: sizes[number] - count_less(number, 0)), len(sizes) - gone

    def _listed(self, count_of: Callable[[int], int]) -> tuple[FacetValue, ...]:
        """List the largest counts without counting those that cannot be among them."""
        largest = sorted(map(count_of, self._by_size[: 2 * SHOWN]), reverse=True)
        least = max(largest[SHOWN - 1], 1) if len(largest) >= SHOWN else 1
        candidates = self._by_size[: bisect_right(self._smallness, -least)]
        return self._most((number, count_of(number)) for number in candidates)

    def _most(self, counted: Iterable[tuple[int, int]]) -> tuple[FacetValue, ...]:
        """List the largest counts, of equal ones those whose first model ranks higher."""
        # One whole number stands for a pair: thousands of pairs on every key would keep the garbage collector busy.
        packed = sorted([(count << 32) - number for number, count in counted if count], reverse=True)[:SHOWN]
        pairs = [(-one & _LOW_HALF, (one + _LOW_HALF) >> 32) for one in packed]
        return tuple([FacetValue(*self._name(number), count) for number, count in pairs])

    def _one(self, key: str, rows: BitMap) -> FacetValue:
        read = self._store.connection.execute("SELECT handle FROM organizations WHERE key = ?", (key,)).fetchone()
        handle = str(read[0]) if read else key
        count = rows.intersection_cardinality(self._store.bitmap(Kind.ORGANIZATION, key))
        return FacetValue(handle, organization_label(handle), count)

    def _name(self, number: int) -> tuple[str, str]:
        found = self._names.get(number)
        if found is None:
            read = self._store.connection.execute("SELECT handle FROM organizations WHERE number = ?", (number,))
            handle = str(read.fetchone()[0])
            found = self._names[number] = (handle, organization_label(handle))
        return found


def _least_shown(counted: Mapping[int, int]) -> int:
    """Find the count of the last organization that is shown."""
    shown = 0
    for count, organizations in sorted(Counter(counted.values()).items(), reverse=True):
        shown += organizations
        if shown >= SHOWN:
            return count
    return 0
