"""What is asked of the index beside its rows: counts, relatives, and what was meant by a query that finds nothing.

The part of ``local.py`` that needs nothing of this machine but the index, and what only the machine can judge.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelscope_tui.catalog.family import Family
    from modelscope_tui.catalog.index import FacetCounts, Index
    from modelscope_tui.catalog.model import Model
    from modelscope_tui.catalog.narrow import Narrowed
    from modelscope_tui.catalog.query import Query


class Questions(ABC):
    """Questions that the index answers alone."""

    @property
    @abstractmethod
    def index(self) -> Index:
        """The open index."""

    @abstractmethod
    def _narrowed(self, query: Query) -> Narrowed | None:
        """Answer for the catalog what it cannot know of a query."""

    def facets(self, query: Query) -> FacetCounts:
        """Count the answer per organization, category, license, tool and task; exact."""
        return self.index.facets(query, narrowed=self._narrowed(query))

    def counting(self, query: Query) -> Iterator[FacetCounts | None]:
        """Count as :meth:`facets` in steps of a few milliseconds: None after each, the counts at last."""
        return self.index.counting(query, narrowed=self._narrowed(query))

    def why_empty(self, query: Query) -> str | None:
        """Name the one term or word of an empty query without which there would be results."""
        return self.index.empties(query, narrowed=self._narrowed(query))

    def did_you_mean(self, query: Query) -> Query | None:
        """Put one mistyped word of an empty query right, from real names; None when that does not help."""
        return self.index.meant(query, narrowed=self._narrowed(query))

    def model(self, model_id: str) -> Model | None:
        """Find one row by id, whatever its case."""
        return self.index.get(model_id)

    def family(self, model_id: str, limit: int) -> Family:
        """Gather what a model was made from and what was made from it; ``limit`` models of each kind are read."""
        return self.index.family(model_id, limit)
