"""``modelscope-tui facets``: how many models a query finds per organization, category, license, tool and task."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import asking, shape
from modelscope_tui.cli.output import Column, Output

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.catalog.index import FacetCounts, FacetValue
    from modelscope_tui.explorer import Explorer

EXAMPLES = """\
  modelscope-tui facets
  modelscope-tui facets 'org:qwen params:<10b'
  modelscope-tui facets category:code --json | jq '.licenses[] | select(.is_group)'"""

_PIPED = """\
piped:
  one row a value, fields separated by tabs: facet, value, label, count.
Counts are those of the index on this machine; a facet's own terms do not hide its other values."""

_ON_A_SCREEN = 12
_COLUMNS = (
    Column("Facet", style="cyan"),
    Column("Value", style="bold"),
    Column("Label"),
    Column("Models", is_number=True),
)


def configure(parser: reading.Parser) -> None:
    """Take a query and how many values of each facet to list."""
    reading.add_query(parser)
    parser.add_argument(
        "--limit",
        type=reading.positive,
        metavar="N",
        help=f"at most N values of each facet (default: all; {_ON_A_SCREEN} on a terminal)",
    )
    parser.epilog = f"{parser.epilog}\n\n{reading.QUERY_HELP}\n\n{_PIPED}"


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Count the answer to the query, facet by facet."""
    query = asking.readable(options.query)
    asking.prepare(explorer, output)
    asking.refuse(explorer.search(query, 0, 0).problems)
    began = time.perf_counter()
    counts = explorer.facets(query)
    elapsed = (time.perf_counter() - began) * 1000
    if output.is_json:
        shaped = shape.facets(counts)
        shaped.update({key: value[: options.limit] for key, value in shaped.items() if isinstance(value, list)})
        output.json({"query": options.query, **shaped, "elapsed_ms": round(elapsed, 3)})
        return 0
    limit = options.limit or (_ON_A_SCREEN if output.is_for_a_person else None)
    output.table(_COLUMNS, _rows(counts, limit))
    output.note(f"{counts.total:,} models match.")
    return 0


def _rows(counts: FacetCounts, limit: int | None) -> list[tuple[str, ...]]:
    facets: tuple[tuple[str, tuple[FacetValue, ...]], ...] = (
        ("organization", counts.organizations),
        ("category", counts.categories),
        ("license", counts.licenses),
        ("tool", counts.tools),
        ("task", counts.tasks),
    )
    return [(name, value.value, value.label, str(value.count)) for name, values in facets for value in values[:limit]]
