"""What several commands ask of the Explorer in the same way: an open index, a readable query, one model's details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelscope_tui.catalog.query import parse
from modelscope_tui.cli.progress import LongTask
from modelscope_tui.errors import AccessDenied, ModelNotFound, ModelscopeError, QueryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelscope_tui.catalog.model import ModelDetails
    from modelscope_tui.catalog.query import Problem, Query
    from modelscope_tui.cli.output import Output
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.hub.answer import Answer


def prepare(explorer: Explorer, output: Output) -> None:
    """Open the index; the first time it is made, with a bar when that takes long."""
    with LongTask("Making the index", output) as progress:
        explorer.prepare(progress)
    if explorer.index_problem:
        output.note(explorer.index_problem)


def readable(text: str) -> Query:
    """Read a query, or say what cannot be read and where.

    Raises:
        QueryError: a script must not get the answer to another question than it asked.
    """
    query = parse(text)
    refuse(query.problems)
    return query


def refuse(problems: Sequence[Problem]) -> None:
    """Refuse a query of which a term cannot be read, or cannot be answered on this machine.

    Raises:
        QueryError: naming each term and its position.
    """
    if problems:
        told = (f"{found.text!r} at character {found.start + 1}: {found.message.rstrip('.')}" for found in problems)
        raise QueryError(f"Cannot read {'; '.join(told)}.", "See modelscope-tui search --help.")


def ask_hub(explorer: Explorer, query: Query, output: Output) -> ModelscopeError | None:
    """Let the Hub add what it knows for a query; its failure is noted and returned, the local answer stands."""
    if explorer.settings.offline:
        return None
    try:
        explorer.ask_hub(query, refresh=explorer.settings.refresh)
    except ModelscopeError as error:
        output.note(f"{error} Answering from this machine.")
        return error
    state = explorer.hub_state
    if state.kind == "problem":  # an older answer of the Hub stood in
        output.note(f"{state.message} Answering from this machine.")
    return None


def details(explorer: Explorer, model_id: str, output: Output) -> Answer[ModelDetails]:
    """Learn of one model what can be known now; what stands in for the Hub says so on stderr.

    Raises:
        ModelscopeError: nobody knows the model, or the Hub knows it and says no.
    """
    if "/" not in model_id:
        near = explorer.index.nearest(model_id)
        hint = f"Did you mean {', '.join(near)}?" if near else "Give owner/name, as in Qwen/Qwen3-8B."
        raise UsageError(f"{model_id!r} is not a repository id.", hint)
    answer = explorer.details(model_id)
    if explorer.settings.offline or answer.problem is None:
        return answer
    if answer.source == "hub":  # the Hub answered all but a part, such as the configuration of a gated model
        output.note(str(answer.problem))
        return answer
    if isinstance(answer.problem, AccessDenied | ModelNotFound):
        raise answer.problem  # the Hub was asked and said no: an old copy is no answer to that
    place = "the catalog" if answer.source == "catalog" else "the cache"
    output.note(f"{answer.problem} Answering from {place}, as of {answer.as_of or 'an unknown date'}.")
    explorer.hub.set_offline(True)  # this call has waited long enough: what else it needs comes from here
    return answer
