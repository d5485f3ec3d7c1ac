"""SOUTH WING: one answer for one tool, or the answers of all, best first for the model and the machine.

tool.plan ─▶ refused or too large? ─▶ the other tools are asked too: what works becomes an alternative
"""

from __future__ import annotations

from dataclasses import replace

from modelscope_tui.catalog.model import is_repo_id
from modelscope_tui.catalog.units import in_memory
from modelscope_tui.errors import UsageError
from modelscope_tui.launch.answer import Alternative, LaunchAnswer, Note
from modelscope_tui.launch.command import SHELLS
from modelscope_tui.launch.lineage_note import lineage_note
from modelscope_tui.launch.near import gguf_names, originals_of
from modelscope_tui.launch.ranking import HOW_ELSE, RANK, order_for, place_of
from modelscope_tui.launch.stored import REMADE, stored_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.target import TARGETS, retarget
from modelscope_tui.launch.tool import TOOLS, Tool, get

_MOST_ALTERNATIVES = 4
_REGISTERED = {tool.name: tool for tool in TOOLS}
_SERVERS = ("vllm", "sglang", "tgi", "transformers", "mlx", "docker-model-runner")


def plan(tool_name: str, subject: Subject, options: Options) -> LaunchAnswer:
    """Build the answer of one tool.

    Raises:
        UsageError: an unknown tool, target or shell, or an id that is not a repository's.
    """
    tool = get(tool_name)
    _check(subject, options)
    answer = _asked(tool, subject, options)
    if answer.verdict in {"ready", "tight"}:
        return answer
    return replace(answer, alternatives=_alternatives(answer, subject, options))


def plan_all(subject: Subject, options: Options) -> tuple[LaunchAnswer, ...]:
    """Build the answers of all tools, the best for this model and machine first, each with the reason of its place."""
    _check(subject, options)
    answers = [_asked(tool, subject, options) for tool in TOOLS]
    order, why = order_for(subject)
    answers.sort(key=lambda answer: (place_of(answer.verdict, get(answer.tool).purpose), order.index(answer.tool)))
    first = answers[0]
    if first.command is not None:
        if first.tool != order[0]:
            better = next(answer for answer in answers if answer.tool == order[0])
            why = f"First because {get(better.tool).label}, which suits this machine, {HOW_ELSE[better.verdict]}."
        answers[0] = replace(first, notes=(*first.notes, Note("info", why)))
    return tuple(
        answer
        if answer.verdict in {"ready", "tight"}
        else replace(answer, alternatives=_from_answers(answer, subject, answers))
        for answer in answers
    )


def plan_best(subject: Subject, options: Options) -> LaunchAnswer:
    """Build the answer that :func:`plan_all` puts first, and ask no more tools than that needs.

    The first tool in the order of the machine that simply runs the model is the best there can be.
    """
    _check(subject, options)
    for name in order_for(subject)[0]:
        tool = _REGISTERED.get(name)
        if tool is not None and place_of("ready", tool.purpose) == 0:
            answer = _asked(tool, subject, options)
            if answer.verdict == "ready":
                return answer
    return plan_all(subject, options)[0]


def _asked(tool: Tool, subject: Subject, options: Options) -> LaunchAnswer:
    answer = retarget(tool.plan(subject, options), subject, options, tool.label, tool.purpose)
    if answer.command is not None:
        answer = replace(answer, notes=(*answer.notes, *lineage_note(subject)))
    if options.executor is None or tool.name == "vllm" or answer.command is None:
        return answer
    return replace(answer, notes=(*answer.notes, Note("info", f"--executor is for vLLM; {tool.label} has no choice.")))


def _check(subject: Subject, options: Options) -> None:
    if not is_repo_id(subject.id):
        raise UsageError(f"{subject.id!a} is not a repository id.", "Give owner/name, as in Qwen/Qwen3-8B.")
    if options.target not in TARGETS:
        raise UsageError(f"Commands for `{options.target}` are not written.", f"Known: {', '.join(TARGETS)}.")
    if options.shell not in SHELLS:
        raise UsageError(f"`{options.shell}` is not a shell that commands are written for.", f"{', '.join(SHELLS)}.")


def _alternatives(answer: LaunchAnswer, subject: Subject, options: Options) -> tuple[Alternative, ...]:
    plain = replace(options, quant=None) if answer.tool in _SERVERS else options
    others = [_asked(tool, subject, plain) for tool in TOOLS if tool.name != answer.tool]
    return _from_answers(answer, subject, others)


def _from_answers(answer: LaunchAnswer, subject: Subject, answers: list[LaunchAnswer]) -> tuple[Alternative, ...]:
    """Gather what works instead: the tool's own proposals, other tools, the same model in another form."""
    order, _ = order_for(subject)
    found = list(answer.alternatives)
    kind = get(answer.tool).purpose
    works = [
        other
        for other in answers
        if other.tool != answer.tool
        and other.verdict in {"ready", "tight", "too-large"}
        and (other.tool == "huggingface" or (get(other.tool).purpose == "train") is (kind == "train"))
        and other.tool != "replicate"
    ]
    works.sort(key=lambda other: (RANK[other.verdict], order.index(other.tool)))
    others = [_instead(other) for other in works if other.tool != "huggingface" and other.verdict != "too-large"]
    near = _same_model(answer, subject) if answer.verdict in {"refused", "unknown"} else []
    found += [*others[: _MOST_ALTERNATIVES - len(near)], *near]  # (a tool's own model in another form has its place)
    found += [_instead(other) for other in works if other.tool != "huggingface" and other.verdict == "too-large"]
    if not found:
        found += [_download(other) for other in works if other.tool == "huggingface"]
    unique = {(other.tool, other.model): other for other in reversed(found)}
    return tuple(other for other in dict.fromkeys(found) if unique[other.tool, other.model] is other)[
        :_MOST_ALTERNATIVES
    ]


def _instead(other: LaunchAnswer) -> Alternative:
    command = other.command
    text = None if command is None else command.steps[command.main].text(command.shell)
    return Alternative(other.tool, other.model, text, _why(other))


def _why(other: LaunchAnswer) -> str:
    tool = get(other.tool)
    does = f"{tool.label} {'trains' if tool.purpose == 'train' else 'serves'} it"
    if other.verdict == "too-large":
        need = other.fit.total_bytes if other.fit else None
        return does + (f" with {in_memory(need)}, too much here as well" if need else "")
    return does if other.verdict == "ready" else f"{does}, with a trade-off"


def _same_model(answer: LaunchAnswer, subject: Subject) -> list[Alternative]:
    stored = stored_of(subject.model, subject.details)
    if answer.tool in _SERVERS and (stored.format != "plain" or stored.has_gguf):
        return [
            Alternative(
                answer.tool, name, f"vllm serve {name}" if answer.tool == "vllm" else None,
                f"the original of these {stored.label} files",
            )
            for name in originals_of(subject.model)[:1]
        ]  # fmt: skip
    if answer.tool in {"ollama", "llamacpp", "lmstudio"}:
        # a model's own tool has tried its GGUF repositories; for re-made weights they are another model's files
        names = gguf_names(subject)[:1] if stored.format in REMADE else ()
        return [Alternative(answer.tool, name, None, "GGUF files of the same model") for name in names] + [
            Alternative(answer.tool, name, None, "the model that this one was made from")
            for name in originals_of(subject.model)[:1]
        ]
    return []


def _download(other: LaunchAnswer) -> Alternative:
    text = other.command.text if other.command else None
    return Alternative(other.tool, other.model, text, "no tool here serves it: fetch the files for its own library")
