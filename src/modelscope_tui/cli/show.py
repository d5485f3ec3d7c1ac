"""``modelscope-tui show``: everything known of one model, each fact with its age and its source."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import asking, dossier, say
from modelscope_tui.cli import lens as lens_shape
from modelscope_tui.cli.output import Column, Output
from modelscope_tui.errors import ModelscopeError, NotCached
from modelscope_tui.popularity import curves_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from modelscope_tui.catalog.model import ModelDetails
    from modelscope_tui.explorer import Explorer

EXAMPLES = """\
  modelscope-tui show Qwen/Qwen3-8B
  modelscope-tui show Qwen/Qwen3-8B --json | jq '.quantizations, .license_detail'
  modelscope-tui show bigscience/bloom --offline --card"""

_FACTS = (
    ("task", say.text),
    ("categories", say.words),
    ("license", say.text),
    ("license_name", say.text),
    ("license_group", say.text),
    ("gated", say.text),
    ("params", say.count),
    ("active_params", say.count),
    ("context", say.count),
    ("architectures", say.words),
    ("model_type", say.text),
    ("layers", say.count),
    ("heads", say.count),
    ("kv_heads", say.count),
    ("hidden_size", say.count),
    ("dtype", say.text),
    ("quantization", say.text),
    ("languages", say.words),
    ("base_models", say.words),
    ("downloads", say.count),
    ("likes", say.count),
    ("created", say.day),
    ("updated", say.day),
    ("tools", say.words),
    ("fits", say.text),
)
"""What a person sees of a model, in this order."""

_SHOWN_COLUMNS = (Column("Fact", style="cyan"), Column("Value"), Column("Source", can_shrink=True), Column("As of"))
_STORED = (
    Column("Quantization", style="bold"),
    Column("Size", is_number=True),
    Column("Files", is_number=True),
    Column("In"),
)


_TERMS = (Column("Terms and safety", style="cyan"), Column("What"), Column("Source"), Column("As of"))
_SOURCES = (Column("Source", style="cyan"), Column("Stands for"))


def configure(parser: reading.Parser) -> None:
    """Take a model."""
    reading.add_model(parser)
    reading.add_policy(parser)
    parser.add_argument("--card", dest="wants_card", action="store_true", help="print the model card (Markdown), too")


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Tell what is known of one model."""
    asking.prepare(explorer, output)
    answer = asking.details(explorer, options.model, output)
    details = answer.value
    card = _card(explorer, details, output) if output.is_json or options.wants_card else None
    lens = explorer.lens(details, card)
    document = dossier.of(
        details, explorer.view(details.model), lens, card=card, source=answer.source, as_of=answer.as_of
    )
    points = explorer.points(details.id)
    document["popularity"] = [asdict(point) for point in points]
    if output.is_json:
        output.json(document)
        return 0
    output.heading(details.id)
    if since := details.model.gone:
        output.note(f"The Hub's list does not name {details.id} since {say.day(since)}: renamed, removed or private.")
    output.table(_SHOWN_COLUMNS, _rows(document))
    over_time = [(f"{curve.name} over time", curve.words, "Hub") for curve in curves_of(points)]
    output.table(_TERMS, [(*row, "") for row in (*over_time, *lens_shape.told(lens))])
    if output.is_for_a_person:
        _add_tables(document, output)
    if options.wants_card:
        output.block(card or "")
        if card is None:
            output.note("The card of this model was never seen.")
    return 0


def _add_tables(document: Mapping[str, Any], output: Output) -> None:
    """Add what only a person needs: how the weights are stored, and what the keys of the sources stand for."""
    if stored := document["quantizations"]:
        output.table(_STORED, [(q["name"], say.size(q["bytes"]), str(len(q["files"])), q["repo"]) for q in stored])
    if sources := document["sources"]:
        output.table(_SOURCES, [(key, about.get("what") or "") for key, about in sources.items()])


def _card(explorer: Explorer, details: ModelDetails, output: Output) -> str | None:
    if details.card is not None:
        return details.card
    try:
        return explorer.card(details.id).value
    except NotCached:
        return None
    except ModelscopeError as error:
        output.note(f"The card is missing: {error}")
        return None


def _rows(document: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    rows = []
    for name, tell in _FACTS:
        said = document["provenance"].get(name, {})
        value = document[name]
        rows.append((name, tell(value), said.get("source") or "", say.day(said["as_of"]) if said.get("as_of") else ""))
    return rows
